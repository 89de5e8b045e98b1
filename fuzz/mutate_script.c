/* mutate_script: the mutator of fuzz_client and fuzz_server: changes a script step by step: a packet's field, a step
 * more, a step less, two steps swapped; now and then as bytes. */
#include "fuzz.h"
#include "mutate.h"
#include "script.h"
#include "test_env.h"

#define STEPS_MAX 512
#define PAYLOAD_MAX 16384

struct steps {
	struct script_header header;
	struct script_step step[STEPS_MAX];
	size_t n;
};

static void
steps_read(struct steps *s, struct slice bytes)
{
	struct reader r = reader_of(bytes);

	s->n = 0;
	s->header = script_header(&r);
	r.bad = false;
	while (s->n < STEPS_MAX && script_next(&r, &s->step[s->n]))
		s->n++;
}

static size_t
steps_write(const struct steps *s, uint8_t *out, size_t max)
{
	struct test_env t;
	struct buf b;
	size_t i, n;

	test_env_init(&t, 1);
	buf_init(&b, &t.env, max);
	script_put_header(&b, &s->header);
	for (i = 0; i < s->n; i++)
		script_put(&b, &s->step[i]);
	n = b.bad == 0 ? b.n : 0;
	if (n > 0)
		memcpy(out, b.p, n);
	buf_free(&b);
	return n;
}

/* Some step after `from` that is a packet; s->n where there is none. */
static size_t
find_packet(const struct steps *s, size_t from)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->step[(from + i) % s->n].operation == SCRIPT_PACKET)
			return (from + i) % s->n;
	return s->n;
}

static bool
change_packet(struct steps *s, uint8_t *payload, uint32_t *seed)
{
	size_t i = s->n == 0 ? 0 : find_packet(s, mutate_random(seed) % s->n), n;

	if (i == s->n || s->step[i].bytes.n == 0 || s->step[i].bytes.n > PAYLOAD_MAX)
		return false;
	n = s->step[i].bytes.n;
	memcpy(payload, s->step[i].bytes.p, n);
	if ((n = mutate_payload(payload, n, PAYLOAD_MAX, seed)) == 0)
		return false;
	s->step[i].bytes = slice_of(payload, n);
	return true;
}

static bool
insert_step(struct steps *s, uint8_t *payload, uint32_t *seed)
{
	size_t at = mutate_random(seed) % (s->n + 1);
	struct script_step step = {.operation = SCRIPT_PACKET};

	if (s->n == STEPS_MAX)
		return false;
	step.bytes = slice_of(payload, mutate_new_payload(payload, PAYLOAD_MAX, seed));
	if (mutate_random(seed) % 2 == 0)
		step = (struct script_step){.operation = (enum script_operation)(mutate_random(seed) % 5 + SCRIPT_TIME),
		    .argument = mutate_random(seed) % 16,
		    .byte = (uint8_t)mutate_random(seed)};
	memmove(&s->step[at + 1], &s->step[at], (s->n - at) * sizeof(step));
	s->step[at] = step;
	s->n++;
	return true;
}

static bool
drop_step(struct steps *s, uint32_t *seed)
{
	size_t at;

	if (s->n == 0)
		return false;
	at = mutate_random(seed) % s->n;
	memmove(&s->step[at], &s->step[at + 1], (s->n - at - 1) * sizeof(s->step[0]));
	s->n--;
	return true;
}

static bool
swap_steps(struct steps *s, uint32_t *seed)
{
	struct script_step step;
	size_t at;

	if (s->n < 2)
		return false;
	at = mutate_random(seed) % (s->n - 1);
	step = s->step[at];
	s->step[at] = s->step[at + 1];
	s->step[at + 1] = step;
	return true;
}

static bool
change(struct steps *s, uint8_t *payload, uint32_t *seed)
{
	switch (mutate_random(seed) % 8) {
	case 0:
		return insert_step(s, payload, seed);
	case 1:
		return drop_step(s, seed);
	case 2:
		return swap_steps(s, seed);
	case 3:
		return false; /* as bytes */
	default:
		return change_packet(s, payload, seed);
	}
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static uint8_t payload[PAYLOAD_MAX];
	static struct steps steps;
	uint32_t state = seed | 1;
	size_t n;

	steps_read(&steps, slice_of(data, size));
	if (!change(&steps, payload, &state) || (n = steps_write(&steps, data, max_size)) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	return n;
}
