/* sftp_file: opening, closing, positions and the calls on a handle. Knows: fopen's modes. Must not know: how bytes are
 * fetched. Serves draft-ietf-secsh-filexfer-02 6.3, 6.8, 6.9; OpenSSH PROTOCOL 4.6; filexfer-extensions-00 7. */
#include "sftp_file.h"

struct sftp_block *
block_new(struct nacre_sftp_file *f, uint64_t at, uint8_t *bytes, size_t n)
{
	size_t size = sizeof(struct sftp_block) + (bytes == NULL ? n : 0);
	struct sftp_block *block = mem_raw(f->env, size);

	if (block == NULL)
		return NULL;
	*block = (struct sftp_block){.file = f, .at = at, .n = n, .size = size};
	block->bytes = bytes == NULL ? (uint8_t *)(block + 1) : bytes;
	return block;
}

void
block_free(struct sftp_block *block)
{
	mem_free(block->file->env, block, block->size);
}

void
sftp_result_keep(struct sftp_result *result, const struct sftp_answer *answer)
{
	if (answer->code == 0 || result->code != 0)
		return;
	result->code = answer->code;
	result->status = answer->status;
	result->text_len = answer->text.n < sizeof(result->text) ? answer->text.n : sizeof(result->text);
	if (result->text_len > 0)
		memcpy(result->text, answer->text.p, result->text_len);
}

int
sftp_result_fail(struct nacre_sftp *s, const struct sftp_result *result, const char *what)
{
	if (result->code == 0)
		return NACRE_OK;
	return sftp_fail_answer(s, what, NULL, result->code, result->status, slice_of(result->text, result->text_len));
}

struct mode {
	uint32_t pflags;
	bool append;
};

/* One of r, w, a or, for a new file, x comes first; w and a may have an x besides. */
static bool
mode_read(const char *text, struct mode *mode)
{
	static const struct {
		char letter;
		bool leads;
		uint32_t pflags;
	} letters[] = {
	    {'r', true, SFTP_PFLAG_READ},
	    {'w', true, SFTP_PFLAG_WRITE | SFTP_PFLAG_CREAT | SFTP_PFLAG_TRUNC},
	    {'a', true, SFTP_PFLAG_WRITE | SFTP_PFLAG_CREAT | SFTP_PFLAG_APPEND},
	    {'x', true, SFTP_PFLAG_WRITE | SFTP_PFLAG_CREAT | SFTP_PFLAG_EXCL},
	    {'x', false, SFTP_PFLAG_EXCL},
	    {'+', false, SFTP_PFLAG_READ | SFTP_PFLAG_WRITE},
	    {'b', false, 0},
	};
	size_t at, i;

	*mode = (struct mode){.pflags = 0};
	for (at = 0; text != NULL && text[at] != '\0'; at++) {
		for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
			if (letters[i].letter == text[at] && letters[i].leads == (at == 0))
				break;
		}
		if (i == sizeof(letters) / sizeof(letters[0]))
			return false;
		mode->pflags |= letters[i].pflags;
	}
	mode->append = (mode->pflags & SFTP_PFLAG_APPEND) != 0;
	return at > 0 && ((mode->pflags & SFTP_PFLAG_EXCL) == 0 || (mode->pflags & SFTP_PFLAG_CREAT) != 0);
}

/* "a" begins at the end, as tell says. */
static int
find_end(struct nacre_sftp_file *f, const char *path)
{
	struct sftp_msg_fstat msg = {.handle = sftp_handle_slice(&f->handle)};
	struct sftp_call call;
	int rc;

	if (!f->append)
		return NACRE_OK;
	sftp_call_init(&call, f->sftp);
	rc = sftp_call(f->sftp, &call, SFTP_fstat, &msg, path);
	buf_free(&call.bytes);
	f->pos = call.attrs.size;
	return rc;
}

static void
file_free(struct nacre_sftp_file *f)
{
	mem_free(f->env, f, sizeof(*f));
}

static void
file_close_handle(struct nacre_sftp_file *f)
{
	struct sftp_msg_close msg = {.handle = sftp_handle_slice(&f->handle)};

	sftp_tell(f->sftp, SFTP_close, &msg);
}

static int
file_open(struct nacre_sftp *s, const char *path, const struct mode *mode, struct nacre_sftp_file *f)
{
	struct sftp_msg_open msg = {.pflags = mode->pflags, .attrs = SLICE_LIT("\0\0\0\0")};
	struct sftp_call call;
	int rc = sftp_path(s, 0, path, &msg.filename);

	if (rc != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	rc = sftp_call(s, &call, SFTP_open, &msg, path);
	buf_free(&call.bytes);
	if (rc != NACRE_OK)
		return rc;
	*f = (struct nacre_sftp_file){
	    .sftp = s, .env = s->env, .handle = call.handle, .append = mode->append, .expected = UINT64_MAX};
	if ((rc = find_end(f, path)) != NACRE_OK && s->ch->client != NULL)
		file_close_handle(f);
	return rc;
}

static int
file_new(struct nacre_sftp *s, const char *path, const struct mode *mode, nacre_sftp_file **file)
{
	struct nacre_sftp_file *f;
	int rc;

	if ((f = mem_new(s->env, sizeof(*f))) == NULL)
		return sftp_fail(s, NACRE_E_NOMEM, path, "out of memory");
	if ((rc = file_open(s, path, mode, f)) != NACRE_OK) {
		mem_free(s->env, f, sizeof(*f));
		return rc;
	}
	f->next = s->files;
	s->files = f;
	*file = f;
	return NACRE_OK;
}

int
nacre_sftp_open(nacre_sftp *s, const char *path, const char *text, nacre_sftp_file **file)
{
	struct mode mode;
	int rc = sftp_enter(s);

	*file = NULL;
	if (rc != NACRE_OK)
		return rc;
	if (!mode_read(text, &mode))
		return sftp_fail(s, NACRE_E_ARGUMENT, path, "open: mode is not one of fopen's");
	return sftp_leave(s, file_new(s, path, &mode, file));
}

int
sftp_open_keeping(struct nacre_sftp *s, const char *path, nacre_sftp_file **file)
{
	static const struct mode mode = {.pflags = SFTP_PFLAG_WRITE | SFTP_PFLAG_CREAT};
	int rc = sftp_enter(s);

	*file = NULL;
	return rc != NACRE_OK ? rc : sftp_leave(s, file_new(s, path, &mode, file));
}

void
sftp_detach_files(struct nacre_sftp *s)
{
	for (struct nacre_sftp_file *f = s->files; f != NULL; f = f->next) {
		file_drop_ahead(f);
		file_drop_written(f);
		f->sftp = NULL;
	}
	s->files = NULL;
}

static void
file_unlink(struct nacre_sftp_file *f)
{
	struct nacre_sftp_file **at = &f->sftp->files;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
}

static int
close_and_wait(struct nacre_sftp_file *f)
{
	struct sftp_msg_close msg = {.handle = sftp_handle_slice(&f->handle)};
	struct sftp_call call;
	int rc;

	sftp_call_init(&call, f->sftp);
	rc = sftp_call(f->sftp, &call, SFTP_close, &msg, NULL);
	buf_free(&call.bytes);
	return rc;
}

/* The handle is closed whatever the writes say; their failure, which came first, is the one that is told. */
int
nacre_sftp_file_close(nacre_sftp_file *f)
{
	struct nacre_sftp *s = f == NULL ? NULL : f->sftp;
	int rc = f == NULL ? NACRE_OK : NACRE_E_CLOSED, closed;

	if (f == NULL)
		return NACRE_OK;
	if (s != NULL && (rc = sftp_enter(s)) == NACRE_E_MISUSE)
		return rc;
	if (s != NULL && rc == NACRE_OK) {
		file_drop_ahead(f);
		rc = file_flush(f);
		closed = close_and_wait(f);
		rc = rc == NACRE_OK ? closed : rc;
	}
	if (s != NULL) {
		file_drop_ahead(f);
		file_drop_written(f);
		file_unlink(f);
	}
	file_free(f);
	return s == NULL ? rc : sftp_leave(s, rc);
}

int
file_enter(struct nacre_sftp_file *f)
{
	if (f == NULL)
		return NACRE_E_ARGUMENT;
	return f->sftp == NULL ? NACRE_E_CLOSED : sftp_enter(f->sftp);
}

int
file_enter_flushed(struct nacre_sftp_file *f)
{
	int rc = file_enter(f);

	if (rc == NACRE_OK && (rc = file_flush(f)) != NACRE_OK)
		rc = sftp_leave(f->sftp, rc);
	return rc;
}

static int
ask_size(struct nacre_sftp_file *f, uint64_t *size)
{
	struct nacre_sftp_attrs attrs;
	int rc = nacre_sftp_fstat(f, &attrs);

	*size = attrs.size;
	if (rc == NACRE_OK && (attrs.flags & NACRE_SFTP_ATTR_SIZE) == 0)
		rc = sftp_fail(f->sftp, NACRE_E_UNSUPPORTED, NULL, "seek: the server does not tell the size");
	return rc;
}

int64_t
nacre_sftp_seek(nacre_sftp_file *f, int64_t offset, int whence)
{
	uint64_t from = 0;
	int rc = file_enter(f);

	if (rc != NACRE_OK)
		return rc;
	if (whence == 2 && (rc = ask_size(f, &from)) != NACRE_OK)
		return rc;
	if (whence == 1)
		from = f->pos;
	if (whence < 0 || whence > 2 || from > INT64_MAX || (offset > 0 && offset > INT64_MAX - (int64_t)from) ||
	    (int64_t)from + offset < 0)
		return sftp_fail(f->sftp, NACRE_E_ARGUMENT, NULL, "seek: there is no such position");
	f->pos = (uint64_t)((int64_t)from + offset);
	return (int64_t)f->pos;
}

int64_t
nacre_sftp_tell(const nacre_sftp_file *f)
{
	return f == NULL ? NACRE_E_ARGUMENT : (int64_t)f->pos;
}

int
nacre_sftp_fstat(nacre_sftp_file *f, struct nacre_sftp_attrs *attrs)
{
	struct sftp_msg_fstat msg = {.number = 0};
	struct sftp_call call;
	int rc = file_enter_flushed(f);

	*attrs = (struct nacre_sftp_attrs){.flags = 0};
	if (rc != NACRE_OK)
		return rc;
	msg.handle = sftp_handle_slice(&f->handle);
	sftp_call_init(&call, f->sftp);
	if ((rc = sftp_call(f->sftp, &call, SFTP_fstat, &msg, NULL)) == NACRE_OK)
		sftp_attrs_out(&call.attrs, attrs);
	buf_free(&call.bytes);
	return sftp_leave(f->sftp, rc);
}

int
nacre_sftp_fsetstat(nacre_sftp_file *f, const struct nacre_sftp_attrs *attrs)
{
	struct sftp_msg_fsetstat msg = {.number = 0};
	struct sftp_call call;
	int rc = file_enter_flushed(f);

	if (rc != NACRE_OK)
		return rc;
	file_drop_ahead(f);
	msg.handle = sftp_handle_slice(&f->handle);
	msg.attrs = sftp_attrs_in(&f->sftp->paths[1], attrs);
	sftp_call_init(&call, f->sftp);
	rc = sftp_call(f->sftp, &call, SFTP_fsetstat, &msg, NULL);
	buf_free(&call.bytes);
	return sftp_leave(f->sftp, rc);
}

int
nacre_sftp_ftruncate(nacre_sftp_file *f, uint64_t size)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_SIZE, .size = size};

	return nacre_sftp_fsetstat(f, &attrs);
}

int
nacre_sftp_fsync(nacre_sftp_file *f)
{
	struct sftp_ext_fsync msg = {.id = 0};
	struct sftp_call call;
	int rc = file_enter_flushed(f);

	if (rc != NACRE_OK)
		return rc;
	msg.handle = sftp_handle_slice(&f->handle);
	sftp_call_init(&call, f->sftp);
	rc = sftp_call_ext(f->sftp, &call, SFTP_EXT_fsync, &msg, NULL);
	buf_free(&call.bytes);
	return sftp_leave(f->sftp, rc);
}

int
nacre_sftp_copy_data(nacre_sftp_file *from, uint64_t from_offset, uint64_t n, nacre_sftp_file *to, uint64_t to_offset)
{
	struct sftp_ext_copy_data msg = {.from_offset = from_offset, .length = n, .to_offset = to_offset};
	struct sftp_call call;
	int rc = file_enter(from);

	if (rc != NACRE_OK)
		return rc;
	if (to == NULL || to->sftp != from->sftp)
		return sftp_fail(from->sftp, NACRE_E_ARGUMENT, NULL, "copy-data: the files are not of one session");
	if ((rc = file_flush(from)) != NACRE_OK || (rc = file_flush(to)) != NACRE_OK)
		return sftp_leave(from->sftp, rc);
	file_drop_ahead(to);
	msg.from = sftp_handle_slice(&from->handle);
	msg.to = sftp_handle_slice(&to->handle);
	sftp_call_init(&call, from->sftp);
	rc = sftp_call_ext(from->sftp, &call, SFTP_EXT_copy_data, &msg, NULL);
	buf_free(&call.bytes);
	return sftp_leave(from->sftp, rc);
}
