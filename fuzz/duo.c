/* duo: see duo.h. Knows: how a side's output falls into packets under the fuzz suites. Must not know: scenes. */
#include "duo.h"
#include "fuzz.h"

#define SCRIPT_MAX (64 * 1024)
#define OUT_MAX (1024 * 1024)

static void
keep_output(void *ctx, const uint8_t *p, size_t n)
{
	struct duo_side *side = ctx;

	buf_put(&side->out, p, n);
	FUZZ_CHECK(side->out.bad == 0);
}

static void
side_init(struct duo *s, struct duo_side *side, enum nacre_role role, unsigned flags, const char *kex)
{
	struct script_header header = {.flags = (uint8_t)flags};

	*side = (struct duo_side){.identified = false};
	buf_init(&side->script, &s->te.env, SCRIPT_MAX);
	buf_init(&side->out, &s->te.env, OUT_MAX);
	script_put_header(&side->script, &header);
	actor_init(&side->actor, role, &header, kex, NULL);
	side->actor.output = keep_output;
	side->actor.output_ctx = side;
	actor_settle(&side->actor);
}

void
duo_init(struct duo *s, unsigned client_flags, unsigned server_flags, const char *kex)
{
	test_env_init(&s->te, 61);
	side_init(s, &s->client, NACRE_CLIENT, client_flags, kex);
	side_init(s, &s->server, NACRE_SERVER, server_flags, kex);
}

void
duo_end(struct duo *s)
{
	actor_end(&s->client.actor);
	actor_end(&s->server.actor);
	buf_free(&s->client.script);
	buf_free(&s->client.out);
	buf_free(&s->server.script);
	buf_free(&s->server.out);
	FUZZ_CHECK(s->te.live_blocks == 0);
}

/* The identification is one line, then each packet says its length. */
static bool
next_piece(struct duo_side *from, struct script_step *step)
{
	struct slice rest = slice_from(buf_slice(&from->out), from->out_done);
	const uint8_t *end;
	uint32_t n;

	if (!from->identified) {
		if (rest.n == 0 || (end = memchr(rest.p, '\n', rest.n)) == NULL)
			return false;
		step->operation = SCRIPT_RAW;
		step->bytes = slice_of(rest.p, (size_t)(end - rest.p) + 1);
		from->out_done += step->bytes.n;
		return from->identified = true;
	}
	if (rest.n < 5 || rest.n - 4 < (n = get_be32(rest.p)))
		return false;
	FUZZ_CHECK(n > rest.p[4]);
	step->operation = SCRIPT_PACKET;
	step->bytes = slice_of(rest.p + 5, n - 1 - rest.p[4]);
	from->out_done += 4 + (size_t)n;
	return true;
}

static void
play(struct duo_side *side, const struct script_step *step)
{
	script_put(&side->script, step);
	FUZZ_CHECK(side->script.bad == 0);
	if (!side->actor.closed)
		actor_step(&side->actor, step);
}

static bool
deliver(struct duo_side *from, struct duo_side *to)
{
	struct script_step step = {.operation = SCRIPT_RAW};
	bool any = false;

	while (!to->actor.closed && next_piece(from, &step)) {
		play(to, &step);
		any = true;
	}
	return any;
}

void
duo_run(struct duo *s)
{
	bool any = true;

	while (any) {
		any = deliver(&s->client, &s->server);
		any |= deliver(&s->server, &s->client);
	}
}

void
duo_step(struct duo *s, struct duo_side *side, const struct script_step *step)
{
	play(side, step);
	duo_run(s);
}

void
duo_policy(struct duo *s, struct duo_side *side, enum actor_policy policy)
{
	struct script_step step = {.operation = SCRIPT_POLICY, .argument = policy};

	duo_step(s, side, &step);
}

void
duo_call(struct duo *s, struct duo_side *side, enum actor_call call, uint8_t byte)
{
	struct script_step step = {.operation = SCRIPT_CALL, .argument = call, .byte = byte};

	duo_step(s, side, &step);
}

void
duo_time(struct duo *s, struct duo_side *side, unsigned which)
{
	struct script_step step = {.operation = SCRIPT_TIME, .argument = which};

	duo_step(s, side, &step);
}

void
duo_inject(struct duo *s, struct duo_side *side, enum msg_id id, const void *msg)
{
	struct script_step step = {.operation = SCRIPT_PACKET};
	uint8_t payload[1024];
	size_t n = msg_size(id, msg);

	FUZZ_CHECK(n <= sizeof(payload));
	msg_write(id, msg, payload);
	step.bytes = slice_of(payload, n);
	duo_step(s, side, &step);
}
