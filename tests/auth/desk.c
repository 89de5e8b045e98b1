/* desk: see desk.h. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

#define BUF_MAX (1 << 20)

const struct slice desk_session_id = BYTES("\x01\x02 a session id of the first key exchange");
nacre_key *desk_key[DESK_KEYS], *desk_public[DESK_KEYS];
struct test_env desk_keys_env;

static uint8_t *
reserve(void *ctx, size_t n, int *error)
{
	struct desk *d = ctx;

	if (d->outbox_error != 0) {
		*error = d->outbox_error;
		return NULL;
	}
	assert_true(d->n_sent < DESK_MESSAGES);
	assert_true(n <= DESK_MESSAGE_MAX);
	d->sent_n[d->n_sent] = n;
	return d->sent[d->n_sent];
}

static int
commit(void *ctx)
{
	struct desk *d = ctx;

	d->n_sent++;
	return 0;
}

static size_t
room(void *ctx)
{
	(void)ctx;
	return 0;
}

static uint64_t
push(void *ctx, const struct nacre_event *event, bool is_question)
{
	struct desk *d = ctx;

	assert_true(d->n_events < DESK_EVENTS);
	d->events[d->n_events] = *event;
	d->events[d->n_events].token = is_question ? ++d->last_token : 0;
	return d->events[d->n_events++].token;
}

static struct desk *
make(const char *methods, const char *algorithms)
{
	struct desk *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	test_env_init(&d->te, 1);
	d->outbox = (struct outbox){.ctx = d, .reserve = reserve, .commit = commit, .room = room};
	d->sink = (struct sink){d, push};
	d->setup = (struct auth_setup){
	    .env = &d->te.env,
	    .outbox = &d->outbox,
	    .sink = &d->sink,
	    .failure = &d->failure,
	    .pubkey_algorithms = algorithms == NULL ? DESK_ALGORITHMS : algorithms,
	    .methods = methods == NULL ? DESK_METHODS : methods,
	    .tries_max = 6,
	};
	return d;
}

struct desk *
desk_client(const char *algorithms)
{
	struct desk *d = make(NULL, algorithms);

	d->is_client = true;
	auth_client_init(&d->client, &d->setup);
	return d;
}

struct desk *
desk_server(const char *methods, const char *algorithms)
{
	struct desk *d = make(methods, algorithms);

	auth_server_init(&d->server, &d->setup);
	auth_server_start(&d->server, desk_session_id);
	return d;
}

struct desk *
desk_server_open(const char *methods, const char *algorithms)
{
	const struct msg_service_request msg = {.service = SLICE_LIT("ssh-userauth")};
	struct msg_service_accept accept;
	struct desk *d = desk_server(methods, algorithms);

	assert_int_equal(desk_give_msg(d, MSG_service_request, &msg), 0);
	desk_take_as(d, MSG_service_accept, &accept);
	assert_true(slice_is(accept.service, "ssh-userauth"));
	return d;
}

void
desk_free(struct desk *d)
{
	auth_client_free(&d->client);
	auth_server_free(&d->server);
	failure_clear(&d->failure, &d->te.env);
	assert_int_equal(d->te.live_blocks, 0);
	assert_int_equal(d->te.wrong_sizes, 0);
	assert_int_equal(d->te.secret_leaks, 0);
	free(d);
}

struct slice
desk_take(struct desk *d)
{
	size_t i = d->n_read;

	if (i == d->n_sent)
		return SLICE_NONE;
	d->n_read++;
	return slice_of(d->sent[i], d->sent_n[i]);
}

void
desk_take_as(struct desk *d, enum msg_id id, void *out)
{
	assert_int_equal(msg_parse(id, desk_take(d), out), 0);
}

void
desk_sent_nothing(struct desk *d)
{
	assert_int_equal(d->n_sent, d->n_read);
}

struct nacre_event
desk_event(struct desk *d, enum nacre_event_type type)
{
	assert_true(d->n_taken < d->n_events);
	assert_int_equal(d->events[d->n_taken].type, type);
	return d->events[d->n_taken++];
}

void
desk_no_event(struct desk *d)
{
	assert_int_equal(d->n_events, d->n_taken);
}

int
desk_give(struct desk *d, struct slice payload)
{
	return d->is_client ? auth_client_packet(&d->client, payload) : auth_server_packet(&d->server, payload);
}

/* The buffers of the helpers are not the machine's: its memory is not counted, nor made to fail, for them. */
static void
helper_buf(struct buf *b)
{
	buf_init(b, &desk_keys_env.env, BUF_MAX);
}

int
desk_give_msg(struct desk *d, enum msg_id id, const void *msg)
{
	struct buf b;
	int r;

	helper_buf(&b);
	msg_put(&b, id, msg);
	assert_int_equal(b.bad, 0);
	r = desk_give(d, buf_slice(&b));
	buf_free(&b);
	return r;
}

int
desk_give_number(struct desk *d, uint8_t number)
{
	return desk_give(d, slice_of(&number, 1));
}

int
desk_accept_service(struct desk *d)
{
	const struct msg_service_accept msg = {.service = SLICE_LIT("ssh-userauth")};

	return desk_give_msg(d, MSG_service_accept, &msg);
}

int
desk_give_failure(struct desk *d, const char *methods, bool partial)
{
	const struct msg_userauth_failure msg = {.methods = slice_str(methods), .partial_success = partial};

	return desk_give_msg(d, MSG_userauth_failure, &msg);
}

int
desk_give_banner(struct desk *d, struct slice text)
{
	const struct msg_userauth_banner msg = {.message = text};

	return desk_give_msg(d, MSG_userauth_banner, &msg);
}

int
desk_give_pk_ok(struct desk *d, const char *algorithm, struct slice blob)
{
	const struct msg_userauth_pk_ok msg = {.algorithm = slice_str(algorithm), .key = blob};

	return desk_give_msg(d, MSG_userauth_pk_ok, &msg);
}

int
desk_request(struct desk *d, const struct desk_request *request)
{
	const struct msg_userauth_request msg = {
	    .user = request->user_bytes.n > 0 ? request->user_bytes : slice_str(request->user),
	    .service = slice_str(request->service == NULL ? "ssh-connection" : request->service),
	    .method = slice_str(request->method),
	    .tail = request->tail,
	};

	return desk_give_msg(d, MSG_userauth_request, &msg);
}

int
desk_give_none(struct desk *d, const char *user)
{
	return desk_request(d, &(struct desk_request){.user = user, .method = "none"});
}

static int
give_tail(struct desk *d, const char *user, const char *method, enum msg_id id, const void *tail)
{
	struct buf b;
	int r;

	helper_buf(&b);
	msg_put(&b, id, tail);
	r = desk_request(d, &(struct desk_request){.user = user, .method = method, .tail = buf_slice(&b)});
	buf_free(&b);
	return r;
}

int
desk_give_password(struct desk *d, const char *user, struct slice password)
{
	const struct msg_userauth_request_password tail = {.password = password};

	return give_tail(d, user, "password", MSG_userauth_request_password, &tail);
}

int
desk_give_kbdint(struct desk *d, const char *user)
{
	const struct msg_userauth_request_kbdint tail = {.submethods = SLICE_LIT("pam")};

	return give_tail(d, user, "keyboard-interactive", MSG_userauth_request_kbdint, &tail);
}

int
desk_give_probe(struct desk *d, const char *user, const char *algorithm, struct slice blob)
{
	const struct msg_userauth_request_publickey tail = {.algorithm = slice_str(algorithm), .key = blob};

	return give_tail(d, user, "publickey", MSG_userauth_request_publickey, &tail);
}

void
desk_build_signed(struct buf *out, const nacre_key *key, const char *algorithm, const char *user)
{
	const struct msg_userauth_request_publickey tail = {
	    .has_signature = true, .algorithm = slice_str(algorithm), .key = key_blob(key)};
	struct msg_userauth_request msg = {
	    .user = slice_str(user), .service = SLICE_LIT("ssh-connection"), .method = SLICE_LIT("publickey")};
	struct buf b, data, blob;

	helper_buf(&b);
	helper_buf(&data);
	helper_buf(&blob);
	msg_put(&b, MSG_userauth_request_publickey, &tail);
	msg.tail = buf_slice(&b);
	helper_buf(out);
	msg_put(out, MSG_userauth_request, &msg);
	buf_put_string(&data, desk_session_id);
	buf_put_slice(&data, buf_slice(out));
	assert_int_equal(
	    key_sign(key, &desk_keys_env.env, sigalg_find(slice_str(algorithm)), buf_slice(&data), &blob), 0);
	buf_put_string(out, buf_slice(&blob));
	assert_int_equal(out->bad, 0);
	buf_free(&b);
	buf_free(&data);
	buf_free(&blob);
}

int
desk_give_signed(struct desk *d, const nacre_key *key, const char *algorithm, const char *user)
{
	struct buf b;
	int r;

	desk_build_signed(&b, key, algorithm, user);
	r = desk_give(d, buf_slice(&b));
	buf_free(&b);
	return r;
}

int
desk_keys_make(void **state)
{
	static const char *const types[DESK_KEYS] = {"ssh-ed25519", "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"};
	size_t i;

	(void)state;
	if (sodium_init() < 0) /* libsodium's locked memory needs it */
		return -1;
	test_env_init(&desk_keys_env, 7);
	for (i = 0; i < DESK_KEYS; i++) {
		unsigned bits = strcmp(types[i], "ssh-rsa") == 0 ? 2048 : 0;

		if (nacre_key_generate(&desk_keys_env.env, types[i], bits, &desk_key[i]) != 0 ||
		    key_parse_blob(&desk_keys_env.env, key_blob(desk_key[i]), &desk_public[i]) != 0)
			return -1;
	}
	return 0;
}

int
desk_keys_free(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < DESK_KEYS; i++) {
		nacre_key_free(desk_key[i]);
		nacre_key_free(desk_public[i]);
	}
	return desk_keys_env.live_blocks == 0 ? 0 : -1;
}

bool
desk_is(struct nacre_bytes bytes, const char *s)
{
	return slice_is(slice_of_bytes(bytes), s);
}
