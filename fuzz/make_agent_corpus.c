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
	FUZZ_CHECK(message.n < 32768);
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

/* A key that leads over one host to another, and what a login at the end of that way looks like. */
static void
travel(nacre_agent *agent)
{
	nacre_key *user, *hosts[2];
	struct nacre_agent_destination way[2] = {{.to = {.host = "reef", .n_keys = 1}},
	    {.from = {.host = "reef", .n_keys = 1}, .to = {.user = "div*", .host = "wreck", .n_keys = 1}}};
	const struct nacre_agent_constraints constraints = {
	    .size = sizeof(constraints), .destinations = way, .n_destinations = 2};
	struct nacre_bytes id = {(const uint8_t *)"id", 2};
	uint8_t *signature, out[200];
	struct buf login;
	size_t n;

	FUZZ_CHECK(nacre_key_generate(&t.env, "ssh-ed25519", 0, &user) == 0);
	for (size_t i = 0; i < 2; i++)
		FUZZ_CHECK(nacre_key_generate(&t.env, "ssh-ed25519", 0, &hosts[i]) == 0);
	way[0].to.keys = way[1].from.keys = (const nacre_key *const *)&hosts[0];
	way[1].to.keys = (const nacre_key *const *)&hosts[1];
	FUZZ_CHECK(nacre_agent_add(agent, user, &constraints) == 0);
	for (size_t i = 0; i < 2; i++) {
		id.p = (const uint8_t *)(i == 0 ? "i1" : "i2");
		FUZZ_CHECK(nacre_key_sign(&t.env, hosts[i], NULL, id.p, id.n, &signature, &n) == 0);
		FUZZ_CHECK(
		    nacre_agent_session_bind(agent, hosts[i], id, (struct nacre_bytes){signature, n}, i == 0) == 0);
		nacre_key_signature_free(&t.env, signature, n);
	}
	buf_init(&login, &t.env, 4096);
	buf_put_cstring(&login, "i2");
	buf_put_u8(&login, 50);
	buf_put_cstring(&login, "diver");
	buf_put_cstring(&login, "ssh-connection");
	buf_put_cstring(&login, "publickey-hostbound-v00@openssh.com");
	buf_put_u8(&login, 1);
	buf_put_cstring(&login, "ssh-ed25519");
	buf_put_string(&login, key_blob(user));
	buf_put_string(&login, key_blob(hosts[1]));
	FUZZ_CHECK(nacre_agent_sign(agent, user, "ssh-ed25519", login.p, login.n, out, sizeof(out), &n) == 0);
	buf_free(&login);
	nacre_key_free(user);
	nacre_key_free(hosts[0]);
	nacre_key_free(hosts[1]);
}

static int64_t
tell_time(void *ctx)
{
	(void)ctx;
	return 1;
}

static void
request_all(nacre_agent *agent)
{
	add_keys(agent);
	talk(agent);
}

static void
reply_all(nacre_agent *agent)
{
	add_keys(agent);
	begin('a'); /* the target lists first */
	talk(agent);
}

static void
record(const char *dir, const char *name, char whose, void (*play)(nacre_agent *agent))
{
	const struct nacre_agent_memory_options options = {.size = sizeof(options), .clock = tell_time};
	struct wire w = {.keeps_requests = whose == 'q'};
	nacre_agent *agent;

	FUZZ_CHECK(nacre_agent_memory_new(&t.env, &options, &w.memory) == 0);
	FUZZ_CHECK(nacre_agent_new(&t.env, carry, &w, &agent) == 0);
	begin(whose);
	play(agent);
	end(dir, name);
	nacre_agent_close(agent);
	nacre_agent_memory_free(w.memory);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	test_env_init(&t, 65);
	buf_init(&seed, &t.env, (size_t)1 << 20);
	record(argv[1], "requests", 'q', request_all);
	record(argv[1], "replies", 'a', reply_all);
	record(argv[1], "destinations", 'q', travel);
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
