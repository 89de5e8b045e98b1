/* task: what runs in a session channel, and the handle that its function works with. Knows: the channel's two
 * directions, and how a command ends. Must not know: what the command does. RFC 4254 5.2, 5.3, 6.4, 6.10. */
#include <stdio.h>
#include "server_internal.h"
#include "text.h"

#define TASK_VARIABLES_MAX 64
#define TASK_VARIABLE_MAX 4096 /* bytes of a name and its value */

int
task_new(struct session *session, uint32_t channel)
{
	struct nacre_task *task = mem_new(session->server->env, sizeof(*task));

	if (task == NULL)
		return NACRE_E_NOMEM;
	task->session = session;
	task->channel = channel;
	task->next = session->tasks;
	session->tasks = task;
	session->n_tasks++;
	return NACRE_OK;
}

static const struct nacre_env *
task_env(const struct nacre_task *task)
{
	return task->session->server->env;
}

/* RFC 4254 6.10: "exit-status" and "exit-signal" come before CLOSE. */
static void
task_tell_exit(struct nacre_task *task, const struct nacre_exit *exit)
{
	if (task->exit_told)
		return;
	task->exit_told = true;
	task->exit = *exit;
	(void)nacre_conn_channel_exit(task->session->conn, task->channel, exit);
}

void
nacre_task_end(nacre_task *task, const struct nacre_exit *exit)
{
	if (task->state == TASK_OVER)
		return;
	task->state = TASK_OVER;
	task_tell_exit(task, exit);
	(void)nacre_conn_channel_eof(task->session->conn, task->channel);
}

void
nacre_task_exit(nacre_task *task, uint32_t status)
{
	nacre_task_end(task, &(struct nacre_exit){.kind = NACRE_EXIT_STATUS, .status = status});
}

static void
task_step_shell(struct nacre_task *task)
{
	bool over = shell_step(&task->shell, task->eof);

	/* A child may leave somebody behind who still writes: how it ended is told at once, as OpenSSH does. */
	if (task->shell.ended)
		task_tell_exit(task, &task->shell.exit);
	if (!over)
		return;
	task->state = TASK_OVER;
	(void)nacre_conn_channel_eof(task->session->conn, task->channel);
}

void
task_step(struct nacre_task *task)
{
	if (task->state == TASK_SHELL)
		task_step_shell(task);
	if (task->state != TASK_COMMAND || task->stepping)
		return;
	task->stepping = true;
	task->command->step(task, task->command->ctx);
	task->stepping = false;
}

void
task_poll(struct nacre_task *task)
{
	if (task->state == TASK_SHELL && shell_is_ready(&task->shell))
		task_step_shell(task);
	if (sftp_is_ready(task))
		task_step(task);
}

/* A function has no signal handlers: like a process without them it ends. */
void
task_signal(struct nacre_task *task, struct slice name)
{
	struct nacre_exit exit = {.kind = NACRE_EXIT_SIGNAL};

	if (task->state == TASK_SHELL)
		shell_signal(&task->shell, name);
	if (task->state != TASK_COMMAND || spawn_signal_number(name) == 0)
		return;
	(void)text_escape(exit.signal, sizeof(exit.signal), name, false);
	nacre_task_end(task, &exit);
}

static void
task_free_variables(struct nacre_task *task)
{
	for (size_t i = 0; i < task->n_env; i++)
		mem_free_str(task_env(task), task->env[i]);
	mem_free(task_env(task), task->env, (TASK_VARIABLES_MAX + 1) * sizeof(*task->env));
}

void
task_free(struct nacre_task *task)
{
	const struct nacre_env *env = task_env(task);

	if (task->command != NULL && task->command->end != NULL)
		task->command->end(task, task->command->ctx);
	if (task->has_pty)
		pty_close(&task->pty);
	if (task->shell.conn != NULL)
		shell_free(&task->shell);
	(void)nacre_conn_channel_close(task->session->conn, task->channel);
	task_free_variables(task);
	if (task->memory != NULL)
		mem_wipe_free(env, task->memory, task->command->state_size);
	if (task->text != NULL)
		mem_wipe_free(env, task->text, task->text_n + 1);
	mem_free(env, task, sizeof(*task));
}

void
task_sweep(struct session *session, bool all)
{
	struct nacre_task **at = &session->tasks;

	while (*at != NULL) {
		struct nacre_task *task = *at;

		if (!all && task->state != TASK_OVER) {
			at = &task->next;
			continue;
		}
		*at = task->next;
		session->n_tasks--;
		task_free(task);
	}
}

static bool
variable_is(const char *variable, struct slice name)
{
	struct slice text = slice_str(variable);

	return slice_starts(text, name) && text.n > name.n && text.p[name.n] == '=';
}

/* The place of a variable: where it stands already, else behind the last one. */
static size_t
variable_place(const struct nacre_task *task, struct slice name)
{
	size_t i = 0;

	while (i < task->n_env && !variable_is(task->env[i], name))
		i++;
	return i;
}

int
task_set_variable(struct nacre_task *task, struct slice name, struct slice value)
{
	const struct nacre_env *env = task_env(task);
	char text[TASK_VARIABLE_MAX];
	size_t at = variable_place(task, name);
	char *copy;

	if (at == TASK_VARIABLES_MAX || name.n + value.n + 2 > sizeof(text))
		return NACRE_E_LIMIT;
	if (task->env == NULL && (task->env = mem_new(env, (TASK_VARIABLES_MAX + 1) * sizeof(*task->env))) == NULL)
		return NACRE_E_NOMEM;
	snprintf(text, sizeof(text), "%.*s=%.*s", (int)name.n, (const char *)name.p, (int)value.n,
	    value.n == 0 ? "" : (const char *)value.p);
	if ((copy = mem_str(env, slice_str(text))) == NULL)
		return NACRE_E_NOMEM;
	mem_free_str(env, task->env[at]);
	task->env[at] = copy;
	task->n_env += at == task->n_env;
	return NACRE_OK;
}

const char *
nacre_task_variable(const nacre_task *task, const char *name)
{
	size_t at = variable_place(task, slice_str(name));

	return at == task->n_env ? NULL : task->env[at] + strlen(name) + 1;
}

static struct nacre_bytes
bytes_of(struct slice s)
{
	return (struct nacre_bytes){s.p, s.n};
}

struct nacre_bytes
nacre_task_command(const nacre_task *task)
{
	return bytes_of(slice_of(task->text, task->text_n));
}

struct nacre_bytes
nacre_task_arguments(const nacre_task *task)
{
	return bytes_of(command_arguments(slice_of(task->text, task->text_n)));
}

struct nacre_bytes
nacre_task_user(const nacre_task *task)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(task->session->conn, &info);
	return info.user;
}

void *
nacre_task_state(nacre_task *task)
{
	return task->memory;
}
