/* sftp_call: one request and its answer. Knows: what an answer leaves behind, and where paths begin. Must not know:
 * what the requests are for. Serves draft-ietf-secsh-filexfer-02 3, 6.11, 7. */
#include <stdio.h>
#include "sftp.h"

void
sftp_call_init(struct sftp_call *call, const struct nacre_sftp *s)
{
	*call = (struct sftp_call){.done = false};
	buf_init(&call->bytes, s->env, SFTP_FRAME_MAX);
}

static void
keep_result(struct sftp_call *call, const union sftp_any *msg)
{
	enum sftp_id kind = sftp_find(msg->status.number);
	struct reader r;

	if (kind == SFTP_handle)
		sftp_handle_keep(&call->handle, msg->handle.handle);
	if (kind == SFTP_attrs) {
		r = reader_of(msg->attrs.attrs);
		sftp_attrs_read(&r, &call->attrs);
		call->attrs.extended = SLICE_NONE; /* borrowed from a reply that goes */
		call->attrs.n_extended = 0;
	}
	if (kind == SFTP_name)
		buf_put_slice(&call->bytes, msg->name.names);
	if (kind == SFTP_extended_reply)
		buf_put_slice(&call->bytes, msg->extended_reply.data);
	if (call->bytes.bad != 0)
		call->code = call->bytes.bad;
}

static void
on_answer(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_call *call = ctx;

	call->done = true;
	call->code = answer->code;
	call->status = answer->status;
	call->text_len = answer->text.n < sizeof(call->text) ? answer->text.n : sizeof(call->text);
	if (call->text_len > 0)
		memcpy(call->text, answer->text.p, call->text_len);
	if (answer->code == 0)
		keep_result(call, answer->msg);
}

static bool
is_answered(void *arg)
{
	return ((const struct sftp_call *)arg)->done;
}

static int
call_ask(struct nacre_sftp *s, struct sftp_call *call, struct sftp_ask *ask, const char *what, const char *path)
{
	uint32_t id;
	int rc;

	ask->done = on_answer;
	ask->ctx = call;
	call->done = false;
	if ((rc = sftp_submit(s, ask, &id)) != NACRE_OK)
		return rc;
	if ((rc = sftp_wait(s, is_answered, call)) != NACRE_OK) {
		sftp_client_abandon(&s->engine, id);
		return rc;
	}
	if (call->code == 0)
		return NACRE_OK;
	return sftp_fail_answer(s, what, path, call->code, call->status, slice_of(call->text, call->text_len));
}

int
sftp_call(struct nacre_sftp *s, struct sftp_call *call, enum sftp_id type, const void *msg, const char *path)
{
	struct sftp_ask ask = {.type = type, .msg = msg};

	return call_ask(s, call, &ask, sftp_rows[type].name, path);
}

int
sftp_call_ext(
    struct nacre_sftp *s, struct sftp_call *call, enum sftp_extension_id ext, const void *msg, const char *path)
{
	struct sftp_ask ask = {.type = SFTP_extended, .ext = ext, .msg = msg};
	const char *name = sftp_extension_rows[ext].name;

	if (!sftp_client_can(&s->engine, ext))
		return sftp_fail(s, NACRE_E_UNSUPPORTED, path, "%s: the server does not have it", name);
	return call_ask(s, call, &ask, name, path);
}

void
sftp_tell(struct nacre_sftp *s, enum sftp_id type, const void *msg)
{
	struct sftp_ask ask = {.type = type, .msg = msg};
	int rc = sftp_client_submit(&s->engine, &ask, NULL);

	(void)rc; /* where it cannot be sent the session's end does the same */
	sftp_send(s);
}

int
sftp_path(struct nacre_sftp *s, int which, const char *path, struct slice *out)
{
	struct buf *b = &s->paths[which];

	*out = SLICE_NONE;
	if (path == NULL)
		return sftp_fail(s, NACRE_E_ARGUMENT, NULL, "there is no path");
	if (s->cwd == NULL || path[0] == '/') {
		*out = slice_str(path);
		return NACRE_OK;
	}
	buf_reset(b);
	buf_put_slice(b, slice_str(s->cwd));
	if (!slice_ends(slice_str(s->cwd), SLICE_LIT("/")))
		buf_put_u8(b, '/');
	buf_put_slice(b, slice_str(path));
	if (b->bad != 0) {
		int bad = b->bad;

		buf_free(b);
		return sftp_fail(s, bad, path, "the path cannot be put together");
	}
	*out = buf_slice(b);
	return NACRE_OK;
}

int
sftp_one_name(struct nacre_sftp *s, const struct sftp_call *call, const char *path, char *out, size_t cap)
{
	struct sftp_names names = sftp_names_of(buf_slice(&call->bytes));
	struct sftp_name_entry entry;

	if (names.left != 1 || !sftp_name_next(&names, &entry))
		return sftp_fail(
		    s, NACRE_E_PROTOCOL, path, "the server gave %lu names, not one", (unsigned long)names.left);
	if (entry.filename.n >= cap)
		return sftp_fail(s, NACRE_E_LIMIT, path, "a name of %zu bytes does not fit", entry.filename.n);
	if (entry.filename.n > 0 && memchr(entry.filename.p, '\0', entry.filename.n) != NULL)
		return sftp_fail(s, NACRE_E_LIMIT, path, "the server gave a name that holds a NUL");
	if (entry.filename.n > 0)
		memcpy(out, entry.filename.p, entry.filename.n);
	out[entry.filename.n] = '\0';
	return NACRE_OK;
}
