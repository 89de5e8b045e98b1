/* describe: a payload in words, for the trace. Knows: field kinds and flags. Must not know: any one message; but that
 * the tail of an unknown auth method may hold a secret. Nothing marked SECRET is ever printed. */
#include "message.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_SHOWN 80

struct words {
	char *p;
	size_t n, cap; /* cap > n: there is always a NUL */
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
say(struct words *w, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(w->p + w->n, w->cap - w->n, format, args);
	va_end(args);
	if (n > 0)
		w->n = (size_t)n < w->cap - w->n ? w->n + (size_t)n : w->cap - 1;
}

/* The front of a text, not cut inside a UTF-8 sequence (of at most three continuation bytes). */
static struct slice
shown_part(struct slice s)
{
	size_t n = TEXT_SHOWN;

	if (s.n <= n)
		return s;
	while (n > TEXT_SHOWN - 3 && (s.p[n] & 0xc0) == 0x80)
		n--;
	return slice_of(s.p, n);
}

static size_t
plain_run(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '"' && s.p[n] != '\\')
		n++;
	return n;
}

/* Quotes and backslashes get a backslash: no peer can write what looks like the next field. */
static void
say_text(struct words *w, struct slice s)
{
	struct slice rest = shown_part(s);
	bool cut = rest.n < s.n;
	char shown[TEXT_SHOWN * 4 + 1];
	size_t n;

	say(w, "\"");
	while (rest.n > 0) {
		n = plain_run(rest);
		text_escape(shown, sizeof(shown), slice_of(rest.p, n), false);
		say(w, "%s", shown);
		if (n < rest.n)
			say(w, "\\%c", rest.p[n++]);
		rest = slice_from(rest, n);
	}
	say(w, "\"%s", cut ? "..." : "");
}

static void
say_slice(struct words *w, const struct field_row *field, struct slice s)
{
	if ((field->flags & FIELD_SECRET) != 0)
		say(w, "<secret>");
	else if (field->kind == KIND_TEXT)
		say_text(w, s);
	else if (field->kind == KIND_NAMES)
		say(w, "%.*s", (int)(s.n < 400 ? s.n : 400), s.n == 0 ? "" : (const char *)s.p); /* checked US-ASCII */
	else
		say(w, "%zu byte%s", s.n, s.n == 1 ? "" : "s");
}

static void
say_field(struct words *w, const struct field_row *field, const void *in)
{
	const void *member = (const uint8_t *)in + field->offset;

	say(w, "%s%s=", w->n == 0 ? "" : " ", field->name);
	switch (field->kind) {
	case KIND_U8:
		say(w, "%u", *(const uint8_t *)member);
		return;
	case KIND_BOOL:
		say(w, "%s", *(const bool *)member ? "true" : "false");
		return;
	case KIND_U32:
		say(w, "%lu", (unsigned long)*(const uint32_t *)member);
		return;
	case KIND_U64:
		say(w, "%llu", (unsigned long long)*(const uint64_t *)member);
		return;
	default:
		say_slice(w, field, *(const struct slice *)member);
	}
}

/* False where the payload does not parse. */
static bool
say_row(struct words *w, enum msg_id id, struct slice payload, union msg_any *msg, bool without_tail)
{
	const struct msg_row *row = &msg_rows[id];
	const char *wrong;
	size_t i;

	if (msg_parse_field(id, payload, msg, &wrong) != 0) {
		say(w, "%smalformed: %s", w->n == 0 ? "" : " ", wrong);
		return false;
	}
	for (i = 0; i < row->n_fields; i++)
		if (!without_tail || row->fields[i].kind != KIND_REST)
			say_field(w, &row->fields[i], msg);
	return true;
}

/* What selects the tail, and the tail; false for a message that has none. */
static bool
tail_of(enum msg_id id, const union msg_any *msg, struct slice *selector, struct slice *tail)
{
	switch (id) {
	case MSG_userauth_request:
		*selector = msg->userauth_request.method;
		*tail = msg->userauth_request.tail;
		return true;
	case MSG_channel_request:
		*selector = msg->channel_request.request;
		*tail = msg->channel_request.tail;
		return true;
	case MSG_global_request:
		*selector = msg->global_request.request;
		*tail = msg->global_request.tail;
		return true;
	case MSG_channel_open:
		*selector = msg->channel_open.type;
		*tail = msg->channel_open.tail;
		return true;
	default:
		return false;
	}
}

static void
say_tail(struct words *w, enum msg_id id, const union msg_any *msg)
{
	struct slice selector, tail;
	union msg_any tail_msg;
	enum msg_id tail_id;

	if (!tail_of(id, msg, &selector, &tail))
		return;
	tail_id = msg_find_tail(id, selector);
	if (tail_id != MSG_none)
		say_row(w, tail_id, tail, &tail_msg, false);
	else if (id == MSG_userauth_request)
		say(w, " tail=<secret>");
	else
		say(w, " tail=%zu bytes", tail.n);
}

static bool
has_tail(enum msg_id id)
{
	struct slice selector, tail;
	union msg_any none;

	memset(&none, 0, sizeof(none));
	return tail_of(id, &none, &selector, &tail);
}

const char *
msg_describe(struct slice payload, enum msg_family family, char *out, size_t cap, const char **clause)
{
	struct words w = {out, 0, cap};
	enum msg_id id = payload.n == 0 ? MSG_none : msg_find(payload.p[0], family);
	union msg_any msg;

	out[0] = '\0';
	*clause = "";
	if (id == MSG_none) {
		say(&w, "%zu bytes", payload.n);
		return "unknown";
	}
	*clause = msg_rows[id].clause;
	memset(&msg, 0, sizeof(msg));
	if (say_row(&w, id, payload, &msg, has_tail(id)))
		say_tail(&w, id, &msg);
	return msg_rows[id].name;
}
