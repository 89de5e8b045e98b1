/* sftp_server_reply: answers, as a handler gives them. Knows: which answer a request may have, and how it is written.
 * Must not know: how requests are begun. draft-ietf-secsh-filexfer-02 7. */
#include "sftp_list.h"
#include "sftp_server.h"

#define DATA_HEAD 13u /* length, number, id, length of the data */
#define NAME_HEAD 13u /* length, number, id, count */
#define TEXT_MAX 512u

static const char *const status_texts[] = {
    [NACRE_SFTP_OK] = "Success",
    [NACRE_SFTP_EOF] = "End of file",
    [NACRE_SFTP_NO_SUCH_FILE] = "No such file",
    [NACRE_SFTP_PERMISSION_DENIED] = "Permission denied",
    [NACRE_SFTP_FAILURE] = "Failure",
    [NACRE_SFTP_BAD_MESSAGE] = "Bad message",
    [NACRE_SFTP_NO_CONNECTION] = "No connection",
    [NACRE_SFTP_CONNECTION_LOST] = "Connection lost",
    [NACRE_SFTP_OP_UNSUPPORTED] = "Operation unsupported",
};

void
reply_status_now(struct nacre_sftp_server *s, uint32_t id, int status, const char *text)
{
	struct slice message;

	if (status < 0 || status > NACRE_SFTP_OP_UNSUPPORTED)
		status = NACRE_SFTP_FAILURE;
	message = slice_str(text == NULL ? status_texts[status] : text);
	if (message.n > TEXT_MAX)
		message.n = TEXT_MAX;
	sftp_put(&s->out, SFTP_status,
	    &(struct sftp_msg_status){
		.id = id, .code = (uint32_t)status, .message = message, .language = SLICE_LIT("en")});
}

struct sftp_request *
request_find(struct nacre_sftp_request r)
{
	uint32_t at = (uint32_t)r.token, generation = (uint32_t)(r.token >> 32);
	struct sftp_request *request;

	if (r.server == NULL || at >= r.server->options.requests_max)
		return NULL;
	request = &r.server->requests[at];
	return request->row != NULL && request->generation == generation ? request : NULL;
}

/* The request, where it is unanswered and asked for this. */
static struct sftp_request *
find_asking(struct nacre_sftp_request r, enum answer_kind kind)
{
	struct sftp_request *request = request_find(r);

	return request != NULL && request->row->answer == kind ? request : NULL;
}

static int
done(struct nacre_sftp_request r, struct sftp_request *request)
{
	request_end(r.server, request);
	return r.server->out.bad;
}

void
listing_drop(struct nacre_sftp_server *s)
{
	if (!s->listing)
		return;
	s->out.n = s->listing_at;
	s->listing = false;
	s->listing_lost = s->listing_for;
}

int
nacre_sftp_reply_status(struct nacre_sftp_request r, int status, const char *text)
{
	struct sftp_request *request = request_find(r);

	if (request == NULL)
		return NACRE_E_MISUSE;
	listing_drop(r.server);
	/* Nobody can go on with a success that brings nothing. */
	if (status == NACRE_SFTP_OK && request->row->answer != ANSWER_STATUS)
		status = NACRE_SFTP_FAILURE;
	reply_status_now(r.server, request->id, status, text);
	return done(r, request);
}

int
nacre_sftp_reply_handle(struct nacre_sftp_request r, void *file)
{
	struct sftp_request *request = find_asking(r, ANSWER_HANDLE);
	struct sftp_handle *h;

	if (request == NULL || file == NULL)
		return NACRE_E_MISUSE;
	listing_drop(r.server);
	h = request->handle[0];
	h->file = file;
	h->state = (request->row->flags & SERVE_ON_DIR) != 0 ? HANDLE_DIR : HANDLE_FILE;
	handle_put(r.server, &r.server->out, request->id, h);
	return done(r, request);
}

uint8_t *
nacre_sftp_reply_space(struct nacre_sftp_request r, size_t *n)
{
	struct sftp_request *request = find_asking(r, ANSWER_DATA);
	uint8_t *p;

	*n = 0;
	if (request == NULL)
		return NULL;
	listing_drop(r.server);
	if ((p = buf_reserve(&r.server->out, DATA_HEAD + request->length)) == NULL)
		return NULL;
	*n = request->length;
	return p + DATA_HEAD;
}

int
nacre_sftp_reply_data(struct nacre_sftp_request r, size_t n)
{
	struct sftp_request *request = find_asking(r, ANSWER_DATA);
	uint8_t *p;

	if (request == NULL || n > request->length)
		return NACRE_E_MISUSE;
	if (n == 0)
		return nacre_sftp_reply_status(r, NACRE_SFTP_EOF, NULL);
	/* The same place as nacre_sftp_reply_space gave. */
	if ((p = buf_reserve(&r.server->out, DATA_HEAD + n)) != NULL) {
		put_be32(p, (uint32_t)(DATA_HEAD - 4 + n));
		p[4] = sftp_rows[SFTP_data].number;
		put_be32(p + 5, request->id);
		put_be32(p + 9, (uint32_t)n);
		r.server->out.n += DATA_HEAD + n;
	}
	return done(r, request);
}

struct sftp_attrs
attrs_to_wire(const struct nacre_sftp_attrs *attrs)
{
	return (struct sftp_attrs){
	    .flags = attrs->flags & ~SFTP_ATTR_EXTENDED,
	    .size = attrs->size,
	    .uid = attrs->uid,
	    .gid = attrs->gid,
	    .permissions = attrs->permissions,
	    .atime = attrs->atime,
	    .mtime = attrs->mtime,
	};
}

int
nacre_sftp_reply_attrs(struct nacre_sftp_request r, const struct nacre_sftp_attrs *attrs)
{
	struct sftp_request *request = find_asking(r, ANSWER_ATTRS);
	struct sftp_attrs wire;
	uint8_t room[64];
	struct buf b;

	if (request == NULL)
		return NACRE_E_MISUSE;
	listing_drop(r.server);
	wire = attrs_to_wire(attrs);
	b = (struct buf){.env = r.server->env, .p = room, .cap = sizeof(room), .max = sizeof(room)};
	sftp_attrs_put(&b, &wire); /* at most 36 bytes */
	sftp_put(&r.server->out, SFTP_attrs, &(struct sftp_msg_attrs){.id = request->id, .attrs = buf_slice(&b)});
	return done(r, request);
}

/* The head of a NAME is filled in when its entries are known. */
static void
listing_begin(struct nacre_sftp_server *s, uint64_t token)
{
	s->listing = true;
	s->listing_for = token;
	s->listing_lost = 0;
	s->listing_at = s->out.n;
	s->listing_n = 0;
	if (buf_reserve(&s->out, NAME_HEAD) != NULL)
		s->out.n += NAME_HEAD;
}

static void
listing_end(struct nacre_sftp_server *s, uint32_t id)
{
	uint8_t *p = s->out.p + s->listing_at;

	s->listing = false;
	if (s->out.bad != 0)
		return;
	put_be32(p, (uint32_t)(s->out.n - s->listing_at - 4));
	p[4] = sftp_rows[SFTP_name].number;
	put_be32(p + 5, id);
	put_be32(p + 9, s->listing_n);
}

int
nacre_sftp_reply_path(struct nacre_sftp_request r, struct nacre_bytes path)
{
	struct sftp_request *request = find_asking(r, ANSWER_PATH);
	struct slice name = slice_of(path.p, path.n);

	if (request == NULL)
		return NACRE_E_MISUSE;
	if (path.n > 2 * SFTP_SERVER_PATH_MAX)
		return nacre_sftp_reply_status(r, NACRE_SFTP_FAILURE, NULL);
	listing_drop(r.server);
	listing_begin(r.server, r.token);
	/* filexfer-02 6.11: one name, with dummy attributes */
	sftp_name_put(&r.server->out, &(struct sftp_name_entry){.filename = name, .longname = name});
	r.server->listing_n = 1;
	listing_end(r.server, request->id);
	return done(r, request);
}

int
nacre_sftp_reply_statvfs(struct nacre_sftp_request r, const struct nacre_sftp_statvfs *fs)
{
	struct sftp_request *request = find_asking(r, ANSWER_STATVFS);

	if (request == NULL)
		return NACRE_E_MISUSE;
	listing_drop(r.server);
	sftp_extension_put(&r.server->out, SFTP_EXT_statvfs_reply,
	    &(struct sftp_ext_statvfs_reply){
		.id = request->id,
		.bsize = fs->bsize,
		.frsize = fs->frsize,
		.blocks = fs->blocks,
		.bfree = fs->bfree,
		.bavail = fs->bavail,
		.files = fs->files,
		.ffree = fs->ffree,
		.favail = fs->favail,
		.fsid = fs->fsid,
		.flag = fs->flag,
		.namemax = fs->namemax,
	    });
	return done(r, request);
}

bool
nacre_sftp_reply_entry(
    struct nacre_sftp_request r, struct nacre_bytes name, const struct nacre_sftp_attrs *attrs, uint32_t links)
{
	struct sftp_request *request = find_asking(r, ANSWER_ENTRIES);
	struct nacre_sftp_server *s = r.server;
	struct slice filename = slice_of(name.p, name.n);
	struct sftp_attrs wire;
	size_t before;

	if (request == NULL)
		return false;
	if (name.n > SFTP_SERVER_PATH_MAX)
		return true; /* no system has such names: left out, or no reply could hold it */
	if (s->listing && s->listing_for != r.token)
		listing_drop(s);
	if (!s->listing)
		listing_begin(s, r.token);
	before = s->out.n;
	wire = attrs_to_wire(attrs);
	buf_put_string(&s->out, filename);
	longname_put(s, &s->out, filename, attrs, links);
	sftp_attrs_put(&s->out, &wire);
	if (s->out.bad == 0 && s->out.n - s->listing_at > SFTP_SERVER_NAMES_MAX) {
		s->out.n = before;
		return false;
	}
	s->listing_n++;
	return true;
}

int
nacre_sftp_reply_entries(struct nacre_sftp_request r)
{
	struct sftp_request *request = find_asking(r, ANSWER_ENTRIES);

	if (request == NULL || (!r.server->listing && r.server->listing_lost == r.token))
		return NACRE_E_MISUSE;
	if (!r.server->listing || r.server->listing_for != r.token || r.server->listing_n == 0)
		return nacre_sftp_reply_status(r, NACRE_SFTP_EOF, NULL);
	listing_end(r.server, request->id);
	return done(r, request);
}
