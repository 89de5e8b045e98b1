/* Secrets: whole sessions with everything that can be told told, and every freed block looked through. Passwords,
 * passphrases, answers, private keys, what the key exchange drew and agreed on, and the keys in use: none of it is in
 * the log, the trace or its bytes, and none of it stays behind in memory. */
#include <stdio.h>
#include <string.h>
#include "conn_internal.h"
#include "exchange.h"
#include "expect.h"
#include "key.h"

#define CANARIES_MAX 256
#define CANARY_MAX 48

static const char password[] = "canary-of-a-password";
static const char old_password[] = "canary-of-an-old-password";
static const char passphrase[] = "canary-of-a-passphrase";
static const char answer[] = "canary-of-an-answer";
static const char command[] = "echo canary-of-a-command";

struct canary {
	const char *what;
	uint8_t bytes[CANARY_MAX];
	size_t n;
};

/* What must show nowhere, where it showed all the same, and how much was looked at. */
static struct watch {
	struct canary list[CANARIES_MAX];
	size_t n;
	const char *in_memory, *in_log, *in_trace;
	size_t blocks, lines, packets, dumped;
	bool user_was_told;
	void (*give)(void *ctx, void *p, size_t n);
	int (*random)(void *ctx, void *out, size_t n);
} watch;

static void
plant(const char *what, const void *bytes, size_t n)
{
	struct canary *c = &watch.list[watch.n];

	assert_true(watch.n < CANARIES_MAX && n >= 8);
	watch.n++;
	c->what = what;
	c->n = n < CANARY_MAX ? n : CANARY_MAX;
	memcpy(c->bytes, bytes, c->n);
}

static const char *
find(const void *p, size_t n)
{
	for (size_t i = 0; i < watch.n; i++)
		if (memmem(p, n, watch.list[i].bytes, watch.list[i].n) != NULL)
			return watch.list[i].what;
	return NULL;
}

static void
give(void *ctx, void *p, size_t n)
{
	const char *what = find(p, n);

	watch.blocks++;
	if (what != NULL)
		watch.in_memory = what;
	watch.give(ctx, p, n);
}

/* Cookies and padding are shorter; what is longer is the seed of something that nobody may know. */
static int
draw(void *ctx, void *out, size_t n)
{
	int r = watch.random(ctx, out, n);

	if (r == 0 && n >= 32 && watch.n < CANARIES_MAX)
		plant("what was drawn", out, n);
	return r;
}

static void
take_trace(void *ctx, const struct nacre_trace *line)
{
	const char *what = find(line->text, strlen(line->text));

	(void)ctx;
	watch.packets++;
	watch.user_was_told |= strstr(line->text, "diver") != NULL;
	if (line->bytes != NULL) {
		watch.dumped++;
		what = what == NULL ? find(line->bytes, line->length) : what;
	}
	if (what != NULL)
		watch.in_trace = what;
}

static void
take_line(void *ctx, enum nacre_log_level level, const char *channel, const char *message)
{
	const char *what = find(message, strlen(message));

	(void)ctx;
	(void)level;
	(void)channel;
	watch.lines++;
	if (what != NULL)
		watch.in_log = what;
}

static void
begin(struct stage *s)
{
	watch = (struct watch){.n = 0};
	stage_init(s);
	watch.give = s->env.env.free;
	watch.random = s->env.env.random;
	s->env.env.free = give;
	s->env.env.random = draw;
	s->env.env.trace = take_trace;
	s->env.env.trace_bytes = true;
	nacre_client_set_log(s->client, take_line, NULL);
	nacre_client_set_log_level(s->client, NACRE_LOG_DEBUG);
	plant("the password", password, sizeof(password) - 1);
	plant("the old password", old_password, sizeof(old_password) - 1);
	plant("the passphrase", passphrase, sizeof(passphrase) - 1);
	plant("an answer", answer, sizeof(answer) - 1);
	plant("the private key", stage_keys[STAGE_USER]->secret, 32);
}

static void
nothing_showed(void)
{
	if (watch.in_memory != NULL)
		fail_msg("%s was in a freed block", watch.in_memory);
	if (watch.in_log != NULL)
		fail_msg("%s was in the log", watch.in_log);
	if (watch.in_trace != NULL)
		fail_msg("%s was in the trace", watch.in_trace);
}

static void
end(struct stage *s)
{
	stage_end(s);
	nothing_showed();
	assert_true(
	    watch.blocks > 0 && watch.lines > 0 && watch.packets > 0 && watch.dumped > 0 && watch.user_was_told);
}

/* While the host key is judged, what the exchange has agreed on is there to be looked at. */
static int
look_at_the_exchange(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	const struct exchange *x = nacre_client_conn(client)->transport.exchange;

	(void)ctx;
	(void)name;
	(void)key;
	plant("what was agreed on", x->secret, x->secret_len);
	return 0;
}

static int
give_answers(void *ctx, const struct nacre_prompts *prompts, char *const *answers, size_t cap)
{
	(void)ctx;
	for (size_t i = 0; i < prompts->n; i++)
		snprintf(answers[i], cap, "%s", answer);
	return 0;
}

static int
give_new_password(void *ctx, struct nacre_bytes words, char *out, size_t cap)
{
	(void)ctx;
	(void)words;
	snprintf(out, cap, "%s", password);
	return 0;
}

static int
give_secret(void *ctx, enum nacre_ask what, const char *about, char *out, size_t cap)
{
	(void)ctx;
	(void)about;
	snprintf(out, cap, "%s", what == NACRE_ASK_PASSWORD ? password : passphrase);
	return 0;
}

static const char *
locked_file(void)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .passphrase = passphrase, .rounds = 1};
	const char *path;
	char *text;
	size_t n;

	assert_int_equal(
	    nacre_key_write_private(nacre_env_default(), stage_keys[STAGE_USER], &options, &text, &n, NULL, 0),
	    NACRE_OK);
	path = stage_file("locked", text, n, 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
	return path;
}

/* chacha20-poly1305: its state begins with what the key became. */
static void
plant_keys_in_use(nacre_client *client)
{
	const struct transport *t = &nacre_client_conn(client)->transport;

	plant("a key in use", t->out.suite.cipher_state.bytes, 32);
	plant("a key in use", t->in.suite.cipher_state.bytes, 32);
}

static void
use_it(struct stage *s)
{
	struct nacre_result result;

	plant_keys_in_use(s->client);
	assert_int_equal(nacre_client_run(s->client, command, NULL, &result), NACRE_OK);
	assert_string_equal(result.out, "canary-of-a-command");
	nacre_result_free(&result);
	assert_int_equal(nacre_client_rekey(s->client), NACRE_OK);
	plant_keys_in_use(s->client);
}

static const struct peer_prompt dialog[] = {{0, "Word: ", answer, false}, {1, "Again: ", answer, true}};

static void
set_three_factors(struct stage *s)
{
	s->script.methods = s->script.chain = "publickey,password,keyboard-interactive";
	s->script.password = password;
	s->script.dialog = dialog;
	s->script.n_dialog = 2;
	s->script.ciphers = "chacha20-poly1305@openssh.com";
	s->options.key = NULL;
	s->options.key_file = locked_file();
	s->options.prompts = give_answers;
	s->options.port = 2222; /* not known there: the policy is asked */
	nacre_client_set_missing_host_key_policy(s->client, look_at_the_exchange, NULL);
}

static void
a_session_of_three_factors_shows_and_leaves_no_secret(void **state)
{
	static const char *const kex[] = {"mlkem768x25519-sha256", "sntrup761x25519-sha512", "curve25519-sha256",
	    "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256"};
	struct stage s;

	(void)state;
	for (size_t i = 0; i < sizeof(kex) / sizeof(kex[0]); i++) {
		begin(&s);
		set_three_factors(&s);
		s.options.kex = kex[i];
		s.options.password = password;
		s.options.passphrase = passphrase;
		if (stage_connect(&s) != NACRE_OK)
			fail_msg("%s: %s", kex[i], stage_error(&s).message);
		use_it(&s);
		end(&s);
	}
}

static void
secrets_that_are_asked_for_are_as_safe(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	set_three_factors(&s);
	s.options.ask = give_secret;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	use_it(&s);
	end(&s);
}

static void
a_password_that_is_changed_is_as_safe_as_the_new_one(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	s.script.expired = old_password;
	s.script.password = password;
	s.options.key = NULL;
	s.options.password = old_password;
	s.options.new_password = give_new_password;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	end(&s);
}

/* What is refused is told in words: the words hold no more than those of a success. */
static void
a_refusal_shows_no_secret_either(void **state)
{
	struct stage s;
	struct nacre_error error;

	(void)state;
	begin(&s);
	set_three_factors(&s);
	s.script.password = "another";
	s.options.password = password;
	s.options.passphrase = passphrase;
	assert_int_not_equal(stage_connect(&s), NACRE_OK);
	error = stage_error(&s);
	assert_null(find(error.message, strlen(error.message)));
	assert_null(find(error.hint, strlen(error.hint)));
	assert_null(find(error.ours, strlen(error.ours)));
	end(&s);
}

static void
a_connection_that_breaks_leaves_no_secret(void **state)
{
	nacre_channel *ch;
	struct stage s;
	char byte;

	(void)state;
	begin(&s);
	set_three_factors(&s);
	s.options.password = password;
	s.options.passphrase = passphrase;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	plant_keys_in_use(s.client);
	assert_int_equal(nacre_client_exec_command(s.client, "vanish", NULL, &ch), NACRE_OK);
	assert_true(nacre_channel_read(ch, &byte, 1) < 0);
	nacre_channel_close(ch);
	end(&s);
}

/* Both ends of the agent live in the watched memory: it is given the key and a passphrase, and signs with what it has.
 */
static void
an_agent_that_is_given_a_key_and_a_passphrase_keeps_them(void **state)
{
	nacre_agent_memory *memory;
	nacre_agent *agent;
	struct stage s;

	(void)state;
	begin(&s);
	assert_int_equal(nacre_agent_memory_new(&s.env.env, NULL, &memory), NACRE_OK);
	assert_int_equal(nacre_agent_new(&s.env.env, nacre_agent_memory_answer, memory, &agent), NACRE_OK);
	assert_int_equal(nacre_agent_add(agent, stage_keys[STAGE_USER], NULL), NACRE_OK);
	assert_int_equal(nacre_agent_lock(agent, passphrase), NACRE_OK);
	assert_int_equal(nacre_agent_unlock(agent, passphrase), NACRE_OK);
	s.options.key = NULL;
	s.options.agent = agent;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	nacre_client_close(s.client);
	nacre_agent_close(agent);
	nacre_agent_memory_free(memory);
	end(&s);
}

/* The watch itself: what it must find it finds. */
static void
a_secret_that_stays_in_memory_is_found(void **state)
{
	struct stage s;
	char *block;

	(void)state;
	begin(&s);
	block = s.env.env.alloc(s.env.env.ctx, 100);
	assert_non_null(block);
	memset(block, 'x', 100);
	memcpy(block + 50, answer, sizeof(answer) - 1);
	s.env.env.free(s.env.env.ctx, block, 100);
	assert_string_equal(watch.in_memory, "an answer");
	take_line(NULL, NACRE_LOG_DEBUG, "", "it is canary-of-a-passphrase indeed");
	assert_string_equal(watch.in_log, "the passphrase");
	take_trace(
	    NULL, &(struct nacre_trace){.text = "", .bytes = (const uint8_t *)password, .length = sizeof(password)});
	assert_string_equal(watch.in_trace, "the password");
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_of_three_factors_shows_and_leaves_no_secret),
	    cmocka_unit_test(secrets_that_are_asked_for_are_as_safe),
	    cmocka_unit_test(a_password_that_is_changed_is_as_safe_as_the_new_one),
	    cmocka_unit_test(a_refusal_shows_no_secret_either),
	    cmocka_unit_test(a_connection_that_breaks_leaves_no_secret),
	    cmocka_unit_test(an_agent_that_is_given_a_key_and_a_passphrase_keeps_them),
	    cmocka_unit_test(a_secret_that_stays_in_memory_is_found),
	};

	return cmocka_run_group_tests_name("client: secrets", tests, stage_setup, stage_teardown);
}
