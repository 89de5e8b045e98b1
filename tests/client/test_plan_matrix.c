/* Password and passphrase, whole: a key that is locked or not, welcome or not, times every password, every passphrase
 * and every person; what is sent, what is asked, and what the failure is called, against a second account of the rules.
 */
#include <stdio.h>
#include <string.h>
#include "stage.h"

#define OPENS "open" /* the key */
#define ENTERS "secret" /* the server */

enum person { NOBODY, KNOWS, GUESSES, GIVES_UP, PERSONS };

struct asked {
	enum person person;
	unsigned passphrases, passwords;
};

struct trial {
	bool is_locked, is_welcome;
	const char *password, *passphrase;
	enum person person;
};

struct expected {
	int result;
	char auth[128];
	struct asked asked;
};

static int
ask(void *ctx, enum nacre_ask what, const char *about, char *answer, size_t cap)
{
	struct asked *asked = ctx;
	bool is_password = what == NACRE_ASK_PASSWORD;

	if (is_password)
		assert_string_equal(about, "diver@reef");
	else
		assert_non_null(strstr(about, "matrix"));
	asked->passwords += is_password;
	asked->passphrases += !is_password;
	if (asked->person == GIVES_UP)
		return -1;
	snprintf(answer, cap, "%s", asked->person == GUESSES ? "guess" : is_password ? ENTERS : OPENS);
	return 0;
}

static bool
is(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

/* Can the key sign in the end? Asks as often as it may. */
static bool
expect_open(const struct trial *t, struct expected *e)
{
	bool wrong = t->passphrase != NULL;

	if (!t->is_locked || is(t->passphrase, OPENS) || (t->passphrase == NULL && is(t->password, OPENS)))
		return true;
	if (t->person != NOBODY)
		e->asked.passphrases = t->person == GUESSES ? 3 : 1;
	if (t->person == KNOWS)
		return true;
	wrong |= t->person == GUESSES;
	e->result = wrong ? NACRE_E_KEY_PASSPHRASE_WRONG : NACRE_E_KEY_PASSPHRASE;
	return false;
}

static void
expect_password(const struct trial *t, struct expected *e)
{
	unsigned sent = t->password != NULL;

	if (!is(t->password, ENTERS) && t->person != NOBODY) {
		e->asked.passwords = t->person == GUESSES ? 3 : 1;
		sent += t->person == GIVES_UP ? 0 : e->asked.passwords;
	}
	for (unsigned i = 0; i < sent; i++)
		snprintf(e->auth + strlen(e->auth), sizeof(e->auth) - strlen(e->auth), " password");
	if (is(t->password, ENTERS) || t->person == KNOWS)
		e->result = NACRE_OK;
}

static struct expected
expect(const struct trial *t)
{
	struct expected e = {.result = NACRE_E_AUTH, .asked = {.person = t->person}};

	snprintf(e.auth, sizeof(e.auth), "%s", t->is_locked ? "publickey?" : "publickey");
	if (t->is_welcome && expect_open(t, &e)) {
		if (t->is_locked)
			snprintf(e.auth, sizeof(e.auth), "publickey? publickey");
		e.result = NACRE_OK;
		return e;
	}
	expect_password(t, &e);
	return e;
}

static void
run(struct stage *s, const struct trial *t)
{
	struct asked asked = {.person = t->person};
	struct expected e = expect(t);
	int rc;

	s->options.key_file = stage_path(t->is_locked ? "matrix-locked" : "matrix");
	s->options.password = t->password;
	s->options.passphrase = t->passphrase;
	s->options.ask = t->person == NOBODY ? NULL : ask;
	s->options.ask_ctx = &asked;
	s->script.user_key = t->is_welcome ? stage_keys[STAGE_USER] : NULL;
	rc = stage_connect(s);
	if (rc != e.result)
		fail_msg("locked %d, welcome %d, password %s, passphrase %s, person %d: %s", t->is_locked,
		    t->is_welcome, t->password == NULL ? "-" : t->password, t->passphrase == NULL ? "-" : t->passphrase,
		    t->person, stage_error(s).message);
	stage_close(s);
	assert_string_equal(s->peer.auth, e.auth);
	assert_int_equal(asked.passphrases, e.asked.passphrases);
	assert_int_equal(asked.passwords, e.asked.passwords);
}

static void
write_key(const char *name, const char *passphrase)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .passphrase = passphrase, .rounds = 1};
	char *text;
	size_t n;

	assert_int_equal(
	    nacre_key_write_private(nacre_env_default(), stage_keys[STAGE_USER], &options, &text, &n, NULL, 0),
	    NACRE_OK);
	(void)stage_file(name, text, n, 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
}

static void
run_all_persons(struct stage *s, const struct trial *t)
{
	for (int person = NOBODY; person < PERSONS; person++) {
		struct trial with = *t;

		with.person = (enum person)person;
		run(s, &with);
	}
}

static void
every_key_password_passphrase_and_person(void **state)
{
	static const char *const passwords[] = {NULL, OPENS, ENTERS, "guess"};
	static const char *const passphrases[] = {NULL, OPENS, "shut", ENTERS};
	struct stage s;

	(void)state;
	stage_init(&s);
	write_key("matrix", NULL);
	write_key("matrix-locked", OPENS);
	s.options.key = NULL;
	s.options.no_look_for_keys = true;
	for (unsigned code = 0; code < 64; code++) {
		const struct trial t = {.is_locked = code & 1,
		    .is_welcome = code & 2,
		    .password = passwords[code >> 2 & 3],
		    .passphrase = passphrases[code >> 4]};

		run_all_persons(&s, &t);
	}
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_key_password_passphrase_and_person),
	};

	return cmocka_run_group_tests_name("client/plan_matrix", tests, stage_setup, stage_teardown);
}
