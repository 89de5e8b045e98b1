/* trust_check: what all sets together say of a key. Knows: what wins over what. Must not know: what follows from it.
 * Serves: RFC 4251 4.1 (host keys), sshd(8) SSH_KNOWN_HOSTS FILE FORMAT; OpenSSH PROTOCOL.certkeys. */
#include <nacre/cert.h>
#include "clock.h"
#include "trust.h"

typedef int ask_fn(const nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key,
    struct nacre_known_hosts_match *match);

/* A revoked key is never good; a known one is good even where another file knows a different key. */
static const struct {
	enum nacre_known_hosts_result result;
	enum nacre_host_key_verdict verdict;
	int code;
} precedence[] = {
    {NACRE_KNOWN_HOSTS_REVOKED, NACRE_HOST_KEY_REVOKED, NACRE_E_HOST_KEY_REVOKED},
    {NACRE_KNOWN_HOSTS_MATCH, NACRE_HOST_KEY_MATCH, NACRE_OK},
    {NACRE_KNOWN_HOSTS_CHANGED, NACRE_HOST_KEY_CHANGED, NACRE_E_HOST_KEY_CHANGED},
};

static bool
find_result(
    const struct nacre_known_hosts_match in[TRUST_ALL], enum nacre_known_hosts_result result, struct trust_found *found)
{
	for (int i = 0; i < TRUST_ALL; i++) {
		if (in[i].result != result)
			continue;
		found->set = (enum trust_set)(i % TRUST_SETS);
		found->match = in[i];
		return true;
	}
	return false;
}

static struct trust_found
weigh(const struct nacre_known_hosts_match in[TRUST_ALL])
{
	struct trust_found found = {.verdict = NACRE_HOST_KEY_UNKNOWN, .code = NACRE_E_HOST_KEY_UNKNOWN};

	for (size_t i = 0; i < sizeof(precedence) / sizeof(precedence[0]); i++) {
		if (!find_result(in, precedence[i].result, &found))
			continue;
		found.verdict = precedence[i].verdict;
		found.code = precedence[i].code;
		return found;
	}
	for (int i = 0; i < TRUST_ALL; i++)
		found.match.other_types = found.match.other_types || in[i].other_types;
	return found;
}

/* What cannot be found out counts as revoked (revoked.h). */
static bool
is_listed(const struct trust_revoked *file, const nacre_key *key, struct trust_found *found)
{
	size_t n;

	while (file != NULL && !nacre_revoked_has(file->set, key))
		file = file->next;
	if (file == NULL)
		return false;
	*found = (struct trust_found){.verdict = NACRE_HOST_KEY_REVOKED, .code = NACRE_E_HOST_KEY_REVOKED};
	found->match.source = file->path;
	found->match.type = nacre_key_type(key);
	found->match.blob = nacre_key_blob(key, &n);
	found->match.blob_n = n;
	return true;
}

/* CVE-2025-26465: a set that could not be asked is an error, and never an answer. */
static struct trust_found
ask_all(const struct trust *trust, const struct trust_target *at, const nacre_key *key, ask_fn *ask)
{
	struct trust_found found = {.verdict = NACRE_HOST_KEY_UNDECIDED, .code = NACRE_E_CRYPTO};
	struct nacre_known_hosts_match in[TRUST_ALL];

	if (is_listed(trust->given.revoked, key, &found) || is_listed(trust->lent.revoked, key, &found) ||
	    is_listed(trust->own.revoked, key, &found))
		return found;
	for (int i = 0; i < TRUST_ALL; i++) {
		in[i] = (struct nacre_known_hosts_match){.result = NACRE_KNOWN_HOSTS_UNKNOWN};
		if (trust_nth(trust, i) == NULL)
			continue;
		found.code = ask(trust_nth(trust, i), at->host, at->port, key, &in[i]);
		if (found.code != NACRE_OK)
			return found;
	}
	return weigh(in);
}

struct trust_found
trust_check(const struct trust *trust, const struct trust_target *target, const nacre_key *key)
{
	return ask_all(trust, target, key, nacre_known_hosts_check);
}

/* The name as it was asked for, without the port; its authority was found on a line for this host. */
static int
check_certificate(const struct trust *trust, const nacre_key *cert, struct failure *why)
{
	struct nacre_cert_info info;
	struct nacre_cert_policy policy = {
	    .size = sizeof(policy),
	    .type = NACRE_CERT_HOST,
	    .n_authorities = 1,
	    .principal = trust->target.host,
	    .now_s = clock_wall_s(),
	};
	char text[128];
	int rc;

	if ((rc = nacre_cert_get_info(cert, &info)) != NACRE_OK)
		return failure_set(why, rc, failure_origin(rc), "the host's certificate cannot be read");
	policy.authorities = &info.authority;
	if ((rc = nacre_cert_check(cert, &policy, text, sizeof(text))) == NACRE_OK)
		return NACRE_OK;
	return failure_set(
	    why, NACRE_E_CERTIFICATE, NACRE_ORIGIN_LOCAL, "the host's certificate is not good: %s", text);
}

struct trust_found
trust_check_certificate(const struct trust *trust, const nacre_key *cert, struct failure *why)
{
	struct trust_found found = ask_all(trust, &trust->target, cert, nacre_known_hosts_check_certificate);

	if (found.verdict == NACRE_HOST_KEY_UNKNOWN)
		found.code = failure_set(
		    why, NACRE_E_CERTIFICATE, NACRE_ORIGIN_LOCAL, "no authority is trusted for this certificate");
	if (found.verdict != NACRE_HOST_KEY_MATCH)
		return found;
	found.verdict = NACRE_HOST_KEY_CERTIFIED;
	found.code = check_certificate(trust, cert, why);
	return found;
}
