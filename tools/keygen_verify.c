/* keygen_verify: -Y verify and its kin: may the key that signed speak for somebody? Knows: -f, -I, -r, what is said to
 * a person. Must not know: how the list is written. ssh-keygen(1), -Y and ALLOWED SIGNERS. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "keygen.h"

#define NO_MATCH 210 /* what ssh-keygen's -Y match-principals ends with */
#define TOLD_MAX 20 /* lines that make no sense: who has more of them has the wrong file */

/* -O verify-time=..., -O print-pubkey. */
struct verify_options {
	uint64_t now_s;
	bool prints_key;
};

static int
read_options(const struct keygen *k, struct verify_options *options)
{
	static const char at[] = "verify-time=";

	*options = (struct verify_options){.now_s = (uint64_t)time(NULL)};
	for (size_t i = 0; i < k->n_options; i++) {
		const char *option = k->options[i];

		if (strcasecmp(option, "print-pubkey") == 0)
			options->prints_key = true;
		else if (strncasecmp(option, at, sizeof(at) - 1) != 0)
			return say_failure("keygen: -O %s: no such option of -Y %s", option, k->operation);
		else if (!keygen_date(option + sizeof(at) - 1, &options->now_s))
			return say_failure("keygen: -O %s: no time", option);
	}
	return 0;
}

static int
read_signers(const struct keygen *k, nacre_allowed_signers **signers)
{
	unsigned long line;
	const char *why;
	char *text;
	size_t n;
	int rc = keygen_read(k->file, &text, &n);

	if (rc != 0)
		return rc;
	rc = nacre_allowed_signers_parse(k->env, text, n, nacre_clock_local, NULL, signers);
	free(text);
	if (rc != NACRE_OK)
		return say_failure("keygen: %s: %s", k->file, nacre_status_text(rc));
	for (size_t i = 0; i < TOLD_MAX && nacre_allowed_signers_unreadable(*signers, i, &line, &why); i++)
		(void)say_failure("keygen: %s line %lu lets nobody sign: %s", k->file, line, why);
	return 0;
}

static int
check_signer(const struct keygen *k, const nacre_allowed_signers *signers, const nacre_key *key, uint64_t now)
{
	struct nacre_signer_query query = {sizeof(query), k->identity, k->names, key, now};
	unsigned long line;
	char why[256];
	int rc = nacre_allowed_signers_check(signers, &query, &line, why, sizeof(why));

	if (rc == NACRE_OK)
		return 0;
	if (line == 0)
		return say_failure("keygen: %s: %s", k->file, why[0] != '\0' ? why : nacre_status_text(rc));
	return say_failure("keygen: %s line %lu: %s", k->file, line, why);
}

static int
verify(const struct keygen *k, const struct verify_options *options, nacre_sshsig *sig)
{
	nacre_allowed_signers *signers = NULL;
	int rc;

	if ((rc = read_signers(k, &signers)) != 0 || (rc = keygen_feed(sig, stdin, "standard input")) != 0)
		goto out;
	if ((rc = keygen_hold(k, sig)) == 0)
		rc = keygen_check_revoked(k, nacre_sshsig_key(sig));
	if (rc == 0)
		rc = check_signer(k, signers, nacre_sshsig_key(sig), options->now_s);
out:
	nacre_allowed_signers_free(signers);
	return rc;
}

/* ssh-keygen ends with 1 where a letter is missing. */
static int
want(const struct keygen *k, const char *value, const char *what)
{
	if (value != NULL && value[0] != '\0')
		return 0;
	(void)say_failure("keygen: -Y %s wants %s", k->operation, what);
	return KEYGEN_REFUSED;
}

int
keygen_verify(struct keygen *k)
{
	char whose[KEYGEN_FINGERPRINT_MAX];
	struct verify_options options;
	nacre_sshsig *sig = NULL;
	int rc;

	if (want(k, k->names, "a namespace (-n)") != 0 || want(k, k->signer, "the signature's file (-s)") != 0 ||
	    want(k, k->file, "the allowed signers (-f)") != 0 || want(k, k->identity, "who signed (-I)") != 0)
		return KEYGEN_REFUSED;
	if ((rc = read_options(k, &options)) == 0 && (rc = keygen_read_signature(k, &sig)) == 0)
		rc = verify(k, &options, sig);
	if (rc == 0)
		rc = keygen_describe(k, nacre_sshsig_key(sig), " key ", whose);
	if (!k->quiet && rc == 0)
		printf("Good \"%s\" signature for %s with %s\n", k->names, k->identity, whose);
	else if (!k->quiet)
		printf("Could not verify signature.\n");
	if (rc == 0 && options.prints_key)
		rc = keygen_write_public(k, nacre_sshsig_key(sig), "", NULL, false);
	nacre_sshsig_free(sig);
	return rc;
}

static void
print_principals(void *ctx, struct nacre_bytes principals, unsigned long line)
{
	(void)ctx;
	(void)line;
	printf("%.*s\n", (int)principals.n, (const char *)principals.p);
}

/* Says that nobody was found; `code` is what to end with. */
static int
say_nobody(int code)
{
	fprintf(stderr, "No principal matched.\n");
	return code;
}

int
keygen_find_principals(struct keygen *k)
{
	nacre_allowed_signers *signers = NULL;
	struct verify_options options;
	nacre_sshsig *sig = NULL;
	int rc;

	if (want(k, k->signer, "the signature's file (-s)") != 0 || want(k, k->file, "the allowed signers (-f)") != 0)
		return KEYGEN_REFUSED;
	if ((rc = read_options(k, &options)) != 0 || (rc = keygen_read_signature(k, &sig)) != 0 ||
	    (rc = read_signers(k, &signers)) != 0)
		goto out;
	if (nacre_allowed_signers_find(signers, nacre_sshsig_key(sig), options.now_s, print_principals, NULL) != 0)
		rc = say_nobody(TOOL_FAILED);
out:
	nacre_allowed_signers_free(signers);
	nacre_sshsig_free(sig);
	return rc;
}

int
keygen_match_principals(struct keygen *k)
{
	nacre_allowed_signers *signers = NULL;
	int rc;

	if (want(k, k->file, "the allowed signers (-f)") != 0 || want(k, k->identity, "a name (-I)") != 0)
		return KEYGEN_REFUSED;
	if ((rc = read_signers(k, &signers)) != 0)
		return rc;
	if (nacre_allowed_signers_match(signers, k->identity, print_principals, NULL) != 0)
		rc = say_nobody(NO_MATCH);
	nacre_allowed_signers_free(signers);
	return rc;
}
