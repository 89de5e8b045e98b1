/* sftp: the subsystem "sftp" of a session channel. Knows: how the engine's bytes become the channel's. Must not know:
 * files, SFTP's messages. RFC 4254 6.5; draft-ietf-secsh-filexfer-02 3. */
#include <stdio.h>
#include <time.h>
#include "server_internal.h"

struct sftp_task {
	nacre_sftp_server *engine;
	bool full; /* the channel had no room for what the engine has to say */
};

static int64_t
sftp_clock(void *ctx)
{
	(void)ctx;
	return (int64_t)time(NULL);
}

/* What the engine says, to the channel. True where any left. */
static bool
sftp_drain(nacre_task *task, struct sftp_task *t)
{
	const uint8_t *p;
	size_t n, room;
	uint8_t *space;
	bool any = false;

	t->full = false;
	while ((p = nacre_sftp_server_output(t->engine, &n)) != NULL) {
		if ((space = nacre_task_space(task, NACRE_STDOUT, &room)) == NULL) {
			t->full = true;
			return any;
		}
		n = n < room ? n : room;
		memcpy(space, p, n);
		if (nacre_task_commit(task, NACRE_STDOUT, n) != NACRE_OK)
			return false;
		(void)nacre_sftp_server_sent(t->engine, n);
		any = true;
	}
	return any;
}

/* What the client says, to the engine, where it stands in the channel. *moved where something came of it. */
static int
sftp_feed(nacre_task *task, struct sftp_task *t, bool *moved)
{
	size_t n, taken, said;
	const uint8_t *p = nacre_task_input(task, &n);
	int rc = nacre_sftp_server_receive(t->engine, p, n, &taken);

	if (taken > 0)
		(void)nacre_task_consume(task, taken);
	*moved = taken > 0 || (!t->full && nacre_sftp_server_output(t->engine, &said) != NULL);
	return rc;
}

/* The client is told in words: OpenSSH's shows them. */
static void
sftp_give_up(nacre_task *task, const struct sftp_task *t)
{
	struct nacre_error error;
	char line[300];
	int n;

	nacre_sftp_server_error(t->engine, &error);
	server_log(task->session->server, "%s: sftp: %s", task->session->peer, error.message);
	n = snprintf(line, sizeof(line), "sftp: %s\n", error.message);
	(void)nacre_task_write(task, NACRE_STDERR, line, (size_t)n);
	nacre_task_exit(task, 1);
}

static void
sftp_step(nacre_task *task, void *ctx)
{
	struct sftp_task *t = nacre_task_state(task);
	bool moved;
	size_t n;

	(void)ctx;
	do {
		bool drained = sftp_drain(task, t);

		if (sftp_feed(task, t, &moved) != NACRE_OK) {
			sftp_give_up(task, t);
			return;
		}
		moved = moved || drained;
	} while (moved);
	if (nacre_task_input_ended(task) && nacre_sftp_server_requests(t->engine) == 0 &&
	    nacre_sftp_server_output(t->engine, &n) == NULL)
		nacre_task_exit(task, 0);
}

static void
sftp_end(nacre_task *task, void *ctx)
{
	struct sftp_task *t = nacre_task_state(task);

	(void)ctx;
	nacre_sftp_server_free(t->engine);
}

static const struct nacre_command sftp_command = {
    .name = "sftp", .step = sftp_step, .end = sftp_end, .state_size = sizeof(struct sftp_task)};

bool
sftp_is_ready(const struct nacre_task *task)
{
	const struct sftp_task *t = task->memory;
	size_t n;

	return task->state == TASK_COMMAND && task->command == &sftp_command && !t->full &&
	       nacre_sftp_server_output(t->engine, &n) != NULL;
}

/* AsyncSSH sends SYMLINK as the draft has it to servers whose names it does not know (filexfer-02 6.10). */
static bool
sftp_link_comes_first(const struct nacre_task *task)
{
	static const struct slice ident = SLICE_INIT("SSH-2.0-AsyncSSH");
	struct nacre_conn_info info;

	nacre_conn_get_info(task->session->conn, &info);
	return slice_starts(slice_of_bytes(info.peer_ident), ident);
}

int
sftp_start(struct nacre_task *task)
{
	const struct nacre_server_options *o = &task->session->server->options;
	struct nacre_sftp_server_options options = {.size = sizeof(options), .clock = sftp_clock};
	nacre_sftp_server *engine;
	int rc;

	if (task->state != TASK_IDLE || task->text != NULL)
		return NACRE_E_MISUSE;
	options.symlink_link_first = sftp_link_comes_first(task);
	if (o->sftp == NULL || !o->sftp(o->ctx, nacre_task_user(task), &options))
		return NACRE_E_UNSUPPORTED;
	if ((rc = nacre_sftp_server_new(task->session->server->env, &options, &engine)) != NACRE_OK)
		return rc;
	if ((rc = command_start_function(task, &sftp_command)) != NACRE_OK) {
		nacre_sftp_server_free(engine);
		return rc;
	}
	((struct sftp_task *)task->memory)->engine = engine;
	server_log(task->session->server, "%s: sftp", task->session->peer);
	return NACRE_OK;
}
