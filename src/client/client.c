/* client: the life of a client, and how its calls begin and end. Knows: who may call what when. Must not know: packets,
 * SSH messages. Serves: RFC 4253 11.1 (disconnect). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "apply_config.h"
#include "facade.h"

#define REASON_BY_APPLICATION 11 /* RFC 4253 11.1 */

nacre_client *
nacre_client_new(const struct nacre_env *env)
{
	struct nacre_client *c;

	if (env == NULL && (env = nacre_env_default()) == NULL)
		return NULL;
	if ((c = mem_new(env, sizeof(*c))) == NULL)
		return NULL;
	c->env = env;
	c->deadline = -1;
	snprintf(c->log_channel, sizeof(c->log_channel), "nacre.transport");
	if (trust_init(&c->trust, env) != NACRE_OK) {
		mem_free(env, c, sizeof(*c));
		return NULL;
	}
	return c;
}

static void
client_destroy(struct nacre_client *c)
{
	const struct nacre_env *env = c->env;

	c->log = NULL;
	client_close(c);
	client_config_free(c);
	trust_wipe(&c->trust);
	failure_clear(&c->key_problem, env);
	auth_record_free(&c->record, env);
	failure_clear(&c->way_problem, env);
	mem_free(env, c->dial_log, sizeof(*c->dial_log));
	failure_clear(&c->failure, env);
	mem_wipe_free(env, c, sizeof(*c));
}

/* Said in a callback. A jump host's client ends with the one whose it is, which also frees it. */
static void
end_later(struct nacre_client *c, bool frees)
{
	c->close_wanted = true;
	while (c->outer != NULL) {
		c = c->outer;
		c->close_wanted = true;
	}
	c->free_wanted |= frees;
}

void
nacre_client_free(nacre_client *c)
{
	if (c == NULL)
		return;
	if (c->in_callback > 0) {
		end_later(c, true);
		return;
	}
	client_destroy(c);
}

void
client_close(struct nacre_client *c)
{
	if (c->conn != NULL) {
		if (!c->ended && carrier_is_open(&c->io.carrier)) {
			(void)nacre_conn_disconnect(c->conn, REASON_BY_APPLICATION, "closed by the caller");
			blocking_flush(&c->io);
		}
		client_detach_channels(c);
		nacre_conn_free(c->conn);
		c->conn = NULL;
		c->io.conn = NULL;
	}
	carrier_close(&c->io.carrier);
	c->peer[0] = '\0';
	auth_plan_free(c->plan, c->env);
	c->plan = NULL;
	host_key_update_free(c->update);
	c->update = NULL;
	c->authenticated = c->ended = c->news = c->io.more = false;
	c->reply = (struct global_reply){.operation = 0};
	c->auth_method[0] = '\0';
}

void
nacre_client_close(nacre_client *c)
{
	if (c == NULL)
		return;
	if (c->in_callback > 0) {
		end_later(c, false);
		return;
	}
	client_close(c);
	trust_drop_own(&c->trust);
}

int
client_enter(struct nacre_client *c)
{
	if (c == NULL)
		return NACRE_E_ARGUMENT;
	if (c->in_callback > 0)
		return NACRE_E_MISUSE; /* the failure of the call that runs is not touched */
	if (c->failure.code != 0)
		failure_clear(&c->failure, c->env);
	return NACRE_OK;
}

int
client_leave(struct nacre_client *c, int rc)
{
	if (c->in_callback > 0)
		return rc;
	channel_drop_given_back(c);
	if (c->free_wanted) {
		client_destroy(c);
		return NACRE_E_CANCELLED;
	}
	if (c->close_wanted) {
		client_close(c);
		trust_drop_own(&c->trust);
		c->close_wanted = false;
		failure_clear(&c->failure, c->env);
		return client_fail(c, NACRE_E_CANCELLED, "a callback closed the client");
	}
	return rc;
}

static enum nacre_phase
client_phase(const struct nacre_client *c)
{
	struct nacre_conn_info info;

	if (c->conn == NULL)
		return NACRE_PHASE_NONE;
	nacre_conn_get_info(c->conn, &info);
	return info.phase;
}

int
client_fail(struct nacre_client *c, int code, const char *format, ...)
{
	char text[FAILURE_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)failure_set(&c->failure, code, failure_origin(code), "%s", text);
	if (c->failure.phase == NACRE_PHASE_NONE)
		c->failure.phase = client_phase(c);
	return c->failure.code;
}

/* A failure that is kept elsewhere becomes this call's; it stays there too. */
static int
client_fail_as(struct nacre_client *c, const struct failure *from)
{
	(void)failure_set(&c->failure, from->code, from->origin, "%s", from->text);
	c->failure.phase = from->phase;
	if (from->hint[0] != '\0')
		failure_set_hint(&c->failure, "%s", from->hint);
	if (from->peer_text != NULL)
		failure_add_peer(&c->failure, c->env, from->peer_reason, slice_str(from->peer_text));
	return c->failure.code;
}

int
client_fail_as_conn(struct nacre_client *c)
{
	struct nacre_error error;

	nacre_conn_error(c->conn, &error);
	if (error.code == 0)
		return client_fail(c, NACRE_E_CLOSED, "the connection is closed");
	if (error.code == NACRE_E_CONNECTION_LOST && c->way_problem.code != 0) {
		c->way_problem.phase = error.phase;
		return client_fail_as(c, &c->way_problem);
	}
	(void)failure_set(&c->failure, error.code, error.origin, "%s", error.message);
	failure_set_hint(&c->failure, "%s", error.hint);
	c->failure.phase = error.phase;
	failure_add_lists(&c->failure, c->env, slice_str(error.ours), slice_str(error.theirs));
	if (error.peer_text != NULL)
		failure_add_peer(&c->failure, c->env, error.peer_reason, slice_str(error.peer_text));
	else if (c->way_problem.peer_text != NULL)
		failure_add_peer(&c->failure, c->env, 0, slice_str(c->way_problem.peer_text));
	return c->failure.code;
}

int
client_refused(struct nacre_client *c, int rc, const char *what)
{
	struct nacre_error error;

	nacre_conn_error(c->conn, &error);
	if (error.code != 0)
		return client_fail_as_conn(c);
	return client_fail(c, rc, "%s: %s", what, nacre_status_text(rc));
}

void
nacre_client_error(const nacre_client *c, struct nacre_error *error)
{
	struct failure none = {.code = NACRE_E_ARGUMENT, .origin = NACRE_ORIGIN_LOCAL};

	if (c != NULL) {
		failure_view(&c->failure, error);
		return;
	}
	failure_view(&none, error);
	error->message = "there is no client: out of memory, or without randomness";
}

int
client_options(struct nacre_client *c, void *options, size_t size, const void *given)
{
	size_t n;

	memset(options, 0, size);
	if (given == NULL)
		return NACRE_OK;
	memcpy(&n, given, sizeof(n)); /* `size` is the first member of every options struct */
	if (n < sizeof(n))
		return client_fail(c, NACRE_E_ARGUMENT, "options.size is not set to the struct's size");
	memcpy(options, given, n < size ? n : size);
	return NACRE_OK;
}

int
client_timeout(int configured, int default_ms)
{
	if (configured < 0)
		return -1;
	return configured == 0 ? default_ms : configured;
}

nacre_conn *
nacre_client_conn(nacre_client *c)
{
	return c == NULL ? NULL : c->conn;
}

int
nacre_client_fd(const nacre_client *c)
{
	return c == NULL || !carrier_is_open(&c->io.carrier) ? -1 : c->io.carrier.fd;
}

const char *
nacre_client_auth_method(const nacre_client *c)
{
	return c == NULL ? "" : c->auth_method;
}
