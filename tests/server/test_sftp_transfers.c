/* Whole files over the SFTP client, against our own server over a file system in memory: to and from the caller, this
 * machine and other places of the server. */
#include "reef.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char pearls[] = "one pearl after the other";

static unsigned removals_left;

static int (*really_remove)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);

static int
remove_some(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return removals_left-- == 0 ? NACRE_SFTP_PERMISSION_DENIED : really_remove(ctx, r, path);
}

#define BULK ((size_t)3 << 20)
#define SFTP_WRITE_SIZE 261120 /* of one WRITE, which our server allows */

struct bytes {
	uint8_t *p;
	size_t at, n, most;
	size_t fail_at; /* 0: never */
	unsigned told;
};

static int
take(void *ctx, const void *p, size_t n)
{
	struct bytes *b = ctx;

	assert_true(b->at + n <= b->n);
	memcpy(b->p + b->at, p, n);
	b->at += n;
	return b->fail_at != 0 && b->at >= b->fail_at;
}

static int64_t
give(void *ctx, void *p, size_t n)
{
	struct bytes *b = ctx;

	if (b->fail_at != 0 && b->at >= b->fail_at)
		return -1;
	n = n < b->most ? n : b->most;
	n = n < b->n - b->at ? n : b->n - b->at;
	memcpy(p, b->p + b->at, n);
	b->at += n;
	return (int64_t)n;
}

static int
tell(void *ctx, const struct nacre_sftp_progress *progress)
{
	struct bytes *b = ctx;

	assert_true(progress->done <= progress->total && progress->total == BULK);
	b->told++;
	return 0;
}

static void
bytes_go_to_and_from_the_caller(void **state)
{
	struct bytes out = {.n = BULK, .most = 100001}, in = {.n = BULK};
	struct nacre_sftp_transfer options = {
	    .size = sizeof(options), .progress = tell, .progress_ctx = &in, .fsync = true};
	struct reef r;

	(void)state;
	out.p = test_malloc(BULK);
	in.p = test_malloc(BULK);
	randombytes_buf(out.p, BULK);
	reef_init(&r);
	reef_begin(&r);
	assert_done(&r, nacre_sftp_putfo(r.sftp, give, &out, BULK, "/bulk", &options));
	assert_true(reef_holds(&r, "/bulk", out.p, BULK));
	assert_done(&r, nacre_sftp_getfo(r.sftp, "/bulk", take, &in, &options));
	assert_true(in.at == BULK && memcmp(in.p, out.p, BULK) == 0 && in.told >= 2);

	in.at = 0;
	in.fail_at = 1;
	assert_int_equal(nacre_sftp_getfo(r.sftp, "/bulk", take, &in, NULL), NACRE_E_CANCELLED);
	out.at = 0;
	out.fail_at = BULK / 2;
	assert_int_equal(nacre_sftp_putfo(r.sftp, give, &out, 0, "/half", NULL), NACRE_E_CANCELLED);
	out.at = out.n;
	out.fail_at = 0;
	assert_done(&r, nacre_sftp_putfo(r.sftp, give, &out, 0, "/empty", NULL));
	assert_true(reef_holds(&r, "/empty", "", 0));
	assert_int_equal(nacre_sftp_getfo(r.sftp, "/none", take, &in, NULL), NACRE_E_SFTP);
	options.atomic = true;
	assert_int_equal(nacre_sftp_getfo(r.sftp, "/bulk", take, &in, &options), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_sftp_putfo(r.sftp, NULL, NULL, 0, "/x", NULL), NACRE_E_ARGUMENT);
	reef_end(&r);
	test_free(out.p);
	test_free(in.p);
}

static void
files_are_copied_by_the_server_or_through_us(void **state)
{
	const struct nacre_sftp_transfer preserve = {.size = sizeof(preserve), .preserve = true};
	struct nacre_sftp_attrs attrs;
	struct reef r;

	(void)state;
	for (int by_server = 0; by_server < 2; by_server++) {
		reef_init(&r);
		if (!by_server)
			r.handler.copy = NULL;
		reef_begin(&r);
		assert_int_equal(nacre_sftp_can(r.sftp, NACRE_SFTP_CAN_COPY_DATA), by_server);
		reef_put(&r, "/a", pearls, sizeof(pearls));
		reef_put(&r, "/b", "something that is longer than what will be there in its place", 60);
		assert_done(&r, nacre_sftp_chmod(r.sftp, "/a", 0640));
		assert_done(&r, nacre_sftp_utime(r.sftp, "/a", 1000000000, 1100000000));
		assert_done(&r, nacre_sftp_copy(r.sftp, "/a", "/b", &preserve));
		assert_true(reef_holds(&r, "/b", pearls, sizeof(pearls)));
		assert_done(&r, nacre_sftp_stat(r.sftp, "/b", &attrs));
		assert_int_equal(attrs.permissions & 0777, 0640);
		assert_int_equal(attrs.mtime, 1100000000);
		/* Onto itself, by the same name and by another: nothing is lost. */
		assert_done(&r, nacre_sftp_hardlink(r.sftp, "/a", "/a2"));
		(void)nacre_sftp_copy(r.sftp, "/a", "/a", NULL);
		(void)nacre_sftp_copy(r.sftp, "/a", "/a2", NULL);
		assert_true(reef_holds(&r, "/a", pearls, sizeof(pearls)));
		assert_int_equal(nacre_sftp_copy(r.sftp, "/none", "/c", NULL), NACRE_E_SFTP);
		assert_false(reef_is_there(&r, "/c"));
		assert_int_equal(nacre_sftp_copy(r.sftp, "/a", "/no/where", NULL), NACRE_E_SFTP);
		reef_end(&r);
	}
}

/* A file of this machine goes to a server that replaces nothing by rename. */
static void
an_atomic_put_replaces_a_file_where_there_is_no_posix_rename(void **state)
{
	struct nacre_sftp_transfer atomic = {.size = sizeof(atomic), .atomic = true};
	char local[] = "/tmp/nacre-reef-XXXXXX";
	int fd = mkstemp(local);
	FILE *f = fdopen(fd, "wb");
	struct reef r;

	(void)state;
	assert_non_null(f);
	assert_int_equal(fwrite(pearls, 1, sizeof(pearls), f), sizeof(pearls));
	assert_int_equal(fclose(f), 0);
	for (int refuses = 0; refuses < 2; refuses++) {
		reef_init(&r);
		r.handler.posix_rename = NULL;
		really_remove = r.handler.remove;
		if (refuses)
			r.handler.remove = remove_some;
		removals_left = 0;
		reef_begin(&r);
		reef_put(&r, "/a", "old", 3);
		assert_int_equal(nacre_sftp_put(r.sftp, local, "/a", &atomic), refuses ? NACRE_E_SFTP : NACRE_OK);
		assert_true(refuses ? reef_holds(&r, "/a", "old", 3) : reef_holds(&r, "/a", pearls, sizeof(pearls)));
		assert_false(reef_is_there(&r, "/a.nacre-part"));
		assert_done(&r, nacre_sftp_put(r.sftp, local, "/new", &atomic));
		assert_true(reef_holds(&r, "/new", pearls, sizeof(pearls)));
		reef_end(&r);
	}
	assert_int_equal(remove(local), 0);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

static bool
file_holds(const char *path, const char *text)
{
	char room[64] = "";
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	n = fread(room, 1, sizeof(room), f);
	assert_int_equal(fclose(f), 0);
	return n == strlen(text) && memcmp(room, text, n) == 0;
}

/* What lies where the part shall be, old or laid there by somebody, goes away and is not written through. */
static void
a_part_is_never_written_through_a_link(void **state)
{
	static const struct nacre_sftp_transfer atomic = {.size = sizeof(atomic), .atomic = true};
	char directory[] = "/tmp/nacre-reef-XXXXXX", local[64], part[80], victim[64];
	struct reef r;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(local, sizeof(local), "%s/file", directory);
	snprintf(part, sizeof(part), "%s.nacre-part", local);
	snprintf(victim, sizeof(victim), "%s/victim", directory);
	write_file(local, "pearl");
	write_file(victim, "victim");
	reef_init(&r);
	reef_begin(&r);
	reef_put(&r, "/victim", "victim", 6);
	assert_done(&r, nacre_sftp_symlink(r.sftp, "/victim", "/a.nacre-part"));
	assert_done(&r, nacre_sftp_put(r.sftp, local, "/a", &atomic));
	reef_put(&r, "/b.nacre-part", "an old one that is longer", 25);
	assert_done(&r, nacre_sftp_put(r.sftp, local, "/b", &atomic));
	assert_true(reef_holds(&r, "/a", "pearl", 5) && reef_holds(&r, "/b", "pearl", 5));
	assert_true(reef_holds(&r, "/victim", "victim", 6));
	assert_int_equal(nacre_sftp_put(r.sftp, local, "/none/a", &atomic), NACRE_E_SFTP);
	assert_int_equal(reef_error(&r).status, NACRE_SFTP_NO_SUCH_FILE);

	assert_int_equal(symlink(victim, part), 0);
	assert_done(&r, nacre_sftp_get(r.sftp, "/a", local, &atomic));
	assert_true(file_holds(local, "pearl") && file_holds(victim, "victim"));
	write_file(part, "an old one that is longer");
	assert_done(&r, nacre_sftp_get(r.sftp, "/a", local, &atomic));
	assert_true(file_holds(local, "pearl"));
	reef_end(&r);
	assert_int_equal(remove(local) | remove(victim) | rmdir(directory), 0);
}

/* Slow enough that the allowance is waited for; and no wait is long enough for the timeout. */
static void
a_limited_transfer_flows(void **state)
{
	static const struct nacre_sftp_transfer limited = {.size = sizeof(limited), .bytes_per_s = 150000};
	static uint8_t bytes[45000];
	char local[] = "/tmp/nacre-reef-XXXXXX";
	struct reef r;

	(void)state;
	randombytes_buf(bytes, sizeof(bytes));
	assert_true(close(mkstemp(local)) == 0);
	reef_init(&r);
	reef_begin(&r);
	reef_put(&r, "/a", bytes, sizeof(bytes));
	nacre_sftp_set_timeout(r.sftp, 4000);
	assert_done(&r, nacre_sftp_get(r.sftp, "/a", local, &limited));
	assert_done(&r, nacre_sftp_put(r.sftp, local, "/b", &limited));
	assert_true(reef_holds(&r, "/b", bytes, sizeof(bytes)));
	reef_end(&r);
	assert_int_equal(remove(local), 0);
}

static int
never_read(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, uint32_t length)
{
	(void)ctx;
	(void)r;
	(void)file;
	(void)offset;
	(void)length;
	return NACRE_SFTP_LATER;
}

static int
no_more(void *ctx, const struct nacre_sftp_progress *progress)
{
	(void)ctx;
	(void)progress;
	return 1;
}

static void
a_server_that_answers_no_more_does_not_hold_up_a_cancel(void **state)
{
	static const struct nacre_sftp_transfer options = {.size = sizeof(options), .progress = no_more};
	char local[] = "/tmp/nacre-reef-XXXXXX";
	struct nacre_sftp_attrs attrs;
	struct reef r;

	(void)state;
	assert_true(close(mkstemp(local)) == 0);
	reef_init(&r);
	r.handler.read = never_read;
	reef_begin(&r);
	reef_put(&r, "/a", "pearl", 5);
	assert_int_equal(nacre_sftp_get(r.sftp, "/a", local, &options), NACRE_E_CANCELLED);
	assert_int_equal(nacre_sftp_stat(r.sftp, "/a", &attrs), NACRE_E_CANCELLED);
	nacre_sftp_close(r.sftp);
	assert_int_equal(nacre_client_open_sftp(r.client, &r.sftp), NACRE_OK);
	assert_true(reef_is_there(&r, "/a"));
	reef_end(&r);
	assert_int_equal(remove(local), 0);
}

static int
write_all_but_one(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, struct nacre_bytes data)
{
	return offset == removals_left ? NACRE_SFTP_FAILURE
				       : nacre_sftp_memory_handler()->write(ctx, r, file, offset, data);
}

/* What goes over several channels is put together in one file, under another name until it is whole. */
static void
a_file_goes_over_several_channels(void **state)
{
	struct nacre_sftp_transfer striped = {.size = sizeof(striped), .channels = 4};
	char local[] = "/tmp/nacre-reef-XXXXXX";
	size_t n = (size_t)9 << 20;
	uint8_t *bytes = test_malloc(n);
	FILE *f = fdopen(mkstemp(local), "wb");
	struct reef r;

	(void)state;
	randombytes_buf(bytes, n);
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	for (int fails = 0; fails < 2; fails++) {
		reef_init(&r);
		if (fails)
			r.handler.write = write_all_but_one;
		removals_left = (unsigned)n / 2 / SFTP_WRITE_SIZE * SFTP_WRITE_SIZE;
		reef_begin(&r);
		reef_put(&r, "/a", "old", 3);
		assert_int_equal(nacre_sftp_put(r.sftp, local, "/a", &striped), fails ? NACRE_E_SFTP : NACRE_OK);
		assert_true(fails ? reef_holds(&r, "/a", "old", 3) : reef_holds(&r, "/a", bytes, n));
		assert_false(reef_is_there(&r, "/a.nacre-part"));
		striped.resume = true;
		assert_int_equal(nacre_sftp_put(r.sftp, local, "/a", &striped), NACRE_E_ARGUMENT);
		striped.resume = false;
		reef_end(&r);
		assert_int_equal(r.sessions, 4);
	}
	assert_int_equal(remove(local), 0);
	test_free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_go_to_and_from_the_caller),
	    cmocka_unit_test(files_are_copied_by_the_server_or_through_us),
	    cmocka_unit_test(an_atomic_put_replaces_a_file_where_there_is_no_posix_rename),
	    cmocka_unit_test(a_part_is_never_written_through_a_link),
	    cmocka_unit_test(a_limited_transfer_flows),
	    cmocka_unit_test(a_server_that_answers_no_more_does_not_hold_up_a_cancel),
	    cmocka_unit_test(a_file_goes_over_several_channels),
	};

	return cmocka_run_group_tests_name("server/sftp_transfers", tests, NULL, NULL);
}
