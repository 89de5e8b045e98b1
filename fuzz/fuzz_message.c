/* Target: every row of messages.def. The first byte chooses what the rest is: below 128 a payload under one of the
 * method families, else the tail of that number. What parses must build to bytes that parse to the same, and the words
 * of any payload must fit any room. */
#include "fuzz.h"
#include "reached.h"

#define N_FAMILIES (FAMILY_KBDINT + 1)

static uint8_t *
built(enum msg_id id, const union msg_any *msg, size_t *n)
{
	uint8_t *p;

	*n = msg_size(id, msg);
	p = malloc(*n == 0 ? 1 : *n);
	FUZZ_CHECK(p != NULL);
	msg_write(id, msg, p);
	return p;
}

/* Building is a fixed point: what was left out (OPT) or was another spelling (BOOL) settles in one turn. */
static void
check_there_and_back(enum msg_id id, const union msg_any *msg)
{
	union msg_any again;
	uint8_t *first, *second;
	size_t n, m;

	first = built(id, msg, &n);
	FUZZ_CHECK(msg_parse(id, slice_of(first, n), &again) == 0);
	second = built(id, &again, &m);
	FUZZ_CHECK(n == m && memcmp(first, second, n) == 0);
	free(first);
	free(second);
}

static struct slice
selector_of(enum msg_id id, const union msg_any *msg)
{
	switch (id) {
	case MSG_userauth_request:
		return msg->userauth_request.method;
	case MSG_channel_request:
		return msg->channel_request.request;
	default:
		return SLICE_NONE;
	}
}

static struct slice
tail_of(enum msg_id id, const union msg_any *msg)
{
	return id == MSG_userauth_request ? msg->userauth_request.tail : msg->channel_request.tail;
}

static void
check_row(enum msg_id id, struct slice payload)
{
	union msg_any msg;
	const char *field = NULL;
	enum msg_id tail;

	if (msg_parse_field(id, payload, &msg, &field) != 0) {
		FUZZ_CHECK(field != NULL);
		return;
	}
	reached_row(id);
	check_there_and_back(id, &msg);
	tail = msg_find_tail(id, selector_of(id, &msg));
	if (tail != MSG_none)
		check_row(tail, tail_of(id, &msg));
}

static void
check_words(struct slice payload, enum msg_family family, size_t cap)
{
	char *out = malloc(cap);
	const char *clause = NULL, *c;

	FUZZ_CHECK(out != NULL);
	FUZZ_CHECK(msg_describe(payload, family, out, cap, &clause) != NULL && clause != NULL);
	FUZZ_CHECK(memchr(out, '\0', cap) != NULL);
	for (c = out; *c != '\0'; c++)
		FUZZ_CHECK((unsigned char)*c >= 0x20 && *c != 0x7f);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice payload = slice_from(slice_of(data, size), 1);
	enum msg_family family;
	enum msg_id id;

	if (size == 0)
		return 0;
	if (data[0] >= 128) {
		check_row((enum msg_id)((data[0] - 128u) % MSG_COUNT), payload);
		return 0;
	}
	family = (enum msg_family)(data[0] % N_FAMILIES);
	id = payload.n == 0 ? MSG_none : msg_find(payload.p[0], family);
	if (id != MSG_none)
		check_row(id, payload);
	check_words(payload, family, 512);
	check_words(payload, family, 1 + data[0] / N_FAMILIES);
	return 0;
}
