/* The extensions' table: every row's bytes as its description has them, whole, cut at each byte, and with one byte too
 * many. OpenSSH PROTOCOL 4, draft-ietf-secsh-filexfer-extensions-00. */
#include "sftp_extension.h"
#include "sftp_frame.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define PATH "\0\0\0\2/a"
#define HANDLE "\0\0\0\3h\0i"
#define N(last) "\0\0\0\0\0\0\0" last
#define HASHES "\0\0\0\6md5,s1"

/* The data of each row, in the table's order. */
#define SAMPLES(X)                                                                                                     \
	X(posix_rename, PATH PATH)                                                                                     \
	X(statvfs, PATH)                                                                                               \
	X(fstatvfs, HANDLE)                                                                                            \
	X(hardlink, PATH PATH)                                                                                         \
	X(fsync, HANDLE)                                                                                               \
	X(lsetstat, PATH "\0\0\0\1" N("\7"))                                                                           \
	X(limits, "")                                                                                                  \
	X(expand_path, PATH)                                                                                           \
	X(copy_data, HANDLE N("\1") N("\2") HANDLE N("\3"))                                                            \
	X(home_directory, PATH)                                                                                        \
	X(users_groups, "\0\0\0\4\0\0\3\xe8\0\0\0\0")                                                                  \
	X(check_file, HANDLE HASHES N("\1") N("\2") "\0\0\1\0")                                                        \
	X(check_file_handle, HANDLE HASHES N("\1") N("\2") "\0\0\1\0")                                                 \
	X(check_file_name, PATH HASHES N("\1") N("\2") "\0\0\1\0")                                                     \
	X(statvfs_reply, N("\1") N("\2") N("\3") N("\4") N("\5") N("\6") N("\7") N("\x8") N("\x9") N("\xa") N("\xb"))  \
	X(limits_reply, N("\1") N("\2") N("\3") N("\4"))                                                               \
	X(users_groups_reply, "\0\0\0\x8\0\0\0\4root\0\0\0\0")                                                         \
	X(check_file_reply, "\0\0\0\x0a"                                                                               \
			    "check-file"                                                                               \
			    "\0\0\0\3md5hash")

static const struct sample {
	enum sftp_extension_id ext;
	const char *bytes;
	size_t n;
} samples[] = {
#define X(id, s) {SFTP_EXT_##id, s, sizeof(s) - 1},
    SAMPLES(X)
#undef X
};

#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

/* A parse of the first n bytes, in a block of just that size. */
static int
parse_cut(enum sftp_extension_id ext, const char *p, size_t n, union sftp_any_ext *out, const char **field)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	int r;

	assert_non_null(copy);
	memcpy(copy, p, n);
	r = sftp_extension_parse(ext, 77, slice_of(copy, n), out, field);
	free(copy);
	return r;
}

static void
every_row_has_a_sample_and_a_clause_and_is_found_by_its_name(void **state)
{
	const struct sftp_extension_row *row;
	size_t i;

	(void)state;
	assert_int_equal(N_SAMPLES, SFTP_EXT_COUNT);
	for (i = 0; i < N_SAMPLES; i++) {
		row = &sftp_extension_rows[i];
		assert_int_equal(samples[i].ext, i);
		assert_true(row->clause[0] != '\0');
		if (row->name != NULL)
			assert_int_equal(sftp_extension_find(slice_str(row->name)), i);
	}
	assert_int_equal(sftp_extension_find(SLICE_LIT("statvfs@openssh.com ")), SFTP_EXT_none);
	assert_int_equal(sftp_extension_find(SLICE_NONE), SFTP_EXT_none);
}

static void
a_whole_extension_parses_and_builds_the_same_bytes(void **state)
{
	struct slice stream, payload;
	struct sftp_msg_extended_reply reply;
	struct sftp_msg_extended request;
	union sftp_any_ext ext;
	struct test_env t;
	size_t i, missing;
	struct buf b;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < N_SAMPLES; i++) {
		struct slice bytes = slice_of(samples[i].bytes, samples[i].n), data;

		assert_int_equal(sftp_extension_parse(samples[i].ext, 77, bytes, &ext, NULL), 0);
		assert_int_equal(ext.id, 77);
		buf_init(&b, &t.env, 4 + SFTP_FRAME_MAX);
		sftp_extension_put(&b, samples[i].ext, &ext);
		assert_int_equal(b.bad, 0);
		stream = buf_slice(&b);
		assert_int_equal(sftp_frame_take(&stream, &payload, &missing), 1);
		assert_int_equal(stream.n, 0);
		if (sftp_extension_rows[i].name != NULL) {
			assert_int_equal(sftp_parse(SFTP_extended, payload, &request, NULL), 0);
			assert_true(slice_is(request.request, sftp_extension_rows[i].name));
			assert_int_equal(request.id, 77);
			data = request.data;
		} else {
			assert_int_equal(sftp_parse(SFTP_extended_reply, payload, &reply, NULL), 0);
			assert_int_equal(reply.id, 77);
			data = reply.data;
		}
		assert_true(slice_eq(data, bytes));
		buf_free(&b);
	}
	assert_int_equal(t.live_blocks, 0);
}

static void
a_cut_or_lengthened_extension_is_refused(void **state)
{
	union sftp_any_ext ext;
	const char *field;
	size_t i, n;

	(void)state;
	for (i = 0; i < N_SAMPLES; i++) {
		const struct field_row *last = sftp_extension_rows[i].fields + sftp_extension_rows[i].n_fields;
		bool has_rest = last > sftp_extension_rows[i].fields && last[-1].kind == KIND_REST &&
				(last[-1].flags & SFTP_FLAG_ATTRS) == 0;
		size_t whole = samples[i].n - (has_rest ? strlen("hash") : 0);

		for (n = 0; n < whole; n++) {
			assert_int_equal(parse_cut(samples[i].ext, samples[i].bytes, n, &ext, &field), NACRE_E_FORMAT);
			assert_non_null(field);
			assert_int_equal(ext.id, 0);
		}
		assert_int_equal(parse_cut(samples[i].ext, samples[i].bytes, whole, &ext, &field), 0);
		/* the literal's own NUL is the byte too many */
		if (!has_rest)
			assert_int_equal(
			    parse_cut(samples[i].ext, samples[i].bytes, whole + 1, &ext, &field), NACRE_E_FORMAT);
	}
}

static void
a_handle_of_257_bytes_is_refused_and_one_of_256_is_not(void **state)
{
	uint8_t bytes[4 + SFTP_HANDLE_MAX + 1] = {0};
	union sftp_any_ext ext;

	(void)state;
	put_be32(bytes, SFTP_HANDLE_MAX);
	assert_int_equal(sftp_extension_parse(SFTP_EXT_fsync, 1, slice_of(bytes, 4 + SFTP_HANDLE_MAX), &ext, NULL), 0);
	put_be32(bytes, SFTP_HANDLE_MAX + 1);
	assert_int_equal(
	    sftp_extension_parse(SFTP_EXT_fsync, 1, slice_of(bytes, sizeof(bytes)), &ext, NULL), NACRE_E_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_has_a_sample_and_a_clause_and_is_found_by_its_name),
	    cmocka_unit_test(a_whole_extension_parses_and_builds_the_same_bytes),
	    cmocka_unit_test(a_cut_or_lengthened_extension_is_refused),
	    cmocka_unit_test(a_handle_of_257_bytes_is_refused_and_one_of_256_is_not),
	};

	return cmocka_run_group_tests_name("sftp/extension", tests, NULL, NULL);
}
