/* Target: the SFTP server's engine with a small file system in memory behind it. The first byte says how the rest is
 * cut into pieces, and how the session is made; what the engine says must be whole frames of a server's, and at the end
 * nothing is left behind. */
#include <nacre/sftp_server.h>
#include "fuzz.h"
#include "sftp_frame.h"
#include "sftp_message.h"
#include "test_env.h"

#define OUT_MAX ((size_t)1 << 22)

/* Takes what is said. */
static void
take(nacre_sftp_server *s, struct buf *said, size_t piece)
{
	const uint8_t *p;
	size_t n;

	while ((p = nacre_sftp_server_output(s, &n)) != NULL) {
		n = n < piece ? n : piece;
		if (said->n + n <= OUT_MAX)
			buf_put(said, p, n);
		FUZZ_CHECK(nacre_sftp_server_sent(s, n) == NACRE_OK);
	}
}

static void
check_said(const struct buf *said)
{
	struct slice stream = buf_slice(said), payload;
	union sftp_any msg;
	enum sftp_id id;
	size_t missing;
	int r;

	while ((r = sftp_frame_take(&stream, &payload, &missing)) == 1) {
		id = sftp_find(payload.p[0]);
		FUZZ_CHECK(id != SFTP_none && sftp_rows[id].from == SFTP_FROM_SERVER);
		FUZZ_CHECK(sftp_parse(id, payload, &msg, NULL) == 0);
	}
	FUZZ_CHECK(r == 0);
}

static void
play(nacre_sftp_server *s, struct slice in, size_t piece, struct buf *said)
{
	size_t n, taken = 1;
	int rc = NACRE_OK;

	while (rc == NACRE_OK && in.n > 0 && taken > 0) {
		n = in.n < piece ? in.n : piece;
		rc = nacre_sftp_server_receive(s, in.p, n, &taken);
		FUZZ_CHECK(taken <= n);
		in = slice_from(in, taken);
		take(s, said, piece);
		/* a frame that waited for room is served now; every answer comes at once, so nothing waits for long */
		if (rc == NACRE_OK && taken == 0)
			rc = nacre_sftp_server_receive(s, in.p, n, &taken);
	}
	FUZZ_CHECK(nacre_sftp_server_requests(s) == 0);
	FUZZ_CHECK(nacre_sftp_server_handles(s) <= 8);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nacre_sftp_memory_options mo = {.size = sizeof(mo), .bytes_max = 1 << 20, .nodes_max = 64};
	struct nacre_sftp_server_options o = {
	    .size = sizeof(o), .handler = nacre_sftp_memory_handler(), .handles_max = 8, .start = "/start"};
	nacre_sftp_memory *memory;
	nacre_sftp_server *s;
	struct test_env t;
	struct buf said;

	if (size == 0)
		return 0;
	test_env_init(&t, 1);
	o.read_only = (data[0] & 0x80) != 0;
	o.symlink_link_first = (data[0] & 0x40) != 0;
	FUZZ_CHECK(nacre_sftp_memory_new(&t.env, &mo, &memory) == NACRE_OK);
	o.ctx = memory;
	FUZZ_CHECK(nacre_sftp_server_new(&t.env, &o, &s) == NACRE_OK);
	buf_init(&said, &t.env, OUT_MAX);
	play(s, slice_of(data + 1, size - 1), 1 + (data[0] & 0x3f) * 37u, &said);
	check_said(&said);
	buf_free(&said);
	nacre_sftp_server_free(s);
	nacre_sftp_memory_free(memory);
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
