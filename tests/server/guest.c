/* guest: see guest.h. */
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nacre/io.h>

#define PATIENCE_MS 60000 /* nothing that works takes so long; only a failure does */

nacre_key *guest_host_key, *guest_user_key, *guest_other_key;

int
guest_setup(void **state)
{
	const struct nacre_env *env = nacre_env_default();

	(void)state;
	return nacre_key_generate(env, "ssh-ed25519", 0, &guest_host_key) |
	       nacre_key_generate(env, "ssh-ed25519", 0, &guest_user_key) |
	       nacre_key_generate(env, "ssh-ed25519", 0, &guest_other_key);
}

int
guest_teardown(void **state)
{
	(void)state;
	nacre_key_free(guest_host_key);
	nacre_key_free(guest_user_key);
	nacre_key_free(guest_other_key);
	return 0;
}

static bool
is_diver(struct nacre_bytes user)
{
	return user.n == 5 && memcmp(user.p, "diver", 5) == 0;
}

static bool
may_by_password(void *ctx, struct nacre_bytes user, struct nacre_bytes password)
{
	((struct guest *)ctx)->asked++;
	return is_diver(user) && nacre_server_password_is(password, "pearl");
}

static bool
may_by_key(void *ctx, struct nacre_bytes user, const nacre_key *key, bool probe)
{
	(void)probe;
	((struct guest *)ctx)->asked++;
	return is_diver(user) && nacre_key_equal(key, guest_user_key);
}

static void
keep_line(void *ctx, const char *line)
{
	struct guest *g = ctx;
	size_t n = strlen(g->log);

	snprintf(g->log + n, sizeof(g->log) - n, "%s\n", line);
}

void
guest_init(struct guest *g)
{
	*g = (struct guest){
	    .fd = -1, .auth = GUEST_PASSWORD, .user = "diver", .password = "pearl", .key = guest_user_key};
	test_env_init(&g->server_env, 11);
	test_env_init(&g->client_env, 12);
	g->connection = (struct nacre_conn_options){.size = sizeof(g->connection)};
	g->options = (struct nacre_server_options){
	    .size = sizeof(g->options),
	    .host_keys = (const nacre_key *const *)&guest_host_key,
	    .n_host_keys = 1,
	    .ctx = g,
	    .password = may_by_password,
	    .key = may_by_key,
	    .log = keep_line,
	    .connection = &g->connection,
	};
	g->options.commands = nacre_server_builtins(&g->options.n_commands);
}

void
guest_join(struct guest *g, int fd)
{
	struct nacre_conn_options o = {.size = sizeof(o), .role = NACRE_CLIENT, .now_ms = nacre_clock_ms()};

	g->fd = fd;
	assert_int_equal(nacre_conn_new(&g->client_env.env, &o, &g->conn), NACRE_OK);
}

void
guest_start(struct guest *g)
{
	int ends[2];

	assert_int_equal(nacre_server_new(&g->server_env.env, &g->options, &g->server), NACRE_OK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	guest_join(g, ends[0]);
	assert_int_equal(nacre_server_serve_fd(g->server, ends[1]), NACRE_OK);
}

void
guest_end(struct guest *g)
{
	nacre_conn_free(g->conn);
	nacre_server_free(g->server);
	if (g->fd >= 0)
		(void)close(g->fd);
	assert_int_equal(g->client_env.live_blocks, 0);
	assert_int_equal(g->server_env.live_blocks, 0);
	assert_int_equal(g->server_env.wrong_sizes, 0);
}

static void
answer_auth(struct guest *g, const struct nacre_event *ev)
{
	snprintf(g->methods, sizeof(g->methods), "%.*s", (int)ev->methods.n,
	    ev->methods.n == 0 ? "" : (const char *)ev->methods.p);
	if (ev->attempts > 0) {
		g->refused = true;
		assert_int_not_equal(nacre_conn_answer_auth_stop(g->conn, ev->token, NULL), NACRE_E_MISUSE);
		return;
	}
	if (g->auth == GUEST_NONE)
		assert_int_equal(nacre_conn_answer_auth_none(g->conn, ev->token, g->user), NACRE_OK);
	else if (g->auth == GUEST_PASSWORD)
		assert_int_equal(nacre_conn_answer_auth_password(g->conn, ev->token, g->user, g->password), NACRE_OK);
	else
		assert_int_equal(
		    nacre_conn_answer_auth_publickey(g->conn, ev->token, g->user, g->key, g->auth == GUEST_PROBE),
		    NACRE_OK);
}

static struct guest_channel *
find(struct guest *g, uint32_t number)
{
	for (unsigned i = 0; i < g->n_channels; i++) {
		if (g->channels[i].number == number && !(g->channels[i].closed || g->channels[i].refused))
			return &g->channels[i];
	}
	return NULL;
}

/* Adds each byte with its place in the stream, so that order and loss show. */
static uint64_t
sum_more(uint64_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + p[i] + 1;
	return sum;
}

static void
keep(struct guest_channel *ch, int stream, const uint8_t *p, size_t n)
{
	uint64_t at = ch->got[stream];

	for (size_t i = 0; i < n && at + i < GUEST_KEEP - 1; i++)
		ch->text[stream][at + i] = (char)p[i];
	ch->sum[stream] = sum_more(ch->sum[stream], p, n);
	ch->got[stream] += n;
}

static void
read_all(struct guest *g, struct guest_channel *ch)
{
	const uint8_t *p;
	size_t n;

	for (int stream = 0; stream < 2 && !ch->deaf; stream++) {
		while ((p = nacre_conn_channel_peek(g->conn, ch->number, (enum nacre_stream)stream, &n)) != NULL) {
			keep(ch, stream, p, n);
			assert_int_equal(
			    nacre_conn_channel_consume(g->conn, ch->number, (enum nacre_stream)stream, n), NACRE_OK);
		}
	}
}

static void
write_more(struct guest *g, struct guest_channel *ch)
{
	uint8_t *space;
	size_t n;

	while (ch->sent < ch->to_send && !ch->closed &&
	       (space = nacre_conn_channel_write_space(g->conn, ch->number, NACRE_STDOUT, &n)) != NULL) {
		if (n > ch->to_send - ch->sent)
			n = (size_t)(ch->to_send - ch->sent);
		for (size_t i = 0; i < n; i++)
			space[i] = (uint8_t)((ch->sent + i) * 7 >> 3);
		ch->sent_sum = sum_more(ch->sent_sum, space, n);
		assert_int_equal(nacre_conn_channel_commit(g->conn, ch->number, NACRE_STDOUT, n), NACRE_OK);
		ch->sent += n;
	}
	if (ch->sent == ch->to_send && ch->eof_after && !ch->eof_sent && !ch->closed) {
		ch->eof_sent = true;
		assert_int_equal(nacre_conn_channel_eof(g->conn, ch->number), NACRE_OK);
	}
}

static void
on_channel_event(struct guest *g, struct guest_channel *ch, const struct nacre_event *ev)
{
	switch (ev->type) {
	case NACRE_EVENT_CHANNEL_OPENED:
		ch->opened = true;
		break;
	case NACRE_EVENT_CHANNEL_REFUSED:
		ch->refused = true;
		ch->reason = ev->reason;
		break;
	case NACRE_EVENT_CHANNEL_REPLY:
		ch->yes += ev->ok;
		ch->no += !ev->ok;
		break;
	case NACRE_EVENT_CHANNEL_EOF:
		ch->eof = true;
		break;
	case NACRE_EVENT_CHANNEL_EXIT:
		ch->exited = true;
		ch->exit_after_eof = ch->eof;
		ch->exit = *ev->exit;
		break;
	case NACRE_EVENT_CHANNEL_CLOSED:
		read_all(g, ch);
		ch->closed = true;
		assert_int_equal(nacre_conn_channel_close(g->conn, ch->number), NACRE_OK);
		break;
	default:
		break;
	}
}

static void
on_event(struct guest *g, const struct nacre_event *ev)
{
	struct guest_channel *ch;

	switch (ev->type) {
	case NACRE_EVENT_HOST_KEY:
		assert_true(nacre_key_equal(ev->key, guest_host_key));
		assert_int_equal(nacre_conn_answer_host_key(g->conn, ev->token, 0), NACRE_OK);
		break;
	case NACRE_EVENT_AUTH:
		answer_auth(g, ev);
		break;
	case NACRE_EVENT_SIGN:
		assert_int_equal(nacre_conn_answer_sign_key(g->conn, ev->token, g->key), NACRE_OK);
		break;
	case NACRE_EVENT_BANNER:
		snprintf(g->banner, sizeof(g->banner), "%.*s", (int)ev->data.n, (const char *)ev->data.p);
		break;
	case NACRE_EVENT_AUTHENTICATED:
		g->authenticated = true;
		break;
	case NACRE_EVENT_CLOSED:
		g->closed = true;
		break;
	default:
		if ((ch = find(g, ev->channel)) != NULL)
			on_channel_event(g, ch, ev);
		break;
	}
}

static void
client_turn(struct guest *g)
{
	struct nacre_event ev;

	(void)nacre_conn_tick(g->conn, nacre_clock_ms());
	for (int round = 0; round < 64; round++) {
		unsigned did = nacre_pump(g->conn, g->fd, true);

		while (nacre_conn_next_event(g->conn, &ev) == 1)
			on_event(g, &ev);
		for (unsigned i = 0; i < g->n_channels; i++) {
			if (g->channels[i].opened && !g->channels[i].closed) {
				read_all(g, &g->channels[i]);
				write_more(g, &g->channels[i]);
			}
		}
		if (did == 0 && (nacre_conn_wants(g->conn) & NACRE_WANT_WRITE) == 0)
			return;
	}
}

void
guest_turn(struct guest *g, int wait_ms)
{
	int rc;

	client_turn(g);
	rc = nacre_server_turn(g->server, wait_ms);
	if (g->server_env.fail_at == 0)
		assert_int_equal(rc, NACRE_OK);
	client_turn(g);
}

bool
guest_until(struct guest *g, bool (*done)(const struct guest *g))
{
	int64_t deadline = nacre_clock_ms() + PATIENCE_MS;

	while (!done(g)) {
		if (nacre_clock_ms() > deadline)
			return false;
		guest_turn(g, g->closed ? 0 : 20);
	}
	return true;
}

static bool
is_decided(const struct guest *g)
{
	return g->authenticated || g->closed;
}

void
guest_login(struct guest *g)
{
	assert_true(guest_until(g, is_decided));
}

void
guest_open(struct guest *g)
{
	guest_init(g);
	guest_start(g);
	guest_login(g);
	assert_true(g->authenticated);
}

static bool
is_answered(const struct guest *g)
{
	const struct guest_channel *last = &g->channels[g->n_channels - 1];

	return last->opened || last->refused || g->closed;
}

struct guest_channel *
guest_session(struct guest *g)
{
	struct guest_channel *ch = &g->channels[g->n_channels];

	assert_true(g->n_channels < GUEST_CHANNELS);
	g->n_channels++;
	assert_int_equal(nacre_conn_channel_open(g->conn, "session", NULL, 0, &ch->number), NACRE_OK);
	assert_true(guest_until(g, is_answered));
	return ch;
}

void
guest_exec(struct guest *g, struct guest_channel *ch, const char *command)
{
	uint64_t operation;

	assert_int_equal(nacre_conn_channel_exec(g->conn, ch->number, command, strlen(command), &operation), NACRE_OK);
}

static bool
is_closed(const struct guest *g)
{
	return g->channels[g->n_channels - 1].closed || g->closed;
}

void
guest_wait_closed(struct guest *g)
{
	assert_true(guest_until(g, is_closed));
	assert_false(g->closed);
}

void
guest_wait_replies(struct guest *g, unsigned n)
{
	const struct guest_channel *last = &g->channels[g->n_channels - 1];
	int64_t deadline = nacre_clock_ms() + PATIENCE_MS;

	while (last->yes + last->no < n && nacre_clock_ms() < deadline && !g->closed)
		guest_turn(g, 20);
	assert_int_equal(last->yes + last->no, n);
}

struct guest_channel *
guest_run(struct guest *g, const char *command, uint64_t input)
{
	struct guest_channel *ch = guest_session(g);

	assert_true(ch->opened);
	guest_exec(g, ch, command);
	ch->to_send = input;
	ch->eof_after = true;
	guest_wait_closed(g);
	assert_true(ch->eof);
	return ch;
}
