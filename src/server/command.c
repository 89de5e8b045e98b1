/* command: from what a client asked for to what serves it. Knows: the owner's registry, and the shell where it is
 * allowed. Must not know: channels' windows. RFC 4254 6.5. */
#include "server_internal.h"
#include "text.h"

#define COMMAND_SHELL "exec /bin/sh"

static size_t
word_length(struct slice text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != ' ')
		n++;
	return n;
}

struct slice
command_name(struct slice text)
{
	return slice_of(text.p, word_length(text));
}

struct slice
command_arguments(struct slice text)
{
	size_t n = word_length(text);

	while (n < text.n && text.p[n] == ' ')
		n++;
	return slice_from(text, n);
}

static const struct nacre_command *
command_find(const struct nacre_server_options *o, struct slice name)
{
	const struct nacre_command *any = NULL;

	for (size_t i = 0; i < o->n_commands; i++) {
		if (o->commands[i].name == NULL)
			any = &o->commands[i];
		else if (slice_is(name, o->commands[i].name))
			return &o->commands[i];
	}
	return any;
}

static void
command_log(const struct nacre_task *task, const char *what, struct slice text)
{
	char shown[256];

	(void)text_escape(shown, sizeof(shown), text, false);
	server_log(task->session->server, "%s: %s: %s", task->session->peer, what, shown);
}

static int
command_keep_text(struct nacre_task *task, struct slice text)
{
	if ((task->text = mem_new(task->session->server->env, text.n + 1)) == NULL)
		return NACRE_E_NOMEM;
	if (text.n > 0)
		memcpy(task->text, text.p, text.n);
	task->text_n = text.n;
	return NACRE_OK;
}

int
command_start_function(struct nacre_task *task, const struct nacre_command *command)
{
	const struct nacre_env *env = task->session->server->env;

	if (command->state_size > 0 && (task->memory = mem_new(env, command->state_size)) == NULL)
		return NACRE_E_NOMEM;
	task->command = command;
	task->state = TASK_COMMAND;
	return NACRE_OK;
}

static int
command_start_child(struct nacre_task *task, struct slice text)
{
	struct failure why = {.code = 0};
	int rc = shell_start(&task->shell, task->session->conn, task->channel, text, (const char *const *)task->env,
	    task->has_pty ? &task->pty : NULL, &why);

	task->has_pty = false;
	if (rc != NACRE_OK) {
		server_log(task->session->server, "%s: %s", task->session->peer, why.text);
		return rc;
	}
	task->state = TASK_SHELL;
	return NACRE_OK;
}

/* RFC 4254 6.5: only one of "shell", "exec" and "subsystem" succeeds on a channel. */
int
command_start(struct nacre_task *task, struct slice text, bool is_shell)
{
	const struct nacre_server_options *o = &task->session->server->options;
	const struct nacre_command *command = is_shell ? NULL : command_find(o, command_name(text));
	int rc;

	if (task->state != TASK_IDLE || task->text != NULL)
		return NACRE_E_MISUSE;
	command_log(task, is_shell ? "shell" : "command", text);
	if (command == NULL && !o->shell)
		return NACRE_E_UNSUPPORTED;
	if ((rc = command_keep_text(task, text)) != NACRE_OK)
		return rc;
	if (command != NULL)
		return command_start_function(task, command);
	return command_start_child(task, is_shell ? SLICE_LIT(COMMAND_SHELL) : text);
}
