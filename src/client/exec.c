/* exec: a command on the server. Knows: its options. Must not know: the requests that start one (session_life.c).
 * Serves: RFC 4254 6.5. */
#include "facade.h"

int
client_exec(struct nacre_client *c, const char *command, const struct nacre_exec_options *options, int64_t deadline,
    struct nacre_channel **out)
{
	const struct session_plan plan = {
	    .command = command,
	    .pty = options->pty,
	    .env = options->env,
	    .n_env = options->n_env,
	    .env_refused = options->env_refused,
	    .combine_stderr = options->combine_stderr,
	    .timeout_ms = options->timeout_ms,
	};

	*out = NULL;
	if (command == NULL)
		return client_fail(c, NACRE_E_ARGUMENT, "exec: no command");
	return session_start(c, &plan, deadline, out);
}

int
nacre_client_exec_command(
    nacre_client *c, const char *command, const struct nacre_exec_options *given, nacre_channel **channel)
{
	struct nacre_exec_options options;
	int rc = client_enter(c);

	*channel = NULL;
	if (rc != NACRE_OK)
		return rc;
	if ((rc = client_options(c, &options, sizeof(options), given)) != NACRE_OK)
		return rc;
	return client_leave(c, client_exec(c, command, &options, -1, channel));
}
