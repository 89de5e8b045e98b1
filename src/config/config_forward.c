/* config_forward: what listens where, and where it leads. Knows: "[host:]port" and paths of sockets. Must not know: who
 * listens. ssh_config(5): LocalForward, RemoteForward, DynamicForward. */
#include "config_kinds.h"
#include "config_reader.h"
#include "config_token.h"
#include "text.h"

#include <stdio.h>

#define FIELDS_MAX 4
#define FIELD_MAX 256 /* bytes of a host or path */

struct field {
	char text[FIELD_MAX];
	size_t n;
	bool is_path;
};

/* Two halves of a forward, as they are shown. */
struct forward {
	const struct field *listen_host, *listen_port, *to_host, *to_port; /* a path stands as the port, without host */
};

/* Everything up to "]", and then a colon or the end. */
static bool
take_bracketed(struct slice *s, struct field *field)
{
	const uint8_t *end = memchr(s->p, ']', s->n);
	size_t n = end == NULL ? 0 : (size_t)(end - s->p) - 1;

	if (end == NULL || n >= sizeof(field->text) || (n + 2 < s->n && s->p[n + 2] != ':'))
		return false;
	memcpy(field->text, s->p + 1, n);
	field->n = n;
	*s = slice_from(*s, n + 3);
	return true;
}

/* One field off the front of *s, with the colon behind it; a backslash takes the next character as it is. */
static bool
take_field(struct slice *s, struct field *field)
{
	bool good = true;

	*field = (struct field){.n = 0};
	if (s->p[0] == '[') {
		good = take_bracketed(s, field);
	} else {
		while (good && s->n > 0 && s->p[0] != ':') {
			if (s->p[0] == '\\')
				*s = slice_from(*s, 1);
			good = s->n > 0 && field->n + 1 < sizeof(field->text);
			if (good)
				field->text[field->n++] = (char)s->p[0];
			*s = slice_from(*s, 1);
		}
		*s = slice_from(*s, 1);
	}
	field->is_path = memchr(field->text, '/', field->n) != NULL;
	return good;
}

/* How many fields there are, or 0. */
static size_t
split_fields(const char *text, struct field fields[FIELDS_MAX])
{
	struct slice s = slice_str(text);
	size_t n = 0;

	while (s.n > 0 && s.p[0] == ' ')
		s = slice_from(s, 1);
	while (s.n > 0 && n < FIELDS_MAX)
		if (!take_field(&s, &fields[n++]))
			return 0;
	return s.n > 0 ? 0 : n;
}

static bool
is_port(const struct field *field, bool zero)
{
	int64_t port = text_number(slice_of(field->text, field->n), 65535);

	return port > 0 || (zero && port == 0);
}

/* Which field is what: by their number, and by which are paths. */
static bool
arrange(const struct field *f, size_t n, struct forward *out)
{
	bool first = n > 0 && f[0].is_path, last = n > 0 && f[n - 1].is_path;

	*out = (struct forward){.listen_port = f};
	if (n == 2 && last) { /* port or path, path */
		out->to_port = &f[1];
		return true;
	}
	if (n == 3 && first) { /* path, host, port */
		out->to_host = &f[1];
		out->to_port = &f[2];
		return true;
	}
	if (n == 3 && last) { /* host, port, path */
		*out = (struct forward){.listen_host = &f[0], .listen_port = &f[1], .to_port = &f[2]};
		return true;
	}
	if (n == 3)
		*out = (struct forward){.listen_port = &f[0], .to_host = &f[1], .to_port = &f[2]};
	if (n == 4)
		*out = (struct forward){&f[0], &f[1], &f[2], &f[3]};
	return n == 3 || n == 4;
}

static bool
arrange_dynamic(const struct field *f, size_t n, struct forward *out)
{
	*out =
	    n == 2 ? (struct forward){.listen_host = &f[0], .listen_port = &f[1]} : (struct forward){.listen_port = f};
	return n == 1 || n == 2;
}

static bool
is_end(const struct field *port, bool zero)
{
	return port->is_path || is_port(port, zero);
}

static void
keep_end(struct config_taking *t, const struct field *host, const struct field *port)
{
	char text[2 * FIELD_MAX + 8];

	if (port->is_path)
		snprintf(text, sizeof(text), "%s", port->text);
	else if (host == NULL)
		snprintf(text, sizeof(text), "%d", (int)text_number(slice_of(port->text, port->n), 65535));
	else
		snprintf(
		    text, sizeof(text), "[%s]:%d", host->text, (int)text_number(slice_of(port->text, port->n), 65535));
	config_keep(t, text);
}

/* The listening end, joined with the other by a colon where there is one; a value of one's own in out. */
static int
join(struct config_taking *t, bool to, char out[2 * FIELD_MAX])
{
	const char *from, *target = NULL;
	int n, r = config_need(t, &from);

	if (r == 0 && to)
		target = config_take(t);
	if (r != 0)
		return r;
	n = snprintf(out, 2 * FIELD_MAX, "%s%s%s", from, target == NULL ? "" : ":", target == NULL ? "" : target);
	return n >= 2 * FIELD_MAX ? config_fail(t->reader, NACRE_E_CONFIG, "the forward is too long") : 0;
}

static int
take_forward(struct config_taking *t, bool dynamic, bool remote)
{
	struct field fields[FIELDS_MAX];
	struct forward forward;
	char text[2 * FIELD_MAX], *expanded = NULL;
	bool alone = dynamic || (remote && t->n == 1), good;
	size_t n;
	int r = join(t, !dynamic, text);

	if (r == 0)
		r = config_variables(t->reader, text, &expanded);
	if (r != 0)
		return r;
	n = split_fields(expanded, fields);
	mem_free_str(t->reader->env, expanded);
	good = alone ? arrange_dynamic(fields, n, &forward) : arrange(fields, n, &forward);
	good = good && is_end(forward.listen_port, remote) && (alone || is_end(forward.to_port, false));
	if (!good)
		return config_fail_word(t->reader, "this is no forward:", text);
	keep_end(t, forward.listen_host, forward.listen_port);
	if (!alone)
		keep_end(t, forward.to_host, forward.to_port);
	else if (!dynamic)
		config_keep(t, "[socks]:0"); /* as ssh -G shows a RemoteForward that leads anywhere */
	return 0;
}

int
kind_local(struct config_taking *t)
{
	return take_forward(t, false, false);
}

int
kind_remote(struct config_taking *t)
{
	return take_forward(t, false, true);
}

int
kind_dynamic(struct config_taking *t)
{
	return take_forward(t, true, false);
}
