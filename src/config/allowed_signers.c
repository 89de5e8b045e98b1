/* allowed_signers: a list of allowed signers, and what it says. Knows: which rules a line must meet. Must not know: how
 * a line is written (signer_line.c), signatures. ssh-keygen(1), ALLOWED SIGNERS. */
#include <nacre/allowed_signers.h>
#include "armor.h"
#include "pattern.h"
#include "publine.h"
#include "signer_line.h"

#include <nacre/cert.h>
#include <nacre/sshsig.h>
#include <stdio.h>

struct nacre_allowed_signers {
	const struct nacre_env *env;
	struct signer_line *first, *last;
};

static int
add_lines(nacre_allowed_signers *set, struct slice text, const struct signer_clock *clock)
{
	unsigned long number = 0;
	struct signer_line *line;
	struct slice row, rest, word;
	int r = 0;

	while (r == 0 && armor_next_line(&text, &row)) {
		number++;
		rest = row;
		if (!publine_word(&rest, &word) || word.p[0] == '#')
			continue;
		if ((r = signer_line_parse(set->env, row, number, clock, &line)) != 0)
			return r;
		if (set->last == NULL)
			set->first = line;
		else
			set->last->next = line;
		set->last = line;
	}
	return r;
}

int
nacre_allowed_signers_parse(const struct nacre_env *env, const char *text, size_t n, nacre_local_time_fn *local,
    void *ctx, nacre_allowed_signers **out)
{
	struct signer_clock clock = {local, ctx};
	nacre_allowed_signers *set;
	int r;

	if (out == NULL)
		return NACRE_E_ARGUMENT;
	*out = NULL;
	if (env == NULL || (text == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if (n > NACRE_ALLOWED_SIGNERS_MAX)
		return NACRE_E_LIMIT;
	if ((set = mem_new(env, sizeof(*set))) == NULL)
		return NACRE_E_NOMEM;
	set->env = env;
	if ((r = add_lines(set, slice_of(text, n), &clock)) == 0)
		*out = set;
	else
		nacre_allowed_signers_free(set);
	return r;
}

void
nacre_allowed_signers_free(nacre_allowed_signers *set)
{
	struct signer_line *line, *next;

	if (set == NULL)
		return;
	for (line = set->first; line != NULL; line = next) {
		next = line->next;
		signer_line_free(set->env, line);
	}
	mem_free(set->env, set, sizeof(*set));
}

bool
nacre_allowed_signers_unreadable(const nacre_allowed_signers *set, size_t i, unsigned long *number, const char **why)
{
	const struct signer_line *line = set == NULL ? NULL : set->first;

	for (; line != NULL; line = line->next) {
		if (line->broken == NULL || i-- > 0)
			continue;
		if (number != NULL)
			*number = line->number;
		if (why != NULL)
			*why = line->broken;
		return true;
	}
	return false;
}

static bool
has_principal(const struct signer_line *line, const char *name)
{
	return pattern_list_match_exact(line->principals, slice_str(name)) == PATTERN_MATCH;
}

/* Is it the key, or its certificate's authority? */
static bool
has_key(const struct signer_line *line, const nacre_key *key)
{
	struct nacre_cert_info info;

	if (!line->is_authority)
		return nacre_key_equal(line->key, key);
	return nacre_key_is_certificate(key) && nacre_cert_get_info(key, &info) == 0 &&
	       nacre_key_equal(line->key, info.authority);
}

static const char *
time_problem(const struct signer_line *line, uint64_t now)
{
	if (now < line->valid_after)
		return "the line is not yet valid";
	return now > line->valid_before ? "the line is no longer valid" : NULL;
}

static int
check_cert(const struct signer_line *line, const nacre_key *key, const char *name, uint64_t now, char *why, size_t size)
{
	const nacre_key *const authority = line->key;
	struct nacre_cert_policy policy = {
	    .size = sizeof(policy),
	    .type = NACRE_CERT_USER,
	    .authorities = &authority,
	    .n_authorities = 1,
	    .principal = name,
	    .now_s = now,
	};

	return nacre_cert_check(key, &policy, why, size);
}

/* What a line with the name and the key still forbids; "" for nothing. */
static void
find_problem(const struct signer_line *line, const struct nacre_signer_query *query, char why[128])
{
	const char *problem = time_problem(line, query->now_s);
	char reason[96];

	why[0] = '\0';
	if (line->has_namespaces &&
	    pattern_list_match_exact(line->namespaces, slice_str(query->name_space)) != PATTERN_MATCH)
		problem = "the line is for other namespaces";
	if (problem != NULL)
		snprintf(why, 128, "%s", problem);
	else if (line->is_authority &&
		 check_cert(line, query->key, query->principal, query->now_s, reason, sizeof(reason)) != 0)
		snprintf(why, 128, "the certificate: %s", reason);
}

enum { NO_NAME, NO_KEY, FORBIDDEN }; /* how close the closest line came */

struct closest {
	int rank;
	unsigned long line;
	char why[128];
};

static void
come_closer(struct closest *closest, int rank, unsigned long line, const char *why)
{
	if (rank <= closest->rank)
		return;
	closest->rank = rank;
	closest->line = line;
	snprintf(closest->why, sizeof(closest->why), "%s", why);
}

/* Does this line say yes? */
static bool
line_allows(const struct signer_line *line, const struct nacre_signer_query *query, struct closest *closest)
{
	char why[128];

	if (line->broken != NULL || !has_principal(line, query->principal))
		return false;
	if (!has_key(line, query->key)) {
		come_closer(closest, NO_KEY, line->number, "the lines that have this name have other keys");
		return false;
	}
	find_problem(line, query, why);
	if (why[0] == '\0')
		return true;
	come_closer(closest, FORBIDDEN, line->number, why);
	return false;
}

static bool
is_name(const char *name, size_t max)
{
	return name != NULL && name[0] != '\0' && strlen(name) <= max;
}

int
nacre_allowed_signers_check(const nacre_allowed_signers *set, const struct nacre_signer_query *query,
    unsigned long *number, char *why, size_t why_size)
{
	struct closest closest = {.rank = NO_NAME, .why = "no line has this name"};
	const struct signer_line *line;

	if (number != NULL)
		*number = 0;
	if (why != NULL && why_size > 0)
		why[0] = '\0';
	if (set == NULL || query == NULL || query->size != sizeof(*query) || query->key == NULL ||
	    !is_name(query->principal, NACRE_SIGNER_PRINCIPAL_MAX) ||
	    !is_name(query->name_space, NACRE_SSHSIG_NAMESPACE_MAX))
		return NACRE_E_ARGUMENT;
	for (line = set->first; line != NULL; line = line->next)
		if (line_allows(line, query, &closest))
			break;
	if (number != NULL)
		*number = line != NULL ? line->number : closest.line;
	if (line != NULL)
		return 0;
	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", closest.why);
	return NACRE_E_SIGNER;
}

struct listener {
	nacre_principals_fn *fn;
	void *ctx;
	size_t told;
};

static void
tell(struct listener *to, struct slice principals, const struct signer_line *line)
{
	to->fn(to->ctx, (struct nacre_bytes){principals.p, principals.n}, line->number);
	to->told++;
}

/* A name of the certificate counts once for a line, however many of its patterns fit. */
static void
tell_cert_names(const struct signer_line *line, const nacre_key *cert, uint64_t now, struct listener *to)
{
	char name[NACRE_SIGNER_PRINCIPAL_MAX + 1];
	struct nacre_bytes raw;

	for (size_t i = 0; nacre_cert_principal(cert, i, &raw); i++) {
		struct slice principal = slice_of(raw.p, raw.n);

		if (raw.n >= sizeof(name) || raw.n == 0 || memchr(raw.p, 0, raw.n) != NULL ||
		    pattern_list_match_exact(line->principals, principal) != PATTERN_MATCH)
			continue;
		memcpy(name, raw.p, raw.n);
		name[raw.n] = '\0';
		if (check_cert(line, cert, name, now, NULL, 0) == 0)
			tell(to, principal, line);
	}
}

int
nacre_allowed_signers_find(
    const nacre_allowed_signers *set, const nacre_key *key, uint64_t now_s, nacre_principals_fn *fn, void *ctx)
{
	struct listener to = {fn, ctx, 0};
	const struct signer_line *line;
	struct slice list, principal;

	if (set == NULL || key == NULL || fn == NULL)
		return NACRE_E_ARGUMENT;
	for (line = set->first; line != NULL && to.told == 0; line = line->next) {
		if (line->broken != NULL || !has_key(line, key) || time_problem(line, now_s) != NULL)
			continue;
		list = line->principals;
		if (line->is_authority)
			tell_cert_names(line, key, now_s, &to);
		else
			while (slice_next_name(&list, &principal))
				tell(&to, principal, line);
	}
	return to.told > 0 ? 0 : NACRE_E_SIGNER;
}

int
nacre_allowed_signers_match(const nacre_allowed_signers *set, const char *principal, nacre_principals_fn *fn, void *ctx)
{
	struct listener to = {fn, ctx, 0};
	const struct signer_line *line;

	if (set == NULL || fn == NULL || !is_name(principal, NACRE_SIGNER_PRINCIPAL_MAX))
		return NACRE_E_ARGUMENT;
	for (line = set->first; line != NULL; line = line->next)
		if (line->broken == NULL && has_principal(line, principal))
			tell(&to, line->principals, line);
	return to.told > 0 ? 0 : NACRE_E_SIGNER;
}
