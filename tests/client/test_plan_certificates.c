/* Certificates that are named apart from their keys: which key each stands before, and what becomes of the others. */
#include <nacre/cert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "stage.h"

struct bearer {
	struct stage s;
	nacre_key *cert; /* of STAGE_USER; the only key that the peer takes */
	char paths[4][STAGE_PATH_MAX * 2];
	const char *files[5];
	size_t n;
};

static nacre_key *
certify(const nacre_key *subject, enum nacre_cert_type type)
{
	static const char *const principals[] = {"diver"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = type,
	    .principals = principals,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	nacre_key *cert;

	assert_int_equal(
	    nacre_cert_issue(nacre_env_default(), &fields, subject, stage_keys[STAGE_HOST_OTHER], &cert), NACRE_OK);
	return cert;
}

static const char *
write_key(const char *name, const nacre_key *key, const char *passphrase, bool is_public)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .passphrase = passphrase, .rounds = 1};
	const char *path;
	char *text;
	size_t n;

	assert_int_equal((is_public ? nacre_key_write_public : nacre_key_write_private)(
			     nacre_env_default(), key, &options, &text, &n, NULL, 0),
	    NACRE_OK);
	path = stage_file(name, text, n, is_public ? 0644 : 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
	return path;
}

/* One more of options.certificate_files. */
static void
name_file(struct bearer *b, const char *path)
{
	snprintf(b->paths[b->n], sizeof(b->paths[0]), "%s", path);
	b->files[b->n] = b->paths[b->n];
	b->files[++b->n] = NULL;
}

static void
begin(struct bearer *b)
{
	stage_init(&b->s);
	b->n = 0;
	b->cert = certify(stage_keys[STAGE_USER], NACRE_CERT_USER);
	name_file(b, write_key("apart.pub", b->cert, NULL, true));
	b->s.options.certificate_files = b->files;
	b->s.script.password = NULL;
	b->s.script.user_key = b->cert;
}

static void
end(struct bearer *b)
{
	stage_end(&b->s);
	nacre_key_free(b->cert);
}

static void
connects(struct bearer *b, int result, const char *auth)
{
	if (stage_connect(&b->s) != result)
		fail_msg("%s", stage_error(&b->s).message);
	stage_close(&b->s);
	assert_string_equal(b->s.peer.auth, auth);
}

static void
a_certificate_goes_with_a_given_key(void **state)
{
	const struct nacre_attempt *attempts;
	struct bearer b;
	size_t n;

	(void)state;
	begin(&b);
	assert_int_equal(stage_connect(&b.s), NACRE_OK);
	attempts = nacre_client_auth_attempts(b.s.client, &n);
	assert_int_equal(n, 1);
	assert_non_null(strstr(attempts[0].name, "apart.pub"));
	stage_close(&b.s);
	assert_string_equal(b.s.peer.auth, "publickey? publickey");
	b.s.options.certificate_files = NULL;
	connects(&b, NACRE_E_AUTH, "publickey");
	end(&b);
}

/* The second key's: the first is refused by itself, and the plain key is still tried after its certificate. */
static void
a_certificate_stands_before_its_own_key(void **state)
{
	const char *key_files[3] = {NULL};
	struct bearer b;
	char first[STAGE_PATH_MAX * 2];

	(void)state;
	begin(&b);
	b.s.options.key = NULL;
	snprintf(first, sizeof(first), "%s", stage_key_file("first", stage_keys[STAGE_USER_2]));
	key_files[0] = first;
	key_files[1] = stage_key_file("second", stage_keys[STAGE_USER]);
	b.s.options.key_files = key_files;
	connects(&b, NACRE_OK, "publickey? publickey? publickey");
	b.s.script.user_key = stage_keys[STAGE_USER];
	connects(&b, NACRE_OK, "publickey? publickey? publickey? publickey");
	end(&b);
}

/* Keys move when a certificate gets its place: each still knows the file that opens it. */
static void
locked_keys_are_opened_for_their_certificates(void **state)
{
	nacre_key *other = certify(stage_keys[STAGE_USER_2], NACRE_CERT_USER);
	const char *key_files[3] = {NULL};
	char first[STAGE_PATH_MAX * 2], second[STAGE_PATH_MAX * 2];
	struct bearer b;

	(void)state;
	begin(&b);
	name_file(&b, write_key("other.pub", other, NULL, true));
	snprintf(first, sizeof(first), "%s", write_key("locked-2", stage_keys[STAGE_USER_2], "open", false));
	snprintf(second, sizeof(second), "%s", write_key("locked-1", stage_keys[STAGE_USER], "open", false));
	key_files[0] = first;
	key_files[1] = second;
	b.s.options.key = NULL;
	b.s.options.key_files = key_files;
	b.s.options.passphrase = "open";
	connects(&b, NACRE_OK, "publickey? publickey? publickey? publickey");
	b.s.script.user_key = other;
	connects(&b, NACRE_OK, "publickey? publickey");
	b.s.options.passphrase = "shut";
	connects(&b, NACRE_E_KEY_PASSPHRASE_WRONG, "publickey? publickey? publickey? publickey?");
	nacre_key_free(other);
	end(&b);
}

static void
a_found_key_has_it_too(void **state)
{
	struct bearer b;

	(void)state;
	begin(&b);
	(void)mkdir(stage_path(".ssh"), 0700);
	(void)write_key(".ssh/id_ed25519", stage_keys[STAGE_USER], NULL, false);
	b.s.options.key = NULL;
	connects(&b, NACRE_OK, "none publickey? publickey");
	assert_int_equal(unlink(stage_path(".ssh/id_ed25519")), 0);
	end(&b);
}

static void
an_agents_key_signs_for_it(void **state)
{
	nacre_agent_memory *memory;
	nacre_agent *agent;
	struct bearer b;

	(void)state;
	begin(&b);
	assert_int_equal(nacre_agent_memory_new(&b.s.env.env, NULL, &memory), NACRE_OK);
	assert_int_equal(nacre_agent_new(&b.s.env.env, nacre_agent_memory_answer, memory, &agent), NACRE_OK);
	assert_int_equal(nacre_agent_add(agent, stage_keys[STAGE_USER], NULL), NACRE_OK);
	b.s.options.key = NULL;
	b.s.options.agent = agent;
	connects(&b, NACRE_OK, "none publickey? publickey");
	/* Nobody has named the agent's key. */
	b.s.options.identities_only = true;
	connects(&b, NACRE_E_AUTH_NOTHING, "none");
	b.s.options.key_file = write_key("named.pub", stage_keys[STAGE_USER], NULL, true);
	connects(&b, NACRE_OK, "publickey? publickey");
	nacre_client_close(b.s.client);
	nacre_agent_close(agent);
	nacre_agent_memory_free(memory);
	end(&b);
}

static void
one_that_lies_beside_its_key_or_is_named_twice_is_tried_once(void **state)
{
	struct bearer b;
	char path[STAGE_PATH_MAX * 2];

	(void)state;
	begin(&b);
	name_file(&b, b.paths[0]);
	name_file(&b, write_key("beside-cert.pub", b.cert, NULL, true));
	snprintf(path, sizeof(path), "%s", stage_key_file("beside", stage_keys[STAGE_USER]));
	b.s.options.key = NULL;
	b.s.options.key_file = path;
	b.s.script.user_key = NULL;
	connects(&b, NACRE_E_AUTH, "publickey? publickey?");
	assert_int_equal(unlink(stage_path("beside-cert.pub")), 0);
	connects(&b, NACRE_E_AUTH, "publickey? publickey?");
	end(&b);
}

static void
what_cannot_be_used_is_told_and_no_failure(void **state)
{
	nacre_key *hosts = certify(stage_keys[STAGE_USER], NACRE_CERT_HOST);
	nacre_key *strangers = certify(stage_keys[STAGE_USER_3], NACRE_CERT_USER);
	struct bearer b;

	(void)state;
	begin(&b);
	b.n = 0;
	name_file(&b, stage_path("absent.pub"));
	name_file(&b, stage_file("noise.pub", "noise", 5, 0644));
	name_file(&b, write_key("hosts.pub", hosts, NULL, true));
	name_file(&b, write_key("strangers.pub", strangers, NULL, true));
	b.s.script.user_key = stage_keys[STAGE_USER];
	connects(&b, NACRE_OK, "publickey");
	assert_non_null(strstr(b.s.log, "absent.pub is passed over: "));
	assert_non_null(strstr(b.s.log, "noise.pub is passed over: it holds no user's certificate"));
	assert_non_null(strstr(b.s.log, "hosts.pub is passed over: it holds no user's certificate"));
	assert_non_null(strstr(b.s.log, "strangers.pub is passed over: its key is not here"));
	nacre_key_free(hosts);
	nacre_key_free(strangers);
	end(&b);
}

static void
a_configuration_names_them_too(void **state)
{
	char text[STAGE_PATH_MAX * 3];
	struct bearer b;

	(void)state;
	begin(&b);
	b.s.options.certificate_files = NULL;
	snprintf(text, sizeof(text), "CertificateFile none\nCertificateFile %s\n", b.paths[0]);
	b.s.options.config_file = stage_file("config", text, strlen(text), 0600);
	connects(&b, NACRE_OK, "publickey? publickey");
	assert_null(strstr(b.s.log, "CertificateFile"));
	/* The caller's are kept. */
	b.s.options.certificate_files = b.files;
	b.s.options.config_file = stage_file("config", "CertificateFile none\n", 21, 0600);
	connects(&b, NACRE_OK, "publickey? publickey");
	end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_certificate_goes_with_a_given_key),
	    cmocka_unit_test(a_certificate_stands_before_its_own_key),
	    cmocka_unit_test(locked_keys_are_opened_for_their_certificates),
	    cmocka_unit_test(a_found_key_has_it_too),
	    cmocka_unit_test(an_agents_key_signs_for_it),
	    cmocka_unit_test(one_that_lies_beside_its_key_or_is_named_twice_is_tried_once),
	    cmocka_unit_test(what_cannot_be_used_is_told_and_no_failure),
	    cmocka_unit_test(a_configuration_names_them_too),
	};

	return cmocka_run_group_tests_name("client, certificates apart", tests, stage_setup, stage_teardown);
}
