/* Target: what a peer that compresses may send. The input is packets, each behind a uint32 length; each is unpacked by
 * one stream until one is refused. What comes out is never longer than a packet, and no memory stays behind. */
#include "bounds.h"
#include "compress.h"
#include "fuzz.h"
#include "reader.h"
#include "test_env.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(slice_of(data, size));
	struct compress in;
	struct test_env te;
	struct slice payload;
	int refused = 0;

	test_env_init(&te, 1);
	compress_init(&in, &te.env, false);
	compress_switch(&in, compression_find(SLICE_LIT("zlib")));
	while (r.n > 0 && !r.bad && refused == 0) {
		refused = compress_unpack(&in, reader_string(&r), &payload);
		FUZZ_CHECK(payload.n <= LIMIT_PACKET && (refused == 0 || payload.n == 0));
		FUZZ_CHECK(refused == 0 || refused == NACRE_E_LIMIT || refused == NACRE_E_FORMAT);
	}
	compress_free(&in);
	FUZZ_CHECK(te.live_blocks == 0 && te.wrong_sizes == 0);
	return 0;
}
