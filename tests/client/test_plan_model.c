/* The default strategy against a server that is a table: every order of up to four methods, every set of credentials,
 * every order of preference, lists that tell the truth and lists that do not. No socket and no connection: the strategy
 * is a function. The driver here does what the header says of the attempts. */
#include <stdio.h>
#include <string.h>
#include "stage.h"

#define CHAIN_MAX 4
#define KEYS_MAX 10
#define TURNS_MAX 64

enum method { KEY, PASSWORD, DIALOG, METHODS };

static const char *const names[METHODS] = {"publickey", "password", "keyboard-interactive"};

/* What the client has. */
struct purse {
	unsigned good_keys, bad_keys; /* bad ones first */
	bool automatic; /* all keys */
	bool password, password_is_good;
	bool person; /* answers every dialog rightly */
};

/* What the server wants, in this order. */
struct wish {
	enum method chain[CHAIN_MAX];
	unsigned n;
	bool lies; /* its lists name all methods, whatever would do */
	bool dialog_is_one_secret; /* the password answers it */
};

struct game {
	struct purse purse;
	struct wish wish;
	struct nacre_connect_options options;
	struct nacre_attempt attempts[TURNS_MAX];
	struct nacre_auth_key keys[KEYS_MAX];
	size_t n_attempts, n_keys;
	unsigned done; /* of the chain */
	unsigned failures,
	    automatic_failures; /* as a server counts, and of these by automatic keys while others remained */
	char methods[64];
	bool methods_known, partial;
	bool password_was_judged; /* the server took passwords, and was given it */
};

static nacre_key *keys[KEYS_MAX];

static int
no_prompts(void *ctx, const struct nacre_prompts *prompts, char *const *answers, size_t cap)
{
	(void)ctx;
	(void)prompts;
	(void)answers;
	(void)cap;
	return -1;
}

static void
begin(struct game *g, const struct purse *purse, const struct wish *wish, const char *order)
{
	*g = (struct game){.purse = *purse, .wish = *wish, .n_keys = purse->good_keys + purse->bad_keys};
	g->options = (struct nacre_connect_options){.size = sizeof(g->options),
	    .password = purse->password ? "secret" : NULL,
	    .prompts = purse->person ? no_prompts : NULL,
	    .auth_methods = order};
	for (size_t i = 0; i < g->n_keys; i++)
		g->keys[i] = (struct nacre_auth_key){
		    .key = keys[i], .source = purse->automatic ? NACRE_KEY_AGENT : NACRE_KEY_FILE, .name = ""};
	if (g->n_keys > 0 && !purse->automatic)
		g->options.key = keys[0];
}

static void
say_methods(struct game *g)
{
	if (g->wish.lies)
		snprintf(g->methods, sizeof(g->methods), "publickey,password,keyboard-interactive");
	else
		snprintf(g->methods, sizeof(g->methods), "%s", names[g->wish.chain[g->done]]);
	g->methods_known = true;
}

static size_t
find(const struct game *g, const nacre_key *key)
{
	size_t i;

	for (i = 0; i < g->n_keys && g->keys[i].key != key; i++)
		;
	assert_in_range(i, 0, g->n_keys - 1);
	return i;
}

/* Would the server take what was sent? */
static bool
is_right(struct game *g, const struct nacre_auth_next *next)
{
	switch (next->kind) {
	case NACRE_AUTH_KEY:
		return find(g, next->key) >= g->purse.bad_keys;
	case NACRE_AUTH_PASSWORD:
		assert_string_equal(next->password, "secret");
		return g->purse.password_is_good;
	case NACRE_AUTH_INTERACTIVE:
		/* It might answer a question for something else. */
		assert_false(next->password != NULL && g->password_was_judged);
		if (next->password != NULL && g->wish.dialog_is_one_secret)
			return g->purse.password_is_good;
		return g->purse.person;
	default:
		return false;
	}
}

static enum method
method_of(enum nacre_auth_kind kind)
{
	return kind == NACRE_AUTH_KEY ? KEY : kind == NACRE_AUTH_PASSWORD ? PASSWORD : DIALOG;
}

/* True at the end of the chain. */
static bool
serve(struct game *g, const struct nacre_auth_next *next)
{
	struct nacre_attempt *attempt = &g->attempts[g->n_attempts++];
	bool is_none = next->kind == NACRE_AUTH_NONE;
	bool right = !is_none && method_of(next->kind) == g->wish.chain[g->done] && is_right(g, next);

	assert_true(g->n_attempts < TURNS_MAX);
	*attempt = (struct nacre_attempt){.method = is_none ? "none" : names[method_of(next->kind)],
	    .result = right ? NACRE_ATTEMPT_PARTIAL : NACRE_ATTEMPT_REFUSED,
	    .refusals = !right};
	if (!is_none && !right && method_of(next->kind) != g->wish.chain[g->done])
		(void)is_right(g, next); /* for what it asserts */
	g->done += right;
	if (g->done == g->wish.n)
		return true;
	say_methods(g);
	snprintf(attempt->remaining, sizeof(attempt->remaining), "%s", g->methods);
	g->partial = right;
	g->failures += !right && !is_none;
	g->password_was_judged |=
	    next->kind == NACRE_AUTH_PASSWORD && (right || strstr(g->methods, "password") != NULL);
	if (next->kind != NACRE_AUTH_KEY)
		return false;
	attempt->source = g->keys[find(g, next->key)].source;
	g->keys[find(g, next->key)].tried = right || strstr(g->methods, "publickey") != NULL;
	return false;
}

/* True where the client got in. */
static bool
play(struct game *g)
{
	struct nacre_auth_next next;

	for (;;) {
		struct nacre_auth_state state = {.host = "reef",
		    .user = "diver",
		    .options = &g->options,
		    .methods = g->methods_known ? g->methods : NULL,
		    .partial = g->partial,
		    .attempts = g->attempts,
		    .n_attempts = g->n_attempts,
		    .keys = g->keys,
		    .n_keys = g->n_keys};

		next = (struct nacre_auth_next){.kind = NACRE_AUTH_STOP};
		assert_int_equal(nacre_auth_default(NULL, &state, &next), 0);
		if (next.kind == NACRE_AUTH_STOP)
			return false;
		if (next.kind == NACRE_AUTH_NONE)
			assert_true(g->n_attempts == 0 && g->options.password == NULL && g->options.key == NULL);
		else if (g->methods_known)
			assert_non_null(strstr(g->methods, names[method_of(next.kind)]));
		if (serve(g, &next))
			return true;
	}
}

static unsigned
wanted(const struct wish *wish, enum method method)
{
	unsigned n = 0;

	for (unsigned i = 0; i < wish->n; i++)
		n += wish->chain[i] == method;
	return n;
}

/* Is there a way in at all, for the most cunning of clients? */
static bool
could_suffice(const struct purse *p, const struct wish *w)
{
	if (wanted(w, KEY) > p->good_keys || wanted(w, PASSWORD) > (p->password && p->password_is_good))
		return false;
	return wanted(w, DIALOG) == 0 || p->person ||
	       (wanted(w, DIALOG) == 1 && w->dialog_is_one_secret && p->password && p->password_is_good);
}

/* What the default promises to get in by, where the lists are true. */
static bool
must_suffice(const struct purse *p, const struct wish *w, const char *order)
{
	if (w->lies || !could_suffice(p, w))
		return false;
	if (order != NULL) {
		for (unsigned i = 0; i < w->n; i++) {
			if (strstr(order, names[w->chain[i]]) == NULL)
				return false;
		}
	}
	if (wanted(w, DIALOG) == 0 || (p->person && wanted(w, DIALOG) <= 2))
		return true;
	return wanted(w, DIALOG) == 1 && wanted(w, PASSWORD) == 0 && order == NULL;
}

static const char *const orders[] = {NULL, "publickey,password,keyboard-interactive",
    "publickey,keyboard-interactive,password", "password,publickey,keyboard-interactive",
    "password,keyboard-interactive,publickey", "keyboard-interactive,publickey,password",
    "keyboard-interactive,password,publickey", "password", "publickey", "keyboard-interactive",
    "publickey,keyboard-interactive"};

#define N_ORDERS (sizeof(orders) / sizeof(orders[0]))

static unsigned entered, kept_out;

static void
fail_game(const struct game *g, const char *order)
{
	const struct purse *p = &g->purse;

	for (unsigned i = 0; i < g->wish.n; i++)
		print_message("# wants %s%s\n", names[g->wish.chain[i]], i < g->done ? ": done" : "");
	for (size_t i = 0; i < g->n_attempts; i++)
		print_message("# tried %s\n", g->attempts[i].method);
	fail_msg("kept out with %u good and %u bad keys (%s)%s%s%s, order %s", p->good_keys, p->bad_keys,
	    p->automatic ? "automatic" : "named", p->password ? ", a password" : "",
	    p->password_is_good ? " that is right" : "", p->person ? ", a person" : "",
	    order == NULL ? "default" : order);
}

static void
check(const struct purse *purse, const struct wish *wish, const char *order)
{
	static struct game g;
	bool in;

	begin(&g, purse, wish, order);
	in = play(&g);
	if (in && !could_suffice(purse, wish))
		fail_msg("in without what is needed");
	if (!in && must_suffice(purse, wish, order))
		fail_game(&g, order);
	/* True lists cost nothing but what was wrong itself: each bad key, the password, the person three times; and
	 * the first request, for which there is no list yet. */
	if (!wish->lies)
		assert_in_range(g.failures, 0, purse->bad_keys + 1 + 3 + 1);
	entered += in;
	kept_out += !in;
}

static void
for_each_purse(const struct wish *wish)
{
	static const unsigned counts[][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}, {2, 2}, {1, 5}};

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		for (unsigned bits = 0; bits < 16; bits++) {
			const struct purse purse = {.good_keys = counts[k][0],
			    .bad_keys = counts[k][1],
			    .automatic = bits & 1,
			    .password = bits & 2,
			    .password_is_good = bits & 4,
			    .person = bits & 8};

			for (size_t i = 0; i < N_ORDERS; i++)
				check(&purse, wish, orders[i]);
		}
	}
}

static void
every_chain_of_methods_meets_every_set_of_credentials(void **state)
{
	(void)state;
	entered = kept_out = 0;
	for (unsigned n = 1, chains = METHODS; n <= CHAIN_MAX; n++, chains *= METHODS) {
		for (unsigned code = 0; code < chains * 4; code++) {
			struct wish wish = {.n = n, .lies = code & 1, .dialog_is_one_secret = code & 2};

			for (unsigned i = 0, rest = code / 4; i < n; i++, rest /= METHODS)
				wish.chain[i] = (enum method)(rest % METHODS);
			for_each_purse(&wish);
		}
	}
	print_message("# %u games were won, %u lost\n", entered, kept_out);
	assert_int_equal(entered + kept_out, (3 + 9 + 27 + 81) * 4 * 6 * 16 * N_ORDERS);
	assert_true(entered > 10000 && kept_out > 10000);
}

/* Ten keys that nobody named, before a password that is right: the server bears six failures (sshd_config(5),
 * MaxAuthTries). */
static void
automatic_keys_leave_the_server_its_patience(void **state)
{
	(void)state;
	for (unsigned lies = 0; lies <= 1; lies++) {
		for (unsigned bad = 0; bad <= 9; bad++) {
			const struct purse purse = {
			    .bad_keys = bad, .automatic = true, .password = true, .password_is_good = true};
			const struct wish wish = {.chain = {PASSWORD}, .n = 1, .lies = lies};
			struct game g;

			begin(&g, &purse, &wish, NULL);
			assert_true(play(&g));
			assert_in_range(g.failures, 0, 4);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_chain_of_methods_meets_every_set_of_credentials),
	    cmocka_unit_test(automatic_keys_leave_the_server_its_patience),
	};
	int rc = stage_setup(NULL), failed;

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < KEYS_MAX; i++) {
		if (nacre_key_generate(nacre_env_default(), "ssh-ed25519", 0, &keys[i]) != NACRE_OK)
			return 1;
	}
	failed = cmocka_run_group_tests_name("client/plan_model", tests, NULL, NULL);
	for (size_t i = 0; i < KEYS_MAX; i++)
		nacre_key_free(keys[i]);
	rc = stage_teardown(NULL);
	return failed != 0 ? failed : rc;
}
