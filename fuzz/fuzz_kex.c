/* Target: what a peer's public value can do, with the real mathematics. The first byte chooses a method and our role,
 * the rest is the peer's value (fuzz_kex.h); or the checks of a group that a server chose, or the server's choice from
 * a file. A value is accepted or NACRE_E_KEX; what is refused gives no secret, and no private half outlives the call.
 */
#include "fuzz_kex.h"
#include "fuzz.h"
#include "mem.h"
#include "reader.h"
#include "test_env.h"

#include <sodium.h>

#define UNTOUCHED 0xa5

/* Blocks of just their size, so that a sanitizer sees one byte too many. */
struct ends {
	const struct kex *kex;
	uint8_t *own, *secret;
	size_t own_len, secret_len;
	struct kex_state st;
};

static void
ends_begin(struct ends *e, const struct nacre_env *env, const struct kex *kex, bool responds)
{
	bool is_dh = kex->shape == KEX_SHAPE_DH;

	*e = (struct ends){.kex = kex};
	e->own_len = is_dh ? kex->group->p.n : responds ? kex->reply_len : kex->init_len;
	e->secret_len = is_dh ? kex->group->p.n : kex->secret_len;
	e->own = mem_new(env, e->own_len);
	e->secret = mem_new(env, e->secret_len);
	FUZZ_CHECK(e->own != NULL && e->secret != NULL);
	memset(e->secret, UNTOUCHED, e->secret_len);
}

static void
ends_end(struct ends *e, const struct nacre_env *env)
{
	mem_free(env, e->own, e->own_len);
	mem_free(env, e->secret, e->secret_len);
}

static bool
is_all(const void *p, size_t n, uint8_t byte)
{
	const uint8_t *at = p;
	size_t i = 0;

	while (i < n && at[i] == byte)
		i++;
	return i == n;
}

static void
check_result(const struct ends *e, int r)
{
	bool wiped = is_all(e->secret, e->secret_len, 0), untouched = is_all(e->secret, e->secret_len, UNTOUCHED);

	FUZZ_CHECK(r == 0 || r == NACRE_E_KEX);
	FUZZ_CHECK((r != 0) == (wiped || untouched));
	FUZZ_CHECK(is_all(&e->st, sizeof(e->st), 0));
}

static int
respond(struct ends *e, const struct nacre_env *env, struct slice theirs)
{
	if (e->kex->shape == KEX_SHAPE_DH)
		return dh_respond(e->kex->group, env, theirs, e->own, e->secret);
	return e->kex->respond(env, theirs.p, e->own, e->secret);
}

static int
initiate(struct ends *e, const struct nacre_env *env, struct slice theirs)
{
	bool is_dh = e->kex->shape == KEX_SHAPE_DH;

	FUZZ_CHECK((is_dh ? dh_init(e->kex->group, &e->st, env, e->own) : e->kex->init(&e->st, env, e->own)) == 0);
	if (is_dh)
		return dh_finish(e->kex->group, &e->st, theirs, e->secret);
	return e->kex->finish(&e->st, theirs.p, e->secret);
}

/* What comes before the mathematics: a string of the exact length, or an mpint that is not negative. */
static bool
is_well_formed(const struct kex *kex, bool responds, struct slice theirs)
{
	if (kex->shape == KEX_SHAPE_DH)
		return theirs.n == 0 || theirs.p[0] != 0;
	return theirs.n == (responds ? kex->init_len : kex->reply_len);
}

static void
run_row(const struct nacre_env *env, const struct kex *kex, bool responds, struct slice theirs)
{
	struct ends e;

	if (!kex_fuzz_takes(kex) || !is_well_formed(kex, responds, theirs))
		return;
	ends_begin(&e, env, kex, responds);
	check_result(&e, responds ? respond(&e, env, theirs) : initiate(&e, env, theirs));
	ends_end(&e, env);
}

/* As the transport does it once a group is taken. Here p need not be prime: whatever it is, both ends agree. */
static void
compute_in(const struct nacre_env *env, const struct dh_group *group)
{
	static uint8_t ours[KEX_FUZZ_GROUP_MAX], theirs[KEX_FUZZ_GROUP_MAX], secret[2][KEX_FUZZ_GROUP_MAX];
	struct kex_state st;
	int r = dh_init(group, &st, env, ours), q;

	FUZZ_CHECK(r == 0 || r == NACRE_E_KEX);
	if (r != 0)
		return;
	q = dh_respond(group, env, slice_of(ours, group->p.n), theirs, secret[0]);
	FUZZ_CHECK(q == 0 || q == NACRE_E_KEX);
	r = q == 0 ? dh_finish(group, &st, slice_of(theirs, group->p.n), secret[1]) : q;
	FUZZ_CHECK(r == q && (r != 0 || memcmp(secret[0], secret[1], group->p.n) == 0));
}

static void
run_check(const struct nacre_env *env, struct reader *r)
{
	uint32_t min = reader_u32(r), max = reader_u32(r);
	struct dh_group group;
	struct dh_room room;
	struct slice v;

	group.p = reader_string(r);
	group.g = reader_string(r);
	v = reader_rest(r);
	if (r->bad || dh_check_group(&group, min, max) != NULL)
		return;
	FUZZ_CHECK(dh_bits(group.p) >= DH_BITS_MIN && dh_bits(group.p) <= DH_BITS_MAX);
	dh_keep(&room, group.p, group.g);
	FUZZ_CHECK(dh_check_group(&room.group, min, max) == NULL && room.group.p.p[0] != 0);
	FUZZ_CHECK(dh_check_public(&room.group, v) != NULL || (dh_bits(v) > 1 && dh_bits(v) <= dh_bits(group.p)));
	FUZZ_CHECK(dh_check_public(&room.group, room.group.p) != NULL);
	if (room.group.p.n <= KEX_FUZZ_GROUP_MAX)
		compute_in(env, &room.group);
}

static void
run_choose(const struct nacre_env *env, struct reader *r)
{
	uint32_t min = reader_u32(r), n = reader_u32(r), max = reader_u32(r);
	struct dh_room room;
	int chosen;

	if (r->bad)
		return;
	chosen = dh_choose(env, reader_rest(r), min, n, max, &room);
	FUZZ_CHECK(chosen == NACRE_E_KEX || (chosen == 0 && dh_check_group(&room.group, min, max) == NULL));
}

static void
run(const struct nacre_env *env, uint8_t first, struct slice rest)
{
	struct reader r = reader_of(rest);
	unsigned n_rows = 0, which;

	while (kex_table[n_rows].name != NULL)
		n_rows++;
	which = first % (KEX_FUZZ_ROWS + 2 * n_rows);
	if (which == KEX_FUZZ_CHECK)
		run_check(env, &r);
	else if (which == KEX_FUZZ_CHOOSE)
		run_choose(env, &r);
	else
		run_row(env, &kex_table[(which - KEX_FUZZ_ROWS) / 2], (which - KEX_FUZZ_ROWS) % 2 == 1, rest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct test_env t;

	if (size == 0 || sodium_init() < 0)
		return 0;
	test_env_init(&t, 1);
	run(&t.env, data[0], slice_of(data + 1, size - 1));
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
