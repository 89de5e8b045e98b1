/* make_agent_corpus: writes the seeds of fuzz_agent: a session of requests for each kind, and the replies that the
 * agent in this process gives to the target's questions.
 *
 *   make_agent_corpus DIR */
#include "agent_message.h"
#include "corpus_file.h"
#include "fuzz.h"
#include "test_env.h"

static struct test_env t;
static struct buf seed;

static void
put_message(struct slice message)
{
	FUZZ_CHECK(message.n < 65536);
	buf_put_u8(&seed, (uint8_t)(message.n >> 8));
	buf_put_u8(&seed, (uint8_t)message.n);
	buf_put_slice(&seed, message);
}

static void
begin(char whose)
{
	buf_reset(&seed);
	buf_put_u8(&seed, (uint8_t)whose);
}

static void
end(const char *dir, const char *name)
{
	FUZZ_CHECK(seed.bad == 0);
	corpus_file(dir, "agent", name, buf_slice(&seed));
}

/* Keeps what is said, on its way to the agent in this process. */
struct wire {
	nacre_agent_memory *memory;
	bool keeps_requests;
};

static int
carry(void *ctx, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n)
{
	struct wire *w = ctx;
	int rc = nacre_agent_memory_answer(w->memory, request, n, reply, size, reply_n);

	put_message(w->keeps_requests ? slice_of(request, n) : slice_of(reply, *reply_n));
	return rc;
}

static void
add_keys(nacre_agent *agent)
{
	static const char *const types[] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"};
	const struct nacre_agent_constraints some = {.size = sizeof(some), .lifetime_s = 9, .confirm = false};

	for (size_t i = 0; i < 3; i++) {
		nacre_key *key;

		FUZZ_CHECK(nacre_key_generate(&t.env, types[i], 0, &key) == 0);
		(void)!nacre_agent_add(agent, key, i == 1 ? &some : NULL);
		nacre_key_free(key);
	}
}

static void
talk(nacre_agent *agent)
{
	struct nacre_bytes id = {(const uint8_t *)"id", 2};
	struct nacre_agent_list list;
	uint8_t out[4096];
	char names[100];
	size_t n;

	FUZZ_CHECK(nacre_agent_list(agent, &list) == 0);
	for (size_t i = 0; i < list.n; i++)
		(void)!nacre_agent_sign(list.n == 0 ? NULL : agent, list.keys[i],
		    i == list.n - 1 ? "rsa-sha2-512" : nacre_key_type(list.keys[i]), out, 0, out, sizeof(out), &n);
	(void)!nacre_agent_query(agent, names, sizeof(names));
	(void)!nacre_agent_extension(agent, "pearl@nacre", NULL, 0, out, sizeof(out), &n);
	if (list.n > 0)
		(void)!nacre_agent_session_bind(agent, list.keys[0], id, id, false);
	(void)!nacre_agent_lock(agent, "pearl");
	(void)!nacre_agent_unlock(agent, "pearl");
	if (list.n > 0)
		(void)!nacre_agent_remove(agent, list.keys[0]);
	nacre_agent_list_free(&list);
	(void)!nacre_agent_remove_all(agent);
}

static int64_t
tell_time(void *ctx)
{
	(void)ctx;
	return 1;
}

int
main(int argc, char **argv)
{
	const struct nacre_agent_memory_options options = {.size = sizeof(options), .clock = tell_time};
	nacre_agent *agent;

	if (argc != 2)
		return 2;
	test_env_init(&t, 65);
	buf_init(&seed, &t.env, (size_t)1 << 20);
	for (int requests = 0; requests < 2; requests++) {
		struct wire w = {.keeps_requests = requests == 1};

		FUZZ_CHECK(nacre_agent_memory_new(&t.env, &options, &w.memory) == 0);
		FUZZ_CHECK(nacre_agent_new(&t.env, carry, &w, &agent) == 0);
		begin(requests ? 'q' : 'a');
		add_keys(agent);
		if (!requests)
			begin('a'); /* the target lists first */
		talk(agent);
		end(argv[1], requests ? "requests" : "replies");
		nacre_agent_close(agent);
		nacre_agent_memory_free(w.memory);
	}
	begin('a');
	for (uint8_t type = 1; type < 31; type++)
		put_message(slice_of(&type, 1));
	end(argv[1], "types");
	begin('q');
	for (uint8_t type = 1; type < 31; type++)
		put_message(slice_of(&type, 1));
	end(argv[1], "request-types");
	buf_free(&seed);
	return 0;
}
