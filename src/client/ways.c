/* ways: how a client gets the carrier of its connection. Knows: every way there is, and that only one is taken. Must
 * not know: how each works, or what is carried. Serves: RFC 4253 4. */
#include <stdio.h>
#include <string.h>
#include "clock.h"
#include "dial.h"
#include "facade.h"
#include "proxy.h"
#include "qos.h"

#define ADDRESSES_MAX 1024

int64_t
ways_deadline(const struct nacre_client *c, const struct nacre_connect_options *options)
{
	int timeout = client_timeout(options->connect_timeout_ms, CLIENT_CONNECT_TIMEOUT_MS);

	return clock_sooner(clock_deadline(timeout), c->deadline);
}

static bool
is_none(const char *text)
{
	return text == NULL || strcmp(text, "none") == 0;
}

static void
take_name(struct nacre_client *c, const char *name)
{
	if (c->peer[0] == '\0' && name != NULL)
		snprintf(c->peer, sizeof(c->peer), "%s", name);
}

/* The socket is this client's from now on. */
static void
take_socket(struct nacre_client *c, int fd)
{
	char peer[CLIENT_PEER_MAX];

	c->io.carrier = socket_carrier(fd);
	if (dial_peer_name(fd, peer, sizeof(peer)) == NACRE_OK)
		take_name(c, peer);
}

static int
take_channel(struct nacre_client *c, struct nacre_channel *channel)
{
	const char *through = channel->client == NULL ? "a client that was closed" : channel->client->host;
	char name[CLIENT_PEER_MAX];
	int rc;

	snprintf(name, sizeof(name), "%.160s port %u through %.160s", c->host, c->port, through);
	rc = over_channel(c, channel, NULL, name, &c->io.carrier);
	return rc == NACRE_OK ? rc : client_fail(c, rc, "out of memory");
}

int
ways_take(struct nacre_client *c, const struct nacre_connect_options *options)
{
	if (options->sock != NULL)
		take_socket(c, *options->sock);
	else if (options->carrier != NULL)
		return carrier_take(&c->io.carrier, options->carrier, &c->failure);
	else if (options->jump_channel != NULL)
		return take_channel(c, options->jump_channel);
	return NACRE_OK;
}

void
ways_drop(const struct nacre_connect_options *options)
{
	struct nacre_carrier carrier = {.fd = -1};
	struct failure unheard = {.code = 0};
	int fd;

	if (options->sock != NULL) {
		fd = *options->sock;
		dial_close(&fd);
	}
	if (options->carrier != NULL && carrier_take(&carrier, options->carrier, &unheard) == NACRE_OK)
		carrier_close(&carrier);
	nacre_channel_close(options->jump_channel);
}

/* One function for each way that begins when it is time to connect. */

static int
go_by_tcp(struct nacre_client *c, const struct nacre_connect_options *options)
{
	struct dial_options dialling = {
	    .deadline = ways_deadline(c, options),
	    .family = options->address_family,
	    .bind_address = options->bind_address,
	    .rounds = options->connection_attempts,
	    .tcp_keepalive = !options->no_tcp_keepalive,
	    .qos = c->qos_bulk,
	};
	char list[ADDRESSES_MAX];
	int rc, fd;

	if (c->dial_log == NULL && (c->dial_log = mem_new(c->env, sizeof(*c->dial_log))) == NULL)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	if ((rc = dial(c->host, c->port, &dialling, &fd, c->dial_log, &c->failure)) == NACRE_OK)
		take_socket(c, fd);
	c->dialled = rc == NACRE_OK;
	if (rc == NACRE_E_CONNECT || rc == NACRE_E_TIMEOUT_CONNECT) {
		dial_tell(c->dial_log, list, sizeof(list));
		failure_add_lists(&c->failure, c->env, slice_str(list), SLICE_NONE);
	}
	return rc;
}

static int
go_by_unix(struct nacre_client *c, const struct nacre_connect_options *options)
{
	int fd, rc = dial_unix(options->unix_path, ways_deadline(c, options), &fd, &c->failure);

	if (rc == NACRE_OK) {
		take_name(c, options->unix_path);
		take_socket(c, fd);
	}
	return rc;
}

static int
go_by_callback(struct nacre_client *c, const struct nacre_connect_options *options)
{
	struct nacre_carrier carrier = {.fd = -1};
	int fd = -1, rc, left = clock_left(ways_deadline(c, options), nacre_clock_ms());

	c->in_callback++;
	rc = options->transport(options->transport_ctx, c, c->host, c->port, left, &fd, &carrier);
	c->in_callback--;
	if (fd >= 0)
		take_socket(c, fd);
	else if (carrier.read != NULL && carrier_take(&c->io.carrier, &carrier, &c->failure) != NACRE_OK)
		return c->failure.code;
	if (rc == NACRE_OK && !carrier_is_open(&c->io.carrier))
		rc = NACRE_E_CONNECT;
	return rc == NACRE_OK ? rc : client_fail(c, rc < 0 ? rc : NACRE_E_CONNECT, "the transport callback gave none");
}

static int
go_by_proxy(struct nacre_client *c, const struct nacre_connect_options *options)
{
	char *line = proxy_line(c, options->proxy_command);
	int rc;

	if (line == NULL)
		return c->failure.code;
	rc = proxy_open(c->env, line, &c->io.carrier, &c->failure);
	mem_free_str(c->env, line);
	return rc;
}

static int
go_through_client(struct nacre_client *c, const struct nacre_connect_options *options)
{
	struct nacre_client *through = options->jump_client;
	struct nacre_channel *channel;
	struct nacre_error error;
	int rc = through == c ? NACRE_E_ARGUMENT : client_enter(through);

	if (rc != NACRE_OK)
		return client_fail(c, rc, "jump_client: this client itself, or one in a callback");
	if ((rc = open_tcp(through, c->host, c->port, ways_deadline(c, options), &channel)) == NACRE_OK)
		return take_channel(c, channel);
	nacre_client_error(through, &error);
	(void)client_fail(c, rc, "through %s port %u: %s", through->host, through->port, error.message);
	if (error.peer_text != NULL)
		failure_add_peer(&c->failure, c->env, error.peer_reason, slice_str(error.peer_text));
	return rc;
}

typedef int way_fn(struct nacre_client *c, const struct nacre_connect_options *options);

/* The way that the options ask for; NULL and a failure where they ask for two. */
static way_fn *
choose(struct nacre_client *c, const struct nacre_connect_options *options)
{
	const struct {
		bool is_asked_for;
		way_fn *go;
	} ways[] = {
	    {carrier_is_open(&c->io.carrier), go_by_tcp}, /* which has nothing left to do */
	    {options->unix_path != NULL, go_by_unix},
	    {options->transport != NULL, go_by_callback},
	    {!is_none(options->proxy_command), go_by_proxy},
	    {!is_none(options->jump), jump_go},
	    {options->jump_client != NULL, go_through_client},
	};
	way_fn *way = NULL;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!ways[i].is_asked_for)
			continue;
		if (way != NULL) {
			(void)client_fail(c, NACRE_E_ARGUMENT, "more than one way to the server is asked for");
			return NULL;
		}
		way = ways[i].go;
	}
	return way == NULL ? go_by_tcp : way;
}

int
ways_go(struct nacre_client *c, const struct nacre_connect_options *options)
{
	way_fn *go = choose(c, options);
	int rc = NACRE_OK;

	if (go == NULL)
		return c->failure.code;
	c->qos_interactive = c->qos_bulk = QOS_NONE;
	if (options->ip_qos != NULL && qos_parse(options->ip_qos, &c->qos_interactive, &c->qos_bulk) != NACRE_OK)
		return client_fail(c, NACRE_E_ARGUMENT, "ip_qos: \"%.32s\" is none", options->ip_qos);
	if (!carrier_is_open(&c->io.carrier))
		rc = go(c, options);
	if (rc != NACRE_OK && c->failure.phase == NACRE_PHASE_NONE)
		c->failure.phase = NACRE_PHASE_CONNECT;
	if (rc != NACRE_OK)
		return rc;
	take_name(c, c->io.carrier.name);
	client_log(c, NACRE_LOG_DEBUG, "connected to %s (%s)", c->host, c->peer);
	return NACRE_OK;
}

void
ways_set_qos(struct nacre_client *c, bool interactive)
{
	if (c->dial_log != NULL && carrier_is_open(&c->io.carrier))
		qos_set(c->io.carrier.fd, interactive ? c->qos_interactive : c->qos_bulk);
}

const struct nacre_dial_log *
nacre_client_dial_log(const nacre_client *c)
{
	return c == NULL || c->dial_log == NULL || c->dial_log->n == 0 ? NULL : c->dial_log;
}

unsigned
nacre_client_failed_hop(const nacre_client *c)
{
	return c == NULL ? 0 : c->failed_hop;
}
