/* Target: allowed signers. The input is a file; the same keys, a certificate among them, are asked about in it whatever
 * it holds. Reading never fails, and what the three questions answer must agree. ssh-keygen(1), ALLOWED SIGNERS. */
#include "cert_forge.h"
#include "fuzz.h"
#include "test_env.h"
#include <nacre/allowed_signers.h>
#include <nacre/cert.h>

#include <sodium.h>

static const char *const names[] = {"alice", "bob@example.com", "a,root", "*"};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

/* Signed by the authority: the subject may be any of the first three. */
static nacre_key *
issue(struct test_env *t)
{
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .principals = names,
	    .n_principals = 3,
	    .valid_before = NACRE_CERT_FOREVER};
	nacre_key *cert;

	FUZZ_CHECK(
	    nacre_cert_issue(&t->env, &fields, forge_key(FORGE_SUBJECT), forge_key(FORGE_AUTHORITY), &cert) == 0);
	return cert;
}

/* A place where the clocks are an hour ahead and nobody remembers leap years. */
static int
local_time(void *ctx, const struct nacre_local_time *at, uint64_t *seconds)
{
	(void)ctx;
	FUZZ_CHECK(at->year >= 1970 && at->year <= 9999 && at->month >= 1 && at->month <= 12);
	FUZZ_CHECK(at->day >= 1 && at->day <= 31 && at->hour < 24 && at->minute < 60 && at->second < 60);
	*seconds = ((((at->year - 1970) * 12ull + at->month - 1) * 30 + at->day) * 24 + at->hour) * 3600;
	return at->second == 13 ? -1 : 0;
}

struct lines {
	size_t calls;
	unsigned long last, expected;
	bool seen;
};

static void
take_line(void *ctx, struct nacre_bytes principals, unsigned long line)
{
	struct lines *l = ctx;

	FUZZ_CHECK(principals.n > 0 && line >= l->last);
	l->calls++;
	l->last = line;
	l->seen = l->seen || line == l->expected;
}

/* A line that lets a key sign has the name, and the key is then found somewhere. */
static void
agree(const nacre_allowed_signers *set, const struct nacre_signer_query *query, unsigned long line)
{
	struct lines by_name = {.expected = line}, by_key = {.expected = line};

	FUZZ_CHECK(nacre_allowed_signers_match(set, query->principal, take_line, &by_name) == 0);
	FUZZ_CHECK(by_name.seen);
	FUZZ_CHECK(nacre_allowed_signers_find(set, query->key, query->now_s, take_line, &by_key) == 0);
	FUZZ_CHECK(by_key.calls > 0 && by_key.last <= line);
}

static void
ask(const nacre_allowed_signers *set, const nacre_key *key, size_t n_lines)
{
	static const uint64_t moments[] = {0, 1700000000, UINT64_MAX};
	struct nacre_signer_query query = {.size = sizeof(query), .key = key};
	unsigned long line;
	char why[200];
	size_t i, j;

	for (i = 0; i < N_NAMES; i++) {
		for (j = 0; j < 2 * sizeof(moments) / sizeof(moments[0]); j++) {
			query.principal = names[i];
			query.now_s = moments[j / 2];
			query.name_space = j % 2 == 0 ? "file" : "git";
			line = 0;
			if (nacre_allowed_signers_check(set, &query, &line, why, sizeof(why)) == 0)
				agree(set, &query, line);
			else
				FUZZ_CHECK(why[0] != '\0');
			FUZZ_CHECK(line <= n_lines);
		}
	}
}

static size_t
count_lines(const uint8_t *data, size_t size)
{
	size_t n = 1, i;

	for (i = 0; i < size; i++)
		n += data[i] == '\n';
	return n;
}

static void
walk_unreadable(const nacre_allowed_signers *set, size_t n_lines)
{
	unsigned long line, last = 0;
	const char *why;
	size_t i;

	for (i = 0; nacre_allowed_signers_unreadable(set, i, &line, &why); i++) {
		FUZZ_CHECK(line > last && line <= n_lines && why[0] != '\0');
		last = line;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n_lines = count_lines(data, size);
	nacre_allowed_signers *set;
	struct test_env t;
	nacre_key *cert;

	if (sodium_init() < 0 || size > NACRE_ALLOWED_SIGNERS_MAX)
		return 0;
	test_env_init(&t, 1);
	cert = issue(&t);
	FUZZ_CHECK(nacre_allowed_signers_parse(
		       &t.env, (const char *)data, size, size % 2 == 0 ? local_time : NULL, NULL, &set) == 0);
	walk_unreadable(set, n_lines);
	ask(set, forge_key(FORGE_SUBJECT), n_lines);
	ask(set, cert, n_lines);
	nacre_allowed_signers_free(set);
	nacre_key_free(cert);
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
