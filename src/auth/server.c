/* server: the server's machine: requests come in one at a time, answers go out. Knows: what is offered, the tries.
 * Must not know: packets, who may log in. RFC 4252 4, 5, 5.1, 5.4; RFC 4253 10 (service). */
#include "auth_internal.h"

#include <stdio.h>

#define USER_MAX 255
#define ALGORITHM_MAX 64 /* RFC 4251 6 */
#define REQUESTS_MAX 1024 /* accepted probes and partial successes cost no try, but they end somewhere */

static const char *const state_names[] = {
    [AUTHD_SERVICE] = "service",
    [AUTHD_OPEN] = "open",
    [AUTHD_ASKING] = "asking",
    [AUTHD_PROMPTING] = "prompting",
    [AUTHD_DONE] = "done",
    [AUTHD_FAILED] = "failed",
};

void
auth_server_go(struct auth_server *a, enum auth_server_state state)
{
	auth_trace_state(a->setup.env, "auth", state_names[a->state], state_names[state]);
	a->state = state;
}

/* The question is answered: its secrets are wiped. Its key and algorithm stay, for the event that lent them, until the
 * next request. */
void
auth_server_close_request(struct auth_server *a)
{
	buf_free(&a->password);
	buf_free(&a->new_password);
	buf_free(&a->responses);
	a->n_responses = 0;
	a->method = NULL;
	a->change = false;
	a->token = 0;
	a->probe = false;
	a->verified = false;
}

/* All that belongs to one request. */
static void
drop_request(struct auth_server *a)
{
	auth_server_close_request(a);
	buf_free(&a->algorithm);
	buf_free(&a->blob);
	nacre_key_free(a->key);
	a->key = NULL;
}

void
auth_server_trim(struct auth_server *a)
{
	if (a->state != AUTHD_ASKING)
		drop_request(a);
}

int
auth_server_fail(struct auth_server *a, int code, const char *text)
{
	auth_server_close_request(a);
	auth_server_go(a, AUTHD_FAILED);
	return failure_set(a->setup.failure, code, failure_origin(code), "%s", text);
}

int
auth_server_parse(struct auth_server *a, enum msg_id id, struct slice payload, void *out)
{
	int r = auth_parse(&a->setup, id, payload, out);

	if (r != 0)
		auth_server_go(a, AUTHD_FAILED);
	return r;
}

int
auth_server_keep(struct auth_server *a, struct buf *to, struct slice s)
{
	buf_reset(to);
	buf_put_slice(to, s);
	return to->bad == 0 ? 0 : auth_server_fail(a, to->bad, "userauth_request: no memory for the question");
}

void
auth_server_init(struct auth_server *a, const struct auth_setup *setup)
{
	*a = (struct auth_server){.setup = *setup, .state = AUTHD_SERVICE};
	buf_init(&a->password, setup->env, AUTH_PAYLOAD_MAX);
	buf_init(&a->new_password, setup->env, AUTH_PAYLOAD_MAX);
	buf_init(&a->responses, setup->env, AUTH_PAYLOAD_MAX);
	buf_init(&a->algorithm, setup->env, ALGORITHM_MAX);
	buf_init(&a->blob, setup->env, AUTH_PAYLOAD_MAX);
}

void
auth_server_free(struct auth_server *a)
{
	if (a->setup.env == NULL)
		return;
	drop_request(a);
	mem_free_str(a->setup.env, a->user);
	*a = (struct auth_server){.state = AUTHD_FAILED};
}

void
auth_server_start(struct auth_server *a, struct slice session_id)
{
	a->session_id = session_id;
}

static int
on_service_request(struct auth_server *a, struct slice payload)
{
	struct msg_service_request msg;
	struct msg_service_accept accept;
	int r;

	if ((r = auth_server_parse(a, MSG_service_request, payload, &msg)) != 0)
		return r;
	if (!slice_is(msg.service, AUTH_SERVICE))
		return auth_server_fail(a, NACRE_E_SERVICE, "service_request: only ssh-userauth can be asked for here");
	accept.service = msg.service;
	if ((r = msg_send(a->setup.outbox, MSG_service_accept, &accept)) != 0)
		return auth_server_fail(a, r, "service_accept: cannot be sent");
	auth_server_go(a, AUTHD_OPEN);
	return 0;
}

static int
send_banner(struct auth_server *a)
{
	const struct msg_userauth_banner msg = {.message = slice_str(a->setup.banner)};
	int r;

	if (a->banner_sent || msg.message.n == 0)
		return 0;
	a->banner_sent = true;
	if ((r = msg_send(a->setup.outbox, MSG_userauth_banner, &msg)) != 0)
		return auth_server_fail(a, r, "userauth_banner: cannot be sent");
	return 0;
}

static int
send_failure(struct auth_server *a, const char *methods, bool partial)
{
	const struct msg_userauth_failure msg = {
	    .methods = slice_str(methods == NULL ? a->setup.methods : methods),
	    .partial_success = partial,
	};
	int r;

	auth_server_close_request(a);
	auth_server_go(a, AUTHD_OPEN);
	if ((r = msg_send(a->setup.outbox, MSG_userauth_failure, &msg)) != 0)
		return auth_server_fail(a, r, "userauth_failure: cannot be sent");
	return 0;
}

/* The one place where tries are counted, whatever was refused and why. */
static int
count_try(struct auth_server *a)
{
	if (a->requests == 1 && a->method != NULL && a->method->first_is_free)
		return 0;
	if (++a->tries < a->setup.tries_max)
		return 0;
	return auth_server_fail(a, NACRE_E_AUTH, "userauth_request: too many refused attempts");
}

/* The client sees the same message each time. */
int
auth_server_refuse(struct auth_server *a, const char *methods)
{
	int r = count_try(a);

	return r != 0 ? r : send_failure(a, methods, false);
}

static bool
is_sound_user(struct slice user)
{
	size_t i;

	for (i = 0; i < user.n; i++)
		if (user.p[i] < 0x20 || user.p[i] == 0x7f)
			return false;
	return user.n <= USER_MAX;
}

/* RFC 4252 5: another user or service name flushes what was accepted so far. *usable: may this name be asked about? */
static int
take_name(struct auth_server *a, const struct msg_userauth_request *head, bool *usable)
{
	*usable = is_sound_user(head->user) && slice_is(head->service, AUTH_NEXT_SERVICE);
	if (*usable && a->user != NULL && slice_is(head->user, a->user))
		return 0;
	a->partial = false;
	a->change_asked = false;
	mem_free_str(a->setup.env, a->user);
	a->user = NULL;
	if (!*usable)
		return 0;
	if ((a->user = mem_str(a->setup.env, head->user)) == NULL)
		return auth_server_fail(a, NACRE_E_NOMEM, "userauth_request: no memory for the user name");
	return 0;
}

static const struct auth_method *
find_offered(const struct auth_server *a, struct slice name)
{
	const struct auth_method *method = auth_method_find(name);

	if (method == NULL || method->always_offered)
		return method;
	return slice_has_name(slice_str(a->setup.methods), name) ? method : NULL;
}

int
auth_server_question(struct auth_server *a)
{
	struct nacre_event event = {
	    .type = NACRE_EVENT_AUTH_REQUEST,
	    .partial = a->partial,
	    .probe = a->probe,
	    .change = a->change,
	    .round = a->rounds,
	    .responses = a->n_responses,
	    .attempts = a->tries,
	    .key = a->key,
	    .user = bytes_of(slice_str(a->user)),
	    .method = bytes_of(slice_str(a->method->name)),
	    .algorithm = bytes_of(buf_slice(&a->algorithm)),
	};

	auth_server_go(a, AUTHD_ASKING);
	a->token = a->setup.sink->push(a->setup.sink->ctx, &event, true);
	return 0;
}

/* The request is read whole before the name is looked at: a malformed one is malformed for every user
 * (CVE-2018-15473). */
static int
on_request(struct auth_server *a, struct slice payload)
{
	struct auth_request request = {.payload = payload};
	bool usable, wanted = false;
	int r;

	if ((r = auth_server_parse(a, MSG_userauth_request, payload, &request.head)) != 0)
		return r;
	/* RFC 4252 5.1: a new request abandons the one at hand, which was a try like any other (CVE-2015-5600). */
	if (a->state == AUTHD_PROMPTING && (r = count_try(a)) != 0)
		return r;
	auth_server_go(a, AUTHD_OPEN);
	if (++a->requests > REQUESTS_MAX)
		return auth_server_fail(a, NACRE_E_AUTH, "userauth_request: too many requests");
	drop_request(a);
	a->rounds = 0;
	if ((r = send_banner(a)) != 0 || (r = take_name(a, &request.head, &usable)) != 0)
		return r;
	a->method = find_offered(a, request.head.method);
	if (a->method != NULL && (r = a->method->server_read(a, &request, &wanted)) != 0)
		return r;
	return usable && wanted ? auth_server_question(a) : auth_server_refuse(a, NULL);
}

static int
refuse_message(struct auth_server *a, uint8_t number)
{
	enum msg_id id = msg_find(number, FAMILY_GENERIC);
	char text[96];

	snprintf(text, sizeof(text), "%s (%u): may not come now (%s)", id == MSG_none ? "message" : msg_rows[id].name,
	    number, state_names[a->state]);
	return auth_server_fail(a, NACRE_E_ORDER, text);
}

int
auth_server_packet(struct auth_server *a, struct slice payload)
{
	if (payload.n == 0)
		return auth_server_fail(a, NACRE_E_FORMAT, "a message without a number");
	if (payload.p[0] == NUM_service_request && a->state == AUTHD_SERVICE)
		return on_service_request(a, payload);
	if (payload.p[0] == NUM_userauth_request && (a->state == AUTHD_OPEN || a->state == AUTHD_PROMPTING))
		return on_request(a, payload);
	if (payload.p[0] == NUM_userauth_info_response && a->state == AUTHD_PROMPTING)
		return auth_server_on_info_response(a, payload);
	/* RFC 4252 5.1: once there was a SUCCESS, further requests are ignored silently. */
	if (payload.p[0] == NUM_userauth_request && a->state == AUTHD_DONE)
		return 0;
	return refuse_message(a, payload.p[0]);
}

bool
auth_server_is_open(const struct auth_server *a, uint64_t token)
{
	return a->state == AUTHD_ASKING && token != 0 && token == a->token;
}

/* What the user did is done: nothing but a signature that held makes a publickey request a success. */
static int
succeed(struct auth_server *a)
{
	const struct msg_userauth_success msg = {0};
	struct nacre_event event = {
	    .type = NACRE_EVENT_AUTHENTICATED,
	    .user = bytes_of(slice_str(a->user)),
	    .method = bytes_of(slice_str(a->method->name)),
	};
	int r;

	if (a->method == &auth_method_publickey && !a->verified)
		return auth_server_fail(a, NACRE_E_CRYPTO, "userauth_request: accepted without a verified signature");
	if ((r = msg_send(a->setup.outbox, MSG_userauth_success, &msg)) != 0)
		return auth_server_fail(a, r, "userauth_success: cannot be sent");
	auth_server_close_request(a);
	auth_server_go(a, AUTHD_DONE);
	a->setup.sink->push(a->setup.sink->ctx, &event, false);
	return 0;
}

static int
say_key_would_do(struct auth_server *a)
{
	int r = auth_server_send_pk_ok(a);

	if (r != 0)
		return r;
	auth_server_close_request(a);
	auth_server_go(a, AUTHD_OPEN);
	return 0;
}

int
auth_server_answer(struct auth_server *a, uint64_t token, enum nacre_auth_verdict verdict, const char *methods)
{
	if (!auth_server_is_open(a, token))
		return NACRE_E_MISUSE;
	switch (verdict) {
	case NACRE_AUTH_REJECT:
		return auth_server_refuse(a, methods);
	case NACRE_AUTH_ACCEPT:
		return a->probe ? say_key_would_do(a) : succeed(a);
	case NACRE_AUTH_PARTIAL:
		if (a->probe)
			return say_key_would_do(a);
		a->partial = true;
		return send_failure(a, methods, true);
	}
	return NACRE_E_ARGUMENT;
}

enum msg_family
auth_server_family(const struct auth_server *a)
{
	if (a->method == NULL || (a->state != AUTHD_ASKING && a->state != AUTHD_PROMPTING))
		return FAMILY_GENERIC;
	return a->method->family;
}
