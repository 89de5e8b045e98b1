/* Target: both ends of the agent protocol. The input is messages, each behind two bytes of length; the first byte says
 * whose: requests to the agent in this process, by one of two callers as the length's highest bit says, or the replies
 * that an agent gives to one question after the other. */
#include "agent_message.h"
#include "cert_forge.h"
#include "fuzz.h"
#include "test_env.h"

/* The next message of the input; false at its end. */
static bool
next_message(struct reader *r, unsigned *caller, struct slice *message)
{
	size_t n;

	if (r->n < 2)
		return false;
	n = (size_t)reader_u8(r) << 8;
	n |= reader_u8(r);
	*caller = (unsigned)(n >> 15);
	n &= 0x7fff;
	*message = reader_bytes(r, n < r->n ? n : r->n);
	return true;
}

static int64_t
tell_time(void *ctx)
{
	return ++*(int64_t *)ctx;
}

static bool
say_yes(void *ctx, const nacre_key *key)
{
	(void)ctx;
	(void)key;
	return true;
}

static bool
see(void *ctx, const struct nacre_agent_request *request)
{
	(void)ctx;
	FUZZ_CHECK(request->operation <= NACRE_AGENT_EXTENSION);
	FUZZ_CHECK((request->key != NULL) == (request->operation <= NACRE_AGENT_REMOVE));
	FUZZ_CHECK(!request->forwarding || request->host_key != NULL);
	return true;
}

static uint64_t
tell_now(void *ctx)
{
	(void)ctx;
	return 1000;
}

/* Every request has a reply, and the agent has at most as many keys as it may. */
static void
answer_requests(struct test_env *t, struct reader *r)
{
	static uint8_t reply[NACRE_AGENT_MESSAGE_MAX];
	int64_t now = 0;
	const struct nacre_agent_memory_options options = {.size = sizeof(options),
	    .keys_max = 3,
	    .clock = tell_time,
	    .confirm = say_yes,
	    .filter = see,
	    .now = tell_now,
	    .ctx = &now};
	nacre_agent_memory *memory;
	nacre_agent_caller *caller;
	struct slice request;
	unsigned who;
	size_t n;

	FUZZ_CHECK(nacre_agent_memory_new(&t->env, &options, &memory) == 0);
	FUZZ_CHECK(nacre_agent_caller_new(memory, t, &caller) == 0);
	while (next_message(r, &who, &request)) {
		if (who == 0)
			FUZZ_CHECK(
			    nacre_agent_memory_answer(memory, request.p, request.n, reply, sizeof(reply), &n) == 0);
		else
			FUZZ_CHECK(
			    nacre_agent_caller_answer(caller, request.p, request.n, reply, sizeof(reply), &n) == 0);
		FUZZ_CHECK(n >= 1 && n <= sizeof(reply) && nacre_agent_memory_count(memory) <= 3);
	}
	nacre_agent_caller_free(caller);
	nacre_agent_memory_free(memory);
}

static int
say_next(void *ctx, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n)
{
	struct slice message;
	unsigned unused;

	FUZZ_CHECK(request != NULL && n > 0);
	if (!next_message(ctx, &unused, &message))
		return NACRE_E_CONNECTION_LOST;
	FUZZ_CHECK(message.n <= size);
	if (message.n > 0)
		memcpy(reply, message.p, message.n);
	*reply_n = message.n;
	return 0;
}

static void
ask_all(nacre_agent *agent)
{
	struct nacre_bytes id = {(const uint8_t *)"id", 2};
	struct nacre_agent_list list;
	uint8_t out[300];
	char names[40];
	size_t n = 0;

	if (nacre_agent_list(agent, &list) == 0) {
		FUZZ_CHECK(list.n <= NACRE_AGENT_KEYS_MAX);
		for (size_t i = 0; i < list.n; i++)
			FUZZ_CHECK(nacre_key_can_sign(list.keys[i]) && !nacre_key_has_private(list.keys[i]));
		nacre_agent_list_free(&list);
	}
	if (nacre_agent_sign(agent, forge_key(FORGE_SUBJECT), "ssh-ed25519", out, 0, out, sizeof(out), &n) == 0)
		FUZZ_CHECK(n <= sizeof(out));
	(void)!nacre_agent_add(agent, forge_key(FORGE_SUBJECT), NULL);
	if (nacre_agent_query(agent, names, sizeof(names)) == 0)
		FUZZ_CHECK(memchr(names, 0, sizeof(names)) != NULL);
	if (nacre_agent_extension(agent, "pearl@nacre", NULL, 0, out, sizeof(out), &n) == 0)
		FUZZ_CHECK(n <= sizeof(out));
	(void)!nacre_agent_session_bind(agent, forge_key(FORGE_SUBJECT), id, id, false);
	(void)!nacre_agent_remove_all(agent);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(slice_of(data, size));
	struct test_env t;
	nacre_agent *agent;

	test_env_init(&t, 64);
	if (reader_u8(&r) == 'q') {
		answer_requests(&t, &r);
	} else {
		FUZZ_CHECK(nacre_agent_new(&t.env, say_next, &r, &agent) == 0);
		ask_all(agent);
		nacre_agent_close(agent);
	}
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
