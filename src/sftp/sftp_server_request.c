/* sftp_server_request: a client's requests, from the frame to the handler. Knows: which may run beside which, and what
 * is refused before anybody is asked. Must not know: what an operation does. draft-ietf-secsh-filexfer-02 3, 4, 6. */
#include "sftp_server.h"

#define OPEN_CHANGES (NACRE_SFTP_WRITE | NACRE_SFTP_APPEND | NACRE_SFTP_CREAT | NACRE_SFTP_TRUNC)
#define NAMES_ROOM                                                                                                     \
	(SFTP_SERVER_NAMES_MAX + 3 * SFTP_SERVER_PATH_MAX) /* the entry that no longer fits is tried there             \
							    */
#define PATH_ROOM (5 * SFTP_SERVER_PATH_MAX)
#define DATA_ROOM 13u

static struct slice
slice_at(const union serve_ask *ask, size_t offset)
{
	struct slice s;

	memcpy(&s, (const uint8_t *)ask + offset, sizeof(s));
	return s;
}

static void
fail(struct nacre_sftp_server *s, int code, const char *text)
{
	(void)failure_set(&s->failure, code, NACRE_ORIGIN_PROTOCOL, "%s", text);
}

/* filexfer-02 4: the lower of both versions is spoken. There is nothing below 3 that we speak. */
static void
take_init(struct nacre_sftp_server *s, struct slice payload)
{
	struct sftp_msg_init init;

	if (s->started) {
		fail(s, NACRE_E_PROTOCOL, "init: a second one");
	} else if (sftp_parse(SFTP_init, payload, &init, NULL) != 0) {
		fail(s, NACRE_E_FORMAT, "init: malformed");
	} else if (init.version < SFTP_VERSION) {
		(void)failure_set(&s->failure, NACRE_E_PROTOCOL, NACRE_ORIGIN_PROTOCOL,
		    "init: the client speaks version %u of SFTP, and 3 is the oldest here", (unsigned)init.version);
	} else {
		s->started = true;
		serve_version(s);
	}
}

static bool
row_changes(const struct serve_row *row, const union serve_ask *ask)
{
	if ((row->flags & SERVE_OPENS) != 0 && (row->flags & SERVE_ON_FILE) != 0)
		return (ask->msg.open.pflags & OPEN_CHANGES) != 0;
	return (row->flags & (SERVE_CHANGES | SERVE_CLOSES)) != 0;
}

/* The greatest reply that it may have. */
static size_t
room_for(const struct serve_row *row, const union serve_ask *ask, uint32_t length)
{
	size_t room = SFTP_SERVER_STATUS_ROOM;

	if (row->answer == ANSWER_DATA)
		room = DATA_ROOM + (size_t)length;
	else if (row->answer == ANSWER_ENTRIES)
		room = NAMES_ROOM;
	else if (row->answer == ANSWER_PATH)
		room = PATH_ROOM;
	else if (row->serve == serve_users_groups)
		room = serve_users_groups_room(&ask->ext.users_groups);
	else if (row->serve == serve_check_file)
		room = SFTP_SERVER_HASHES_MAX + SFTP_SERVER_STATUS_ROOM;
	return room < SFTP_SERVER_STATUS_ROOM ? SFTP_SERVER_STATUS_ROOM : room;
}

static bool
has_room(const struct nacre_sftp_server *s, size_t room)
{
	return s->out.n + s->out_kept + room <= SFTP_SERVER_OUT_MAX;
}

/* Reads run beside each other; what changes a file waits for all before it on that file, what changes a path for all.
 * So a client that does not wait for answers finds what it would find if it did. */
static bool
may_begin(const struct nacre_sftp_server *s, const struct serve_call *c, bool changes)
{
	size_t i;

	if (c->handle[0] == NULL)
		return changes ? s->n_requests == 0 : s->n_changes == 0;
	if (s->n_path_changes > 0)
		return false;
	for (i = 0; i < 2 && c->handle[i] != NULL; i++)
		if (c->handle[i]->changes > 0 || (changes && c->handle[i]->looks > 0))
			return false;
	return true;
}

static struct sftp_request *
request_new(struct nacre_sftp_server *s, struct nacre_sftp_request *r)
{
	struct sftp_request *request = s->requests;

	while (request->row != NULL)
		request++;
	request->generation++;
	r->server = s;
	r->token = (uint64_t)request->generation << 32 | (uint64_t)(request - s->requests);
	return request;
}

static void
count(struct nacre_sftp_server *s, const struct sftp_request *request, unsigned by)
{
	bool by_handle = request->handle[0] != NULL && (request->row->flags & SERVE_OPENS) == 0;
	size_t i;

	s->n_requests += by;
	s->n_changes += request->changes ? by : 0;
	s->n_path_changes += request->changes && !by_handle ? by : 0;
	for (i = 0; by_handle && i < 2 && request->handle[i] != NULL; i++)
		*(request->changes ? &request->handle[i]->changes : &request->handle[i]->looks) += by;
}

void
request_end(struct nacre_sftp_server *s, struct sftp_request *request)
{
	struct sftp_handle *h = request->handle[0];

	count(s, request, (unsigned)-1);
	s->out_kept -= request->room;
	/* a file that was not opened after all, or is closed */
	if (h != NULL && (h->state == HANDLE_OPENING || h->state == HANDLE_CLOSING))
		handle_free(s, h);
	*request = (struct sftp_request){.generation = request->generation};
}

static int
find_handles(struct serve_call *c, const struct serve_row *row)
{
	size_t i;

	for (i = 0; i < 2 && row->handle[i] != 0; i++) {
		struct sftp_handle *h = handle_find(c->server, slice_at(c->ask, row->handle[i]));

		if (h == NULL || (row->flags & (h->state == HANDLE_DIR ? SERVE_ON_DIR : SERVE_ON_FILE)) == 0)
			return NACRE_SFTP_FAILURE;
		c->handle[i] = h;
	}
	return NACRE_SFTP_OK;
}

static int
find_paths(struct serve_call *c, const struct serve_row *row)
{
	int status = NACRE_SFTP_OK;
	size_t i;

	for (i = 0; i < 2 && row->path[i] != 0 && status == NACRE_SFTP_OK; i++)
		status = path_absolute(c->server, slice_at(c->ask, row->path[i]), c->server->path[i], &c->path[i]);
	return status;
}

static void
read_attrs(struct serve_call *c, const struct serve_row *row)
{
	struct sftp_attrs attrs;
	struct reader r;

	if (row->attrs == 0)
		return;
	r = reader_of(slice_at(c->ask, row->attrs));
	sftp_attrs_read(&r, &attrs);
	c->attrs = (struct nacre_sftp_attrs){
	    .flags = attrs.flags & ~SFTP_ATTR_EXTENDED,
	    .size = attrs.size,
	    .uid = attrs.uid,
	    .gid = attrs.gid,
	    .permissions = attrs.permissions,
	    .atime = attrs.atime,
	    .mtime = attrs.mtime,
	};
}

/* Asks the handler. What it returns is the answer, unless it has given one or will. */
static void
begin(struct nacre_sftp_server *s, const struct serve_row *row, struct serve_call *c, struct sftp_request *request)
{
	int status;

	request->row = row;
	request->handle[0] = c->handle[0];
	request->handle[1] = c->handle[1];
	count(s, request, 1);
	s->out_kept += request->room;
	status = row->serve(c);
	if (status != NACRE_SFTP_LATER && request_find(c->r) != NULL)
		(void)nacre_sftp_reply_status(c->r, status < 0 ? NACRE_SFTP_FAILURE : status, NULL);
}

static uint32_t
read_length(const struct serve_row *row, const union serve_ask *ask)
{
	if (row->answer != ANSWER_DATA)
		return 0;
	return ask->msg.read.len < SFTP_SERVER_DATA_MAX ? ask->msg.read.len : SFTP_SERVER_DATA_MAX;
}

/* False: it waits. */
static bool
serve(struct nacre_sftp_server *s, const struct serve_row *row, uint32_t id, const union serve_ask *ask)
{
	struct serve_call c = {.server = s, .handler = s->handler, .ctx = s->options.ctx, .ask = ask};
	uint32_t length = read_length(row, ask);
	size_t room = room_for(row, ask, length);
	bool changes = row_changes(row, ask);
	struct sftp_request *request;
	const char *text = NULL;
	int status;

	if (s->n_requests == s->options.requests_max || !has_room(s, room))
		return false;
	if ((status = find_handles(&c, row)) != NACRE_SFTP_OK)
		text = "Invalid handle";
	else if (!may_begin(s, &c, changes))
		return false;
	else if (s->options.read_only && changes && (row->flags & SERVE_CLOSES) == 0)
		status = NACRE_SFTP_PERMISSION_DENIED;
	else if ((status = find_paths(&c, row)) == NACRE_SFTP_OK && (row->flags & SERVE_OPENS) != 0 &&
		 (c.handle[0] = handle_new(s)) == NULL) {
		status = NACRE_SFTP_FAILURE;
		text = "Too many open handles";
	}
	if (status != NACRE_SFTP_OK) {
		reply_status_now(s, id, status, text);
		return true;
	}
	read_attrs(&c, row);
	request = request_new(s, &c.r);
	request->id = id;
	request->length = length;
	request->room = room;
	request->changes = changes;
	begin(s, row, &c, request);
	return true;
}

/* Which request it is, and its fields. An enum nacre_sftp_status. */
static int
read_request(struct slice payload, union serve_ask *ask, const struct serve_row **row)
{
	enum sftp_id id = sftp_find(payload.p[0]);
	enum sftp_extension_id ext = SFTP_EXT_none;
	struct sftp_msg_extended extended;

	*row = NULL;
	if (id == SFTP_none || sftp_rows[id].from != SFTP_FROM_CLIENT)
		return NACRE_SFTP_OP_UNSUPPORTED;
	if (id != SFTP_extended) {
		*row = serve_row_of(id, ext);
		return sftp_parse(id, payload, &ask->msg, NULL) == 0 ? NACRE_SFTP_OK : NACRE_SFTP_BAD_MESSAGE;
	}
	if (sftp_parse(id, payload, &extended, NULL) != 0)
		return NACRE_SFTP_BAD_MESSAGE;
	ext = sftp_extension_find(extended.request);
	if ((*row = serve_row_of(id, ext)) == NULL)
		return NACRE_SFTP_OP_UNSUPPORTED;
	return sftp_extension_parse(ext, extended.id, extended.data, &ask->ext, NULL) == 0 ? NACRE_SFTP_OK
											   : NACRE_SFTP_BAD_MESSAGE;
}

bool
request_take(struct nacre_sftp_server *s, struct slice payload)
{
	const struct serve_row *row;
	union serve_ask ask;
	uint32_t id;
	int status;

	if (!has_room(s, SFTP_SERVER_STATUS_ROOM))
		return false;
	if (payload.p[0] == sftp_rows[SFTP_init].number) {
		take_init(s, payload);
		return true;
	}
	if (!s->started) {
		fail(s, NACRE_E_PROTOCOL, "a request before init");
		return true;
	}
	if (!sftp_request_id(payload, &id)) {
		fail(s, NACRE_E_FORMAT, "a message without an id");
		return true;
	}
	status = read_request(payload, &ask, &row);
	/* What nobody can do is so in a read-only session, too; what it may not do is refused later. */
	if (status == NACRE_SFTP_OK && (row == NULL || (row->op != 0 && !serve_has_op(s->handler, row->op))))
		status = NACRE_SFTP_OP_UNSUPPORTED;
	if (status == NACRE_SFTP_OK)
		return serve(s, row, id, &ask);
	reply_status_now(s, id, status, NULL);
	return true;
}
