/* keygen_show: fingerprints, and the public half of a private key. Knows: the lines of key files, authorized_keys and
 * known_hosts. Must not know: how a key is used. ssh-keygen(1), sshd(8). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "keygen.h"

static const char usual[] = "~/.ssh/id_ed25519";

static const char *
hash_name(const struct keygen *k)
{
	return k->hash != NULL && strcasecmp(k->hash, "md5") == 0 ? "MD5" : "SHA256";
}

static int
check_hash(const struct keygen *k)
{
	if (k->hash == NULL || strcasecmp(k->hash, "md5") == 0 || strcasecmp(k->hash, "sha256") == 0)
		return 0;
	return say_failure("keygen: %s: no such hash; there are sha256 and md5", k->hash);
}

/* A certificate is told by the key that it is for. */
static int
fingerprint_of(const struct keygen *k, const nacre_key *key, char *out, size_t cap)
{
	nacre_key *plain;
	int rc = nacre_cert_plain(k->env, key, &plain);

	if (rc == NACRE_OK)
		rc = nacre_key_fingerprint(plain, hash_name(k), out, cap);
	nacre_key_free(plain);
	return rc;
}

int
keygen_describe(const struct keygen *k, const nacre_key *key, const char *between, char out[KEYGEN_FINGERPRINT_MAX])
{
	char fingerprint[64];

	if (fingerprint_of(k, key, fingerprint, sizeof(fingerprint)) != NACRE_OK)
		return say_failure("keygen: there is no fingerprint");
	snprintf(out, KEYGEN_FINGERPRINT_MAX, "%s%s%s%s", nacre_key_short_type(key),
	    nacre_key_is_certificate(key) ? "-CERT" : "", between, fingerprint);
	return 0;
}

/* The picture, as `-v` asks for it. */
static int
print_art(const struct keygen *k, const nacre_key *key)
{
	char art[NACRE_KEY_RANDOMART_SIZE];
	nacre_key *plain;
	int rc = nacre_cert_plain(k->env, key, &plain);

	if (rc == NACRE_OK)
		rc = nacre_key_randomart(plain, hash_name(k), art, sizeof(art));
	nacre_key_free(plain);
	if (rc != NACRE_OK)
		return say_failure("keygen: there is no picture of the key");
	fputs(art, stdout);
	return 0;
}

static int
print_fingerprint(const struct keygen *k, const nacre_key *key)
{
	struct nacre_bytes raw = {(const uint8_t *)nacre_key_comment(key), strlen(nacre_key_comment(key))};
	char fingerprint[64], comment[1024];

	if (fingerprint_of(k, key, fingerprint, sizeof(fingerprint)) != NACRE_OK)
		return say_failure("keygen: there is no fingerprint");
	(void)nacre_text_escape(comment, sizeof(comment), raw, false);
	printf("%u %s %s (%s%s)\n", nacre_key_bits(key), fingerprint, comment[0] == '\0' ? "no comment" : comment,
	    nacre_key_short_type(key), nacre_key_is_certificate(key) ? "-CERT" : "");
	return k->verbose ? print_art(k, key) : 0;
}

/* How many keys there were; -1 after a failure was told. */
static int
print_lines(const struct keygen *k, char *text)
{
	char *rest = NULL;
	nacre_key *key;
	int found = 0, rc;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if ((key = keygen_parse_line(k, line)) == NULL)
			continue;
		rc = print_fingerprint(k, key);
		nacre_key_free(key);
		if (rc != 0)
			return -1;
		found++;
	}
	return found;
}

/* The `.pub` line beside a private key, for its comment. */
static nacre_key *
read_beside(const struct keygen *k, const char *path)
{
	char name[KEYGEN_PATH_MAX + 8], *text;
	nacre_key *key = NULL;
	size_t n;

	snprintf(name, sizeof(name), "%s.pub", path);
	if (access(name, R_OK) != 0 || keygen_read(name, &text, &n) != 0)
		return NULL;
	key = keygen_parse_line(k, text);
	free(text);
	return key;
}

int
keygen_peek(const struct keygen *k, const char *text, size_t n, nacre_key **key, char *why, size_t why_size)
{
	int rc = nacre_key_parse_private(k->env, (const uint8_t *)text, n, NULL, key, why, why_size);

	return rc == NACRE_E_KEY_PASSPHRASE
		   ? nacre_key_peek_public(k->env, (const uint8_t *)text, n, key, why, why_size)
		   : rc;
}

/* Where a private key is locked, its comment is, too, and in some formats its public half: the `.pub` file beside it
 * may have them. */
static int
print_private(const struct keygen *k, const char *path, const nacre_key *key)
{
	nacre_key *beside = NULL;
	int rc;

	if (key == NULL || !nacre_key_has_private(key))
		beside = read_beside(k, path);
	if (key == NULL && beside == NULL)
		return say_failure("keygen: %s is locked, and does not show its public half", path);
	rc = print_fingerprint(k, key == NULL || (beside != NULL && nacre_key_equal(key, beside)) ? beside : key);
	nacre_key_free(beside);
	return rc;
}

/* Is this meant to be a private key, though it cannot be read as one? */
static bool
is_private(const char *text)
{
	static const char putty[] = "PuTTY-User-Key-File-";

	return strstr(text, "PRIVATE KEY-----") != NULL || strncmp(text, putty, sizeof(putty) - 1) == 0;
}

int
keygen_fingerprint(struct keygen *k)
{
	char path[KEYGEN_PATH_MAX], *text = NULL, why[256] = "";
	int rc = check_hash(k), found;
	nacre_key *key = NULL;
	size_t n;

	if (rc != 0 || !keygen_path(k, usual, path))
		return TOOL_FAILED;
	if ((rc = keygen_read(path, &text, &n)) != 0)
		return rc;
	rc = keygen_peek(k, text, n, &key, why, sizeof(why));
	if (rc == NACRE_OK || rc == NACRE_E_KEY_PASSPHRASE)
		rc = print_private(k, path, key);
	else if (is_private(text))
		rc = say_failure("keygen: %s: %s", path, why);
	else if ((found = print_lines(k, text)) > 0)
		rc = 0;
	else
		rc = found == 0 ? say_failure("keygen: %s is no key file", path) : TOOL_FAILED;
	nacre_key_free(key);
	explicit_bzero(text, n);
	free(text);
	return rc;
}

/* The private key alone is asked: a `.pub` file beside it may be another's. */
int
keygen_public(struct keygen *k)
{
	char path[KEYGEN_PATH_MAX];
	nacre_key *key = NULL;
	int rc;

	if (!keygen_path(k, usual, path))
		return TOOL_FAILED;
	if ((rc = keygen_load(k, path, &key)) == 0)
		rc = keygen_write_public(k, key, NULL, NULL, false);
	nacre_key_free(key);
	return rc;
}
