/* make_compress_corpus: writes the seeds of fuzz_compress: a stream of packets of each kind, a bomb, and an ended
 * stream.
 *
 *   make_compress_corpus DIR */
#include "bounds.h"
#include "compress.h"
#include "corpus_file.h"
#include "fuzz.h"
#include "test_env.h"

static uint8_t plain[LIMIT_PACKET * 2], packed[LIMIT_PACKET * 3];

enum filling { ZEROS, WORDS, NOISE };

static void
seed(const char *dir, const char *name, enum filling filling, const size_t *sizes, size_t n_sizes)
{
	struct compress out;
	struct test_env te;
	struct buf b;
	size_t i, j, n;

	test_env_init(&te, 5);
	buf_init(&b, &te.env, sizeof(packed));
	compress_init(&out, &te.env, true);
	compress_switch(&out, compression_find(SLICE_LIT("zlib")));
	for (i = 0; i < n_sizes; i++) {
		for (j = 0; j < sizes[i]; j++)
			plain[j] = filling == ZEROS   ? 0
				   : filling == WORDS ? (uint8_t) "a grain of sand "[j % 16]
						      : (uint8_t)test_below(&te, 256);
		FUZZ_CHECK(compress_pack(&out, slice_of(plain, sizes[i]), packed, &n) == 0);
		buf_put_string(&b, slice_of(packed, n));
	}
	FUZZ_CHECK(b.bad == 0);
	corpus_file(dir, "compress", name, buf_slice(&b));
	buf_free(&b);
	compress_free(&out);
}

int
main(int argc, char **argv)
{
	static const size_t few[] = {1, 5, 40, 300, 40}, bomb[] = {10, sizeof(plain)};
	static const uint8_t ended[] = {
	    0, 0, 0, 12, 0x78, 0x9c, 1, 1, 0, 0xfe, 0xff, 'x', 0, 0x79, 0, 0x79, 0, 0, 0, 1, 0};

	if (argc != 2) {
		fprintf(stderr, "usage: make_compress_corpus DIR\n");
		return 2;
	}
	seed(argv[1], "zeros", ZEROS, few, 5);
	seed(argv[1], "words", WORDS, few, 5);
	seed(argv[1], "noise", NOISE, few, 5);
	seed(argv[1], "bomb", ZEROS, bomb, 2);
	corpus_file(argv[1], "compress", "ended", slice_of(ended, sizeof(ended)));
	return 0;
}
