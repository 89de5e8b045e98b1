/* pair: see pair.h. */
#include "pair.h"

#include <stdlib.h>
#include <string.h>

static struct pair_side *
other(struct pair *p, const struct pair_side *side)
{
	return side == &p->client ? &p->server : &p->client;
}

int
pair_init(struct pair *p, struct test_env *client_env, struct test_env *server_env,
    const struct nacre_conn_options *client, const struct nacre_conn_options *server, const nacre_key *const *host_keys,
    size_t n_host_keys)
{
	struct nacre_conn_options c = {.size = sizeof(c)}, s = {.size = sizeof(s)};
	int r;

	*p = (struct pair){.user = "user", .password = "secret", .auth = PAIR_PASSWORD};
	p->client.te = client_env;
	p->server.te = server_env;
	if (client != NULL)
		c = *client;
	if (server != NULL)
		s = *server;
	c.role = NACRE_CLIENT;
	s.role = NACRE_SERVER;
	s.host_keys = host_keys;
	s.n_host_keys = n_host_keys;
	if ((r = nacre_conn_new(&client_env->env, &c, &p->client.conn)) != 0)
		return r;
	return nacre_conn_new(&server_env->env, &s, &p->server.conn);
}

void
pair_free(struct pair *p)
{
	nacre_conn_free(p->client.conn);
	nacre_conn_free(p->server.conn);
	p->client.conn = p->server.conn = NULL;
}

int
pair_error(const struct pair_side *side)
{
	struct nacre_error error;

	nacre_conn_error(side->conn, &error);
	return error.code;
}

static void
answer_auth(struct pair *p, const struct nacre_event *ev)
{
	nacre_conn *c = p->client.conn;

	if (p->hold_auth)
		return;
	if (ev->attempts > 0 && p->stop_auth_after_refusal) {
		(void)nacre_conn_answer_auth_stop(c, ev->token, NULL);
		return;
	}
	switch (p->auth) {
	case PAIR_NONE:
		(void)nacre_conn_answer_auth_none(c, ev->token, p->user);
		return;
	case PAIR_PASSWORD:
		(void)nacre_conn_answer_auth_password(c, ev->token, p->user, p->password);
		return;
	case PAIR_PUBLICKEY:
	case PAIR_PROBE:
		(void)nacre_conn_answer_auth_publickey(c, ev->token, p->user, p->user_key, p->auth == PAIR_PROBE);
		return;
	}
}

static enum nacre_auth_verdict
judge(struct pair *p, const struct nacre_event *ev)
{
	size_t n;
	const uint8_t *password;

	if (ev->user.n != strlen(p->user) || memcmp(ev->user.p, p->user, ev->user.n) != 0)
		return NACRE_AUTH_REJECT;
	if (ev->method.n == 4 && memcmp(ev->method.p, "none", 4) == 0)
		return p->auth == PAIR_NONE ? NACRE_AUTH_ACCEPT : NACRE_AUTH_REJECT;
	if (ev->key != NULL)
		return p->user_key != NULL && nacre_key_equal(ev->key, p->user_key) ? NACRE_AUTH_ACCEPT : NACRE_AUTH_REJECT;
	password = nacre_conn_auth_password(p->server.conn, ev->token, &n);
	return n == 6 && memcmp(password, "secret", 6) == 0 ? NACRE_AUTH_ACCEPT : NACRE_AUTH_REJECT;
}

static void
answer_request(struct pair *p, const struct nacre_event *ev)
{
	struct nacre_exit seven = {.kind = NACRE_EXIT_STATUS, .status = 7};

	if (ev->token != 0)
		(void)nacre_conn_answer_request(p->server.conn, ev->token, true);
	if (!p->exec_exits || ev->name.n != 4 || memcmp(ev->name.p, "exec", 4) != 0)
		return;
	(void)nacre_conn_channel_write(p->server.conn, ev->channel, NACRE_STDOUT, "out", 3);
	(void)nacre_conn_channel_write(p->server.conn, ev->channel, NACRE_STDERR, "err", 3);
	(void)nacre_conn_channel_exit(p->server.conn, ev->channel, &seven);
	(void)nacre_conn_channel_eof(p->server.conn, ev->channel);
	(void)nacre_conn_channel_close(p->server.conn, ev->channel);
}

static void
take_data(struct pair *p, struct pair_side *side, const struct nacre_event *ev)
{
	uint64_t *count = side == &p->server ? &p->received_by_server : &p->received_by_client;
	const uint8_t *data;
	size_t n;

	while ((data = nacre_conn_channel_peek(side->conn, ev->channel, ev->stream, &n)) != NULL) {
		if (p->echo && side == &p->server) {
			int64_t done = nacre_conn_channel_write(side->conn, ev->channel, ev->stream, data, n);

			if (done <= 0)
				return;
			n = (size_t)done;
		} else if (n <= sizeof(side->text) - 1) {
			memcpy(side->text, data, n);
			side->text[n] = '\0';
		}
		*count += n;
		if (nacre_conn_channel_consume(side->conn, ev->channel, ev->stream, n) != 0)
			return;
	}
}

static void
answer(struct pair *p, struct pair_side *side, const struct nacre_event *ev)
{
	if (side == &p->server && p->hold_server && ev->token != 0)
		return;
	switch (ev->type) {
	case NACRE_EVENT_HOST_KEY:
		(void)nacre_conn_answer_host_key(side->conn, ev->token, p->host_key_error);
		break;
	case NACRE_EVENT_AUTH:
		answer_auth(p, ev);
		break;
	case NACRE_EVENT_SIGN:
		(void)nacre_conn_answer_sign_key(side->conn, ev->token, p->user_key);
		break;
	case NACRE_EVENT_AUTH_REQUEST:
		(void)nacre_conn_answer_auth_request(side->conn, ev->token, judge(p, ev), NULL);
		break;
	case NACRE_EVENT_CHANNEL_OPEN:
		side->channel = ev->channel;
		(void)nacre_conn_answer_channel_open(side->conn, ev->token, 0, NULL);
		break;
	case NACRE_EVENT_CHANNEL_REQUEST:
		if (side == &p->server)
			answer_request(p, ev);
		else if (ev->token != 0)
			(void)nacre_conn_answer_request(side->conn, ev->token, false);
		break;
	case NACRE_EVENT_GLOBAL_REQUEST:
		if (ev->token != 0)
			(void)nacre_conn_answer_global(side->conn, ev->token, false, NULL, 0);
		break;
	case NACRE_EVENT_CHANNEL_OPENED:
		side->channel = ev->channel;
		break;
	case NACRE_EVENT_CHANNEL_DATA:
		take_data(p, side, ev);
		break;
	case NACRE_EVENT_CHANNEL_WRITABLE:
		if (p->echo && side == &p->server) {
			struct nacre_event data = *ev;

			data.stream = NACRE_STDOUT;
			take_data(p, side, &data);
		}
		break;
	case NACRE_EVENT_CHANNEL_EOF:
		if (p->echo && side == &p->server)
			(void)nacre_conn_channel_eof(side->conn, ev->channel);
		break;
	default:
		break;
	}
}

bool
pair_events(struct pair *p, struct pair_side *side)
{
	struct nacre_event ev;
	bool any = false;

	while (side->conn != NULL && nacre_conn_next_event(side->conn, &ev) == 1) {
		any = true;
		side->seen[ev.type]++;
		side->last[ev.type] = ev;
		if (p->hook != NULL)
			p->hook(p, side, &ev);
		if (side->conn != NULL)
			answer(p, side, &ev);
	}
	return any;
}

size_t
pair_move(struct pair *p, bool to_server, size_t max)
{
	struct pair_side *from = to_server ? &p->client : &p->server, *to = other(p, from);
	size_t out_n, in_n, n;
	const uint8_t *out = nacre_conn_output(from->conn, &out_n);
	uint8_t *in;

	if (out == NULL || (nacre_conn_wants(to->conn) & NACRE_WANT_READ) == 0)
		return 0;
	if ((in = nacre_conn_recv_space(to->conn, &in_n)) == NULL)
		return 0;
	n = out_n < in_n ? out_n : in_n;
	if (n > max)
		n = max;
	memcpy(in, out, n);
	if (p->tap != NULL)
		p->tap(p, to_server, in, n);
	(void)nacre_conn_sent(from->conn, n);
	(void)nacre_conn_received(to->conn, n);
	return n;
}

static size_t
step_of(const struct pair *p)
{
	size_t n = p->in_max != 0 ? p->in_max : SIZE_MAX;

	return p->out_max != 0 && p->out_max < n ? p->out_max : n;
}

bool
pair_turn(struct pair *p)
{
	bool any = pair_events(p, &p->client);

	any |= pair_events(p, &p->server);
	any |= pair_move(p, true, step_of(p)) > 0;
	any |= pair_events(p, &p->server);
	any |= pair_move(p, false, step_of(p)) > 0;
	any |= pair_events(p, &p->client);
	return any;
}

void
pair_run(struct pair *p)
{
	while (pair_turn(p))
		;
}

void
pair_pass(struct pair *p, int64_t ms)
{
	p->now_ms += ms;
	(void)nacre_conn_tick(p->client.conn, p->now_ms);
	(void)nacre_conn_tick(p->server.conn, p->now_ms);
	pair_run(p);
}

bool
pair_login(struct pair *p)
{
	pair_run(p);
	return p->client.seen[NACRE_EVENT_AUTHENTICATED] == 1 && p->server.seen[NACRE_EVENT_AUTHENTICATED] == 1;
}

uint32_t
pair_open(struct pair *p)
{
	uint32_t channel = UINT32_MAX;

	if (nacre_conn_channel_open(p->client.conn, "session", NULL, 0, &channel) != 0)
		return UINT32_MAX;
	pair_run(p);
	return channel;
}
