/* sftp_session: an SFTP session over a channel: how it begins, waits, fails and ends. Knows: the engine's bytes and the
 * channel's. Must not know: what is asked. Serves RFC 4254 6.5; draft-ietf-secsh-filexfer-02 3, 4, 7. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include "clock.h"
#include "sftp.h"

/* filexfer-02 7 */
static const struct {
	const char *text;
	int sys_errno;
} statuses[] = {
    [SFTP_OK] = {"success", 0},
    [SFTP_EOF] = {"end of file", 0},
    [SFTP_NO_SUCH_FILE] = {"no such file", ENOENT},
    [SFTP_PERMISSION_DENIED] = {"permission denied", EACCES},
    [SFTP_FAILURE] = {"failure", EIO},
    [SFTP_BAD_MESSAGE] = {"the server says that the request is malformed", EBADMSG},
    [SFTP_NO_CONNECTION] = {"no connection", ENOTCONN},
    [SFTP_CONNECTION_LOST] = {"connection lost", ECONNRESET},
    [SFTP_OP_UNSUPPORTED] = {"the server does not support it", ENOTSUP},
};

#define N_STATUSES (sizeof(statuses) / sizeof(statuses[0]))

const char *
sftp_status_text(uint32_t status)
{
	return status < N_STATUSES ? statuses[status].text : "a status that SFTP 3 does not have";
}

void
sftp_forgive(struct nacre_sftp *s)
{
	failure_clear(&s->failure, s->env);
	mem_free_str(s->env, s->failed_path);
	s->failed_path = NULL;
	s->status = 0;
}

int
sftp_fail(struct nacre_sftp *s, int code, const char *path, const char *format, ...)
{
	char text[FAILURE_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (s->failure.code == 0 && path != NULL)
		s->failed_path = mem_str(s->env, slice_str(path)); /* without memory the failure stands without it */
	return failure_set(&s->failure, code, failure_origin(code), "%s", text);
}

int
sftp_fail_answer(struct nacre_sftp *s, const char *what, const char *path, int code, uint32_t status, struct slice text)
{
	const struct failure *session = &s->engine.failure;

	if (s->failure.code != 0)
		return s->failure.code;
	if (code == NACRE_E_SFTP)
		(void)sftp_fail(s, code, path, "%s: %s", what, sftp_status_text(status));
	else if (session->code != 0)
		(void)sftp_fail(s, session->code, path, "%s: %s", what, session->text);
	else
		(void)sftp_fail(s, code, path, "%s: %.*s", what, (int)text.n, (const char *)text.p);
	s->status = code == NACRE_E_SFTP ? status : 0;
	if (code == NACRE_E_SFTP && text.n > 0)
		failure_add_peer(&s->failure, s->env, status, text);
	return s->failure.code;
}

void
nacre_sftp_error(const nacre_sftp *s, struct nacre_sftp_error *error)
{
	const struct failure none = {.code = NACRE_E_ARGUMENT, .origin = NACRE_ORIGIN_LOCAL};

	*error = (struct nacre_sftp_error){.path = ""};
	if (s == NULL) {
		failure_view(&none, &error->error);
		error->error.message = "there is no session";
		return;
	}
	failure_view(&s->failure, &error->error);
	error->status = s->status;
	if (s->failure.code == NACRE_E_SFTP && s->status < N_STATUSES)
		error->sys_errno = statuses[s->status].sys_errno;
	if (s->failed_path != NULL)
		error->path = s->failed_path;
}

int
sftp_enter(struct nacre_sftp *s)
{
	if (s == NULL)
		return NACRE_E_ARGUMENT;
	if (s->ch->client == NULL)
		return NACRE_E_CLOSED;
	if (s->ch->client->in_callback > 0)
		return NACRE_E_MISUSE;
	sftp_forgive(s);
	return client_enter(s->ch->client);
}

/* After this a callback's wish may have closed the client. */
int
sftp_leave(struct nacre_sftp *s, int rc)
{
	return s->ch->client == NULL ? rc : client_leave(s->ch->client, rc);
}

/* What a server writes to its standard error is for its owner's eyes. */
static void
take_stderr(struct nacre_sftp *s)
{
	struct nacre_client *c = s->ch->client;
	struct nacre_bytes text;

	while ((text.p = nacre_conn_channel_peek(c->conn, s->ch->number, NACRE_STDERR, &text.n)) != NULL) {
		client_log_peer(c, NACRE_LOG_INFO, "the SFTP server says", text);
		(void)nacre_conn_channel_consume(c->conn, s->ch->number, NACRE_STDERR, text.n);
	}
}

static void
take_replies(struct nacre_sftp *s)
{
	nacre_conn *conn = s->ch->client->conn;
	const uint8_t *p;
	size_t n;
	int rc;

	while ((p = nacre_conn_channel_peek(conn, s->ch->number, NACRE_STDOUT, &n)) != NULL) {
		rc = sftp_client_receive(&s->engine, slice_of(p, n));
		(void)rc; /* the engine keeps it, and has answered everybody */
		s->moved += n;
		(void)nacre_conn_channel_consume(conn, s->ch->number, NACRE_STDOUT, n);
	}
	if (s->ch->eof || s->ch->closed)
		sftp_client_end(&s->engine, NACRE_E_CHANNEL_CLOSED, "the server ended the session");
	else if (s->ch->client->ended)
		sftp_client_end(&s->engine, NACRE_E_CONNECTION_LOST, "the connection has ended");
}

void
sftp_push(struct nacre_sftp *s)
{
	nacre_conn *conn = s->ch->client->conn;
	uint8_t *space;
	size_t n;

	while (sftp_client_has_output(&s->engine) && !s->ch->closed && !s->ch->client->ended &&
	       (space = nacre_conn_channel_write_space(conn, s->ch->number, NACRE_STDOUT, &n)) != NULL) {
		n = sftp_client_send(&s->engine, space, n);
		s->moved += n;
		(void)nacre_conn_channel_commit(conn, s->ch->number, NACRE_STDOUT, n);
	}
}

void
sftp_take(struct nacre_sftp *s)
{
	take_replies(s);
	take_stderr(s);
}

void
sftp_pump(struct nacre_sftp *s)
{
	sftp_take(s);
	if (s->step != NULL)
		s->step(s->step_ctx);
	sftp_push(s);
}

void
sftp_send(struct nacre_sftp *s)
{
	sftp_pump(s);
	client_flush(s->ch->client);
}

struct sftp_wait {
	struct nacre_sftp *s;
	sftp_until_fn *done;
	void *arg;
	int64_t deadline; /* of this round */
	bool is_over;
};

/* True also where a turn is due sooner than this round would end: the next one ends in time. */
static bool
is_done(struct nacre_client *c, void *arg)
{
	struct sftp_wait *wait = arg;

	(void)c;
	sftp_pump(wait->s);
	wait->is_over = wait->done(wait->arg) || wait->s->engine.state == SFTP_CLIENT_FAILED;
	if (wait->is_over)
		return true;
	sftp_push(wait->s); /* who is not done may have asked for more */
	return clock_sooner(wait->deadline, wait->s->wake) != wait->deadline;
}

static int
wait_failed(struct nacre_sftp *s, int rc)
{
	const struct failure *why = &s->ch->client->failure;

	if (rc == NACRE_E_TIMEOUT)
		return sftp_fail(s, rc, NULL, "nothing came from the server within %d ms", s->timeout_ms);
	return sftp_fail(s, rc, NULL, "%s", why->code != 0 ? why->text : nacre_status_text(rc));
}

/* The silence is measured from the last byte that moved; `wake` only turns the wheel. */
int
sftp_wait(struct nacre_sftp *s, sftp_until_fn *done, void *arg)
{
	struct sftp_wait wait = {.s = s, .done = done, .arg = arg};
	int64_t silent = clock_deadline(s->timeout_ms);
	uint64_t moved = s->moved;
	int rc;

	for (;;) {
		wait.deadline = clock_sooner(silent, s->wake);
		rc = client_run_until(s->ch->client, is_done, &wait, wait.deadline);
		if (rc != NACRE_E_TIMEOUT && (rc != NACRE_OK || wait.is_over))
			break;
		if (s->moved != moved)
			silent = clock_deadline(s->timeout_ms);
		else if (silent >= 0 && nacre_clock_ms() >= silent)
			break;
		moved = s->moved;
	}
	client_flush(s->ch->client);
	if (rc != NACRE_OK)
		return wait_failed(s, rc);
	if (!done(arg))
		return sftp_fail(s, s->engine.failure.code, NULL, "%s", s->engine.failure.text);
	return NACRE_OK;
}

struct room_wait {
	struct nacre_sftp *s;
	const struct sftp_ask *ask;
	uint32_t *id;
	int rc;
};

static bool
is_submitted(void *arg)
{
	struct room_wait *room = arg;

	room->rc = sftp_client_submit(&room->s->engine, room->ask, room->id);
	return room->rc != NACRE_E_AGAIN;
}

int
sftp_submit(struct nacre_sftp *s, const struct sftp_ask *ask, uint32_t *id)
{
	struct room_wait room = {.s = s, .ask = ask, .id = id};
	int rc;

	if (!is_submitted(&room) && (rc = sftp_wait(s, is_submitted, &room)) != NACRE_OK)
		return rc;
	if (room.rc == NACRE_OK)
		return NACRE_OK;
	if (s->engine.failure.code != 0)
		return sftp_fail(s, room.rc, NULL, "%s", s->engine.failure.text);
	return sftp_fail(s, room.rc, NULL, "%s: %s", sftp_rows[ask->type].name, nacre_status_text(room.rc));
}

static bool
is_ready(void *arg)
{
	const struct nacre_sftp *s = arg;

	return s->engine.state == SFTP_CLIENT_READY && s->engine.limits_known;
}

static int
start_subsystem(struct nacre_client *c, struct nacre_channel **ch)
{
	int rc = channel_open(c, "session", NULL, 0, -1, ch);

	if (rc != NACRE_OK)
		return rc;
	rc = nacre_conn_channel_subsystem(c->conn, (*ch)->number, "sftp", &(*ch)->operation);
	return rc == NACRE_OK ? channel_wait_reply(*ch, "sftp", -1) : client_refused(c, rc, "sftp");
}

void
sftp_destroy(struct nacre_sftp *s)
{
	const struct nacre_env *env = s->env;

	sftp_detach_dirs(s);
	sftp_detach_files(s);
	sftp_client_free(&s->engine);
	if (s->ch != NULL)
		channel_drop(s->ch);
	sftp_forgive(s);
	mem_free_str(env, s->cwd);
	buf_free(&s->paths[0]);
	buf_free(&s->paths[1]);
	mem_free(env, s, sizeof(*s));
}

/* Until VERSION the client's own timeout for channels counts: a shell that waits for input is no SFTP server. */
static int
session_open(struct nacre_client *c, struct nacre_sftp *s)
{
	int rc = start_subsystem(c, &s->ch);

	if (rc != NACRE_OK)
		return rc;
	if (sftp_client_init(&s->engine, s->env) != 0)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	s->timeout_ms = c->channel_timeout_ms;
	if ((rc = sftp_wait(s, is_ready, s)) != NACRE_OK)
		return client_fail(c, rc, "sftp: %s", s->failure.text);
	s->timeout_ms = CLIENT_LONG_TIMEOUT_MS;
	return NACRE_OK;
}

struct nacre_sftp *
sftp_new(struct nacre_client *c)
{
	struct nacre_sftp *s = mem_new(c->env, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->env = c->env;
	s->engine.env = c->env;
	s->wake = -1;
	buf_init(&s->paths[0], c->env, SFTP_PATH_MAX);
	buf_init(&s->paths[1], c->env, SFTP_PATH_MAX);
	return s;
}

int
nacre_client_open_sftp(nacre_client *c, nacre_sftp **sftp)
{
	struct nacre_sftp *s;
	int rc = client_enter(c);

	*sftp = NULL;
	if (rc != NACRE_OK)
		return rc;
	if ((s = sftp_new(c)) == NULL)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	if ((rc = session_open(c, s)) != NACRE_OK)
		sftp_destroy(s);
	else
		*sftp = s;
	return client_leave(c, rc);
}

void
nacre_sftp_close(nacre_sftp *s)
{
	if (s == NULL || (s->ch->client != NULL && s->ch->client->in_callback > 0))
		return;
	sftp_destroy(s);
}

void
nacre_sftp_set_timeout(nacre_sftp *s, int timeout_ms)
{
	if (s != NULL)
		s->timeout_ms = timeout_ms < 0 ? -1 : timeout_ms;
}

static const enum sftp_extension_id extension_ids[] = {
    [NACRE_SFTP_CAN_POSIX_RENAME] = SFTP_EXT_posix_rename,
    [NACRE_SFTP_CAN_STATVFS] = SFTP_EXT_statvfs,
    [NACRE_SFTP_CAN_FSTATVFS] = SFTP_EXT_fstatvfs,
    [NACRE_SFTP_CAN_HARDLINK] = SFTP_EXT_hardlink,
    [NACRE_SFTP_CAN_FSYNC] = SFTP_EXT_fsync,
    [NACRE_SFTP_CAN_LSETSTAT] = SFTP_EXT_lsetstat,
    [NACRE_SFTP_CAN_LIMITS] = SFTP_EXT_limits,
    [NACRE_SFTP_CAN_EXPAND_PATH] = SFTP_EXT_expand_path,
    [NACRE_SFTP_CAN_COPY_DATA] = SFTP_EXT_copy_data,
    [NACRE_SFTP_CAN_HOME_DIRECTORY] = SFTP_EXT_home_directory,
    [NACRE_SFTP_CAN_USERS_GROUPS] = SFTP_EXT_users_groups,
    [NACRE_SFTP_CAN_CHECK_FILE] = SFTP_EXT_check_file,
};

bool
nacre_sftp_can(const nacre_sftp *s, enum nacre_sftp_extension extension)
{
	return s != NULL && (size_t)extension < sizeof(extension_ids) / sizeof(extension_ids[0]) &&
	       sftp_client_can(&s->engine, extension_ids[extension]);
}
