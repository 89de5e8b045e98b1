/* A server that dies in the middle of a transfer: what is there then is a beginning of the source, and another
 * connection goes on with it to the same bytes. */
#include "reef.h"
#include "strait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>
#include <unistd.h>

#define BLOCK 16 /* of the cipher: a packet is cut in each of its blocks, and between packets */
#define LARGE 1000000
#define LARGE_STEP 90001

static const struct nacre_sftp_transfer resume = {.size = sizeof(resume), .resume = true};
static char local[64];
static uint8_t source[LARGE], there[LARGE + 1];

static void
write_local(const uint8_t *p, size_t n)
{
	FILE *f = fopen(local, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* How much of the target there is, which must be a beginning of the source; 0 where there is none. */
static size_t
local_prefix(void)
{
	FILE *f = fopen(local, "rb");
	size_t n;

	if (f == NULL)
		return 0;
	n = fread(there, 1, sizeof(there), f);
	assert_int_equal(fclose(f), 0);
	assert_true(n <= LARGE && memcmp(there, source, n) == 0);
	return n;
}

static size_t
remote_prefix(struct reef *r)
{
	nacre_sftp_file *file;
	int64_t n;

	if (!reef_is_there(r, "/file"))
		return 0;
	assert_done(r, nacre_sftp_open(r->sftp, "/file", "r", &file));
	n = nacre_sftp_read(file, there, sizeof(there));
	assert_true(n >= 0 && n <= LARGE && memcmp(there, source, (size_t)n) == 0);
	assert_done(r, nacre_sftp_file_close(file));
	return (size_t)n;
}

static int
transfer(struct reef *r, bool put)
{
	return put ? nacre_sftp_put(r->sftp, local, "/file", &resume)
		   : nacre_sftp_get(r->sftp, "/file", local, &resume);
}

static void
prepare(struct reef *r, bool put, size_t n)
{
	(void)remove(local);
	if (put) {
		write_local(source, n);
		if (reef_is_there(r, "/file"))
			assert_done(r, nacre_sftp_remove(r->sftp, "/file"));
	} else {
		reef_put(r, "/file", source, n);
	}
}

/* Cut after so many bytes of the server's (get) or of the client's (put). False: the transfer was over before. */
static bool
is_cut_and_resumed(bool put, size_t n, long at)
{
	struct strait strait = {.near = -1};
	struct reef r;
	size_t prefix;
	bool cut;

	reef_init(&r);
	r.link = strait_link;
	r.link_ctx = &strait;
	reef_begin(&r);
	prepare(&r, put, n);
	strait_allow(&strait, !put, at);
	cut = transfer(&r, put) != NACRE_OK;
	reef_hang_up(&r);
	strait_end(&strait);

	reef_begin(&r);
	prefix = put ? remote_prefix(&r) : local_prefix();
	assert_true(cut ? prefix <= n : prefix == n);
	assert_done(&r, transfer(&r, put));
	assert_int_equal(put ? remote_prefix(&r) : local_prefix(), n);
	reef_end(&r);
	strait_end(&strait);
	return cut;
}

static void
cut_everywhere(bool put)
{
	unsigned cuts = 0;
	long at;

	for (at = 1; is_cut_and_resumed(put, 300, at); at += BLOCK)
		cuts++;
	assert_true(cuts > 300 / BLOCK);
	for (at = 1; is_cut_and_resumed(put, LARGE, at); at += LARGE_STEP)
		cuts++;
	assert_true(at > LARGE);
	assert_int_equal(remove(local), 0);
}

static void
a_get_from_a_server_that_dies_anywhere_is_resumed(void **state)
{
	(void)state;
	cut_everywhere(false);
}

static void
a_put_to_a_server_that_dies_anywhere_is_resumed(void **state)
{
	(void)state;
	cut_everywhere(true);
}

static void
free_at_the_end(void *ctx, enum nacre_log_level level, const char *channel, const char *message)
{
	(void)channel;
	(void)message;
	if (level == NACRE_LOG_ERROR)
		nacre_client_free(ctx);
}

/* Each of the calls that wait for the writes first. */
static int
call_behind_a_write(nacre_sftp_file *file, unsigned which)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_SIZE, .size = 1};
	struct nacre_sftp_check check = {.hashes = there, .cap = 32};

	switch (which) {
	case 0:
		return nacre_sftp_fstat(file, &attrs);
	case 1:
		return nacre_sftp_fsetstat(file, &attrs);
	case 2:
		return nacre_sftp_fsync(file);
	case 3:
		return nacre_sftp_check(file, "sha256", 0, 0, 0, &check);
	case 4:
		return (int)nacre_sftp_read(file, there, 1);
	case 5:
		return nacre_sftp_prefetch(file);
	default:
		return nacre_sftp_copy_data(file, 0, 0, file, 100);
	}
}

static void
a_callback_frees_the_client_though_the_writes_before_the_call_fail(void **state)
{
	struct strait strait;
	nacre_sftp_file *file;
	struct reef r;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		strait = (struct strait){.near = -1};
		reef_init(&r);
		r.link = strait_link;
		r.link_ctx = &strait;
		reef_begin(&r);
		assert_done(&r, nacre_sftp_open(r.sftp, "/file", "w+", &file));
		nacre_client_set_log(r.client, free_at_the_end, r.client);
		strait_allow(&strait, true, 0);
		assert_int_equal(nacre_sftp_write(file, source, 100), 100);
		assert_int_equal(call_behind_a_write(file, i), NACRE_E_CANCELLED);
		r.client = NULL; /* freed, as its memory will show */
		assert_int_equal(nacre_sftp_file_close(file), NACRE_E_CLOSED);
		reef_end(&r);
		strait_end(&strait);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_get_from_a_server_that_dies_anywhere_is_resumed),
	    cmocka_unit_test(a_put_to_a_server_that_dies_anywhere_is_resumed),
	    cmocka_unit_test(a_callback_frees_the_client_though_the_writes_before_the_call_fail),
	};

	snprintf(local, sizeof(local), "/tmp/nacre-cut-%ld", (long)getpid());
	randombytes_buf(source, sizeof(source));
	return cmocka_run_group_tests_name("server/sftp_cut", tests, NULL, NULL);
}
