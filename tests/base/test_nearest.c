/* How far names are from each other, and which of them are near enough to be meant. */
#include "nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define NAME_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *a, *b;
	size_t distance;
} distances[] = {
    {"", "", 0},
    {"", "abc", 3},
    {"abc", "abc", 0},
    {"abc", "abd", 1},
    {"abc", "ab", 1},
    {"abc", "xabc", 1},
    {"abc", "acb", 1}, /* two neighbours changed places */
    {"ca", "abc", 3}, /* and nothing comes between them afterwards */
    {"kitten", "sitting", 3},
    {"curve25519-sha265", "curve25519-sha256", 1},
    {"hmac-sha256", "hmac-sha2-256", 2},
    {NAME_64, "", 64},
    {NAME_64, NAME_64, 0},
};

static void
a_distance_is_the_least_number_of_changes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
		struct slice a = slice_str(distances[i].a), b = slice_str(distances[i].b);

		if (nearest_distance(a, b) != distances[i].distance || nearest_distance(b, a) != distances[i].distance)
			fail_msg("row %zu: %zu", i, nearest_distance(a, b));
	}
}

static void
a_name_that_is_too_long_is_far_from_everything(void **state)
{
	struct slice longer = SLICE_LIT(NAME_64 "a");

	(void)state;
	assert_true(nearest_distance(longer, longer) == NEAREST_FAR);
	assert_true(nearest_distance(longer, SLICE_NONE) == NEAREST_FAR);
	assert_true(nearest_distance(SLICE_NONE, longer) == NEAREST_FAR);
	assert_true(nearest_rank(longer, SLICE_LIT("a")) == NEAREST_FAR);
}

static void
a_part_of_a_name_is_near_and_a_stranger_is_far(void **state)
{
	(void)state;
	assert_int_equal(nearest_rank(SLICE_LIT("ed25519"), SLICE_LIT("ssh-ed25519")), 1);
	assert_int_equal(nearest_rank(SLICE_LIT("aes256-gcm"), SLICE_LIT("aes256-gcm@openssh.com")), 1);
	assert_int_equal(nearest_rank(SLICE_LIT("hmac-sha256"), SLICE_LIT("hmac-sha2-256")), 2);
	assert_true(nearest_rank(SLICE_LIT("blowfish-cbc"), SLICE_LIT("aes256-ctr")) == NEAREST_FAR);
	assert_true(nearest_rank(SLICE_LIT("aes"), SLICE_LIT("aes256-ctr")) == NEAREST_FAR);
	assert_true(nearest_rank(SLICE_LIT(""), SLICE_LIT("a")) == NEAREST_FAR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_distance_is_the_least_number_of_changes),
	    cmocka_unit_test(a_name_that_is_too_long_is_far_from_everything),
	    cmocka_unit_test(a_part_of_a_name_is_near_and_a_stranger_is_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
