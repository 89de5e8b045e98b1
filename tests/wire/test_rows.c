/* The table itself: what every row of messages.def promises, whatever it says. RFC 4250 4.1. */
#include "message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static bool
is_message(unsigned id)
{
	return msg_rows[id].parent == MSG_none;
}

static void
every_row_has_a_name_and_a_clause(void **state)
{
	unsigned id, messages = 0, tails = 0;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++) {
		const struct msg_row *row = &msg_rows[id];

		assert_non_null(row->name);
		assert_true(strncmp(row->clause, "RFC ", 4) == 0 || strncmp(row->clause, "draft-", 6) == 0);
		assert_non_null(strchr(row->clause, ' ')); /* a document and a section */
		assert_in_range(row->from, FROM_CLIENT, FROM_BOTH);
		assert_non_null(row->fields);
		if (is_message(id))
			messages++;
		else
			tails++;
	}
	print_message("# %u rows: %u messages, %u tails\n", id, messages, tails);
	assert_int_equal(messages + tails, MSG_COUNT);
	assert_true(messages > 0 && tails > 0);
}

static void
a_message_has_a_number_and_a_tail_has_a_selector(void **state)
{
	unsigned id;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++) {
		const struct msg_row *row = &msg_rows[id];

		assert_true(is_message(id) == (row->selector == NULL));
		assert_true(is_message(id) == (row->number != 0));
		if (!is_message(id))
			assert_int_equal(msg_rows[row->parent].parent, MSG_none);
	}
}

/* RFC 4250 4.1.2: which numbers belong to which protocol. */
static void
a_number_lies_in_the_range_of_its_phase(void **state)
{
	static const struct {
		unsigned first, last;
	} ranges[] = {
	    [PHASE_TRANSPORT] = {1, 19},
	    [PHASE_NEGOTIATION] = {20, 29},
	    [PHASE_METHOD] = {30, 49},
	    [PHASE_AUTH] = {50, 79},
	    [PHASE_CONNECTION] = {80, 127},
	    [PHASE_EXTENSION] = {192, 255},
	};
	unsigned id;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++)
		if (is_message(id))
			assert_in_range(
			    msg_rows[id].number, ranges[msg_rows[id].phase].first, ranges[msg_rows[id].phase].last);
}

static bool
is_overloaded(unsigned number)
{
	return (number >= 30 && number <= 49) || (number >= 60 && number <= 79);
}

static void
only_overloaded_numbers_belong_to_a_family(void **state)
{
	unsigned id;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++)
		if (is_message(id))
			assert_true(is_overloaded(msg_rows[id].number) == (msg_rows[id].family != FAMILY_GENERIC));
}

/* Also proves that no two rows claim one number in one family: the second would not be found. */
static void
every_message_is_found_by_its_number_and_family(void **state)
{
	unsigned id;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++)
		if (is_message(id))
			assert_int_equal(msg_find(msg_rows[id].number, msg_rows[id].family), id);
}

static void
generic_numbers_mean_the_same_under_every_method(void **state)
{
	int family;

	(void)state;
	for (family = FAMILY_GENERIC; family <= FAMILY_KBDINT; family++) {
		assert_int_equal(msg_find(NUM_kexinit, (enum msg_family)family), MSG_kexinit);
		assert_int_equal(msg_find(NUM_channel_data, (enum msg_family)family), MSG_channel_data);
	}
}

static void
overloaded_numbers_mean_what_the_running_method_says(void **state)
{
	(void)state;
	assert_int_equal(msg_find(60, FAMILY_PUBKEY), MSG_userauth_pk_ok);
	assert_int_equal(msg_find(60, FAMILY_PASSWORD), MSG_userauth_passwd_changereq);
	assert_int_equal(msg_find(60, FAMILY_GENERIC), MSG_none);
	assert_int_equal(msg_find(60, FAMILY_KEX_ECDH), MSG_none);
	assert_int_equal(msg_find(30, FAMILY_KEX_ECDH), MSG_kex_ecdh_init);
	assert_int_equal(msg_find(30, FAMILY_PUBKEY), MSG_none);
}

static void
numbers_without_a_row_are_not_found(void **state)
{
	static const uint8_t numbers[] = {0, 8, 19, 22, 29, 54, 59, 83, 89, 101, 127, 128, 191, 194, 255};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers); i++)
		assert_int_equal(msg_find(numbers[i], FAMILY_GENERIC), MSG_none);
}

/* Also proves that selectors are unique under one parent. */
static void
every_tail_is_found_by_its_parent_and_selector(void **state)
{
	unsigned id, other;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++) {
		if (is_message(id))
			continue;
		for (other = 0; other < MSG_COUNT; other++)
			if (is_message(other))
				assert_int_equal(msg_find_tail((enum msg_id)other, slice_str(msg_rows[id].selector)),
				    other == (unsigned)msg_rows[id].parent ? id : (unsigned)MSG_none);
	}
}

static void
a_selector_is_matched_whole_and_by_case(void **state)
{
	(void)state;
	assert_int_equal(msg_find_tail(MSG_channel_request, SLICE_LIT("exec")), MSG_channel_request_exec);
	assert_int_equal(msg_find_tail(MSG_channel_request, SLICE_LIT("exe")), MSG_none);
	assert_int_equal(msg_find_tail(MSG_channel_request, SLICE_LIT("exec ")), MSG_none);
	assert_int_equal(msg_find_tail(MSG_channel_request, SLICE_LIT("exec\0")), MSG_none);
	assert_int_equal(msg_find_tail(MSG_channel_request, SLICE_LIT("EXEC")), MSG_none);
	assert_int_equal(msg_find_tail(MSG_channel_request, SLICE_NONE), MSG_none);
}

/* A REST takes everything, and after a field that may be missing only such fields can follow. */
static void
rest_and_optional_fields_stand_last(void **state)
{
	unsigned id;
	size_t i;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++)
		for (i = 0; i + 1 < msg_rows[id].n_fields; i++) {
			const struct field_row *field = &msg_rows[id].fields[i];

			assert_true(field->kind != KIND_REST);
			if ((field->flags & FIELD_OPT) != 0)
				assert_true((field[1].flags & FIELD_OPT) != 0);
		}
}

/* A parse writes them as empty slices where they are left out. */
static void
optional_fields_are_strings(void **state)
{
	unsigned id, seen = 0;
	size_t i;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++)
		for (i = 0; i < msg_rows[id].n_fields; i++) {
			const struct field_row *field = &msg_rows[id].fields[i];

			if ((field->flags & FIELD_OPT) == 0)
				continue;
			assert_true(field->kind == KIND_STRING || field->kind == KIND_TEXT);
			seen++;
		}
	assert_true(seen > 5);
}

static void
every_member_lies_inside_its_struct(void **state)
{
	unsigned id;
	size_t i;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++)
		for (i = 0; i < msg_rows[id].n_fields; i++) {
			assert_true(msg_rows[id].fields[i].offset >= 1); /* after the number */
			assert_true(msg_rows[id].fields[i].offset < msg_rows[id].size);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_has_a_name_and_a_clause),
	    cmocka_unit_test(a_message_has_a_number_and_a_tail_has_a_selector),
	    cmocka_unit_test(a_number_lies_in_the_range_of_its_phase),
	    cmocka_unit_test(only_overloaded_numbers_belong_to_a_family),
	    cmocka_unit_test(every_message_is_found_by_its_number_and_family),
	    cmocka_unit_test(generic_numbers_mean_the_same_under_every_method),
	    cmocka_unit_test(overloaded_numbers_mean_what_the_running_method_says),
	    cmocka_unit_test(numbers_without_a_row_are_not_found),
	    cmocka_unit_test(every_tail_is_found_by_its_parent_and_selector),
	    cmocka_unit_test(a_selector_is_matched_whole_and_by_case),
	    cmocka_unit_test(rest_and_optional_fields_stand_last),
	    cmocka_unit_test(optional_fields_are_strings),
	    cmocka_unit_test(every_member_lies_inside_its_struct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
