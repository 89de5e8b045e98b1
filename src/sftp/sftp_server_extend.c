/* sftp_server_extend: what the engine answers without a handler, and what it announces. Knows: the start directory,
 * limits, extensions. Must not know: files. OpenSSH PROTOCOL 4; filexfer-02 4, 6.11; filexfer-extensions-00 5. */
#include "sftp_list.h"
#include "sftp_server.h"

int
serve_limits(const struct serve_call *c)
{
	struct nacre_sftp_server *s = c->server;
	struct sftp_request *request = request_find(c->r);

	sftp_extension_put(&s->out, SFTP_EXT_limits_reply,
	    &(struct sftp_ext_limits_reply){
		.id = c->ask->ext.limits.id,
		.packet_length = SFTP_FRAME_MAX,
		.read_length = SFTP_SERVER_DATA_MAX,
		.write_length = SFTP_SERVER_DATA_MAX,
		.open_handles = s->options.handles_max,
	    });
	request_end(s, request);
	return NACRE_SFTP_LATER;
}

/* The path without what says nothing, in the place that the request's other path does not need. */
static int
reply_normalized(const struct serve_call *c, struct nacre_bytes path)
{
	uint8_t *p = c->server->path[1];

	memcpy(p, path.p, path.n);
	path.n = path_normalize(p, path.n);
	path.p = p;
	return nacre_sftp_reply_path(c->r, path);
}

/* An empty path is the start directory, as "." is. */
static int
resolve(const struct serve_call *c, struct slice path)
{
	struct nacre_bytes absolute;
	int status = path_absolute(c->server, path.n == 0 ? SLICE_LIT(".") : path, c->server->path[0], &absolute);

	if (status != NACRE_SFTP_OK)
		return status;
	if (c->handler->realpath != NULL)
		return c->handler->realpath(c->ctx, c->r, absolute);
	return reply_normalized(c, absolute);
}

int
serve_realpath(const struct serve_call *c)
{
	return resolve(c, c->ask->msg.realpath.path);
}

/* "~" and "~/rest" begin at the start directory; of other users' homes nothing is told here. */
int
serve_expand_path(const struct serve_call *c)
{
	struct slice path = c->ask->ext.expand_path.path;

	if (path.n > 0 && path.p[0] == '~') {
		if (path.n > 1 && path.p[1] != '/')
			return NACRE_SFTP_NO_SUCH_FILE;
		path = slice_from(path, 2);
		while (path.n > 0 && path.p[0] == '/')
			path = slice_from(path, 1);
	}
	return resolve(c, path);
}

int
serve_home_directory(const struct serve_call *c)
{
	struct slice user = c->ask->ext.home_directory.username;

	if (user.n == 0)
		return nacre_sftp_reply_path(
		    c->r, (struct nacre_bytes){(const uint8_t *)c->server->start, c->server->start_n});
	if (c->handler->home == NULL)
		return NACRE_SFTP_NO_SUCH_FILE;
	return c->handler->home(c->ctx, c->r, (struct nacre_bytes){user.p, user.n});
}

/* Each of ids, a run of uint32, as a string; empty where there is no name. */
static void
put_names(const struct serve_call *c, struct buf *b, bool is_group, struct slice ids)
{
	struct reader r = reader_of(ids);
	char name[SFTP_SERVER_NAME_MAX];
	size_t mark = buf_begin_string(b), n;

	while (r.n > 0) {
		n = c->handler->id_name(c->ctx, is_group, reader_u32(&r), name, sizeof(name));
		buf_put_string(b, slice_of(name, n > sizeof(name) ? 0 : n));
	}
	buf_end_string(b, mark);
}

size_t
serve_users_groups_room(const struct sftp_ext_users_groups *ext)
{
	return 32 + (ext->uids.n + ext->gids.n) / 4 * (4 + SFTP_SERVER_NAME_MAX);
}

int
serve_users_groups(const struct serve_call *c)
{
	const struct sftp_ext_users_groups *ext = &c->ask->ext.users_groups;
	struct nacre_sftp_server *s = c->server;
	struct sftp_request *request = request_find(c->r);
	size_t at = s->out.n;

	if (ext->uids.n % 4 != 0 || ext->gids.n % 4 != 0)
		return NACRE_SFTP_BAD_MESSAGE;
	if ((ext->uids.n + ext->gids.n) / 4 > SFTP_SERVER_IDS_MAX)
		return NACRE_SFTP_FAILURE;
	buf_put_u32(&s->out, 0);
	buf_put_u8(&s->out, sftp_rows[SFTP_extended_reply].number);
	buf_put_u32(&s->out, ext->id);
	put_names(c, &s->out, false, ext->uids);
	put_names(c, &s->out, true, ext->gids);
	if (s->out.bad == 0)
		put_be32(s->out.p + at, (uint32_t)(s->out.n - at - 4));
	request_end(s, request);
	return NACRE_SFTP_LATER;
}

/* What VERSION says of an extension; check-file's other names are told by its own. */
static struct slice
announcement(enum sftp_extension_id ext, struct buf *names)
{
	if (ext == SFTP_EXT_check_file)
		serve_check_names(names);
	return ext == SFTP_EXT_check_file ? buf_slice(names) : slice_str(sftp_extension_rows[ext].version);
}

/* filexfer-02 4: VERSION tells the extensions. */
void
serve_version(struct nacre_sftp_server *s)
{
	uint8_t room[1024], name_room[128];
	struct buf pairs = {.env = s->env, .p = room, .cap = sizeof(room), .max = sizeof(room)};
	struct buf names = {.env = s->env, .p = name_room, .cap = sizeof(name_room), .max = sizeof(name_room)};
	struct slice says;
	unsigned ext;

	for (ext = 0; ext < SFTP_EXT_COUNT; ext++) {
		const struct sftp_extension_row *row = &sftp_extension_rows[ext];
		const struct serve_row *serve = serve_row_of(SFTP_extended, (enum sftp_extension_id)ext);

		if (serve == NULL || !serve_row_is_offered(s, serve))
			continue;
		says = announcement((enum sftp_extension_id)ext, &names);
		if (says.n > 0)
			sftp_pair_put(&pairs, slice_str(row->name), says);
	}
	sftp_put(&s->out, SFTP_version,
	    &(struct sftp_msg_version){.version = SFTP_VERSION, .extensions = buf_slice(&pairs)});
}
