/* actor: see actor.h. Knows: framing, time, the loop of events. Must not know: what a question is answered with
 * (actor_answer.c), which calls there are (actor_call.c). */
#include "actor.h"
#include "fuzz.h"
#include "message.h"

#include <sodium.h>

#define EVENTS_MAX 100000 /* of one input: more is an endless loop */
#define PACKET_MAX (70 * 1024)

const struct actor_keys *
actor_keys(void)
{
	static struct test_env t;
	static struct actor_keys keys;

	if (keys.host != NULL)
		return &keys;
	FUZZ_CHECK(sodium_init() >= 0);
	test_env_init(&t, 7);
	FUZZ_CHECK(nacre_key_generate(&t.env, "ssh-ed25519", 0, &keys.host) == 0);
	FUZZ_CHECK(nacre_key_generate(&t.env, "ssh-ed25519", 0, &keys.user) == 0);
	FUZZ_CHECK(nacre_key_copy_public(&t.env, keys.user, &keys.user_public) == 0);
	return &keys;
}

static void
fill_options(const struct actor *a, struct nacre_conn_options *o)
{
	unsigned flags = a->header.flags;
	bool is_server = a->role == NACRE_SERVER;

	*o = (struct nacre_conn_options){.size = sizeof(*o), .role = a->role};
	o->require_strict_kex = (flags & SCRIPT_STRICT) != 0;
	o->keepalive_ms = (flags & SCRIPT_KEEPALIVE) != 0 ? 1000 : 0;
	o->rekey_packets = (flags & SCRIPT_REKEY_OFTEN) != 0 ? 12 : 0;
	o->window = (flags & SCRIPT_SMALL_WINDOWS) != 0 ? 300 : 0;
	o->window_max = (flags & SCRIPT_SMALL_WINDOWS) != 0 ? 700 : 0;
	o->memory_max = (flags & SCRIPT_SMALL_MEMORY) != 0 ? 60000 : 0;
	o->channels_max = (flags & SCRIPT_FEW_CHANNELS) != 0 ? 2 : 0;
	if ((flags & SCRIPT_OTHER) != 0) {
		o->known_key_types = is_server ? NULL : "ssh-rsa,ssh-ed25519";
		o->auth_banner = is_server ? "hello\n" : NULL;
		o->announce_host_keys = is_server;
		o->auth_methods = is_server ? "password,keyboard-interactive" : NULL;
	}
}

void
actor_init(
    struct actor *a, enum nacre_role role, const struct script_header *header, const char *kex, nacre_trace_fn *trace)
{
	const struct actor_keys *keys = actor_keys();
	const nacre_key *host_keys[] = {keys->host};
	struct nacre_conn_options options;

	*a = (struct actor){.role = role, .header = *header};
	test_env_init(&a->te, 1 + (uint64_t)role);
	a->te.env.trace = trace;
	fill_options(a, &options);
	options.kex = kex;
	options.host_keys = role == NACRE_SERVER ? host_keys : NULL;
	options.n_host_keys = role == NACRE_SERVER ? 1 : 0;
	FUZZ_CHECK(nacre_conn_new(&a->te.env, &options, &a->conn) == 0);
}

void
actor_end(struct actor *a)
{
	struct nacre_error error;

	nacre_conn_error(a->conn, &error);
	FUZZ_CHECK(error.message != NULL && error.hint != NULL);
	FUZZ_CHECK(!a->closed || error.code < 0);
	nacre_conn_free(a->conn);
	FUZZ_CHECK(a->te.live_blocks == 0 && a->te.live_bytes == 0 && a->te.wrong_sizes == 0);
}

static void
take_output(struct actor *a)
{
	const uint8_t *p;
	size_t n, step = a->header.out_step;

	while ((p = nacre_conn_output(a->conn, &n)) != NULL) {
		FUZZ_CHECK(n > 0);
		if (step > 0 && step < n)
			n = step;
		if (a->output != NULL)
			a->output(a->output_ctx, p, n);
		FUZZ_CHECK(nacre_conn_sent(a->conn, n) == 0);
	}
	FUZZ_CHECK(n == 0);
	FUZZ_CHECK((nacre_conn_wants(a->conn) & NACRE_WANT_WRITE) == 0);
}

/* Once, on a server only by a verdict; and channels are nobody's before. */
static void
check_authenticated(struct actor *a, const struct nacre_event *e)
{
	bool of_connection = e->type == NACRE_EVENT_CHANNEL_OPEN || e->type == NACRE_EVENT_CHANNEL_REQUEST ||
			     e->type == NACRE_EVENT_GLOBAL_REQUEST ||
			     (e->type >= NACRE_EVENT_CHANNEL_OPENED && e->type <= NACRE_EVENT_CHANNEL_CLOSED);

	if (e->type == NACRE_EVENT_AUTHENTICATED) {
		FUZZ_CHECK(!a->authenticated && (a->role == NACRE_CLIENT || a->accepted));
		a->authenticated = true;
	}
	FUZZ_CHECK(!of_connection || a->authenticated);
}

static void
take_events(struct actor *a)
{
	struct nacre_event event;

	while (nacre_conn_next_event(a->conn, &event) == 1) {
		FUZZ_CHECK(!a->closed); /* CLOSED is the last one */
		FUZZ_CHECK(event.type > NACRE_EVENT_NONE && event.type <= NACRE_EVENT_CLOSED);
		FUZZ_CHECK(++a->events < EVENTS_MAX);
		a->closed = event.type == NACRE_EVENT_CLOSED;
		check_authenticated(a, &event);
		actor_answer(a, &event);
	}
	FUZZ_CHECK(event.type == NACRE_EVENT_NONE);
}

/* Output makes room, and room may make events: until both are done. */
void
actor_settle(struct actor *a)
{
	unsigned before;

	do {
		before = a->events;
		take_events(a);
		take_output(a);
	} while (a->events != before);
}

static void
feed(struct actor *a, struct slice bytes)
{
	size_t n, step = a->header.in_step;
	uint8_t *p;

	while (bytes.n > 0 && (nacre_conn_wants(a->conn) & NACRE_WANT_READ) != 0) {
		if ((p = nacre_conn_recv_space(a->conn, &n)) == NULL)
			break; /* no memory, or over the budget */
		FUZZ_CHECK(n > 0);
		if (step > 0 && step < n)
			n = step;
		if (bytes.n < n)
			n = bytes.n;
		memcpy(p, bytes.p, n);
		FUZZ_CHECK(nacre_conn_received(a->conn, n) == 0);
		bytes = slice_from(bytes, n);
		actor_settle(a);
	}
}

/* RFC 4253 6: padding to a multiple of 8, with at least 4 bytes; packet_length is part of the sum before NEWKEYS only.
 */
static void
feed_packet(struct actor *a, struct slice payload)
{
	static uint8_t packet[PACKET_MAX];
	size_t head = a->keyed ? 1 : 5, pad = 8 - (head + payload.n) % 8;

	if (pad < 4)
		pad += 8;
	put_be32(packet, (uint32_t)(1 + payload.n + pad));
	packet[4] = (uint8_t)pad;
	if (payload.n > 0)
		memcpy(packet + 5, payload.p, payload.n);
	memset(packet + 5 + payload.n, 0, pad);
	if (payload.n > 0 && payload.p[0] == NUM_newkeys)
		a->keyed = true;
	feed(a, slice_of(packet, 5 + payload.n + pad));
}

static void
pass_time(struct actor *a, unsigned which)
{
	static const int64_t spans_ms[] = {0, 1, 10, 100, 999, 1000, 1001, 5000, 15000, 30000, 60000, 120000, 3600000};

	a->now_ms += spans_ms[which % (sizeof(spans_ms) / sizeof(spans_ms[0]))];
	(void)nacre_conn_deadline(a->conn);
	(void)nacre_conn_tick(a->conn, a->now_ms);
	actor_settle(a);
}

void
actor_step(struct actor *a, const struct script_step *step)
{
	switch (step->operation) {
	case SCRIPT_PACKET:
		feed_packet(a, step->bytes);
		break;
	case SCRIPT_RAW:
		feed(a, step->bytes);
		break;
	case SCRIPT_TIME:
		pass_time(a, step->argument);
		break;
	case SCRIPT_POLICY:
		a->policy = (enum actor_policy)(step->argument % POLICY_COUNT);
		break;
	case SCRIPT_CALL:
		actor_call(a, (enum actor_call)step->argument, step->byte);
		break;
	case SCRIPT_END:
		(void)nacre_conn_received_end(a->conn, 0);
		break;
	case SCRIPT_NOMEM:
		a->te.fail_at = a->te.allocations + 1 + step->byte;
		a->te.fail_once = true;
		break;
	default:
		break;
	}
	actor_settle(a);
}

void
actor_play(enum nacre_role role, const uint8_t *data, size_t size, nacre_trace_fn *trace)
{
	struct reader r = reader_of(slice_of(data, size));
	struct script_header header = script_header(&r);
	struct script_step step;
	struct actor a;

	r.bad = false;
	actor_init(&a, role, &header, NULL, trace);
	actor_settle(&a);
	while (!a.closed && script_next(&r, &step))
		actor_step(&a, &step);
	actor_end(&a);
}
