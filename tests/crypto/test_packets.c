/* Sealed packets, known byte by byte: every cipher with every MAC, against what OpenSSL makes of the same packets. */
#include "suite.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define PACKET_MAX 2048

struct pair {
	struct suite out, in;
	bool is_set;
	unsigned cpu;
	struct test_env t; /* the suites borrow it */
};

static void
end(struct pair *p)
{
	if (!p->is_set)
		return;
	suite_wipe(&p->out);
	suite_wipe(&p->in);
	p->is_set = false;
}

static void
begin(struct pair *p, struct vectors *v)
{
	const struct cipher *cipher = cipher_find(slice_str(v->word[1]));
	const struct mac *mac = mac_find(slice_str(v->word[2]));
	struct slice key = vectors_field(v, 3), iv = vectors_field(v, 4), mac_key = vectors_field(v, 5);
	struct suite_keys keys = {{0}, {0}, {0}};

	end(p);
	test_env_init(&p->t, 1);
	p->t.env.cpu = p->cpu;
	assert_non_null(cipher);
	assert_int_equal(mac == NULL, cipher->kind != CIPHER_STREAM);
	assert_true(
	    key.n == cipher->key_len && iv.n == cipher->iv_len && mac_key.n == (mac == NULL ? 0 : mac->key_len));
	memcpy(keys.key, key.p, key.n);
	memcpy(keys.iv, iv.p, iv.n);
	memcpy(keys.mac_key, mac_key.p, mac_key.n);
	vectors_expect(v, suite_init(&p->out, &p->t.env, cipher, mac, &keys, true), 0);
	vectors_expect(v, suite_init(&p->in, &p->t.env, cipher, mac, &keys, false), 0);
	p->is_set = true;
}

static void
check_seal(struct pair *p, struct vectors *v, uint32_t seq)
{
	struct slice plain = vectors_field(v, 2), sealed = vectors_field(v, 3);
	uint8_t pkt[PACKET_MAX];

	assert_true(sealed.n <= sizeof(pkt));
	assert_int_equal(sealed.n, plain.n + suite_tag_len(&p->out));
	memcpy(pkt, plain.p, plain.n);
	vectors_expect(v, suite_seal(&p->out, seq, pkt, plain.n), 0);
	vectors_expect_bytes(v, pkt, sealed);
}

static void
check_open(struct pair *p, struct vectors *v, uint32_t seq)
{
	struct slice plain = vectors_field(v, 2), sealed = vectors_field(v, 3);
	uint8_t pkt[PACKET_MAX];
	uint32_t length = 0;

	memcpy(pkt, sealed.p, sealed.n);
	vectors_expect(v, suite_open_length(&p->in, seq, pkt, &length), 0);
	assert_int_equal(length, plain.n - 4);
	vectors_expect(v, suite_open(&p->in, seq, pkt, plain.n), 0);
	vectors_expect_bytes(v, pkt + 4, slice_from(plain, 4)); /* the length was told before */
}

static void
check_all(unsigned cpu)
{
	struct pair p = {.cpu = cpu};
	struct vectors v;

	for (vectors_open(&v, "packets.txt"); vectors_next(&v);) {
		uint32_t seq = (uint32_t)strtoul(v.word[1], NULL, 10);

		if (vectors_is(&v, "suite")) {
			begin(&p, &v);
			continue;
		}
		check_seal(&p, &v, seq);
		check_open(&p, &v, seq);
	}
	end(&p);
	vectors_close(&v);
}

static void
packets_are_sealed_and_opened_as_openssl_does(void **state)
{
	(void)state;
	check_all(NACRE_CPU_AES);
}

static void
packets_are_the_same_without_aes_in_the_cpu(void **state)
{
	(void)state;
	check_all(0);
}

static void
every_cipher_with_every_mac_is_there(void **state)
{
	unsigned seen = 0, wanted = 0;
	const struct cipher *c;
	const struct mac *m;
	struct vectors v;

	(void)state;
	for (c = cipher_table; c->name != NULL; c++)
		for (m = mac_table; m->name != NULL; m++)
			wanted += c->kind == CIPHER_STREAM || m == mac_table;
	wanted += 2; /* AES-GCM once more for each key size, with a counter that comes round */
	for (vectors_open(&v, "packets.txt"); vectors_next(&v);)
		seen += vectors_is(&v, "suite");
	vectors_close(&v);
	assert_int_equal(seen, wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(packets_are_sealed_and_opened_as_openssl_does),
	    cmocka_unit_test(packets_are_the_same_without_aes_in_the_cpu),
	    cmocka_unit_test(every_cipher_with_every_mac_is_there),
	};

	return cmocka_run_group_tests_name("crypto/packets", tests, NULL, NULL);
}
