/* sftp_client: the life of a session, and requests on their way out. Knows: slots, and where payloads stand between
 * requests. Must not know: replies. draft-ietf-secsh-filexfer-02 3, 4. */
#include "sftp_client_internal.h"

#include <stdarg.h>
#include <stdio.h>

#define SLOTS_FIRST 64
#define COST_MIN 128 /* what any request and its reply take, at least */

int
sftp_client_init(struct sftp_client *s, const struct nacre_env *env)
{
	struct sftp_msg_init init = {.version = SFTP_VERSION, .extensions = SLICE_NONE};

	*s = (struct sftp_client){.env = env, .free_slot = NO_SLOT, .first_payload = NO_SLOT, .last_payload = NO_SLOT};
	s->limits = (struct sftp_limits){.read = SFTP_CLIENT_SIZE_UNKNOWN, .write = SFTP_CLIENT_SIZE_UNKNOWN};
	buf_init(&s->out, env, SFTP_CLIENT_OUT_MAX + SFTP_FRAME_MAX + 4);
	buf_init(&s->frame, env, SFTP_FRAME_MAX + 4);
	sftp_put(&s->out, SFTP_init, &init);
	return s->out.bad;
}

void
sftp_client_free(struct sftp_client *s)
{
	mem_free(s->env, s->slots, s->n_slots * sizeof(*s->slots));
	buf_free(&s->out);
	buf_free(&s->frame);
	failure_clear(&s->failure, s->env);
	s->slots = NULL;
	s->n_slots = 0;
	s->state = SFTP_CLIENT_FAILED;
}

bool
sftp_client_can(const struct sftp_client *s, enum sftp_extension_id ext)
{
	return (s->extensions >> ext & 1) != 0;
}

/* Callbacks may abandon others that are still to be answered: each slot is looked at when its turn comes. */
static void
answer_all(struct sftp_client *s)
{
	struct sftp_answer answer = {.code = s->failure.code};
	uint32_t i;

	for (i = 0; i < s->n_slots; i++) {
		if (s->slots[i].used)
			sftp_client_answer(s, &s->slots[i], &answer);
	}
}

int
sftp_client_fail(struct sftp_client *s, int code, const char *format, ...)
{
	char text[FAILURE_TEXT_MAX];
	va_list args;

	if (s->state == SFTP_CLIENT_FAILED)
		return s->failure.code;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	s->state = SFTP_CLIENT_FAILED;
	(void)failure_set(&s->failure, code, failure_origin(code), "%s", text);
	answer_all(s);
	return s->failure.code;
}

static int
slots_grow(struct sftp_client *s)
{
	uint32_t n = s->n_slots == 0 ? SLOTS_FIRST : s->n_slots * 2, i;
	struct sftp_slot *slots;

	if (n > SFTP_CLIENT_REQUESTS_MAX)
		return NACRE_E_AGAIN;
	if ((slots = mem_new(s->env, n * sizeof(*slots))) == NULL)
		return NACRE_E_NOMEM;
	if (s->n_slots > 0)
		memcpy(slots, s->slots, s->n_slots * sizeof(*slots));
	mem_free(s->env, s->slots, s->n_slots * sizeof(*slots));
	for (i = n; i-- > s->n_slots;) {
		slots[i].next = s->free_slot;
		s->free_slot = i;
	}
	s->slots = slots;
	s->n_slots = n;
	return 0;
}

static uint32_t
index_of(uint32_t id)
{
	return id % SFTP_CLIENT_REQUESTS_MAX;
}

struct sftp_slot *
sftp_client_find(struct sftp_client *s, uint32_t id)
{
	struct sftp_slot *slot = index_of(id) < s->n_slots ? &s->slots[index_of(id)] : NULL;

	return slot != NULL && slot->used && slot->id == id ? slot : NULL;
}

/* The slot is taken off the list only when the request is written: until then nothing has happened. */
static struct sftp_slot *
slot_fill(struct sftp_client *s, const struct sftp_ask *ask, enum sftp_id want, uint32_t id)
{
	struct sftp_slot *slot = &s->slots[index_of(id)];

	s->free_slot = slot->next;
	s->sequence++;
	*slot = (struct sftp_slot){.used = true,
	    .id = id,
	    .type = ask->type,
	    .want = want,
	    .done = ask->done,
	    .data = ask->data,
	    .fill = ask->fill,
	    .ctx = ask->ctx,
	    .asked = ask->fill_len,
	    .next = NO_SLOT};
	if (ask->type == SFTP_read)
		slot->asked = ((const struct sftp_msg_read *)ask->msg)->len;
	slot->cost = COST_MIN + slot->asked;
	s->in_flight += slot->cost;
	s->n_requests++;
	return slot;
}

static bool
has_payload(const struct sftp_slot *slot)
{
	return slot->filled < slot->asked && slot->type == SFTP_write;
}

/* A slot that still stands in the queue of payloads cannot be used anew: the peer answered before it had everything. */
void
sftp_client_answer(struct sftp_client *s, struct sftp_slot *slot, const struct sftp_answer *answer)
{
	struct sftp_slot was = *slot;

	s->in_flight -= slot->cost;
	s->n_requests--;
	slot->used = false;
	slot->next = s->free_slot;
	s->free_slot = index_of(slot->id);
	if (was.done != NULL && !was.abandoned)
		was.done(was.ctx, answer);
}

/* filexfer-02 6, 7: everything that is not here is answered by STATUS alone. */
static const enum sftp_id wanted[SFTP_COUNT] = {
    [SFTP_open] = SFTP_handle,
    [SFTP_opendir] = SFTP_handle,
    [SFTP_read] = SFTP_data,
    [SFTP_readdir] = SFTP_name,
    [SFTP_realpath] = SFTP_name,
    [SFTP_readlink] = SFTP_name,
    [SFTP_stat] = SFTP_attrs,
    [SFTP_lstat] = SFTP_attrs,
    [SFTP_fstat] = SFTP_attrs,
};

/* OpenSSH PROTOCOL 4.4, 4.8, 4.9, 4.11; filexfer-extensions-00 3, 5: likewise. */
static const enum sftp_id wanted_ext[SFTP_EXT_COUNT] = {
    [SFTP_EXT_statvfs] = SFTP_extended_reply,
    [SFTP_EXT_fstatvfs] = SFTP_extended_reply,
    [SFTP_EXT_limits] = SFTP_extended_reply,
    [SFTP_EXT_expand_path] = SFTP_name,
    [SFTP_EXT_home_directory] = SFTP_name,
    [SFTP_EXT_users_groups] = SFTP_extended_reply,
    [SFTP_EXT_check_file] = SFTP_extended_reply,
    [SFTP_EXT_check_file_handle] = SFTP_extended_reply,
    [SFTP_EXT_check_file_name] = SFTP_extended_reply,
};

static enum sftp_id
reply_wanted(const struct sftp_ask *ask)
{
	enum sftp_id want = ask->type == SFTP_extended ? wanted_ext[ask->ext] : wanted[ask->type];

	return want == SFTP_init ? SFTP_status
				 : want; /* no request is answered by INIT: its row number stands for none */
}

/* Everything but the payload; the lengths count it. */
static void
put_write_head(struct buf *b, const struct sftp_msg_write *msg, uint32_t id, uint32_t n)
{
	buf_put_u32(b, 1 + 4 + 4 + (uint32_t)msg->handle.n + 8 + 4 + n);
	buf_put_u8(b, sftp_rows[SFTP_write].number);
	buf_put_u32(b, id);
	buf_put_string(b, msg->handle);
	buf_put_u64(b, msg->offset);
	buf_put_u32(b, n);
}

static void
put_request(struct sftp_client *s, const struct sftp_ask *ask, uint32_t id)
{
	const struct sftp_row *row = &sftp_rows[ask->type];
	union sftp_any msg;
	union sftp_any_ext ext;

	if (ask->type == SFTP_write) {
		put_write_head(&s->out, ask->msg, id, (uint32_t)ask->fill_len);
	} else if (ask->type == SFTP_extended) {
		memcpy(&ext, ask->msg, sftp_extension_rows[ask->ext].size);
		ext.id = id;
		sftp_extension_put(&s->out, ask->ext, &ext);
	} else {
		memcpy(&msg, ask->msg, row->size);
		memcpy((uint8_t *)&msg + row->fields[0].offset, &id, sizeof(id)); /* every request begins with it */
		sftp_put(&s->out, ask->type, &msg);
	}
}

static void
payload_queue(struct sftp_client *s, struct sftp_slot *slot)
{
	slot->payload_at = s->out_base + s->out.n;
	if (s->last_payload == NO_SLOT)
		s->first_payload = index_of(slot->id);
	else
		s->slots[s->last_payload].next = index_of(slot->id);
	s->last_payload = index_of(slot->id);
}

static int
may_submit(struct sftp_client *s, const struct sftp_ask *ask)
{
	if (s->state == SFTP_CLIENT_FAILED)
		return s->failure.code;
	if (s->state == SFTP_CLIENT_STARTING)
		return NACRE_E_MISUSE;
	if (ask->fill_len > SFTP_CLIENT_SIZE_MAX)
		return NACRE_E_LIMIT;
	if (s->in_flight >= SFTP_CLIENT_IN_FLIGHT_MAX || s->out.n - s->out_sent >= SFTP_CLIENT_OUT_MAX)
		return NACRE_E_AGAIN;
	return s->free_slot == NO_SLOT ? slots_grow(s) : 0;
}

/* What was sent goes when it is all of it, or when it is more than what is left: so each byte moves at most once. */
static void
out_compact(struct sftp_client *s)
{
	size_t left = s->out.n - s->out_sent;

	if (s->out_sent <= left)
		return;
	memmove(s->out.p, s->out.p + s->out_sent, left);
	s->out_base += s->out_sent;
	s->out.n = left;
	s->out_sent = 0;
}

int
sftp_client_submit(struct sftp_client *s, const struct sftp_ask *ask, uint32_t *id)
{
	size_t before;
	uint32_t mine;
	int r = may_submit(s, ask);

	if (r != 0)
		return r;
	out_compact(s);
	before = s->out.n;
	mine = s->sequence * SFTP_CLIENT_REQUESTS_MAX + s->free_slot; /* wraps: the upper half only tells uses apart */
	put_request(s, ask, mine);
	if ((r = s->out.bad) != 0) {
		s->out.n = before;
		s->out.bad = 0;
		return r;
	}
	if (has_payload(slot_fill(s, ask, reply_wanted(ask), mine)))
		payload_queue(s, &s->slots[index_of(mine)]);
	if (id != NULL)
		*id = mine;
	return 0;
}

void
sftp_client_abandon(struct sftp_client *s, uint32_t id)
{
	struct sftp_slot *slot = sftp_client_find(s, id);

	if (slot == NULL)
		return;
	slot->abandoned = true;
	if (has_payload(slot))
		(void)sftp_client_fail(s, NACRE_E_CANCELLED, "a write was given up before all of it was sent");
}

static size_t
send_payload(struct sftp_client *s, uint8_t *p, size_t n)
{
	struct sftp_slot *slot = &s->slots[s->first_payload];

	if (n > slot->asked - slot->filled)
		n = slot->asked - slot->filled;
	slot->fill(slot->ctx, slot->filled, p, n);
	slot->filled += n;
	if (slot->filled < slot->asked)
		return n;
	if ((s->first_payload = slot->next) == NO_SLOT)
		s->last_payload = NO_SLOT;
	slot->next = NO_SLOT;
	return n;
}

static size_t
send_requests(struct sftp_client *s, uint8_t *p, size_t n)
{
	uint64_t at = s->out_base + s->out_sent;
	size_t left = s->out.n - s->out_sent;

	if (s->first_payload != NO_SLOT && s->slots[s->first_payload].payload_at - at < left)
		left = (size_t)(s->slots[s->first_payload].payload_at - at);
	if (n > left)
		n = left;
	if (n == 0)
		return 0;
	memcpy(p, s->out.p + s->out_sent, n);
	s->out_sent += n;
	return n;
}

static bool
payload_is_next(const struct sftp_client *s)
{
	return s->first_payload != NO_SLOT && s->slots[s->first_payload].payload_at == s->out_base + s->out_sent;
}

bool
sftp_client_has_output(const struct sftp_client *s)
{
	return s->state != SFTP_CLIENT_FAILED && (s->out_sent < s->out.n || s->first_payload != NO_SLOT);
}

size_t
sftp_client_send(struct sftp_client *s, uint8_t *p, size_t n)
{
	size_t done = 0;

	while (done < n && sftp_client_has_output(s)) {
		if (payload_is_next(s))
			done += send_payload(s, p + done, n - done);
		else
			done += send_requests(s, p + done, n - done);
	}
	if (s->out_sent == s->out.n)
		out_compact(s);
	return done;
}
