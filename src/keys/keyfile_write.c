/* keyfile_write: keys as text. Knows: openssh-key-v1 without encryption, and `.pub` lines. Must not know: files.
 * OpenSSH PROTOCOL.key. */
#include "armor.h"
#include "keyfile.h"
#include "mem.h"

#define WIDTH 70 /* of a line, as ssh-keygen writes it */
#define BLOCK 8

static void
put_numbers(struct buf *b, const nacre_key *key)
{
	switch (key->type->kind) {
	case KEY_ED25519_KIND:
		buf_put_string(b, key->point);
		buf_put_string(b, key->numbers[0]);
		return;
	case KEY_ECDSA_KIND:
		buf_put_cstring(b, key->type->curve_name);
		buf_put_string(b, key->point);
		buf_put_mpint(b, key->numbers[0]);
		return;
	case KEY_RSA_KIND:
		buf_put_mpint(b, key->n);
		buf_put_mpint(b, key->e);
		buf_put_mpint(b, key->numbers[0]);
		buf_put_mpint(b, key->numbers[3]);
		buf_put_mpint(b, key->numbers[1]);
		buf_put_mpint(b, key->numbers[2]);
		return;
	}
}

static void
put_private(struct buf *b, const nacre_key *key, const char *comment, uint32_t check)
{
	size_t mark = buf_begin_string(b), start = b->n;
	uint8_t pad = 1;

	buf_put_u32(b, check);
	buf_put_u32(b, check);
	buf_put_cstring(b, key->type->name);
	put_numbers(b, key);
	buf_put_cstring(b, comment);
	while ((b->n - start) % BLOCK != 0 && b->bad == 0)
		buf_put_u8(b, pad++);
	buf_end_string(b, mark);
}

static void
put_file(struct buf *b, const nacre_key *key, const char *comment, uint32_t check)
{
	buf_put(b, "openssh-key-v1", 15); /* with its NUL */
	buf_put_cstring(b, "none");
	buf_put_cstring(b, "none");
	buf_put_cstring(b, "");
	buf_put_u32(b, 1);
	buf_put_string(b, key_blob(key));
	put_private(b, key, comment, check);
}

/* Hands the text out as one block of exactly n + 1 bytes. */
static int
give(const struct nacre_env *env, const struct buf *b, char **text, size_t *n)
{
	if (b->bad != 0)
		return b->bad;
	if ((*text = mem_new(env, b->n + 1)) == NULL)
		return NACRE_E_NOMEM;
	memcpy(*text, b->p, b->n);
	*n = b->n;
	return 0;
}

static bool
is_one_line(const char *comment)
{
	return strchr(comment, '\n') == NULL && strchr(comment, '\r') == NULL;
}

int
nacre_key_write_private(const struct nacre_env *env, const nacre_key *key, const char *comment, char **text, size_t *n)
{
	struct buf file, armored;
	uint32_t check;
	int r;

	*text = NULL;
	*n = 0;
	if (env == NULL || key == NULL || !nacre_key_has_private(key))
		return NACRE_E_ARGUMENT;
	if ((r = mem_random(env, &check, sizeof(check))) != 0)
		return r;
	buf_init(&file, env, KEYFILE_MAX);
	buf_init(&armored, env, KEYFILE_MAX * 2);
	put_file(&file, key, comment == NULL ? nacre_key_comment(key) : comment, check);
	buf_put_slice(&armored, SLICE_LIT("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
	if (file.bad == 0)
		armor_encode(&armored, buf_slice(&file), WIDTH);
	buf_put_slice(&armored, SLICE_LIT("-----END OPENSSH PRIVATE KEY-----\n"));
	r = file.bad != 0 ? file.bad : give(env, &armored, text, n);
	buf_free(&armored);
	buf_free(&file);
	return r;
}

int
nacre_key_write_public(const struct nacre_env *env, const nacre_key *key, const char *comment, char **text, size_t *n)
{
	struct buf b;
	int r;

	*text = NULL;
	*n = 0;
	if (env == NULL || key == NULL)
		return NACRE_E_ARGUMENT;
	if (comment == NULL)
		comment = nacre_key_comment(key);
	if (!is_one_line(comment))
		return NACRE_E_ARGUMENT;
	buf_init(&b, env, KEYFILE_MAX);
	buf_put_slice(&b, slice_str(key->type->name));
	buf_put_u8(&b, ' ');
	armor_encode(&b, key_blob(key), 0);
	if (comment[0] != '\0') {
		buf_put_u8(&b, ' ');
		buf_put_slice(&b, slice_str(comment));
	}
	buf_put_u8(&b, '\n');
	r = give(env, &b, text, n);
	buf_free(&b);
	return r;
}

void
nacre_key_text_free(const struct nacre_env *env, char *text, size_t n)
{
	mem_wipe_free(env, text, n + 1);
}
