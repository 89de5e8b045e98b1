/* sftp_client_reply: a whole reply, and the request that it answers. Knows: VERSION, limits@openssh.com, and that a
 * reply is of the kind that was asked for, or STATUS. Must not know: bytes under way. draft-ietf-secsh-filexfer-02
 * 4, 7. */
#include "sftp_client_internal.h"
#include "sftp_list.h"

#define READ_MIN 4096 /* a server that says less is asked for so much all the same: it may answer with less */

/* 0 says that there is no limit. */
static uint32_t
limit_of(uint64_t said, uint32_t least)
{
	if (said == 0 || said > SFTP_CLIENT_SIZE_MAX)
		return SFTP_CLIENT_SIZE_MAX;
	return said < least ? least : (uint32_t)said;
}

/* OpenSSH PROTOCOL 4.8. A server that refuses or garbles it is taken as one that has no such extension. */
static void
on_limits(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_client *s = ctx;
	struct sftp_ext_limits_reply said;

	s->limits_known = true;
	if (answer->code != 0 ||
	    sftp_extension_parse(SFTP_EXT_limits_reply, 0, answer->msg->extended_reply.data, &said, NULL) != 0)
		return;
	s->limits = (struct sftp_limits){.read = limit_of(said.read_length, READ_MIN),
	    .write = limit_of(said.write_length, 1),
	    .handles = said.open_handles};
}

static void
ask_limits(struct sftp_client *s)
{
	struct sftp_ext_limits msg = {0};
	struct sftp_ask ask = {.type = SFTP_extended, .ext = SFTP_EXT_limits, .msg = &msg, .done = on_limits, .ctx = s};

	s->limits_known = !sftp_client_can(s, SFTP_EXT_limits);
	if (!s->limits_known && sftp_client_submit(s, &ask, NULL) != 0)
		(void)sftp_client_fail(s, NACRE_E_NOMEM, "no memory for a request");
}

/* One that is announced in another version than we know is not there. The row without a version has data of its own. */
static unsigned
extensions_of(struct slice pairs)
{
	struct slice name, data;
	unsigned bits = 0;
	enum sftp_extension_id ext;

	while (sftp_pair_next(&pairs, &name, &data)) {
		if ((ext = sftp_extension_find(name)) == SFTP_EXT_none)
			continue;
		if (sftp_extension_rows[ext].version[0] == '\0' || slice_is(data, sftp_extension_rows[ext].version))
			bits |= 1u << ext;
	}
	return bits;
}

static void
on_version(struct sftp_client *s, struct slice payload)
{
	struct sftp_msg_version msg;
	const char *field;

	if (sftp_parse(SFTP_version, payload, &msg, &field) != 0) {
		(void)sftp_client_fail(s, NACRE_E_FORMAT, "version: %s", field);
		return;
	}
	if (msg.version != SFTP_VERSION) {
		(void)sftp_client_fail(
		    s, NACRE_E_UNSUPPORTED, "the server speaks version %lu of SFTP, not 3", (unsigned long)msg.version);
		return;
	}
	s->extensions = extensions_of(msg.extensions);
	s->state = SFTP_CLIENT_READY;
	ask_limits(s);
}

/* A handle that nobody waits for any more would count against the server's limit for ever. Where even that fails the
 * session's end closes it. */
static void
close_unwanted(struct sftp_client *s, struct slice handle)
{
	struct sftp_msg_close msg = {.handle = handle};
	struct sftp_ask ask = {.type = SFTP_close, .msg = &msg};
	int r = sftp_client_submit(s, &ask, NULL);

	(void)r;
}

/* A STATUS that says OK where a handle or bytes were asked for is no answer; what it claims was done is not known. */
static void
on_status(struct sftp_client *s, struct sftp_slot *slot, const union sftp_any *any)
{
	struct sftp_answer answer = {.msg = any};

	if (any->status.code == SFTP_OK && slot->want != SFTP_status) {
		(void)sftp_client_fail(s, NACRE_E_PROTOCOL, "%s: answered by an OK without what was asked for",
		    sftp_rows[slot->type].name);
		return;
	}
	if (any->status.code != SFTP_OK)
		answer =
		    (struct sftp_answer){.code = NACRE_E_SFTP, .status = any->status.code, .text = any->status.message};
	sftp_client_answer(s, slot, &answer);
}

static void
on_result(struct sftp_client *s, struct sftp_slot *slot, const union sftp_any *any)
{
	struct sftp_answer answer = {.msg = any};
	bool unwanted = slot->abandoned && slot->want == SFTP_handle;

	sftp_client_answer(s, slot, &answer);
	if (unwanted)
		close_unwanted(s, any->handle.handle);
}

static void
on_answer(struct sftp_client *s, struct sftp_slot *slot, enum sftp_id kind, struct slice payload)
{
	union sftp_any any;
	const char *field;

	if (sftp_parse(kind, payload, &any, &field) != 0)
		(void)sftp_client_fail(
		    s, NACRE_E_FORMAT, "%s: %s: %s", sftp_rows[slot->type].name, sftp_rows[kind].name, field);
	else if (kind != slot->want && kind != SFTP_status)
		(void)sftp_client_fail(
		    s, NACRE_E_PROTOCOL, "%s: answered by %s", sftp_rows[slot->type].name, sftp_rows[kind].name);
	else if (slot->type == SFTP_write && slot->filled < slot->asked)
		(void)sftp_client_fail(s, NACRE_E_PROTOCOL, "write: answered before it was sent");
	else if (kind == SFTP_status)
		on_status(s, slot, &any);
	else
		on_result(s, slot, &any);
}

void
sftp_client_reply(struct sftp_client *s, struct slice payload)
{
	enum sftp_id kind = sftp_find(payload.p[0]);
	struct sftp_slot *slot;
	uint32_t id;

	if (s->state == SFTP_CLIENT_STARTING)
		on_version(s, payload);
	else if (kind == SFTP_none || kind == SFTP_version || sftp_rows[kind].from != SFTP_FROM_SERVER)
		(void)sftp_client_fail(
		    s, NACRE_E_PROTOCOL, "a message of type %u, which is no reply", (unsigned)payload.p[0]);
	else if (!sftp_request_id(payload, &id))
		(void)sftp_client_fail(s, NACRE_E_FORMAT, "%s: id", sftp_rows[kind].name);
	else if ((slot = sftp_client_find(s, id)) == NULL)
		(void)sftp_client_fail(s, NACRE_E_PROTOCOL, "%s: an answer to no request (id %lu)",
		    sftp_rows[kind].name, (unsigned long)id);
	else
		on_answer(s, slot, kind, payload);
}
