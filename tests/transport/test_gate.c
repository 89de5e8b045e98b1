/* The gate: its whole verdict against the golden file, and the cells that past attacks went through, by name. */
#include "gate.h"
#include "gate_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static char *
read_golden(size_t *n)
{
	FILE *f = fopen(GOLDEN_FILE, "rb");
	char *p = malloc(1 << 20);

	assert_non_null(f);
	assert_non_null(p);
	*n = fread(p, 1, 1 << 20, f);
	fclose(f);
	return p;
}

static void
the_verdicts_are_those_of_the_golden_file(void **state)
{
	size_t n, golden_n, i, line = 1;
	char *text = gate_text(&n), *golden = read_golden(&golden_n);

	(void)state;
	for (i = 0; i < n && i < golden_n && text[i] == golden[i]; i++)
		if (text[i] == '\n')
			line++;
	if (i != n || n != golden_n)
		fail_msg("differs from gate.golden in line %zu; `./dev gate` writes it anew, and the commit says which clause", line);
	free(text);
	free(golden);
}

static struct gate
open_gate(enum nacre_role role, enum gate_service service)
{
	return (struct gate){.role = role, .strict = true, .kex = GATE_OPEN, .service = service,
		.kex_family = FAMILY_KEX_ECDH};
}

static void
userauth_success_at_a_server_is_refused(void **state)
{
	enum gate_service s;

	(void)state;
	for (s = GATE_NO_SERVICE; s <= GATE_CONNECTION; s++) {
		struct gate server = open_gate(NACRE_SERVER, s);

		assert_int_equal(gate_check(&server, NUM_userauth_success), VERDICT_REFUSE);
	}
	{
		struct gate client = open_gate(NACRE_CLIENT, GATE_AUTH);

		assert_int_equal(gate_check(&client, NUM_userauth_success), VERDICT_DELIVER);
	}
}

static void
channel_messages_before_authentication_are_refused(void **state)
{
	unsigned number;
	enum gate_service s;

	(void)state;
	for (number = NUM_global_request; number <= NUM_channel_failure; number++) {
		if (number > NUM_request_failure && number < NUM_channel_open)
			continue;
		for (s = GATE_NO_SERVICE; s <= GATE_AUTH; s++) {
			struct gate server = open_gate(NACRE_SERVER, s), client = open_gate(NACRE_CLIENT, s);

			assert_int_equal(gate_check(&server, (uint8_t)number), VERDICT_REFUSE);
			assert_int_equal(gate_check(&client, (uint8_t)number), VERDICT_REFUSE);
		}
		{
			struct gate server = open_gate(NACRE_SERVER, GATE_CONNECTION);

			assert_int_equal(gate_check(&server, (uint8_t)number), VERDICT_DELIVER);
		}
	}
}

static void
everything_from_50_on_is_refused_inside_the_peers_exchange(void **state)
{
	enum gate_kex kex;
	unsigned number;

	(void)state;
	for (kex = GATE_GUESS; kex <= GATE_NEWKEYS; kex++)
		for (number = 50; number <= 255; number++) {
			struct gate g = open_gate(NACRE_CLIENT, GATE_CONNECTION);

			g.kex = kex;
			assert_int_equal(gate_check(&g, (uint8_t)number), VERDICT_REFUSE);
		}
}

static void
strict_exchange_takes_nothing_but_the_exchange(void **state)
{
	enum gate_kex kex;
	unsigned number;

	(void)state;
	for (kex = GATE_METHOD; kex <= GATE_NEWKEYS; kex++)
		for (number = 2; number <= 29; number++) {
			struct gate g = {.role = NACRE_CLIENT, .first = true, .strict = true, .kex = kex,
				.kex_family = FAMILY_KEX_ECDH};
			bool is_next = kex == GATE_NEWKEYS && number == NUM_newkeys;

			assert_int_equal(gate_check(&g, (uint8_t)number), is_next ? VERDICT_DELIVER : VERDICT_REFUSE);
			g.strict = false;
			if (number == NUM_ignore || number == NUM_debug || number == NUM_unimplemented)
				assert_int_equal(gate_check(&g, (uint8_t)number), VERDICT_DELIVER);
		}
}

static void
a_second_kexinit_inside_an_exchange_is_refused(void **state)
{
	struct gate g = open_gate(NACRE_SERVER, GATE_CONNECTION);

	(void)state;
	assert_int_equal(gate_check(&g, NUM_kexinit), VERDICT_DELIVER);
	g.kex = GATE_METHOD;
	assert_int_equal(gate_check(&g, NUM_kexinit), VERDICT_REFUSE);
}

static void
ext_info_outside_its_places_is_refused(void **state)
{
	struct gate g = open_gate(NACRE_CLIENT, GATE_CONNECTION);

	(void)state;
	assert_int_equal(gate_check(&g, NUM_ext_info), VERDICT_REFUSE);
	g.ext_info = true;
	assert_int_equal(gate_check(&g, NUM_ext_info), VERDICT_DELIVER);
	g.kex = GATE_NEWKEYS;
	assert_int_equal(gate_check(&g, NUM_ext_info), VERDICT_REFUSE);
}

static void
messages_of_the_wrong_role_in_the_exchange_are_refused(void **state)
{
	struct gate g = {.role = NACRE_SERVER, .first = true, .kex = GATE_METHOD, .kex_family = FAMILY_KEX_ECDH};

	(void)state;
	assert_int_equal(gate_check(&g, NUM_kex_ecdh_init), VERDICT_DELIVER);
	assert_int_equal(gate_check(&g, NUM_kex_ecdh_reply), VERDICT_REFUSE);
	g.role = NACRE_CLIENT;
	assert_int_equal(gate_check(&g, NUM_kex_ecdh_init), VERDICT_REFUSE);
	assert_int_equal(gate_check(&g, NUM_kex_ecdh_reply), VERDICT_DELIVER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_verdicts_are_those_of_the_golden_file),
		cmocka_unit_test(userauth_success_at_a_server_is_refused),
		cmocka_unit_test(channel_messages_before_authentication_are_refused),
		cmocka_unit_test(everything_from_50_on_is_refused_inside_the_peers_exchange),
		cmocka_unit_test(strict_exchange_takes_nothing_but_the_exchange),
		cmocka_unit_test(a_second_kexinit_inside_an_exchange_is_refused),
		cmocka_unit_test(ext_info_outside_its_places_is_refused),
		cmocka_unit_test(messages_of_the_wrong_role_in_the_exchange_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
