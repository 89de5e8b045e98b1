/* cost: seals n bytes in packets as long as a bulk transfer's and opens them again, or only makes and checks their
 * tags, for who counts instructions. Knows: the library's inside, whose work it isolates. Must not know: who counts.
 *
 *   cost CIPHER MAC N    "-" for no MAC (an AEAD), or for no cipher: the tag alone, twice for each packet */
#include "buf.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>

#define PAYLOAD 32768

static void *
take(void *ctx, size_t n)
{
	(void)ctx;
	return malloc(n);
}

static void
give(void *ctx, void *p, size_t n)
{
	(void)ctx;
	(void)n;
	free(p);
}

static int
seal_and_open(struct suite *out, struct suite *in, size_t n)
{
	static uint8_t pkt[PAYLOAD + 256];
	size_t len = PAYLOAD + 16 + (suite_length_is_apart(out) ? 4u : 0u), done;
	uint32_t seq = 0, length;
	int r = 0;

	for (done = 0; done < n && r == 0; done += PAYLOAD, seq++) {
		put_be32(pkt, (uint32_t)(len - 4));
		if ((r = suite_seal(out, seq, pkt, len)) == 0 && (r = suite_open_length(in, seq, pkt, &length)) == 0)
			r = suite_open(in, seq, pkt, len);
	}
	return r;
}

static int
run_suite(const struct nacre_env *env, const struct cipher *cipher, const struct mac *mac, size_t n)
{
	static struct suite out, in;
	struct suite_keys keys;
	int r;

	memset(&keys, 7, sizeof(keys));
	if ((r = suite_init(&out, env, cipher, mac, &keys, true)) == 0 &&
	    (r = suite_init(&in, env, cipher, mac, &keys, false)) == 0)
		r = seal_and_open(&out, &in, n);
	suite_wipe(&out);
	suite_wipe(&in);
	return r;
}

static int
run_mac(const struct nacre_env *env, const struct mac *mac, size_t n)
{
	static const uint8_t key[64] = {7}, pkt[PAYLOAD + 16];
	struct mac_state st = {{0}};
	uint8_t tag[CIPHER_TAG_MAX];
	int r = mac->init(&st, env, key);
	uint32_t seq;

	for (seq = 0; seq < 2 * (n / PAYLOAD) && r == 0; seq++)
		r = mac->tag(&st, seq, pkt, sizeof(pkt), tag);
	mac->wipe(&st);
	return r;
}

int
main(int argc, char **argv)
{
	struct nacre_env env = {.size = sizeof(env), .alloc = take, .free = give};
	const struct cipher *cipher = argc == 4 ? cipher_find(slice_str(argv[1])) : NULL;
	const struct mac *mac = argc == 4 ? mac_find(slice_str(argv[2])) : NULL;
	size_t n = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

	if ((cipher == NULL && mac == NULL) || sodium_init() < 0) {
		fprintf(stderr, "usage: cost CIPHER|- MAC|- N\n");
		return 2;
	}
	if (crypto_aead_aes256gcm_is_available())
		env.cpu = NACRE_CPU_AES;
	return (cipher != NULL ? run_suite(&env, cipher, mac, n) : run_mac(&env, mac, n)) == 0 ? 0 : 1;
}
