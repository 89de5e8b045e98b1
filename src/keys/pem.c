/* pem: see pem.h. Knows: lines, labels and headers. Must not know: DER's inside, ciphers. RFC 7468 2 and 3, RFC 1421
 * 4.6. */
#include "pem.h"
#include "armor.h"
#include "derkey.h"
#include "keyfile.h"
#include "pbes2.h"

#define DASHES "-----"
#define WIDTH 64

static struct slice
trim(struct slice s)
{
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = slice_from(s, 1);
	return s;
}

/* "-----BEGIN label-----" or the END line; the label, or nothing. */
static bool
is_boundary(struct slice line, struct slice start, struct slice *label)
{
	line = trim(line);
	if (!slice_starts(line, start) || !slice_ends(line, SLICE_LIT(DASHES)) || line.n < start.n + sizeof(DASHES) - 1)
		return false;
	*label = slice_of(line.p + start.n, line.n - start.n - (sizeof(DASHES) - 1));
	return true;
}

static bool
split(struct slice s, char at, struct slice *before, struct slice *after)
{
	const uint8_t *p = s.n == 0 ? NULL : memchr(s.p, at, s.n);

	if (p == NULL)
		return false;
	*before = trim(slice_of(s.p, (size_t)(p - s.p)));
	*after = trim(slice_from(s, (size_t)(p - s.p) + 1));
	return true;
}

/* Other headers than these two say nothing about the key. */
static bool
read_header(struct slice name, struct slice value, struct pem *block)
{
	if (slice_is(name, "Proc-Type")) {
		if (!slice_is(value, "4,ENCRYPTED"))
			return false;
		block->is_encrypted = true;
	}
	if (slice_is(name, "DEK-Info"))
		return split(value, ',', &block->dek_cipher, &block->dek_iv);
	return true;
}

/* Headers end with an empty line; without any, the base64 begins at once. */
static bool
read_headers(struct slice *text, struct pem *block)
{
	struct slice rest = *text, line, name, value;

	while (armor_next_line(&rest, &line) && split(line, ':', &name, &value)) {
		if (!read_header(name, value, block))
			return false;
		*text = rest;
	}
	return block->is_encrypted == (block->dek_cipher.n > 0);
}

/* The next block of *text. False where there is none; NACRE_E_KEY_FORMAT in *error where it is malformed. */
static bool
next_block(struct slice *text, struct pem *block, int *error, struct why *why)
{
	struct slice line, label, start;

	*block = (struct pem){.label = {NULL, 0}};
	*error = 0;
	do {
		if (!armor_next_line(text, &line))
			return false;
	} while (!is_boundary(line, SLICE_LIT(PEM_BEGIN), &block->label));
	if (!read_headers(text, block)) {
		*error = why_fail(why, NACRE_E_KEY_FORMAT, "PEM: the headers are malformed");
		return false;
	}
	start = *text;
	while (armor_next_line(text, &line))
		if (is_boundary(line, SLICE_LIT("-----END "), &label)) {
			block->body = slice_of(start.p, (size_t)(line.p - start.p));
			if (slice_eq(label, block->label))
				return true;
			*error = why_fail(why, NACRE_E_KEY_FORMAT, "PEM: the END line is of another block");
			return false;
		}
	*error = why_fail(why, NACRE_E_KEY_FORMAT, "PEM: the file has no END line: it was cut");
	return false;
}

static const struct {
	const char *label;
	derkey_read_fn *read;
	bool is_pbes2; /* encrypted inside, not by headers */
} private_labels[] = {
    {"RSA PRIVATE KEY", derkey_pkcs1, false},
    {"EC PRIVATE KEY", derkey_sec1, false},
    {"DSA PRIVATE KEY", derkey_dsa, false},
    {"PRIVATE KEY", derkey_pkcs8, false},
    {"ENCRYPTED PRIVATE KEY", derkey_pkcs8, true},
};

static const struct {
	const char *label;
	derkey_read_fn *read;
} public_labels[] = {
    {"PUBLIC KEY", derkey_spki},
    {"RSA PUBLIC KEY", derkey_pkcs1_public},
};

#define PRIVATE_LABELS (sizeof(private_labels) / sizeof(private_labels[0]))
#define PUBLIC_LABELS (sizeof(public_labels) / sizeof(public_labels[0]))

static int
needs_passphrase(struct why *why)
{
	return why_fail(why, NACRE_E_KEY_PASSPHRASE, "the key is encrypted and needs a passphrase");
}

static int
decode(struct buf *der, const struct pem *block, struct why *why)
{
	int r = armor_decode(der, block->body);

	if (r == NACRE_E_NOMEM)
		return why_fail(why, r, nacre_status_text(r));
	if (r != 0 || der->n == 0)
		return why_fail(why, NACRE_E_KEY_FORMAT, "PEM: the text between BEGIN and END is not base64");
	return 0;
}

static int
decrypt(struct buf *der, const struct pem *block, bool is_pbes2, const char *passphrase, struct why *why)
{
	if (is_pbes2 && block->is_encrypted)
		return why_fail(why, NACRE_E_KEY_FORMAT, "PEM: the key is encrypted twice");
	if (is_pbes2)
		return pbes2_decrypt(der, passphrase, why);
	if (!block->is_encrypted)
		return 0;
	return passphrase == NULL ? needs_passphrase(why) : pem_decrypt(der, block, passphrase, why);
}

static int
read_block(const struct nacre_env *env, const struct pem *block, size_t label, const char *passphrase, nacre_key **key,
    struct why *why)
{
	struct buf der;
	int r;

	buf_init(&der, env, KEYFILE_MAX);
	if ((r = decode(&der, block, why)) == 0 &&
	    (r = decrypt(&der, block, private_labels[label].is_pbes2, passphrase, why)) == 0)
		r = private_labels[label].read(env, buf_slice(&der), key, why);
	buf_free(&der);
	return r;
}

/* Parameters and certificates may stand in front of a key; a private key of a type that is not read is named. */
static int
check_other(const struct pem *block, struct why *why)
{
	if (!slice_ends(block->label, SLICE_LIT("PRIVATE KEY")))
		return 0;
	return why_fail_name(why, NACRE_E_KEY_TYPE_UNKNOWN, "PEM: a key of a type that is not supported", block->label);
}

int
pem_read(const struct nacre_env *env, struct slice text, const char *passphrase, nacre_key **key, struct why *why)
{
	struct pem block;
	size_t i;
	int r;

	if (passphrase != NULL && passphrase[0] == '\0')
		passphrase = NULL;
	while (next_block(&text, &block, &r, why)) {
		for (i = 0; i < PRIVATE_LABELS; i++)
			if (slice_is(block.label, private_labels[i].label))
				return read_block(env, &block, i, passphrase, key, why);
		if ((r = check_other(&block, why)) != 0)
			return r;
	}
	return r != 0 ? r : why_fail(why, NACRE_E_KEY_FORMAT, "PEM: the file holds no private key");
}

int
pem_peek(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why)
{
	nacre_key *whole = NULL;
	int r = pem_read(env, text, NULL, &whole, why);

	if (r == 0)
		r = nacre_key_copy_public(env, whole, key);
	nacre_key_free(whole);
	return r;
}

int
pem_read_public(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why)
{
	struct pem block;
	struct buf der;
	size_t i;
	int r;

	while (next_block(&text, &block, &r, why))
		for (i = 0; i < PUBLIC_LABELS; i++) {
			if (!slice_is(block.label, public_labels[i].label))
				continue;
			buf_init(&der, env, KEYFILE_MAX);
			if ((r = decode(&der, &block, why)) == 0)
				r = public_labels[i].read(env, buf_slice(&der), key, why);
			buf_free(&der);
			return r;
		}
	return r != 0 ? r : why_fail(why, NACRE_E_KEY_FORMAT, "PEM: the file holds no public key");
}

void
pem_put(struct buf *text, const char *label, const char *dek, struct slice der)
{
	buf_put_slice(text, SLICE_LIT(PEM_BEGIN));
	buf_put_slice(text, slice_str(label));
	buf_put_slice(text, SLICE_LIT(DASHES "\n"));
	if (dek != NULL) {
		buf_put_slice(text, SLICE_LIT("Proc-Type: 4,ENCRYPTED\nDEK-Info: "));
		buf_put_slice(text, slice_str(dek));
		buf_put_slice(text, SLICE_LIT("\n\n"));
	}
	armor_encode(text, der, WIDTH);
	buf_put_slice(text, SLICE_LIT("-----END "));
	buf_put_slice(text, slice_str(label));
	buf_put_slice(text, SLICE_LIT(DASHES "\n"));
}
