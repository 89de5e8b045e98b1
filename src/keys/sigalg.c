/* sigalg: the table of signature algorithms. Knows: names, and which key makes which. Must not know: signatures.
 * RFC 4253 6.6, RFC 5656 3, RFC 8332 3, RFC 8709; OpenSSH PROTOCOL.certkeys, PROTOCOL.u2f. */
#include "key.h"

#define V01 "-cert-v01@openssh.com"
#define MLDSA "ssh-mldsa44-ed25519@openssh.com"

/* Certificates first: who shows one wants it looked at. */
const struct sigalg sigalg_table[] = {
    {.name = "ssh-ed25519" V01, .key_type = "ssh-ed25519" V01, .signature = "ssh-ed25519"},
    {.name = "ecdsa-sha2-nistp256" V01, .key_type = "ecdsa-sha2-nistp256" V01, .signature = "ecdsa-sha2-nistp256"},
    {.name = "ecdsa-sha2-nistp384" V01, .key_type = "ecdsa-sha2-nistp384" V01, .signature = "ecdsa-sha2-nistp384"},
    {.name = "ecdsa-sha2-nistp521" V01, .key_type = "ecdsa-sha2-nistp521" V01, .signature = "ecdsa-sha2-nistp521"},
    {.name = "sk-ssh-ed25519" V01, .key_type = "sk-ssh-ed25519" V01, .signature = "sk-ssh-ed25519@openssh.com"},
    {.name = "sk-ecdsa-sha2-nistp256" V01,
	.key_type = "sk-ecdsa-sha2-nistp256" V01,
	.signature = "sk-ecdsa-sha2-nistp256@openssh.com"},
    {.name = "rsa-sha2-512" V01, .key_type = "ssh-rsa" V01, .hash = HASH_SHA512, .signature = "rsa-sha2-512"},
    {.name = "rsa-sha2-256" V01, .key_type = "ssh-rsa" V01, .hash = HASH_SHA256, .signature = "rsa-sha2-256"},
    {.name = "ssh-mldsa44-ed25519" V01, .by_name = true, .key_type = "ssh-mldsa44-ed25519" V01, .signature = MLDSA},
    {.name = "ssh-rsa" V01, .legacy = true, .key_type = "ssh-rsa" V01, .hash = HASH_SHA1, .signature = "ssh-rsa"},
    {.name = "ssh-ed25519", .key_type = "ssh-ed25519"},
    {.name = "ecdsa-sha2-nistp256", .key_type = "ecdsa-sha2-nistp256"},
    {.name = "ecdsa-sha2-nistp384", .key_type = "ecdsa-sha2-nistp384"},
    {.name = "ecdsa-sha2-nistp521", .key_type = "ecdsa-sha2-nistp521"},
    {.name = "sk-ssh-ed25519@openssh.com", .key_type = "sk-ssh-ed25519@openssh.com"},
    {.name = "sk-ecdsa-sha2-nistp256@openssh.com", .key_type = "sk-ecdsa-sha2-nistp256@openssh.com"},
    {.name = "rsa-sha2-512", .key_type = "ssh-rsa", .hash = HASH_SHA512},
    {.name = "rsa-sha2-256", .key_type = "ssh-rsa", .hash = HASH_SHA256},
    {.name = MLDSA, .by_name = true, .key_type = MLDSA},
    {.name = "ssh-rsa", .legacy = true, .key_type = "ssh-rsa", .hash = HASH_SHA1},
    {.name = "ssh-dss", .legacy = true, .key_type = "ssh-dss"},
    {.name = NULL},
};

const struct sigalg *
sigalg_find(struct slice name)
{
	const struct sigalg *a;

	for (a = sigalg_table; a->name != NULL; a++)
		if (slice_is(name, a->name))
			return a;
	return NULL;
}

const char *
sigalg_signature(const struct sigalg *algorithm)
{
	return algorithm->signature != NULL ? algorithm->signature : algorithm->name;
}

bool
sigalg_is_for_certificates(const struct sigalg *algorithm)
{
	return algorithm->signature != NULL;
}

const struct sigalg *
sigalg_for_key(const nacre_key *key, const char *signature)
{
	const struct sigalg *a;

	for (a = sigalg_table; a->name != NULL; a++)
		if (!a->legacy && strcmp(a->key_type, key->type->name) == 0 &&
		    (signature == NULL || strcmp(sigalg_signature(a), signature) == 0))
			return a;
	return NULL;
}
