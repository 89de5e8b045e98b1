/* client: the client's machine: what the server says, and when something may be asked. Knows: one request at a time.
 * Must not know: packets, whose credentials these are. RFC 4252 4-6; RFC 4253 10 (service). */
#include "auth_internal.h"

#include <stdio.h>

#define BANNER_MAX 65536 /* bytes shown in all: a server may send as many as it likes (RFC 4252 5.4) */
#define METHODS_MAX 4096 /* bytes kept of a FAILURE's list */
#define FAILURES_MAX 100 /* answers that a server can draw out of us */
#define LIST_MAX 262144 /* bytes of server-sig-algs: no packet is larger */

static const char *const state_names[] = {
    [AUTH_IDLE] = "idle",
    [AUTH_ASKING] = "asking",
    [AUTH_WAITING] = "waiting",
    [AUTH_PROBING] = "probing",
    [AUTH_SIGNING] = "signing",
    [AUTH_PROMPTED] = "prompted",
    [AUTH_RENEWING] = "renewing",
    [AUTH_DONE] = "done",
    [AUTH_FAILED] = "failed",
};

void
auth_client_go(struct auth_client *a, enum auth_client_state state)
{
	auth_trace_state(a->setup.env, "auth", state_names[a->state], state_names[state]);
	a->state = state;
}

int
auth_client_fail(struct auth_client *a, int code, const char *text)
{
	auth_client_go(a, AUTH_FAILED);
	return failure_set(a->setup.failure, code, failure_origin(code), "%s", text);
}

int
auth_client_parse(struct auth_client *a, enum msg_id id, struct slice payload, void *out)
{
	int r = auth_parse(&a->setup, id, payload, out);

	if (r != 0)
		auth_client_go(a, AUTH_FAILED);
	return r;
}

void
auth_client_init(struct auth_client *a, const struct auth_setup *setup)
{
	*a = (struct auth_client){.setup = *setup, .state = AUTH_IDLE};
	buf_init(&a->sig_algs, setup->env, LIST_MAX);
	buf_init(&a->signed_data, setup->env, AUTH_REQUEST_MAX);
	buf_init(&a->banner, setup->env, BANNER_MAX);
	buf_init(&a->words, setup->env, AUTH_WORDS_MAX);
}

void
auth_client_free(struct auth_client *a)
{
	if (a->setup.env == NULL)
		return;
	buf_free(&a->sig_algs);
	buf_free(&a->signed_data);
	buf_free(&a->banner);
	auth_client_forget_prompts(a);
	mem_free_str(a->setup.env, a->user);
	mem_free_str(a->setup.env, a->methods);
	*a = (struct auth_client){.state = AUTH_FAILED};
}

int
auth_client_ask(struct auth_client *a)
{
	struct nacre_event ask = {
	    .type = NACRE_EVENT_AUTH,
	    .methods = bytes_of(slice_str(a->methods)),
	    .partial = a->partial,
	    .attempts = a->attempts,
	    .refusals = a->refusals,
	};

	a->method = NULL;
	a->key = NULL;
	a->algorithm = NULL;
	a->key_wanted = false;
	buf_reset(&a->signed_data);
	auth_client_go(a, AUTH_ASKING);
	a->token = a->setup.sink->push(a->setup.sink->ctx, &ask, true);
	return 0;
}

int
auth_client_start(struct auth_client *a, struct slice session_id)
{
	const struct msg_service_request msg = {.service = SLICE_LIT(AUTH_SERVICE)};
	int r;

	if (a->state != AUTH_IDLE)
		return NACRE_E_MISUSE;
	a->session_id = session_id;
	if ((r = msg_send(a->setup.outbox, MSG_service_request, &msg)) != 0)
		return auth_client_fail(a, r, "service_request: cannot be sent");
	return auth_client_ask(a);
}

int
auth_client_sig_algs(struct auth_client *a, struct slice names)
{
	buf_reset(&a->sig_algs);
	buf_put_slice(&a->sig_algs, names);
	if (a->sig_algs.bad != 0)
		return auth_client_fail(a, a->sig_algs.bad, "ext_info: server-sig-algs cannot be kept");
	a->sig_algs_known = true;
	return 0;
}

static int
on_service_accept(struct auth_client *a, struct slice payload)
{
	struct msg_service_accept msg;
	int r;

	if ((r = auth_client_parse(a, MSG_service_accept, payload, &msg)) != 0)
		return r;
	if (a->service_accepted)
		return auth_client_fail(a, NACRE_E_ORDER, "service_accept: a second one");
	if (!slice_is(msg.service, AUTH_SERVICE))
		return auth_client_fail(a, NACRE_E_PROTOCOL, "service_accept: not the service that was asked for");
	a->service_accepted = true;
	return 0;
}

/* As much as fits is kept; a list is cut between two names. */
static struct slice
cut_methods(struct slice list)
{
	if (list.n <= METHODS_MAX)
		return list;
	list.n = METHODS_MAX;
	while (list.n > 0 && list.p[list.n - 1] != ',')
		list.n--;
	return slice_of(list.p, list.n > 0 ? list.n - 1 : 0);
}

static int
keep_methods(struct auth_client *a, struct slice list)
{
	char *copy = mem_str(a->setup.env, cut_methods(list));

	if (copy == NULL)
		return auth_client_fail(a, NACRE_E_NOMEM, "userauth_failure: no memory for the list of methods");
	mem_free_str(a->setup.env, a->methods);
	a->methods = copy;
	return 0;
}

int
auth_client_count(struct auth_client *a)
{
	if (++a->failures < FAILURES_MAX)
		return 0;
	return auth_client_fail(a, NACRE_E_AUTH, "userauth_failure: the server refuses without an end");
}

/* Did the server accept without having looked at anything? "none" does, and a dialog without an answer (CVE-2021-36369
 * and its kin). */
static bool
is_trivial(const struct auth_client *a)
{
	return a->method == &auth_method_none || (a->method == &auth_method_kbdint && !a->prompt_answered);
}

static int
on_failure(struct auth_client *a, struct slice payload)
{
	struct msg_userauth_failure msg;
	bool sent = false;
	int r;

	if ((r = auth_client_parse(a, MSG_userauth_failure, payload, &msg)) != 0)
		return r;
	if ((r = auth_client_count(a)) != 0 || (r = keep_methods(a, msg.methods)) != 0)
		return r;
	auth_client_forget_prompts(a);
	a->partial = msg.partial_success;
	a->proved = a->proved || (a->partial && !is_trivial(a));
	a->password_expired = false;
	a->refusals += !a->partial;
	if (!a->partial && ((r = auth_client_retry_key(a, msg.methods, &sent)) != 0 || sent))
		return r;
	if (!a->partial)
		a->attempts++;
	return auth_client_ask(a);
}

static int
on_success(struct auth_client *a, struct slice payload)
{
	struct nacre_event event = {.type = NACRE_EVENT_AUTHENTICATED};
	struct msg_userauth_success msg;
	int r;

	if ((r = auth_client_parse(a, MSG_userauth_success, payload, &msg)) != 0)
		return r;
	event.user = bytes_of(slice_str(a->user));
	event.method = bytes_of(slice_str(a->method->name));
	event.trivial = is_trivial(a) && !a->proved;
	buf_free(&a->signed_data);
	auth_client_forget_prompts(a);
	a->key = NULL;
	auth_client_go(a, AUTH_DONE);
	a->setup.sink->push(a->setup.sink->ctx, &event, false);
	return 0;
}

/* The first 64 KiB of all banners together are told; what is over is counted and dropped. */
static int
on_banner(struct auth_client *a, struct slice payload)
{
	struct nacre_event event = {.type = NACRE_EVENT_BANNER};
	struct msg_userauth_banner msg;
	size_t room, before;
	int r;

	if ((r = auth_client_parse(a, MSG_userauth_banner, payload, &msg)) != 0)
		return r;
	room = a->banner_total < BANNER_MAX ? BANNER_MAX - a->banner_total : 0;
	if (msg.message.n <= SIZE_MAX - a->banner_total)
		a->banner_total += msg.message.n;
	if (msg.message.n == 0 || room == 0)
		return 0;
	before = a->banner.n;
	buf_put(&a->banner, msg.message.p, msg.message.n < room ? msg.message.n : room);
	if (a->banner.bad != 0)
		return auth_client_fail(a, a->banner.bad, "userauth_banner: no memory");
	event.data = bytes_of(slice_from(buf_slice(&a->banner), before));
	a->setup.sink->push(a->setup.sink->ctx, &event, false);
	return 0;
}

#define IN(state) (1u << (state))
#define IN_ANY                                                                                                         \
	(IN(AUTH_ASKING) | IN(AUTH_WAITING) | IN(AUTH_PROBING) | IN(AUTH_SIGNING) | IN(AUTH_PROMPTED) |                \
	    IN(AUTH_RENEWING))

/* What may come when. SUCCESS answers a whole request only: never a question about a key (CVE-2021-36369), and never
 * nothing (CVE-2018-10933 is its mirror image). */
static const struct client_row {
	enum msg_id id;
	bool before_accept; /* SERVICE_ACCEPT need not have come */
	unsigned states;
	int (*handle)(struct auth_client *a, struct slice payload);
} client_rows[] = {
    {MSG_service_accept, true, IN_ANY, on_service_accept},
    {MSG_userauth_banner, true, IN_ANY, on_banner},
    {MSG_userauth_failure, false, IN(AUTH_WAITING) | IN(AUTH_PROBING), on_failure},
    {MSG_userauth_success, false, IN(AUTH_WAITING), on_success},
    {MSG_userauth_pk_ok, false, IN(AUTH_PROBING), auth_client_on_pk_ok},
    {MSG_userauth_passwd_changereq, false, IN(AUTH_WAITING), auth_client_on_changereq},
    {MSG_userauth_info_request, false, IN(AUTH_WAITING), auth_client_on_info_request},
};

static int
refuse_message(struct auth_client *a, uint8_t number, enum msg_id id)
{
	char text[96];

	snprintf(text, sizeof(text), "%s (%u): may not come now (%s)", id == MSG_none ? "message" : msg_rows[id].name,
	    number, state_names[a->state]);
	return auth_client_fail(a, NACRE_E_ORDER, text);
}

int
auth_client_packet(struct auth_client *a, struct slice payload)
{
	const struct client_row *row;
	enum msg_id id;
	size_t i;

	if (payload.n == 0)
		return auth_client_fail(a, NACRE_E_FORMAT, "a message without a number");
	id = msg_find(payload.p[0], auth_client_family(a));
	if (a->state == AUTH_DONE && id == MSG_userauth_banner)
		return 0;
	for (i = 0; i < sizeof(client_rows) / sizeof(client_rows[0]); i++) {
		row = &client_rows[i];
		if (row->id == id && (row->states & IN(a->state)) != 0 && (row->before_accept || a->service_accepted))
			return row->handle(a, payload);
	}
	return refuse_message(a, payload.p[0], id);
}

bool
auth_client_is_waiting(const struct auth_client *a)
{
	return a->state == AUTH_WAITING || a->state == AUTH_PROBING;
}

bool
auth_client_is_asking(const struct auth_client *a)
{
	static const unsigned asking = IN(AUTH_ASKING) | IN(AUTH_SIGNING) | IN(AUTH_PROMPTED) | IN(AUTH_RENEWING);

	return (asking & IN(a->state)) != 0;
}

enum msg_family
auth_client_family(const struct auth_client *a)
{
	/* While prompts are open nothing of the method may come, but its response leaves under its own name. */
	return auth_client_is_waiting(a) || a->state == AUTH_PROMPTED ? a->method->family : FAMILY_GENERIC;
}
