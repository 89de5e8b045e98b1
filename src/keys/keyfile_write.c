/* keyfile_write: a key as an openssh-key-v1 file. Knows: the fields in their order. Must not know: where it goes, other
 * formats. OpenSSH PROTOCOL.key. */
#include "armor.h"
#include "keyfile.h"
#include "mem.h"
#include "private_fields.h"

#define WIDTH 70 /* of a line, as ssh-keygen writes it */
#define BLOCK_NONE 8
#define SALT_LEN 16
#define KDF_OPTIONS_MAX 64

static void
put_padding(struct buf *b, size_t start, size_t block)
{
	uint8_t pad = 1;

	while ((b->n - start) % block != 0 && b->bad == 0)
		buf_put_u8(b, pad++);
}

/* bcrypt's options: string salt, uint32 rounds. */
static int
put_kdf_options(struct buf *b, uint32_t rounds)
{
	uint8_t salt[SALT_LEN];
	int r = mem_random(b->env, salt, sizeof(salt));

	if (r == 0) {
		buf_put_string(b, slice_of(salt, sizeof(salt)));
		buf_put_u32(b, rounds);
	}
	return r != 0 ? r : b->bad;
}

static int
put_private(struct buf *b, const nacre_key *key, const char *comment, size_t block)
{
	size_t mark = buf_begin_string(b), start = b->n;
	uint32_t check;
	int r = mem_random(b->env, &check, sizeof(check));

	if (r != 0)
		return r;
	buf_put_u32(b, check);
	buf_put_u32(b, check);
	buf_put_cstring(b, key->type->plain != NULL ? key->type->plain : key->type->name);
	private_fields_put(b, key);
	buf_put_cstring(b, comment);
	put_padding(b, start, block);
	buf_end_string(b, mark);
	return b->bad;
}

static void
put_head(struct buf *b, const nacre_key *key, const char *cipher, const char *kdf, struct slice kdf_options)
{
	size_t mark;

	buf_put(b, "openssh-key-v1", 15); /* with its NUL */
	buf_put_cstring(b, cipher);
	buf_put_cstring(b, kdf);
	buf_put_string(b, kdf_options);
	buf_put_u32(b, 1);
	mark = buf_begin_string(b); /* of a certificate: the key that it certifies */
	key_put_plain(b, key);
	buf_end_string(b, mark);
}

static int
put_plain(struct buf *b, const nacre_key *key, const char *comment)
{
	put_head(b, key, "none", "none", SLICE_NONE);
	return put_private(b, key, comment, BLOCK_NONE);
}

/* The private part is written, then encrypted where it stands; the tag comes behind it. */
static int
put_encrypted(struct buf *b, const nacre_key *key, const char *comment, const struct blobcipher *cipher,
    const char *passphrase, struct slice kdf_options)
{
	size_t start;
	int r;

	put_head(b, key, cipher->name, "bcrypt", kdf_options);
	start = b->n + 4;
	if ((r = put_private(b, key, comment, cipher->block_len)) != 0)
		return r;
	if (buf_reserve(b, cipher->tag_len) == NULL)
		return b->bad;
	r = keyfile_seal(b->env, cipher, passphrase, kdf_options, b->p + start, b->n - start);
	b->n += cipher->tag_len;
	return r;
}

static int
put_file(struct buf *b, const nacre_key *key, const char *comment, const struct blobcipher *cipher,
    const char *passphrase, uint32_t rounds)
{
	struct buf kdf_options;
	int r;

	if (cipher == NULL)
		return put_plain(b, key, comment);
	buf_init(&kdf_options, b->env, KDF_OPTIONS_MAX);
	if ((r = put_kdf_options(&kdf_options, rounds)) == 0)
		r = put_encrypted(b, key, comment, cipher, passphrase, buf_slice(&kdf_options));
	buf_free(&kdf_options);
	return r;
}

int
keyfile_write(struct buf *text, const nacre_key *key, const char *comment, const struct blobcipher *cipher,
    const char *passphrase, uint32_t rounds)
{
	struct buf file;
	int r;

	buf_init(&file, text->env, KEYFILE_MAX);
	if ((r = put_file(&file, key, comment, cipher, passphrase, rounds)) == 0) {
		buf_put_slice(text, SLICE_LIT(KEYFILE_BEGIN "\n"));
		armor_encode(text, buf_slice(&file), WIDTH);
		buf_put_slice(text, SLICE_LIT(KEYFILE_END "\n"));
		r = text->bad;
	}
	buf_free(&file);
	return r;
}
