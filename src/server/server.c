/* server: what a server is made of, and its end. Knows: the options and their defaults. Must not know: sockets'
 * readiness, messages. docs/design.md, "The server"; RFC 4251 9.4.4 (default deny). */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <sodium.h>
#include <nacre/io.h>
#include "hash.h"
#include "server_internal.h"

#define CONNECTIONS_MAX 100
#define SESSIONS_MAX 10
#define LOG_LINE_MAX 512

void
server_log(const struct nacre_server *server, const char *format, ...)
{
	char line[LOG_LINE_MAX];
	va_list args;

	if (server->options.log == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	server->options.log(server->options.ctx, line);
}

static int
server_check_options(const struct nacre_server_options *o)
{
	if (o == NULL || o->size != sizeof(*o) || o->host_keys == NULL || o->n_host_keys == 0)
		return NACRE_E_ARGUMENT;
	for (size_t i = 0; i < o->n_host_keys; i++) {
		if (o->host_keys[i] == NULL || !nacre_key_has_private(o->host_keys[i]))
			return NACRE_E_ARGUMENT;
	}
	if (o->user_authorities == NULL && o->n_user_authorities > 0)
		return NACRE_E_ARGUMENT;
	for (size_t i = 0; i < o->n_commands; i++) {
		if (o->commands[i].step == NULL)
			return NACRE_E_ARGUMENT;
	}
	return NACRE_OK;
}

/* What nobody decides about is not offered. With neither callback every request is refused. */
static const char *
server_methods(const struct nacre_server_options *o)
{
	bool keys = o->key != NULL || o->n_user_authorities > 0;

	if (keys && o->password == NULL)
		return "publickey";
	return !keys && o->password != NULL ? "password" : "publickey,password";
}

static void
server_take_options(struct nacre_server *server, const struct nacre_server_options *options)
{
	struct nacre_server_options *o = &server->options;
	struct nacre_conn_options *c = &server->connection;

	*o = *options;
	if (o->connections_max == 0)
		o->connections_max = CONNECTIONS_MAX;
	if (o->sessions_max == 0)
		o->sessions_max = SESSIONS_MAX;
	*c = (struct nacre_conn_options){.size = sizeof(*c)};
	if (o->connection != NULL)
		*c = *o->connection;
	c->role = NACRE_SERVER;
	c->host_keys = o->host_keys;
	c->n_host_keys = o->n_host_keys;
	c->announce_host_keys = true;
	c->auth_banner = o->banner;
	c->auth_methods = server_methods(o);
}

/* What a connection would say of the options is said now, and not to the first client. */
static int
server_try_connection(struct nacre_server *server)
{
	nacre_conn *conn;
	int rc = nacre_conn_new(server->env, &server->connection, &conn);

	nacre_conn_free(conn);
	/* The room for the reason is lent for this call only. */
	server->connection.why = NULL;
	server->connection.why_size = 0;
	return rc;
}

static int
server_open_wake(struct nacre_server *server)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return NACRE_E_SYSTEM;
	server->wake = (struct pollfd){.fd = ends[0], .events = POLLIN};
	server->wake_write = ends[1];
	return NACRE_OK;
}

int
nacre_server_new(const struct nacre_env *env, const struct nacre_server_options *options, nacre_server **out)
{
	struct nacre_server *server = NULL;
	int rc;

	*out = NULL;
	if (env == NULL && (env = nacre_env_default()) == NULL)
		return NACRE_E_RANDOM;
	if ((rc = server_check_options(options)) != NACRE_OK)
		return rc;
	if ((server = mem_new(env, sizeof(*server))) == NULL)
		return NACRE_E_NOMEM;
	server->env = env;
	server->wake.fd = server->wake_write = -1;
	server_take_options(server, options);
	if ((rc = server_try_connection(server)) != NACRE_OK || (rc = server_open_wake(server)) != NACRE_OK)
		goto out;
	*out = server;
	server = NULL;
out:
	nacre_server_free(server);
	return rc;
}

void
nacre_server_free(nacre_server *server)
{
	struct session *session;

	if (server == NULL)
		return;
	listener_close_all(server);
	while ((session = server->sessions) != NULL) {
		server->sessions = session->next;
		session_goodbye(session);
		session_free(session);
	}
	if (server->wake.fd >= 0) {
		(void)close(server->wake.fd);
		(void)close(server->wake_write);
	}
	pollset_free(&server->pollset, server->env);
	failure_clear(&server->failure, server->env);
	mem_free(server->env, server, sizeof(*server));
}

/* Only write: a signal handler may do no more. A full pipe already says what is to be said. */
void
nacre_server_stop(nacre_server *server)
{
	int error = errno;
	ssize_t k = write(server->wake_write, "", 1);

	(void)k;
	errno = error;
}

unsigned
nacre_server_connections(const nacre_server *server)
{
	return server->n_sessions;
}

void
nacre_server_error(const nacre_server *server, struct nacre_error *error)
{
	failure_view(&server->failure, error);
}

/* Hashed first, so that not even the length shows in the time. */
bool
nacre_server_password_is(struct nacre_bytes given, const char *password)
{
	uint8_t a[HASH_MAX_LEN], b[HASH_MAX_LEN];
	bool same = false;

	if (hash_once(HASH_SHA256, slice_of_bytes(given), a) == 0 &&
	    hash_once(HASH_SHA256, slice_str(password), b) == 0)
		same = sodium_memcmp(a, b, hash_len(HASH_SHA256)) == 0;
	mem_wipe(a, sizeof(a));
	mem_wipe(b, sizeof(b));
	return same;
}
