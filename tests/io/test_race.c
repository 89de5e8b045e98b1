/* The race for an address (RFC 8305), with virtual time: whose turn it is when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "qos.h"
#include "race.h"

static void
assert_order(const int *families, size_t n, const char *expected)
{
	size_t order[RACE_MAX];
	char said[RACE_MAX + 1] = "";

	race_order(families, n, order);
	for (size_t i = 0; i < n; i++)
		said[i] = (char)('a' + order[i]);
	assert_string_equal(said, expected);
}

static void
families_take_turns_and_keep_their_order(void **state)
{
	(void)state;
	assert_order((const int[]){6}, 1, "a");
	assert_order((const int[]){6, 6, 6, 4, 4}, 5, "adbec");
	assert_order((const int[]){4, 6, 6, 6}, 4, "abcd");
	assert_order((const int[]){4, 4, 6}, 3, "acb");
	assert_order((const int[]){4, 4, 4}, 3, "abc");
	assert_order((const int[]){6, 4, 6, 4}, 4, "abcd");
	assert_order((const int[]){6, 4, 10, 4, 6}, 5, "abecd");
}

static void
the_next_begins_after_the_delay(void **state)
{
	struct race race;

	(void)state;
	race_begin(&race, 3, 1, 1000);
	assert_int_equal(race_start(&race, 1000), 0);
	assert_int_equal(race_start(&race, 1000), -1);
	assert_int_equal(race_deadline(&race), 1250);
	assert_int_equal(race_start(&race, 1249), -1);
	assert_int_equal(race_start(&race, 1250), 1);
	/* A late turn moves those behind it: they stay 250 ms apart. */
	assert_int_equal(race_start(&race, 1900), 2);
	assert_int_equal(race_deadline(&race), -1);
	assert_int_equal(race_start(&race, 9999), -1);
	assert_false(race_is_lost(&race));
}

static void
the_next_begins_at_once_where_one_fails(void **state)
{
	struct race race;

	(void)state;
	race_begin(&race, 3, 1, 0);
	assert_int_equal(race_start(&race, 0), 0);
	race_failed(&race, 10);
	assert_int_equal(race_deadline(&race), 10);
	assert_int_equal(race_start(&race, 10), 1);
	assert_int_equal(race_start(&race, 10), -1);
	assert_int_equal(race_start(&race, 260), 2);
	race_failed(&race, 300);
	assert_false(race_is_lost(&race)); /* one still flies */
	race_failed(&race, 400);
	assert_true(race_is_lost(&race));
	assert_int_equal(race_start(&race, 5000), -1);
}

static void
a_round_begins_a_second_after_the_last_and_after_its_end(void **state)
{
	struct race race;

	(void)state;
	race_begin(&race, 1, 3, 0);
	assert_int_equal(race_start(&race, 0), 0);
	assert_int_equal(race_deadline(&race), -1); /* flying: no second round yet */
	race_failed(&race, 5);
	assert_false(race_is_lost(&race));
	assert_int_equal(race_deadline(&race), RACE_ROUND_MS);
	assert_int_equal(race_start(&race, RACE_ROUND_MS - 1), -1);
	assert_int_equal(race_start(&race, RACE_ROUND_MS), 0);
	race_failed(&race, 7000); /* it took long: the next round is due */
	assert_int_equal(race_start(&race, 7000), 0);
	race_failed(&race, 7001);
	assert_true(race_is_lost(&race));
}

static void
without_an_address_there_is_no_race(void **state)
{
	struct race race;

	(void)state;
	race_begin(&race, 0, 5, 0);
	assert_int_equal(race_start(&race, 0), -1);
	assert_int_equal(race_deadline(&race), -1);
	assert_true(race_is_lost(&race));
}

/* ssh_config(5), IPQoS; the codes of RFC 2474, 2597, 3246, 8622, two bits up. */
static void
names_of_qos_are_the_usual_ones(void **state)
{
	static const struct {
		const char *text;
		int interactive, bulk;
	} rows[] = {
	    {"af21 cs1", 18 << 2, 8 << 2},
	    {"ef", 46 << 2, 46 << 2},
	    {"le none", 1 << 2, QOS_NONE},
	    {"LowDelay throughput", 0x10, 0x08},
	    {"0x20 7", 0x20, 7},
	    {"cs0 af43", 0, 38 << 2},
	};
	static const char *const wrong[] = {"", "gold", "ef gold", "256", "-1", "af21 cs1 cs1", "0x", "af211"};
	int interactive, bulk;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(qos_parse(rows[i].text, &interactive, &bulk), 0);
		assert_int_equal(interactive, rows[i].interactive);
		assert_int_equal(bulk, rows[i].bulk);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_not_equal(qos_parse(wrong[i], &interactive, &bulk), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(families_take_turns_and_keep_their_order),
	    cmocka_unit_test(the_next_begins_after_the_delay),
	    cmocka_unit_test(the_next_begins_at_once_where_one_fails),
	    cmocka_unit_test(a_round_begins_a_second_after_the_last_and_after_its_end),
	    cmocka_unit_test(without_an_address_there_is_no_race),
	    cmocka_unit_test(names_of_qos_are_the_usual_ones),
	};

	return cmocka_run_group_tests_name("io: race", tests, NULL, NULL);
}
