/* session_life: a session from its opening to what runs in it. Knows: the requests that set one up, and their order.
 * Must not know: their layout, windows, packets. RFC 4254 6.1, 6.2, 6.4, 6.5. */
#include <string.h>
#include "apply_config.h"
#include "facade.h"

/* What a request's wait is made of: it was sent as ch->operation, or why it was not. */
static int
session_answer(struct nacre_channel *ch, int rc, const char *what, int64_t deadline)
{
	return rc == NACRE_OK ? channel_wait_reply(ch, what, deadline) : client_refused(ch->client, rc, what);
}

/* Variables whose fate is wanted are answered before anything runs; the others leave without a word back. */
static int
send_variable(struct nacre_channel *ch, const struct nacre_variable *variable, bool wants_reply, int64_t deadline)
{
	struct nacre_client *c = ch->client;
	int rc;

	if (variable->name == NULL || variable->value == NULL)
		return client_fail(c, NACRE_E_ARGUMENT, "env: a name or value is NULL");
	rc = nacre_conn_channel_env(
	    c->conn, ch->number, variable->name, variable->value, wants_reply ? &ch->operation : NULL);
	if (rc == NACRE_OK && !wants_reply)
		return NACRE_OK;
	return session_answer(ch, rc, "env", deadline);
}

/* Servers take few variables, and a refused one is no reason not to go on. */
static int
session_env(struct nacre_channel *ch, const struct session_plan *plan, int64_t deadline)
{
	struct nacre_client *c = ch->client;
	int rc;

	for (size_t i = 0; i < plan->n_env; i++) {
		rc = send_variable(ch, &plan->env[i], plan->env_refused != NULL, deadline);
		if (plan->env_refused != NULL)
			plan->env_refused[i] = rc == NACRE_E_REQUEST_REFUSED;
		if (rc == NACRE_E_REQUEST_REFUSED) {
			client_log(c, NACRE_LOG_INFO, "the server did not take the variable %s", plan->env[i].name);
			failure_clear(&c->failure, c->env);
			rc = NACRE_OK;
		}
		if (rc != NACRE_OK)
			return rc;
	}
	return NACRE_OK;
}

/* Answered before the command goes: who asked for a terminal does not want it to run without one. */
static int
session_pty(struct nacre_channel *ch, const struct nacre_pty *pty, int64_t deadline)
{
	int rc = nacre_conn_channel_pty(ch->client->conn, ch->number, pty, &ch->operation);

	ways_set_qos(ch->client, true);

	return session_answer(ch, rc, "pty-req", deadline);
}

static int
session_exec(struct nacre_channel *ch, const char *command, int64_t deadline)
{
	int rc = nacre_conn_channel_exec(ch->client->conn, ch->number, command, strlen(command), &ch->operation);

	return session_answer(ch, rc, "exec", deadline);
}

static int
session_shell(struct nacre_channel *ch, int64_t deadline)
{
	int rc = nacre_conn_channel_shell(ch->client->conn, ch->number, &ch->operation);

	return session_answer(ch, rc, "shell", deadline);
}

static int
session_set_up(struct nacre_channel *ch, const struct session_plan *plan, int64_t deadline)
{
	int rc;

	ch->timeout_ms = client_timeout(plan->timeout_ms, CLIENT_LONG_TIMEOUT_MS);
	if (plan->combine_stderr) {
		rc = nacre_conn_channel_combine(ch->client->conn, ch->number, true);
		if (rc != NACRE_OK)
			return client_refused(ch->client, rc, "combine stderr");
	}
	if ((rc = client_config_env(ch)) != NACRE_OK || (rc = session_env(ch, plan, deadline)) != NACRE_OK)
		return rc;
	if (plan->pty != NULL && (rc = session_pty(ch, plan->pty, deadline)) != NACRE_OK)
		return rc;
	return plan->command == NULL ? session_shell(ch, deadline) : session_exec(ch, plan->command, deadline);
}

int
session_start(struct nacre_client *c, const struct session_plan *plan, int64_t deadline, struct nacre_channel **out)
{
	struct nacre_channel *ch;
	int rc;

	*out = NULL;
	if (plan->env == NULL && plan->n_env > 0)
		return client_fail(c, NACRE_E_ARGUMENT, "env: there are no variables");
	if ((rc = channel_open(c, "session", NULL, 0, deadline, &ch)) != NACRE_OK)
		return rc;
	if ((rc = session_set_up(ch, plan, deadline)) != NACRE_OK) {
		channel_drop(ch);
		return rc;
	}
	*out = ch;
	return NACRE_OK;
}

static const struct nacre_pty usual_pty = {.size = sizeof(usual_pty)};

int
nacre_client_invoke_shell(nacre_client *c, const struct nacre_shell_options *given, nacre_channel **channel)
{
	struct nacre_shell_options options;
	struct session_plan plan;
	int rc = client_enter(c);

	*channel = NULL;
	if (rc != NACRE_OK)
		return rc;
	if ((rc = client_options(c, &options, sizeof(options), given)) != NACRE_OK)
		return rc;
	plan = (struct session_plan){
	    .pty = options.no_pty	 ? NULL
		   : options.pty == NULL ? &usual_pty
					 : options.pty,
	    .env = options.env,
	    .n_env = options.n_env,
	    .env_refused = options.env_refused,
	    .combine_stderr = options.combine_stderr,
	    .timeout_ms = options.timeout_ms,
	};
	return client_leave(c, session_start(c, &plan, -1, channel));
}

int
nacre_client_open_session(nacre_client *c, nacre_channel **channel)
{
	int rc = client_enter(c);

	*channel = NULL;
	if (rc != NACRE_OK)
		return rc;
	return client_leave(c, channel_open(c, "session", NULL, 0, -1, channel));
}

int
nacre_channel_set_environment_variable(nacre_channel *ch, const char *name, const char *value, bool wants_reply)
{
	const struct nacre_variable variable = {name, value};
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	return client_leave(ch->client, send_variable(ch, &variable, wants_reply, -1));
}

int
nacre_channel_get_pty(nacre_channel *ch, const struct nacre_pty *pty)
{
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	return client_leave(ch->client, session_pty(ch, pty == NULL ? &usual_pty : pty, -1));
}

int
nacre_channel_invoke_shell(nacre_channel *ch)
{
	int rc = channel_enter(ch);

	return rc != NACRE_OK ? rc : client_leave(ch->client, session_shell(ch, -1));
}

int
nacre_channel_exec_command(nacre_channel *ch, const char *command)
{
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	if (command == NULL)
		return client_fail(ch->client, NACRE_E_ARGUMENT, "exec: no command");
	return client_leave(ch->client, session_exec(ch, command, -1));
}

int
nacre_channel_invoke_subsystem(nacre_channel *ch, const char *name)
{
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	rc = nacre_conn_channel_subsystem(ch->client->conn, ch->number, name, &ch->operation);
	return client_leave(ch->client, session_answer(ch, rc, "subsystem", -1));
}
