/* session: one connection of a server, from its first byte to its last. Knows: which event goes to whom. Must not know:
 * what is decided there. docs/design.md, "The server"; RFC 4251 4.1. */
#include <stdio.h>
#include <unistd.h>
#include <nacre/io.h>
#include "clock.h"
#include "server_internal.h"
#include "text.h"

#define SESSION_ROUNDS_MAX 32 /* reads and writes in one turn: nobody holds up the others for long */
#define SESSION_LINGER_MS 2000 /* for the last words to a peer that does not read */

int
session_new(struct nacre_server *server, int fd, const char *peer)
{
	struct nacre_conn_options options = server->connection;
	struct session *session = mem_new(server->env, sizeof(*session));
	int rc = NACRE_E_NOMEM;

	options.now_ms = nacre_clock_ms();
	if (session != NULL)
		rc = nacre_conn_new(server->env, &options, &session->conn);
	if (rc != NACRE_OK) {
		mem_free(server->env, session, sizeof(*session));
		(void)close(fd);
		return rc;
	}
	session->server = server;
	session->watch.fd = fd;
	snprintf(session->peer, sizeof(session->peer), "%s", peer);
	session->next = server->sessions;
	server->sessions = session;
	server->n_sessions++;
	server_log(server, "%s: connected", session->peer);
	return NACRE_OK;
}

void
session_free(struct session *session)
{
	const struct nacre_env *env = session->server->env;

	task_sweep(session, true);
	nacre_conn_free(session->conn);
	mem_free_str(env, session->forced);
	(void)close(session->watch.fd);
	mem_free(env, session, sizeof(*session));
}

struct nacre_task *
session_find(struct session *session, uint32_t channel)
{
	struct nacre_task *task = session->tasks;

	while (task != NULL && task->channel != channel)
		task = task->next;
	return task;
}

static void
on_logged_in(struct session *session, const struct nacre_event *event)
{
	char user[128], method[64];

	(void)text_escape(user, sizeof(user), slice_of_bytes(event->user), false);
	(void)text_escape(method, sizeof(method), slice_of_bytes(event->method), false);
	server_log(session->server, "%s: %s logged in by %s", session->peer, user, method);
}

static void
on_global_request(struct session *session, const struct nacre_event *event)
{
	/* RFC 4254 4: whoever wants a reply to something unknown gets a failure. Keepalives need no more. */
	if (event->token != 0)
		(void)nacre_conn_answer_global(session->conn, event->token, false, NULL, 0);
}

static void
on_data(struct session *session, const struct nacre_event *event)
{
	struct nacre_task *task = session_find(session, event->channel);

	if (task != NULL)
		task_step(task);
}

static void
on_writable(struct session *session, const struct nacre_event *event)
{
	struct nacre_task *task = session_find(session, event->channel);

	if (task == NULL)
		return;
	if (task->state == TASK_SHELL)
		shell_writable(&task->shell);
	task_step(task);
}

static void
on_eof(struct session *session, const struct nacre_event *event)
{
	struct nacre_task *task = session_find(session, event->channel);

	if (task == NULL)
		return;
	task->eof = true;
	task_step(task);
}

static void
on_channel_closed(struct session *session, const struct nacre_event *event)
{
	struct nacre_task *task = session_find(session, event->channel);

	if (task != NULL)
		task->state = TASK_OVER;
}

static void
on_closed(struct session *session, const struct nacre_event *event)
{
	struct nacre_error error;

	(void)event;
	nacre_conn_error(session->conn, &error);
	server_log(session->server, "%s: ended: %s", session->peer, error.message);
	session->over = true;
	session->linger_ms = nacre_clock_ms() + SESSION_LINGER_MS;
}

static const struct {
	enum nacre_event_type type;
	void (*handle)(struct session *session, const struct nacre_event *event);
} session_rows[] = {
    {NACRE_EVENT_AUTH_REQUEST, login_answer},
    {NACRE_EVENT_AUTHENTICATED, on_logged_in},
    {NACRE_EVENT_GLOBAL_REQUEST, on_global_request},
    {NACRE_EVENT_CHANNEL_OPEN, request_open},
    {NACRE_EVENT_CHANNEL_REQUEST, request_answer},
    {NACRE_EVENT_CHANNEL_DATA, on_data},
    {NACRE_EVENT_CHANNEL_WRITABLE, on_writable},
    {NACRE_EVENT_CHANNEL_EOF, on_eof},
    {NACRE_EVENT_CHANNEL_CLOSED, on_channel_closed},
    {NACRE_EVENT_CLOSED, on_closed},
};

static void
session_dispatch(struct session *session, const struct nacre_event *event)
{
	for (size_t i = 0; i < sizeof(session_rows) / sizeof(session_rows[0]); i++) {
		if (session_rows[i].type == event->type)
			session_rows[i].handle(session, event);
	}
}

/* A task that is over is swept between events: the peer may open channels without end in one read. */
static void
session_take_events(struct session *session)
{
	struct nacre_event event;

	while (nacre_conn_next_event(session->conn, &event) == 1) {
		session_dispatch(session, &event);
		task_sweep(session, session->over);
	}
}

static void
session_poll_tasks(struct session *session)
{
	for (struct nacre_task *task = session->tasks; task != NULL; task = task->next)
		task_poll(task);
	task_sweep(session, session->over);
}

/* One round; false where another one would find nothing to do. */
static bool
session_round(struct session *session, bool readable)
{
	bool had_output = (nacre_conn_wants(session->conn) & NACRE_WANT_WRITE) != 0;
	unsigned did = nacre_pump(session->conn, session->watch.fd, readable);
	bool blocked = had_output && (did & NACRE_PUMP_WROTE) == 0;

	session_take_events(session);
	session->more = (did & NACRE_PUMP_MORE) != 0;
	return session->more || (!blocked && (nacre_conn_wants(session->conn) & NACRE_WANT_WRITE) != 0);
}

void
session_turn(struct session *session, int64_t now)
{
	bool readable = session->more || (session->watch.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
	int rounds = SESSION_ROUNDS_MAX;

	session->watch.revents = 0;
	(void)nacre_conn_tick(session->conn, now);
	session_poll_tasks(session);
	while (session_round(session, readable) && --rounds > 0)
		readable = session->more;
}

bool
session_is_over(const struct session *session, int64_t now)
{
	if ((nacre_conn_wants(session->conn) & NACRE_WANT_CLOSED) != 0)
		return session->over;
	return session->over && now >= session->linger_ms;
}

int
session_watch(struct session *session, struct pollset *set)
{
	const struct nacre_env *env = session->server->env;
	unsigned wants = nacre_conn_wants(session->conn);
	int rc;

	session->watch.events =
	    (short)((wants & NACRE_WANT_READ ? POLLIN : 0) | (wants & NACRE_WANT_WRITE ? POLLOUT : 0));
	if ((rc = pollset_add(set, env, &session->watch)) != NACRE_OK)
		return rc;
	for (struct nacre_task *task = session->tasks; task != NULL; task = task->next) {
		if (task->state == TASK_SHELL && (rc = shell_watch(&task->shell, env, set)) != NACRE_OK)
			return rc;
	}
	return NACRE_OK;
}

int64_t
session_deadline(const struct session *session)
{
	int64_t deadline = session->over ? session->linger_ms : nacre_conn_deadline(session->conn);

	if (session->more)
		return 0;
	for (const struct nacre_task *task = session->tasks; task != NULL; task = task->next) {
		if (task->state == TASK_SHELL)
			deadline = clock_sooner(deadline, clock_deadline(shell_patience(&task->shell)));
		if (sftp_is_ready(task))
			deadline = 0;
	}
	return deadline;
}

void
session_goodbye(struct session *session)
{
	if (session->over)
		return;
	(void)nacre_conn_disconnect(session->conn, 11, "the server is going away"); /* RFC 4253 11.1: by application */
	(void)nacre_pump(session->conn, session->watch.fd, false);
}
