/* conn: a connection's birth, end, and bytes. Knows: which floors there are. Must not know: protocol (transport, auth
 * and channel do). docs/design.md, "The core". */
#include "conn_internal.h"
#include "text.h"

#include <sodium.h>
#include <stdio.h>

#define MEMORY_MAX ((size_t)64 << 20)
#define WINDOW ((uint32_t)2 << 20)
#define WINDOW_MAX ((uint32_t)16 << 20)
#define CHANNELS_MAX 1024
#define AUTH_TRIES_MAX 6
#define HOST_KEYS_MAX 64
#define BANNER_MAX 32768 /* one message of it must fit a packet that every peer takes */
#define AUTH_METHODS "publickey,password"

static void *
count_alloc(void *ctx, size_t n)
{
	struct nacre_conn *c = ctx;
	void *p = c->outer->alloc(c->outer->ctx, n);

	if (p != NULL)
		c->memory += n;
	return p;
}

static void
count_free(void *ctx, void *p, size_t n)
{
	struct nacre_conn *c = ctx;

	c->memory -= n;
	c->outer->free(c->outer->ctx, p, n);
}

static int
outer_random(void *ctx, void *out, size_t n)
{
	struct nacre_conn *c = ctx;

	return c->outer->random(c->outer->ctx, out, n);
}

static void
outer_trace(void *ctx, const struct nacre_trace *line)
{
	struct nacre_conn *c = ctx;

	c->outer->trace(c->outer->ctx, line);
}

static void
wrap_env(struct nacre_conn *c, const struct nacre_env *outer)
{
	c->outer = outer;
	c->env = (struct nacre_env){
	    .size = sizeof(c->env),
	    .ctx = c,
	    .alloc = count_alloc,
	    .free = count_free,
	    .random = outer_random,
	    .trace = outer->trace == NULL ? NULL : outer_trace,
	    .cpu = outer->cpu,
	    .rsa_bits_min = outer->rsa_bits_min,
	    .trace_bytes = outer->trace_bytes,
	};
}

/* What the floors tell goes into the ring; what only conn wanted to know stops here. */
static uint64_t
take_event(void *ctx, const struct nacre_event *event, bool is_question)
{
	struct nacre_conn *c = ctx;
	struct nacre_event copy = *event;

	if (timers_take_reply(c, event))
		return 0;
	if (event->type == NACRE_EVENT_AUTHENTICATED && c->user == NULL &&
	    (c->user = mem_str(&c->env, slice_of_bytes(event->user))) == NULL)
		failure_set(&c->failure, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "no memory for the user's name");
	copy.token = is_question ? ++c->last_token : 0;
	if (host_keys_take_request(c, event, copy.token))
		return copy.token;
	if (!ring_push(c, &copy))
		failure_set(&c->failure, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "no memory for an event");
	return copy.token;
}

static int
check_options(const struct nacre_conn_options *o)
{
	if (o->role != NACRE_CLIENT && o->role != NACRE_SERVER)
		return NACRE_E_ARGUMENT;
	if (o->role == NACRE_SERVER && (o->n_host_keys == 0 || o->n_host_keys > HOST_KEYS_MAX || o->host_keys == NULL))
		return NACRE_E_ARGUMENT;
	if (o->auth_banner != NULL && strlen(o->auth_banner) > BANNER_MAX)
		return NACRE_E_ARGUMENT;
	if (o->window > o->window_max && o->window_max != 0)
		return NACRE_E_ARGUMENT;
	return 0;
}

static void
fill_defaults(struct nacre_conn_options *o)
{
	if (o->memory_max == 0)
		o->memory_max = MEMORY_MAX;
	if (o->window == 0)
		o->window = o->window_max != 0 && o->window_max < WINDOW ? o->window_max : WINDOW;
	if (o->window_max == 0)
		o->window_max = o->window > WINDOW_MAX ? o->window : WINDOW_MAX;
	if (o->channels_max == 0)
		o->channels_max = CHANNELS_MAX;
	if (o->auth_tries_max == 0)
		o->auth_tries_max = AUTH_TRIES_MAX;
	if (o->keepalive_max == 0)
		o->keepalive_max = 3;
}

static int
copy_string(struct nacre_conn *c, char **out, const char *s)
{
	*out = s == NULL ? NULL : mem_str(&c->env, slice_str(s));
	return s != NULL && *out == NULL ? NACRE_E_NOMEM : 0;
}

/* The list of host keys is copied; the keys are the caller's. */
static int
copy_host_keys(struct nacre_conn *c, const struct nacre_conn_options *o)
{
	if (o->n_host_keys == 0)
		return 0;
	if ((c->host_keys = mem_new(&c->env, o->n_host_keys * sizeof(*c->host_keys))) == NULL)
		return NACRE_E_NOMEM;
	memcpy(c->host_keys, o->host_keys, o->n_host_keys * sizeof(*c->host_keys));
	c->options.host_keys = c->host_keys;
	return 0;
}

static int
copy_options(struct nacre_conn *c, const struct nacre_conn_options *o)
{
	int r;

	if ((r = copy_host_keys(c, o)) != 0)
		return r;
	if ((r = copy_string(c, &c->auth_banner, o->auth_banner)) != 0 ||
	    (r = copy_string(c, &c->auth_methods, o->auth_methods == NULL ? AUTH_METHODS : o->auth_methods)) != 0)
		return r;
	return algorithms_pubkey(&c->env, o, &c->pubkey_algorithms, &c->failure);
}

static void
init_auth(struct nacre_conn *c)
{
	struct auth_setup setup = {
		.env = &c->env,
		.outbox = &c->transport.outbox,
		.sink = &c->sink,
		.failure = &c->failure,
		.pubkey_algorithms = c->pubkey_algorithms,
		.methods = c->auth_methods,
		.banner = c->auth_banner,
		.tries_max = c->options.auth_tries_max,
	};

	if (c->is_client)
		auth_client_init(&c->auth_client, &setup);
	else
		auth_server_init(&c->auth_server, &setup);
}

static int
init_floors(struct nacre_conn *c)
{
	struct transport_setup setup = {
		.env = &c->env,
		.sink = &c->sink,
		.failure = &c->failure,
		.options = &c->options,
		.pubkey_algorithms = c->pubkey_algorithms,
	};
	int r;

	init_auth(c);
	if ((r = transport_init(&c->transport, &setup)) != 0)
		return r;
	c->transport.now_ms = c->now_ms;
	timers_start(c);
	return transport_start(&c->transport);
}

/* Strings that were only needed at the start are the caller's again. */
static void
forget_strings(struct nacre_conn_options *o)
{
	o->kex = o->host_key_algorithms = o->ciphers = o->macs = o->compression = o->pubkey_algorithms = NULL;
	o->disabled = (struct nacre_disabled_algorithms){.kex = NULL};
	o->preset = o->known_key_types = o->software = o->auth_banner = o->auth_methods = NULL;
	o->why = NULL;
}

static int
refuse_options(const struct nacre_conn_options *options, int code, const char *why)
{
	if (options->why != NULL && options->why_size > 0)
		snprintf(options->why, options->why_size, "%s", why);
	return code;
}

int
nacre_conn_new(const struct nacre_env *env, const struct nacre_conn_options *options, nacre_conn **conn)
{
	struct nacre_conn *c;
	int r;

	*conn = NULL;
	if (env == NULL || options == NULL || options->size != sizeof(*options))
		return NACRE_E_ARGUMENT;
	if ((r = check_options(options)) != 0)
		return refuse_options(options, r, "options: the role, the host keys, the banner or the windows are not usable");
	if ((c = env->alloc(env->ctx, sizeof(*c))) == NULL)
		return refuse_options(options, NACRE_E_NOMEM, "out of memory");
	memset(c, 0, sizeof(*c));
	wrap_env(c, env);
	c->memory = sizeof(*c);
	c->options = *options;
	c->is_client = options->role == NACRE_CLIENT;
	c->now_ms = options->now_ms;
	fill_defaults(&c->options);
	ring_init(c);
	host_keys_init(c);
	c->sink = (struct sink){c, take_event};
	if ((r = copy_options(c, options)) == 0)
		r = init_floors(c);
	if (r != 0) {
		(void)refuse_options(options, r, c->failure.code != 0 ? c->failure.text : nacre_status_text(r));
		nacre_conn_free(c);
		return r;
	}
	forget_strings(&c->options);
	*conn = c;
	return 0;
}

void
nacre_conn_free(nacre_conn *c)
{
	const struct nacre_env *outer;

	if (c == NULL)
		return;
	mux_free(c->mux);
	if (c->is_client)
		auth_client_free(&c->auth_client);
	else
		auth_server_free(&c->auth_server);
	transport_free(&c->transport);
	host_keys_free(c);
	ring_free(c);
	mem_free(&c->env, c->host_keys, c->options.n_host_keys * sizeof(*c->host_keys));
	mem_free_str(&c->env, c->auth_banner);
	mem_free_str(&c->env, c->auth_methods);
	mem_free_str(&c->env, c->pubkey_algorithms);
	mem_free_str(&c->env, c->user);
	failure_clear(&c->failure, &c->env);
	outer = c->outer;
	sodium_memzero(c, sizeof(*c));
	outer->free(outer->ctx, c, sizeof(*c));
}

/* RFC 4253 11.1: the reason that fits. 0: nothing is said. */
static uint32_t
disconnect_reason(int code)
{
	static const struct {
		int code;
		uint32_t reason;
	} reasons[] = {
	    {NACRE_E_DISCONNECTED, 0},
	    {NACRE_E_CONNECTION_LOST, 0},
	    {NACRE_E_IDENT, 0},
	    {NACRE_E_CLOSED, 11},
	    {NACRE_E_NEGOTIATION, 3},
	    {NACRE_E_KEX, 3},
	    {NACRE_E_MAC, 5},
	    {NACRE_E_SERVICE, 7},
	    {NACRE_E_HOST_KEY_SIGNATURE, 9},
	    {NACRE_E_HOST_KEY_UNKNOWN, 9},
	    {NACRE_E_HOST_KEY_CHANGED, 9},
	    {NACRE_E_HOST_KEY_REVOKED, 9},
	    {NACRE_E_HOST_KEY_REKEY, 9},
	    {NACRE_E_HOST_KEY_PIN, 9},
	    {NACRE_E_AUTH, 14},
	    {NACRE_E_AUTH_METHODS, 14},
	    {NACRE_E_AUTH_PARTIAL, 14},
	    {NACRE_E_NOMEM, 11},
	    {NACRE_E_LIMIT, 11},
	};
	size_t i;

	if (nacre_status_is_timeout(code))
		return 11;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return 2; /* protocol error */
}

int
conn_failed(struct nacre_conn *c, int r)
{
	uint32_t reason;

	if (c->ended)
		return r != 0 ? r : c->failure.code;
	c->ended = true;
	c->ended_ms = c->now_ms;
	c->failure.phase = conn_phase(c);
	if (transport_said(&c->transport).n > 0)
		failure_add_peer(&c->failure, &c->env, 0, transport_said(&c->transport));
	ring_drop_questions(c);
	if ((reason = disconnect_reason(c->failure.code)) != 0)
		transport_disconnect(&c->transport, reason, slice_str(nacre_status_text(c->failure.code)));
	else
		outq_close(&c->transport.outq); /* nobody is there to read it */
	return c->failure.code;
}

uint8_t *
nacre_conn_recv_space(nacre_conn *c, size_t *n)
{
	*n = 0;
	if (conn_is_over(c) || c->input_ended || c->memory > c->options.memory_max)
		return NULL;
	return inbox_space(&c->transport.inbox, n);
}

int
nacre_conn_received(nacre_conn *c, size_t n)
{
	if (c->input_ended || !inbox_add(&c->transport.inbox, n))
		return NACRE_E_MISUSE;
	if (n == 0)
		return 0;
	c->received_ms = c->active_ms = c->now_ms;
	c->keepalives = 0; /* anything that arrives is a sign of life */
	c->trimmed = false;
	return 0;
}

int
nacre_conn_received_end(nacre_conn *c, int error)
{
	if (error > 0)
		return NACRE_E_ARGUMENT;
	c->input_ended = true;
	c->input_error = error;
	return 0;
}

const uint8_t *
nacre_conn_output(nacre_conn *c, size_t *n)
{
	struct slice out = outq_peek(&c->transport.outq);

	*n = out.n;
	return out.n == 0 ? NULL : out.p;
}

int
nacre_conn_sent(nacre_conn *c, size_t n)
{
	if (!outq_sent(&c->transport.outq, n))
		return NACRE_E_MISUSE;
	c->active_ms = c->now_ms;
	c->trimmed = false;
	c->flush_due = true;
	return 0;
}

int
nacre_conn_disconnect(nacre_conn *c, uint32_t reason, const char *text)
{
	if (conn_is_over(c))
		return NACRE_E_MISUSE;
	transport_disconnect(&c->transport, reason, slice_str(text));
	failure_set(&c->failure, NACRE_E_CLOSED, NACRE_ORIGIN_LOCAL, "the connection was closed by this side");
	(void)conn_result(c, 0);
	return 0;
}
