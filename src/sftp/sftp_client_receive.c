/* sftp_client_receive: replies out of bytes. Knows: where a reply begins and ends, and that DATA is handed on before it
 * is whole. Must not know: what the other replies say. draft-ietf-secsh-filexfer-02 3, 6.4. */
#include "sftp_client_internal.h"
#include "text.h"

#define LENGTH_LEN 4
#define HEAD_LEN (LENGTH_LEN + 1 + 4) /* and the type, and the id */
#define DATA_HEAD_LEN (HEAD_LEN + 4) /* and the length of the data */
#define TEXT_MAX 160 /* of a server's text before SFTP */

/* The first n bytes of what has arrived: where they stand together in *in they are not copied. Empty: not there yet. */
static struct slice
look(struct sftp_client *s, struct slice *in, size_t n)
{
	size_t take;

	if (s->frame.n == 0 && in->n >= n)
		return slice_of(in->p, n);
	if (s->frame.n < n) {
		take = n - s->frame.n < in->n ? n - s->frame.n : in->n;
		buf_put(&s->frame, in->p, take);
		*in = slice_from(*in, take);
	}
	if (s->frame.bad != 0)
		(void)sftp_client_fail(s, s->frame.bad, "no memory for a reply");
	return s->frame.bad == 0 && s->frame.n >= n ? slice_of(s->frame.p, n) : SLICE_NONE;
}

/* The first n bytes were used: what `look` gave, all of it. */
static void
drop(struct sftp_client *s, struct slice *in, size_t n)
{
	if (s->frame.n == 0)
		*in = slice_from(*in, n);
	s->frame.n = 0;
}

static bool
is_text(uint8_t byte)
{
	return byte >= 0x20 || byte == '\t' || byte == '\x1b';
}

static void
fail_text(struct sftp_client *s)
{
	char shown[4 * TEXT_MAX + 1];

	(void)text_escape(shown, sizeof(shown), buf_slice(&s->frame), false);
	(void)sftp_client_fail(s, NACRE_E_PROTOCOL, "the server printed text before SFTP began: %s", shown);
}

/* A login script's first line is what its owner will know it by. */
static void
take_text(struct sftp_client *s, struct slice *in)
{
	while (in->n > 0 && s->frame.n < TEXT_MAX && is_text(in->p[0])) {
		buf_put_u8(&s->frame, in->p[0]);
		*in = slice_from(*in, 1);
	}
	if (s->frame.bad != 0 || in->n > 0 || s->frame.n == TEXT_MAX)
		fail_text(s);
}

/* VERSION's length begins with a 0 byte, and no text does. A blank line before the text is passed over. */
static bool
begins_as_text(struct sftp_client *s, struct slice *in)
{
	if (s->state != SFTP_CLIENT_STARTING || s->frame.n > 0)
		return s->texting;
	while (in->n > 0 && (in->p[0] == '\n' || in->p[0] == '\r')) {
		s->texting = true;
		*in = slice_from(*in, 1);
	}
	if (in->n > 0 && is_text(in->p[0]))
		s->texting = true;
	return s->texting;
}

/* Does this DATA answer a READ? Everything else, also what is wrong with it, is for the reply as a whole. */
static struct sftp_slot *
data_slot(struct sftp_client *s, struct slice head)
{
	struct sftp_slot *slot = sftp_client_find(s, get_be32(head.p + LENGTH_LEN + 1));

	if (head.p[LENGTH_LEN] != sftp_rows[SFTP_data].number || slot == NULL || slot->type != SFTP_read)
		return NULL;
	return slot;
}

static void
finish_data(struct sftp_client *s)
{
	struct sftp_slot *slot = sftp_client_find(s, s->streaming);
	union sftp_any msg = {.data = {.id = s->streaming}};
	struct sftp_answer answer = {.msg = &msg};

	s->stream_len = 0;
	if (slot != NULL) /* nothing but its own reply takes a slot away */
		sftp_client_answer(s, slot, &answer);
}

/* OpenSSH's own client once asked for ever: neither bytes nor an end is no answer to a READ. */
static void
begin_data(struct sftp_client *s, struct sftp_slot *slot, uint32_t frame_len, uint32_t n)
{
	struct sftp_answer nothing = {
	    .code = NACRE_E_PROTOCOL, .text = SLICE_LIT("the server sent no bytes, and no end")};

	if (frame_len != DATA_HEAD_LEN - LENGTH_LEN + (uint64_t)n) {
		(void)sftp_client_fail(s, NACRE_E_FORMAT, "data: its length is not that of its packet");
	} else if (n > slot->asked) {
		(void)sftp_client_fail(s, NACRE_E_PROTOCOL, "data: %lu bytes where %lu were asked for",
		    (unsigned long)n, (unsigned long)slot->asked);
	} else if (n == 0) {
		sftp_client_answer(s, slot, &nothing);
	} else {
		s->streaming = slot->id;
		s->stream_len = n;
		s->stream_done = 0;
	}
}

static void
stream_data(struct sftp_client *s, struct slice *in)
{
	struct sftp_slot *slot = sftp_client_find(s, s->streaming);
	uint32_t left = s->stream_len - s->stream_done;
	struct slice piece = slice_of(in->p, in->n < left ? in->n : left);

	*in = slice_from(*in, piece.n);
	if (slot != NULL && slot->data != NULL && !slot->abandoned)
		slot->data(slot->ctx, s->stream_done, piece);
	s->stream_done += (uint32_t)piece.n;
	if (s->stream_done == s->stream_len)
		finish_data(s);
}

static bool
length_is_good(struct sftp_client *s, uint32_t n)
{
	if (n > 0 && n <= SFTP_FRAME_MAX)
		return true;
	if (n == 0)
		(void)sftp_client_fail(s, NACRE_E_FORMAT, "a reply of no bytes");
	else
		(void)sftp_client_fail(
		    s, NACRE_E_LIMIT, "a reply of %lu bytes: at most %u are taken", (unsigned long)n, SFTP_FRAME_MAX);
	return false;
}

/* Is it the DATA of a READ? Then its head is used up; its bytes follow. */
static bool
take_data_head(struct sftp_client *s, struct slice *in, uint32_t len, bool *wait)
{
	struct slice head;
	struct sftp_slot *slot;

	if (len < DATA_HEAD_LEN - LENGTH_LEN || s->state != SFTP_CLIENT_READY)
		return false;
	head = look(s, in, DATA_HEAD_LEN);
	*wait = head.n == 0;
	if (*wait || (slot = data_slot(s, head)) == NULL)
		return *wait;
	begin_data(s, slot, len, get_be32(head.p + HEAD_LEN));
	drop(s, in, DATA_HEAD_LEN);
	return true;
}

/* One step. False: all bytes were taken, and more are needed. */
static bool
take_frame(struct sftp_client *s, struct slice *in)
{
	struct slice head = look(s, in, LENGTH_LEN), whole;
	bool wait = false;
	uint32_t len;

	if (head.n == 0)
		return false;
	len = get_be32(head.p);
	if (!length_is_good(s, len))
		return false;
	if (take_data_head(s, in, len, &wait))
		return !wait;
	whole = look(s, in, LENGTH_LEN + (size_t)len);
	if (whole.n == 0)
		return false;
	sftp_client_reply(s, slice_from(whole, LENGTH_LEN));
	drop(s, in, whole.n);
	return true;
}

int
sftp_client_receive(struct sftp_client *s, struct slice in)
{
	while (in.n > 0 && s->state != SFTP_CLIENT_FAILED) {
		if (s->stream_len > 0)
			stream_data(s, &in);
		else if (begins_as_text(s, &in))
			take_text(s, &in);
		else if (!take_frame(s, &in))
			break;
	}
	return s->failure.code;
}

void
sftp_client_end(struct sftp_client *s, int code, const char *text)
{
	if (s->texting)
		fail_text(s);
	else if (s->state == SFTP_CLIENT_STARTING)
		(void)sftp_client_fail(s, code, "%s before SFTP began", text);
	else
		(void)sftp_client_fail(s, code, "%s", text);
}
