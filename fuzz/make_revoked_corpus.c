/* make_revoked_corpus: writes the seeds of fuzz_revoked: a list of keys, and a KRL for each kind of section.
 *
 *   make_revoked_corpus DIR */
#include "cert_forge.h"
#include "corpus_file.h"
#include "fuzz.h"
#include "hash.h"
#include "test_env.h"

#include <sodium.h>

#define S(text) SLICE_INIT(text)

/* In a section of certificates. */
static const struct {
	const char *name;
	uint8_t type;
	struct slice data;
} sections[] = {
    {"serials", 0x20, S("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\7")},
    {"range", 0x21, S("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1\0")},
    {"bitmap", 0x22, S("\0\0\0\0\0\0\0\0\0\0\0\2\x40\2")},
    {"ids", 0x23, S("\0\0\0\4reef\0\0\0\3sea")},
    {"extension", 0x39, S("\0\0\0\3x@y\0\0\0\0\2ab")},
    {"critical", 0x39, S("\0\0\0\3x@y\1\0\0\0\2ab")},
};

static void
begin(struct buf *b)
{
	buf_reset(b);
	buf_put(b, "SSHKRL\n", 8);
	buf_put_u32(b, 1);
	buf_put_u64(b, 1);
	buf_put_u64(b, 1700000000);
	buf_put_u64(b, 0);
	buf_put_cstring(b, "");
	buf_put_cstring(b, "seed");
}

static void
put_certificates(struct buf *b, bool of_all, size_t i)
{
	size_t mark;

	buf_put_u8(b, 1);
	mark = buf_begin_string(b);
	buf_put_string(b, of_all ? SLICE_NONE : key_blob(forge_key(FORGE_AUTHORITY)));
	buf_put_cstring(b, "");
	buf_put_u8(b, sections[i].type);
	buf_put_string(b, sections[i].data);
	buf_end_string(b, mark);
}

static void
put_list(struct buf *b, uint8_t type, enum hash_id hash)
{
	uint8_t digest[HASH_MAX_LEN];
	size_t mark, i;

	buf_put_u8(b, type);
	mark = buf_begin_string(b);
	for (i = 0; i < FORGE_KEYS; i++) {
		struct slice blob = key_blob(forge_key((enum forge_key)i));

		FUZZ_CHECK(hash == HASH_NONE || hash_once(hash, blob, digest) == 0);
		buf_put_string(b, hash == HASH_NONE ? blob : slice_of(digest, hash_len(hash)));
	}
	buf_end_string(b, mark);
}

static void
write_lines(const char *dir, const struct nacre_env *env, struct buf *b)
{
	char *text;
	size_t n;

	buf_reset(b);
	buf_put(b, "# gone\n\n", 8);
	FUZZ_CHECK(nacre_key_write_public(env, forge_key(FORGE_SUBJECT), NULL, &text, &n, NULL, 0) == 0);
	buf_put(b, text, n);
	nacre_key_text_free(env, text, n);
	corpus_file(dir, "revoked", "lines", buf_slice(b));
}

int
main(int argc, char **argv)
{
	struct test_env t;
	struct buf b;
	size_t i;

	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: make_revoked_corpus DIR\n");
		return 1;
	}
	test_env_init(&t, 74);
	buf_init(&b, &t.env, 1 << 16);
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		begin(&b);
		put_certificates(&b, i % 2 == 0, i);
		put_certificates(&b, i % 2 != 0, i);
		corpus_file(argv[1], "revoked", sections[i].name, buf_slice(&b));
	}
	begin(&b);
	put_list(&b, 2, HASH_NONE);
	put_list(&b, 3, HASH_SHA1);
	put_list(&b, 5, HASH_SHA256);
	corpus_file(argv[1], "revoked", "keys", buf_slice(&b));
	write_lines(argv[1], &t.env, &b);
	buf_free(&b);
	FUZZ_CHECK(t.live_blocks == 0);
	return 0;
}
