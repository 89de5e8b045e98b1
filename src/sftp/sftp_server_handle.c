/* sftp_server_handle: the files and directories that a client has open. Knows: the table, and handles on the wire. Must
 * not know: what is open. draft-ietf-secsh-filexfer-02 6.3. */
#include "sftp_server.h"

#define WIRE_LEN (4 + SFTP_SERVER_TAG_LEN)

struct sftp_handle *
handle_new(struct nacre_sftp_server *s)
{
	struct sftp_handle *h = s->handles;

	if (s->n_handles == s->options.handles_max)
		return NULL;
	while (h->state != HANDLE_FREE)
		h++;
	if (mem_random(s->env, h->tag, sizeof(h->tag)) != 0)
		return NULL;
	h->state = HANDLE_OPENING;
	s->n_handles++;
	return h;
}

struct sftp_handle *
handle_find(struct nacre_sftp_server *s, struct slice wire)
{
	struct sftp_handle *h;
	uint32_t at;

	if (wire.n != WIRE_LEN || (at = get_be32(wire.p)) >= s->options.handles_max)
		return NULL;
	h = &s->handles[at];
	if (h->state != HANDLE_FILE && h->state != HANDLE_DIR)
		return NULL;
	return memcmp(h->tag, wire.p + 4, sizeof(h->tag)) == 0 ? h : NULL;
}

void
handle_free(struct nacre_sftp_server *s, struct sftp_handle *h)
{
	*h = (struct sftp_handle){.state = HANDLE_FREE};
	s->n_handles--;
}

void
handle_put(const struct nacre_sftp_server *s, struct buf *b, uint32_t id, const struct sftp_handle *h)
{
	uint8_t wire[WIRE_LEN];

	put_be32(wire, (uint32_t)(h - s->handles));
	memcpy(wire + 4, h->tag, sizeof(h->tag));
	sftp_put(b, SFTP_handle, &(struct sftp_msg_handle){.id = id, .handle = slice_of(wire, sizeof(wire))});
}

void
handle_close_all(struct nacre_sftp_server *s)
{
	struct nacre_sftp_request nobody = {.server = NULL};
	unsigned i;

	for (i = 0; i < s->options.handles_max; i++) {
		struct sftp_handle *h = &s->handles[i];

		if (h->state == HANDLE_FILE)
			(void)s->handler->close(s->options.ctx, nobody, h->file);
		if (h->state == HANDLE_DIR)
			(void)s->handler->closedir(s->options.ctx, nobody, h->file);
	}
}
