/* make_kex_corpus: writes the seeds of fuzz_kex: for each method and role a good value, and one that is refused; groups
 * and files of moduli to look at. An initiator of the same randomness as the target's gets its good reply.
 *
 *   make_kex_corpus DIR */
#include "buf.h"
#include "corpus_file.h"
#include "fuzz.h"
#include "fuzz_kex.h"
#include "test_env.h"

#include <sodium.h>

static const char *dir;

static void
seed(const char *what, const char *of, unsigned first, struct slice bytes)
{
	struct test_env t;
	struct buf b;
	char name[120];

	test_env_init(&t, 1);
	buf_init(&b, &t.env, 65536);
	buf_put_u8(&b, (uint8_t)first);
	buf_put_slice(&b, bytes);
	FUZZ_CHECK(b.bad == 0);
	snprintf(name, sizeof(name), "%s-%s", what, of);
	corpus_file(dir, "kex", name, buf_slice(&b));
	buf_free(&b);
}

/* All ones: no coefficients of ML-KEM, no point of a curve, not below p - 1. For X25519 they would be a value like any
 * other: a hybrid's half at the end, and X25519 alone, are all zeros. */
static void
spoil(const struct kex *kex, uint8_t *value, size_t n)
{
	bool is_hybrid = kex->post_quantum, is_x25519 = n == 32;

	if (is_hybrid)
		memset(value + n - 32, 0, 32);
	else
		memset(value, is_x25519 ? 0 : 0xff, n);
}

/* The initiator's randomness is what the target has, from its start. */
static void
exchange(const struct kex *kex, uint8_t *init, uint8_t *reply)
{
	static uint8_t secret[KEX_SECRET_MAX];
	static struct kex_state st;
	struct test_env one, other;
	int r;

	test_env_init(&one, 1);
	test_env_init(&other, 2);
	if (kex->shape == KEX_SHAPE_DH)
		r = dh_init(kex->group, &st, &one.env, init) != 0 ||
		    dh_respond(kex->group, &other.env, slice_of(init, kex->group->p.n), reply, secret) != 0;
	else
		r = kex->init(&st, &one.env, init) != 0 || kex->respond(&other.env, init, reply, secret) != 0;
	FUZZ_CHECK(r == 0);
}

static void
row_seeds(const struct kex *kex, unsigned first)
{
	static uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX];
	bool is_dh = kex->shape == KEX_SHAPE_DH;
	size_t init_len = is_dh ? kex->group->p.n : kex->init_len, reply_len = is_dh ? init_len : kex->reply_len;

	exchange(kex, init, reply);
	seed("reply", kex->name, first, slice_of(reply, reply_len));
	seed("init", kex->name, first + 1, slice_of(init, init_len));
	spoil(kex, init, init_len);
	spoil(kex, reply, reply_len);
	seed("bad-reply", kex->name, first, slice_of(reply, reply_len));
	seed("bad-init", kex->name, first + 1, slice_of(init, init_len));
}

static void
check_seed(const char *name, uint32_t min, uint32_t max, struct slice p, struct slice g, struct slice v)
{
	struct test_env t;
	struct buf b;

	test_env_init(&t, 1);
	buf_init(&b, &t.env, 65536);
	buf_put_u32(&b, min);
	buf_put_u32(&b, max);
	buf_put_string(&b, p);
	buf_put_string(&b, g);
	buf_put_slice(&b, v);
	FUZZ_CHECK(b.bad == 0);
	seed("check", name, KEX_FUZZ_CHECK, buf_slice(&b));
	buf_free(&b);
}

static void
check_seeds(void)
{
	static uint8_t even[KEX_FUZZ_GROUP_MAX], composite[KEX_FUZZ_GROUP_MAX];
	struct slice p = dh_group14.p, one = SLICE_LIT("\x01"), two = SLICE_LIT("\x02"), v = SLICE_LIT("a pearl");

	memset(even, 0xfe, sizeof(even));
	memset(composite, 0xff, sizeof(composite)); /* divisible by three */
	check_seed("group14", 2048, 8192, p, two, v);
	check_seed("group15", 2048, 8192, dh_group15.p, two, v);
	check_seed("group1", 2048, 8192, dh_group1.p, two, v);
	check_seed("above-max", 2048, 2048, dh_group15.p, two, v);
	check_seed("no-p", 0, 8192, SLICE_NONE, SLICE_NONE, SLICE_NONE);
	check_seed("g-of-one", 2048, 8192, p, one, v);
	check_seed("g-of-p", 2048, 8192, p, p, v);
	check_seed("even", 2048, 8192, slice_of(even, sizeof(even)), two, v);
	check_seed("composite", 2048, 8192, slice_of(composite, sizeof(composite)), SLICE_LIT("\x03"), v);
	check_seed("value-of-one", 2048, 8192, p, two, one);
	check_seed("value-of-p", 2048, 8192, p, two, p);
}

static void
put_line(struct buf *b, const char *fields, struct slice p)
{
	size_t i;
	char digits[3];

	buf_put(b, fields, strlen(fields));
	for (i = 0; i < p.n; i++) {
		snprintf(digits, sizeof(digits), "%02X", p.p[i]);
		buf_put(b, digits, 2);
	}
	buf_put_u8(b, '\n');
}

static void
choose_seed(const char *name, uint32_t min, uint32_t n, uint32_t max, const char *fields, const struct dh_group *group)
{
	struct test_env t;
	struct buf b;

	test_env_init(&t, 1);
	buf_init(&b, &t.env, 65536);
	buf_put_u32(&b, min);
	buf_put_u32(&b, n);
	buf_put_u32(&b, max);
	if (fields != NULL) {
		buf_put(&b, "# a comment\n", 12);
		put_line(&b, fields, group->p);
		put_line(&b, "20260101000000 2 6 100 2047 2 ", dh_group14.p);
	}
	FUZZ_CHECK(b.bad == 0);
	seed("choose", name, KEX_FUZZ_CHOOSE, buf_slice(&b));
	buf_free(&b);
}

static void
choose_seeds(void)
{
	choose_seed("fixed", 2048, 3072, 8192, NULL, NULL);
	choose_seed("none", 2049, 2050, 3071, NULL, NULL);
	choose_seed("one-of-two", 2048, 3072, 8192, "20260101000000 2 6 100 3071 2 ", &dh_group15);
	choose_seed("equals", 2048, 2048, 2048, "20260101000000 2 6 100 2047 5 ", &dh_group14);
	choose_seed("unsafe-prime", 2048, 3072, 8192, "20260101000000 4 6 100 3071 2 ", &dh_group15);
	choose_seed("composite", 2048, 3072, 8192, "20260101000000 2 1 100 3071 2 ", &dh_group15);
	choose_seed("wrong-size", 2048, 4096, 8192, "20260101000000 2 6 100 4095 2 ", &dh_group15);
	choose_seed("fields-missing", 2048, 3072, 8192, "20260101000000 2 6 ", &dh_group15);
}

int
main(int argc, char **argv)
{
	unsigned i;

	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: make_kex_corpus DIR\n");
		return 2;
	}
	dir = argv[1];
	for (i = 0; kex_table[i].name != NULL; i++)
		if (kex_fuzz_takes(&kex_table[i]))
			row_seeds(&kex_table[i], KEX_FUZZ_ROWS + 2 * i);
	check_seeds();
	choose_seeds();
	return 0;
}
