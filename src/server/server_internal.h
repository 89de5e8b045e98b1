/* server_internal: what the files of this folder share. Knows: who owns whom: a server its sessions, a session its
 * tasks, a task its child process. Must not know: packets. docs/design.md, "The server". */
#ifndef SERVER_INTERNAL_H
#define SERVER_INTERNAL_H

#include <nacre/channel.h>
#include <nacre/server.h>
#include "failure.h"
#include "pollset.h"
#include "shell.h"

#define SERVER_LISTENERS_MAX 8
#define SERVER_PEER_MAX 96 /* an address as text */

enum task_state {
	TASK_IDLE, /* the channel is open, nothing was asked for yet */
	TASK_COMMAND, /* a function of the owner's runs */
	TASK_SHELL, /* a child process runs */
	TASK_OVER /* it has ended; the channel goes at the end of the turn */
};

/* A session channel, and what runs in it. */
struct nacre_task {
	struct nacre_task *next;
	struct session *session;
	uint32_t channel;
	enum task_state state;
	bool stepping; /* inside the owner's function: it is not entered again */
	bool eof; /* the client sent EOF */
	bool exit_told;
	struct nacre_exit exit; /* from the moment it is over */

	const struct nacre_command *command; /* TASK_COMMAND, and after it until `end` was called */
	char *text; /* the command as the client sent it, text_n bytes and a NUL */
	size_t text_n;
	void *memory; /* command->state_size bytes */
	char **env; /* NAME=value, NULL at the end; NULL while there are none */
	size_t n_env;

	struct pty pty; /* that was asked for, until something runs in it */
	bool has_pty;
	struct shell shell; /* TASK_SHELL */
};

/* One connection. */
struct session {
	struct session *next;
	struct nacre_server *server;
	nacre_conn *conn;
	struct pollfd watch; /* its socket */
	bool more; /* there is probably more to read: no waiting */
	bool over; /* CLOSED was taken; what is queued still leaves */
	int64_t linger_ms; /* until then, once it is over */
	struct nacre_task *tasks;
	unsigned n_tasks;
	char peer[SERVER_PEER_MAX];
	bool no_pty; /* a certificate's wish */
	char *forced; /* what runs, whatever the client asks for: a certificate's force-command; NULL: none. Owned */
};

struct nacre_server {
	const struct nacre_env *env;
	struct nacre_server_options options;
	struct nacre_conn_options connection; /* what each connection is made with, but for the time */
	struct session *sessions;
	unsigned n_sessions;
	struct pollfd listeners[SERVER_LISTENERS_MAX];
	unsigned n_listeners;
	int64_t accept_again_ms; /* no accepting until then; 0: none */
	struct pollfd wake; /* the reading end of the pipe that nacre_server_stop writes to */
	int wake_write;
	bool stopped;
	struct pollset pollset;
	struct failure failure;
};

static inline struct slice
slice_of_bytes(struct nacre_bytes b)
{
	return slice_of(b.p, b.n);
}

/* server.c: one line to the owner. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void
server_log(const struct nacre_server *server, const char *format, ...);

/* listener.c */
/* Is there room for one more connection, and is no pause due? */
bool listener_may_accept(const struct nacre_server *server, int64_t now);
/* Takes what waits at the listeners that are ready. */
void listener_turn(struct nacre_server *server, int64_t now);
void listener_close_all(struct nacre_server *server);

/* session.c: takes over fd, whatever the result. */
int session_new(struct nacre_server *server, int fd, const char *peer) NACRE_CHECK;
/* Moves bytes and takes events until there is nothing more to do now. */
void session_turn(struct session *session, int64_t now);
bool session_is_over(const struct session *session, int64_t now);
/* What it waits for; its tasks' descriptors too. NACRE_E_NOMEM. */
int session_watch(struct session *session, struct pollset *set) NACRE_CHECK;
/* The time at which it wants a turn at the latest; -1: none. */
int64_t session_deadline(const struct session *session);
void session_goodbye(struct session *session);
void session_free(struct session *session);
struct nacre_task *session_find(struct session *session, uint32_t channel);

/* login.c: answers AUTH_REQUEST. */
void login_answer(struct session *session, const struct nacre_event *event);

/* login_certificate.c: is the certificate of an AUTH_REQUEST good for this user here? Once it is proved, what it forces
 * is kept in the session. */
bool login_certificate(struct session *session, const struct nacre_event *event);

/* request.c: answers CHANNEL_OPEN and CHANNEL_REQUEST. */
void request_open(struct session *session, const struct nacre_event *event);
void request_answer(struct session *session, const struct nacre_event *event);
/* May a client set this variable? list: as in struct nacre_server_options. */
bool request_env_is_accepted(const char *const *list, struct slice name);

/* task.c */
int task_new(struct session *session, uint32_t channel) NACRE_CHECK;
/* Lets the command or the child go on. */
void task_step(struct nacre_task *task);
/* A turn with the readiness that poll found, for tasks that watch descriptors of their own. */
void task_poll(struct nacre_task *task);
void task_signal(struct nacre_task *task, struct slice name);
/* Ends the command, frees everything, gives the channel back. */
void task_free(struct nacre_task *task);
/* Frees the tasks of a session that are over; all: every one. */
void task_sweep(struct session *session, bool all);
/* Puts NAME=value into the task's environment. NACRE_E_LIMIT, NACRE_E_NOMEM. */
int task_set_variable(struct nacre_task *task, struct slice name, struct slice value) NACRE_CHECK;

/* command.c: starts what the client asked for. is_shell: no command, but a shell. NACRE_E_UNSUPPORTED where nobody
 * serves it. */
int command_start(struct nacre_task *task, struct slice text, bool is_shell) NACRE_CHECK;
/* Makes the task a function's, which is stepped from then on. */
int command_start_function(struct nacre_task *task, const struct nacre_command *command) NACRE_CHECK;
/* The first word of a command, and what follows it. */
struct slice command_name(struct slice text);
struct slice command_arguments(struct slice text);

/* sftp.c: makes the task an SFTP session. NACRE_E_UNSUPPORTED where the owner has none for this user. */
int sftp_start(struct nacre_task *task) NACRE_CHECK;
/* Has an answer come that was not there when the task was last stepped, and is there room for it? */
bool sftp_is_ready(const struct nacre_task *task);

#endif
