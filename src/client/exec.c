/* exec: a command on the server. Knows: the requests that start one. Must not know: their layout, windows, packets.
 * Serves: RFC 4254 6.1, 6.2, 6.4, 6.5. */
#include <string.h>
#include "facade.h"

/* Without want_reply: servers take few variables, and a refused one is no reason not to run the command. */
static int
send_env(struct nacre_channel *ch, const struct nacre_exec_options *options)
{
	struct nacre_client *c = ch->client;
	int rc;

	for (size_t i = 0; i < options->n_env; i++) {
		if (options->env[i].name == NULL || options->env[i].value == NULL)
			return client_fail(c, NACRE_E_ARGUMENT, "env: a name or value is NULL");
		rc = nacre_conn_channel_env(c->conn, ch->number, options->env[i].name, options->env[i].value, NULL);
		if (rc != NACRE_OK)
			return client_refused(c, rc, "env");
	}
	return NACRE_OK;
}

/* Answered before the command goes: who asked for a terminal does not want it to run without one. */
static int
send_pty(struct nacre_channel *ch, const struct nacre_exec_options *options, int64_t deadline)
{
	struct nacre_client *c = ch->client;
	int rc;

	if (options->pty == NULL)
		return NACRE_OK;
	rc = nacre_conn_channel_pty(c->conn, ch->number, options->pty, &ch->operation);
	return rc == NACRE_OK ? channel_wait_reply(ch, "pty-req", deadline) : client_refused(c, rc, "pty-req");
}

static int
send_exec(struct nacre_channel *ch, const char *command, int64_t deadline)
{
	struct nacre_client *c = ch->client;
	int rc = nacre_conn_channel_exec(c->conn, ch->number, command, strlen(command), &ch->operation);

	return rc == NACRE_OK ? channel_wait_reply(ch, "exec", deadline) : client_refused(c, rc, "exec");
}

int
client_exec(struct nacre_client *c, const char *command, const struct nacre_exec_options *options, int64_t deadline,
    struct nacre_channel **out)
{
	struct nacre_channel *ch;
	int rc;

	*out = NULL;
	if (command == NULL || (options->env == NULL && options->n_env > 0))
		return client_fail(c, NACRE_E_ARGUMENT, "exec: no command, or no variables");
	if ((rc = channel_open(c, "session", NULL, 0, deadline, &ch)) != NACRE_OK)
		return rc;
	ch->timeout_ms = client_timeout(options->timeout_ms, CLIENT_LONG_TIMEOUT_MS);
	if ((rc = send_env(ch, options)) == NACRE_OK && (rc = send_pty(ch, options, deadline)) == NACRE_OK)
		rc = send_exec(ch, command, deadline);
	if (rc != NACRE_OK) {
		channel_drop(ch);
		return rc;
	}
	*out = ch;
	return NACRE_OK;
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
