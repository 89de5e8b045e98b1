/* How long an RSA key has to be on one connection: the server's, and ours. */
#include <stdio.h>
#include <string.h>
#include "stage.h"

static nacre_key *rsa; /* of 2048 bits */

static int
make_key(void **state)
{
	assert_int_equal(nacre_key_generate(nacre_env_default(), "ssh-rsa", 2048, &rsa), NACRE_OK);
	return stage_setup(state);
}

static int
drop_key(void **state)
{
	nacre_key_free(rsa);
	return stage_teardown(state);
}

static void
a_server_with_a_short_key_is_refused_before_anything_is_sent(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_warn, NULL);
	s.script.host_key = rsa;
	s.options.host_key_algorithms = "rsa-sha2-512";
	s.options.rsa_bits_min = 2049;
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_TYPE);
	assert_string_equal(stage_error(&s).message, "the RSA host key of reef has 2048 bits, and 2049 are wanted");
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "");
	s.options.rsa_bits_min = 2048;
	if (stage_connect(&s) != NACRE_OK)
		fail_msg("%s", stage_error(&s).message);
	stage_close(&s);
	/* Keys of other types have other measures. */
	s.script.host_key = stage_keys[STAGE_HOST];
	s.options.host_key_algorithms = NULL;
	s.options.rsa_bits_min = 8192;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
a_short_key_of_ours_is_never_shown(void **state)
{
	const char *key_files[2] = {NULL};
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = rsa;
	s.options.rsa_bits_min = 3072;
	s.script.user_key = rsa;
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_TYPE);
	assert_non_null(strstr(stage_error(&s).message, "key (given): it is RSA with 2048 bits, and 3072 are wanted"));
	stage_close(&s);
	assert_string_equal(s.peer.auth, "");
	/* What else there is goes on. */
	s.options.password = "secret";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "password");
	s.options.password = NULL;
	s.options.key = NULL;
	key_files[0] = stage_key_file("short", rsa);
	s.options.key_files = key_files;
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_TYPE);
	s.options.rsa_bits_min = 0;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey");
	stage_end(&s);
}

static void
a_configuration_may_ask_for_more_and_not_for_less(void **state)
{
	static const char more[] = "RequiredRSASize 4096\n", less[] = "RequiredRSASize 1024\n";
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = rsa;
	s.script.user_key = rsa;
	s.options.config_file = stage_file("more", more, sizeof(more) - 1, 0600);
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_TYPE);
	assert_non_null(strstr(stage_error(&s).message, "4096 are wanted"));
	s.options.config_file = stage_file("less", less, sizeof(less) - 1, 0600);
	s.options.rsa_bits_min = 3072;
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_TYPE);
	assert_non_null(strstr(stage_error(&s).message, "3072 are wanted"));
	s.options.rsa_bits_min = 0;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_server_with_a_short_key_is_refused_before_anything_is_sent),
	    cmocka_unit_test(a_short_key_of_ours_is_never_shown),
	    cmocka_unit_test(a_configuration_may_ask_for_more_and_not_for_less),
	};

	return cmocka_run_group_tests_name("client, bits of RSA keys", tests, make_key, drop_key);
}
