/* cost_libcrypto: what cost, cost_kex and cost_sign do, by OpenSSL's libcrypto, for who compares. Knows: libcrypto 3.
 * Must not know: Nacre. Primitives alone: no packet, no exchange hash.
 *
 *   cost_libcrypto cipher|mac NAME N                 n bytes, sealed and opened; tagged twice
 *   cost_libcrypto init|respond|finish KEX N         one half of a key exchange, n times
 *   cost_libcrypto sign|verify ALGORITHM PEMFILE N   n times
 *
 * Ends with 3 where libcrypto has nothing like it. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOAD 32768
#define TEXT_LEN 256
#define NOT_THERE 3

#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                        \
			exit(1);                                                                                       \
		}                                                                                                      \
	} while (0)

static const unsigned char key[64] = {7}, text[TEXT_LEN] = {7};

static const struct {
	const char *ssh, *name;
	bool is_aead;
} ciphers[] = {
    {"aes256-gcm@openssh.com", "AES-256-GCM", true},
    {"aes128-gcm@openssh.com", "AES-128-GCM", true},
    {"chacha20-poly1305@openssh.com", "ChaCha20-Poly1305", true},
    {"aes256-ctr", "AES-256-CTR", false},
    {"aes192-ctr", "AES-192-CTR", false},
    {"aes128-ctr", "AES-128-CTR", false},
    {"aes256-cbc", "AES-256-CBC", false},
    {"aes192-cbc", "AES-192-CBC", false},
    {"aes128-cbc", "AES-128-CBC", false},
    {"3des-cbc", "DES-EDE3-CBC", false},
};

static void
crypt_once(EVP_CIPHER_CTX *ctx, bool is_aead, bool seals, unsigned char *packet, unsigned char tag[16])
{
	static const unsigned char iv[16] = {9};
	int n;

	CHECK(EVP_CipherInit_ex(ctx, NULL, NULL, NULL, iv, seals) == 1);
	if (is_aead && !seals)
		CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1);
	if (is_aead)
		CHECK(EVP_CipherUpdate(ctx, NULL, &n, text, 4) == 1);
	CHECK(EVP_CipherUpdate(ctx, packet, &n, packet, PAYLOAD) == 1 && n == PAYLOAD);
	CHECK(EVP_CipherFinal_ex(ctx, packet + n, &n) == 1);
	if (is_aead && seals)
		CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1);
}

static int
run_cipher(const char *ssh, unsigned long n)
{
	static unsigned char packet[PAYLOAD + 64], tag[16];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	EVP_CIPHER *cipher;
	unsigned long done;
	size_t i;

	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]) && strcmp(ciphers[i].ssh, ssh) != 0; i++)
		continue;
	if (i == sizeof(ciphers) / sizeof(ciphers[0]))
		return NOT_THERE;
	cipher = EVP_CIPHER_fetch(NULL, ciphers[i].name, NULL);
	CHECK(cipher != NULL && EVP_CipherInit_ex(ctx, cipher, NULL, key, NULL, 1) == 1);
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	for (done = 0; done < n; done += PAYLOAD) {
		crypt_once(ctx, ciphers[i].is_aead, true, packet, tag);
		crypt_once(ctx, ciphers[i].is_aead, false, packet, tag);
	}
	EVP_CIPHER_free(cipher);
	EVP_CIPHER_CTX_free(ctx);
	return 0;
}

static const struct {
	const char *ssh, *digest;
	size_t key_len;
} macs[] = {
    {"hmac-sha2-512", "SHA512", 64},
    {"hmac-sha2-256", "SHA256", 32},
    {"hmac-sha1", "SHA1", 20},
    {"hmac-md5", "MD5", 16},
};

/* "-etm" and "-96" change when it is computed and how much of it is sent, not what it costs. */
static int
run_mac(const char *ssh, unsigned long n)
{
	static unsigned char packet[PAYLOAD + 16];
	unsigned char tag[64];
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(hmac);
	OSSL_PARAM params[2] = {OSSL_PARAM_END, OSSL_PARAM_END};
	unsigned long i, at = 0;
	size_t len;

	while (at < sizeof(macs) / sizeof(macs[0]) && strncmp(macs[at].ssh, ssh, strlen(macs[at].ssh)) != 0)
		at++;
	if (at == sizeof(macs) / sizeof(macs[0]))
		return NOT_THERE;
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)macs[at].digest, 0);
	CHECK(EVP_MAC_init(ctx, key, macs[at].key_len, params) == 1);
	for (i = 0; i < 2 * (n / PAYLOAD); i++) {
		CHECK(EVP_MAC_init(ctx, NULL, 0, NULL) == 1 && EVP_MAC_update(ctx, text, 4) == 1);
		CHECK(EVP_MAC_update(ctx, packet, sizeof(packet)) == 1);
		CHECK(EVP_MAC_final(ctx, tag, &len, sizeof(tag)) == 1);
	}
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(hmac);
	return 0;
}

static const struct {
	const char *ssh, *type, *group;
} exchanges[] = {
    {"curve25519-sha256", "X25519", NULL},
    {"curve25519-sha256@libssh.org", "X25519", NULL},
    {"ecdh-sha2-nistp256", "EC", "P-256"},
    {"ecdh-sha2-nistp384", "EC", "P-384"},
    {"ecdh-sha2-nistp521", "EC", "P-521"},
    {"diffie-hellman-group14-sha256", "DH", "modp_2048"},
    {"diffie-hellman-group14-sha1", "DH", "modp_2048"},
    {"diffie-hellman-group15-sha512", "DH", "modp_3072"},
    {"diffie-hellman-group16-sha512", "DH", "modp_4096"},
    {"diffie-hellman-group17-sha512", "DH", "modp_6144"},
    {"diffie-hellman-group18-sha512", "DH", "modp_8192"},
};

static EVP_PKEY *
make_key(size_t which)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, exchanges[which].type, NULL);
	OSSL_PARAM params[2] = {OSSL_PARAM_END, OSSL_PARAM_END};
	EVP_PKEY *made = NULL;

	CHECK(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1);
	if (exchanges[which].group != NULL) {
		params[0] = OSSL_PARAM_construct_utf8_string(
		    OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)exchanges[which].group, 0);
		CHECK(EVP_PKEY_CTX_set_params(ctx, params) == 1);
	}
	CHECK(EVP_PKEY_generate(ctx, &made) == 1);
	EVP_PKEY_CTX_free(ctx);
	return made;
}

static void
derive(EVP_PKEY *ours, EVP_PKEY *theirs)
{
	static unsigned char secret[1024];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL);
	size_t n = sizeof(secret);

	CHECK(ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, theirs) == 1);
	CHECK(EVP_PKEY_derive(ctx, secret, &n) == 1);
	EVP_PKEY_CTX_free(ctx);
}

static int
run_kex(const char *half, const char *ssh, unsigned long n)
{
	EVP_PKEY *ours, *theirs, *fresh;
	size_t i;

	for (i = 0; i < sizeof(exchanges) / sizeof(exchanges[0]) && strcmp(exchanges[i].ssh, ssh) != 0; i++)
		continue;
	if (i == sizeof(exchanges) / sizeof(exchanges[0]))
		return NOT_THERE;
	ours = make_key(i);
	theirs = make_key(i);
	for (; n > 0; n--) {
		fresh = strcmp(half, "finish") == 0 ? NULL : make_key(i);
		if (strcmp(half, "init") != 0)
			derive(fresh == NULL ? ours : fresh, theirs);
		EVP_PKEY_free(fresh);
	}
	EVP_PKEY_free(theirs);
	EVP_PKEY_free(ours);
	return 0;
}

static const struct {
	const char *ssh, *digest;
} signatures[] = {
    {"ssh-ed25519", NULL},
    {"ecdsa-sha2-nistp256", "SHA256"},
    {"ecdsa-sha2-nistp384", "SHA384"},
    {"ecdsa-sha2-nistp521", "SHA512"},
    {"rsa-sha2-512", "SHA512"},
    {"rsa-sha2-256", "SHA256"},
};

static size_t
sign_or_verify(EVP_PKEY *pkey, const char *digest, bool verifies, unsigned char *made, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (verifies) {
		CHECK(EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, pkey, NULL) == 1);
		CHECK(EVP_DigestVerify(ctx, made, n, text, sizeof(text)) == 1);
	} else {
		CHECK(EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, pkey, NULL) == 1);
		CHECK(EVP_DigestSign(ctx, made, &n, text, sizeof(text)) == 1);
	}
	EVP_MD_CTX_free(ctx);
	return n;
}

static EVP_PKEY *
load(const char *ssh, const char *path)
{
	EVP_PKEY *pkey;
	FILE *file;

	if (strcmp(ssh, "ssh-ed25519") == 0) /* any 32 bytes are one */
		return EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, key, 32);
	CHECK((file = fopen(path, "r")) != NULL);
	pkey = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	return pkey;
}

static int
run_signature(const char *job, const char *ssh, const char *path, unsigned long n)
{
	static unsigned char made[2048];
	bool verifies = strcmp(job, "verify") == 0;
	EVP_PKEY *pkey;
	size_t i, len;

	for (i = 0; i < sizeof(signatures) / sizeof(signatures[0]) && strcmp(signatures[i].ssh, ssh) != 0; i++)
		continue;
	if (i == sizeof(signatures) / sizeof(signatures[0]))
		return NOT_THERE;
	CHECK((pkey = load(ssh, path)) != NULL);
	len = sign_or_verify(pkey, signatures[i].digest, false, made, sizeof(made));
	for (; n > 0; n--)
		(void)sign_or_verify(pkey, signatures[i].digest, verifies, made, verifies ? len : sizeof(made));
	EVP_PKEY_free(pkey);
	return 0;
}

int
main(int argc, char **argv)
{
	unsigned long n = argc >= 4 ? strtoul(argv[argc - 1], NULL, 10) : 0;

	if (argc == 5 && (strcmp(argv[1], "sign") == 0 || strcmp(argv[1], "verify") == 0))
		return run_signature(argv[1], argv[2], argv[3], n);
	if (argc == 4 && strcmp(argv[1], "cipher") == 0)
		return run_cipher(argv[2], n);
	if (argc == 4 && strcmp(argv[1], "mac") == 0)
		return run_mac(argv[2], n);
	if (argc == 4)
		return run_kex(argv[1], argv[2], n);
	fprintf(stderr, "usage: cost_libcrypto JOB NAME [PEMFILE] N\n");
	return 2;
}
