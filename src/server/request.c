/* request: what clients ask of a channel: to be opened, an environment, a command. Knows: which requests are served.
 * Must not know: how commands run. RFC 4254 5.1, 5.4, 6. */
#include "server_internal.h"
#include "text.h"

#define OPEN_UNKNOWN_TYPE 3 /* RFC 4254 5.1 */
#define OPEN_SHORTAGE 4

void
request_open(struct session *session, const struct nacre_event *event)
{
	uint32_t reason = 0;
	const char *text = NULL;

	if (!slice_is(slice_of_bytes(event->name), "session")) {
		reason = OPEN_UNKNOWN_TYPE;
		text = "only sessions are served";
	} else if (session->n_tasks >= session->server->options.sessions_max) {
		reason = OPEN_SHORTAGE;
		text = "too many sessions on this connection";
	} else if (task_new(session, event->channel) != NACRE_OK) {
		reason = OPEN_SHORTAGE;
		text = "no memory for a session";
	}
	(void)nacre_conn_answer_channel_open(session->conn, event->token, reason, text);
}

bool
request_env_is_accepted(const char *const *list, struct slice name)
{
	for (; list != NULL && *list != NULL; list++) {
		struct slice row = slice_str(*list);

		if (slice_eq(row, name))
			return true;
		if (row.n > 0 && row.p[row.n - 1] == '*' && slice_starts(name, slice_of(row.p, row.n - 1)))
			return true;
	}
	return false;
}

static bool
has_byte(struct slice s, int byte)
{
	return s.n > 0 && memchr(s.p, byte, s.n) != NULL;
}

/* RFC 4254 6.4: uncontrolled setting of environment variables in a privileged process can be a security hazard. */
static bool
request_env(struct nacre_task *task, const struct nacre_request *request)
{
	struct slice name = slice_of_bytes(request->name), value = slice_of_bytes(request->value);

	if (task->state != TASK_IDLE || name.n == 0 || has_byte(name, '=') || has_byte(name, 0) || has_byte(value, 0))
		return false;
	if (!request_env_is_accepted(task->session->server->options.accept_env, name))
		return false;
	return task_set_variable(task, name, value) == NACRE_OK;
}

#define TERM_MAX 64

/* What it will be in TERM: printable, and not long. */
static bool
is_terminal_type(struct slice type)
{
	for (size_t i = 0; i < type.n; i++) {
		if (type.p[i] <= ' ' || type.p[i] > '~')
			return false;
	}
	return type.n < TERM_MAX;
}

static struct pty_size
size_of(const struct nacre_request *r)
{
	return (struct pty_size){r->columns, r->rows, r->width_px, r->height_px};
}

/* RFC 4254 6.2. Only a child process can be in a terminal; what runs in it hears of it as of sshd's. */
static bool
request_pty(struct nacre_task *task, const struct nacre_request *request)
{
	const struct pty_size size = size_of(request);
	struct failure why = {.code = 0};

	if (task->state != TASK_IDLE || task->has_pty || task->session->no_pty || !task->session->server->options.shell)
		return false;
	if (!is_terminal_type(slice_of_bytes(request->name)))
		return false;
	if (pty_open(&task->pty, &size, request->value, &why) != NACRE_OK) {
		server_log(task->session->server, "%s: %s", task->session->peer, why.text);
		return false;
	}
	task->has_pty = task_set_variable(task, SLICE_LIT("TERM"), slice_of_bytes(request->name)) == NACRE_OK &&
			task_set_variable(task, SLICE_LIT("SSH_TTY"), slice_str(task->pty.name)) == NACRE_OK;
	if (!task->has_pty)
		pty_close(&task->pty);
	return task->has_pty;
}

/* RFC 4254 6.7 */
static bool
request_window_change(struct nacre_task *task, const struct nacre_request *request)
{
	const struct pty_size size = size_of(request);

	if (task->has_pty)
		pty_resize(task->pty.master, &size);
	return task->has_pty || (task->state == TASK_SHELL && shell_resize(&task->shell, &size));
}

static bool
request_exec(struct nacre_task *task, const struct nacre_request *request)
{
	return command_start(task, slice_of_bytes(request->value), false) == NACRE_OK;
}

static bool
request_shell(struct nacre_task *task, const struct nacre_request *request)
{
	(void)request;
	return command_start(task, SLICE_NONE, true) == NACRE_OK;
}

/* RFC 4254 6.5 */
static bool
request_subsystem(struct nacre_task *task, const struct nacre_request *request)
{
	return slice_is(slice_of_bytes(request->name), "sftp") && sftp_start(task) == NACRE_OK;
}

static bool
request_signal(struct nacre_task *task, const struct nacre_request *request)
{
	task_signal(task, slice_of_bytes(request->name));
	return true;
}

/* What has no row is refused: forwardings. */
static const struct {
	enum nacre_request_kind kind;
	bool (*serve)(struct nacre_task *task, const struct nacre_request *request);
} request_rows[] = {
    {NACRE_REQUEST_ENV, request_env},
    {NACRE_REQUEST_PTY, request_pty},
    {NACRE_REQUEST_WINDOW_CHANGE, request_window_change},
    {NACRE_REQUEST_EXEC, request_exec},
    {NACRE_REQUEST_SHELL, request_shell},
    {NACRE_REQUEST_SUBSYSTEM, request_subsystem},
    {NACRE_REQUEST_SIGNAL, request_signal},
};

static bool
is_start(enum nacre_request_kind kind)
{
	return kind == NACRE_REQUEST_EXEC || kind == NACRE_REQUEST_SHELL || kind == NACRE_REQUEST_SUBSYSTEM;
}

/* A certificate's force-command runs, whatever was asked for; what that was it may learn, as from sshd. */
static bool
request_forced(struct nacre_task *task, const struct nacre_request *request)
{
	struct slice asked = slice_of_bytes(request->value);

	if (task->state != TASK_IDLE || has_byte(asked, 0))
		return false;
	if (request->kind == NACRE_REQUEST_EXEC &&
	    task_set_variable(task, SLICE_LIT("SSH_ORIGINAL_COMMAND"), asked) != NACRE_OK)
		return false;
	return command_start(task, slice_str(task->session->forced), false) == NACRE_OK;
}

static bool
request_serve(struct nacre_task *task, const struct nacre_event *event)
{
	struct nacre_request request;

	if (nacre_request_parse(event, &request) != NACRE_OK)
		return false;
	if (task->session->forced != NULL && is_start(request.kind))
		return request_forced(task, &request);
	for (size_t i = 0; i < sizeof(request_rows) / sizeof(request_rows[0]); i++) {
		if (request_rows[i].kind == request.kind)
			return request_rows[i].serve(task, &request);
	}
	return false;
}

/* The reply leaves before the first byte of a command's output: some clients expect them in that order. */
void
request_answer(struct session *session, const struct nacre_event *event)
{
	struct nacre_task *task = session_find(session, event->channel);
	bool idle = task != NULL && task->state == TASK_IDLE;
	bool ok = task != NULL && request_serve(task, event);

	if (event->token != 0)
		(void)nacre_conn_answer_request(session->conn, event->token, ok);
	if (ok && idle && task->state != TASK_IDLE)
		task_step(task);
}
