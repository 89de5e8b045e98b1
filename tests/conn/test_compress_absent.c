/* Without zlib: compression that is asked for is refused in words, and everything else is as ever. */
#include "test_env.h"

#include <nacre/conn.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
compression_is_said_not_to_be_built_in(void **state)
{
	static const char *const lists[] = {"zlib", "zlib@openssh.com,none", "+zlib@openssh.com"};
	char why[200];
	struct nacre_conn_options o = {
	    .size = sizeof(o), .role = NACRE_CLIENT, .why = why, .why_size = sizeof(why)};
	struct test_env te;
	nacre_conn *conn;
	size_t i;

	(void)state;
	test_env_init(&te, 3);
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		o.compression = lists[i];
		assert_int_equal(nacre_conn_new(&te.env, &o, &conn), NACRE_E_UNSUPPORTED);
		assert_non_null(strstr(why, "is not built in"));
	}
	o.compression = "none";
	assert_int_equal(nacre_conn_new(&te.env, &o, &conn), 0);
	nacre_conn_free(conn);
	assert_int_equal(te.live_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compression_is_said_not_to_be_built_in),
	};

	return cmocka_run_group_tests_name("conn/compress_absent", tests, NULL, NULL);
}
