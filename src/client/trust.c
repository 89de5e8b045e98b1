/* trust: is this the right server? Knows: two sets of known hosts. Must not know: the connection.
 * Serves: RFC 4251 4.1 (host keys), sshd(8) SSH_KNOWN_HOSTS FILE FORMAT. */
#include <stdio.h>
#include <string.h>
#include <nacre/cert.h>
#include "clock.h"
#include "trust.h"

#define DEFAULT_PORT 22 /* RFC 4253 4.1 */

int
trust_init(struct trust *trust, const struct nacre_env *env)
{
	int rc;

	*trust = (struct trust){.env = env, .policy = nacre_policy_reject};
	if ((rc = nacre_known_hosts_new(env, &trust->system)) == NACRE_OK)
		rc = nacre_known_hosts_new(env, &trust->local);
	if (rc != NACRE_OK)
		trust_wipe(trust);
	return rc;
}

void
trust_wipe(struct trust *trust)
{
	nacre_known_hosts_free(trust->system);
	nacre_known_hosts_free(trust->local);
	mem_free_str(trust->env, trust->local_path);
	*trust = (struct trust){.env = trust->env};
}

void
trust_name(const char *host, unsigned port, char *out, size_t cap)
{
	if (port == DEFAULT_PORT)
		snprintf(out, cap, "%s", host);
	else
		snprintf(out, cap, "[%s]:%u", host, port);
}

/* The list that is being made; types that do not fit are left out: they only set the order of what is offered. */
struct type_list {
	char *out;
	size_t cap, n;
};

static void
add_type(void *ctx, const char *type)
{
	struct type_list *list = ctx;
	size_t n = strlen(type);

	if (strchr(type, ',') != NULL || slice_has_name(slice_of(list->out, list->n), slice_of(type, n)))
		return;
	if (list->n + n + 2 > list->cap)
		return;
	list->n += (size_t)snprintf(list->out + list->n, list->cap - list->n, "%s%s", list->n == 0 ? "" : ",", type);
}

void
trust_key_types(const struct trust *trust, const char *host, unsigned port, char *out, size_t cap)
{
	struct type_list list = {out, cap, 0};

	out[0] = '\0';
	/* Where a set cannot be asked the default order stands; the key itself is judged later, without such mercy. */
	if (nacre_known_hosts_key_types(trust->local, host, port, add_type, &list) != NACRE_OK ||
	    nacre_known_hosts_key_types(trust->system, host, port, add_type, &list) != NACRE_OK)
		out[0] = '\0';
}

static int
trust_say(struct failure *why, int code, const char *what, const struct nacre_known_hosts_match *match)
{
	const char *source = match->source == NULL ? "added before" : match->source;

	return failure_set(why, code, failure_origin(code), "%s (%s, line %lu)", what, source, match->line);
}

int
trust_check(const struct trust *trust, const char *host, unsigned port, const nacre_key *key, struct failure *why)
{
	struct nacre_known_hosts_match in[2];
	int rc;

	if ((rc = nacre_known_hosts_check(trust->local, host, port, key, &in[0])) != NACRE_OK ||
	    (rc = nacre_known_hosts_check(trust->system, host, port, key, &in[1])) != NACRE_OK)
		return failure_set(why, rc, failure_origin(rc), "the known hosts could not be searched");

	/* A revoked key is never good; a known one is good even where another file knows a different key. */
	for (int i = 0; i < 2; i++) {
		if (in[i].result == NACRE_KNOWN_HOSTS_REVOKED)
			return trust_say(why, NACRE_E_HOST_KEY_REVOKED, "the host key is revoked", &in[i]);
	}
	for (int i = 0; i < 2; i++) {
		if (in[i].result == NACRE_KNOWN_HOSTS_MATCH)
			return NACRE_OK;
	}
	for (int i = 0; i < 2; i++) {
		if (in[i].result == NACRE_KNOWN_HOSTS_CHANGED)
			return trust_say(why, NACRE_E_HOST_KEY_CHANGED, "the host key is not the known one", &in[i]);
	}
	return failure_set(
	    why, NACRE_E_HOST_KEY_UNKNOWN, NACRE_ORIGIN_LOCAL, "no key of this type is known for the host");
}

bool
trust_has_authority(const struct trust *trust, const char *host, unsigned port)
{
	bool local = false, system = false;

	/* Where a set cannot be asked no certificate is asked for: the plain key is judged by the same set. */
	return nacre_known_hosts_has_authority(trust->local, host, port, &local) == NACRE_OK &&
	       nacre_known_hosts_has_authority(trust->system, host, port, &system) == NACRE_OK && (local || system);
}

/* The name as it was asked for, without the port; its authority was found on a line for this host. */
static int
check_certificate(const char *host, const nacre_key *cert, struct failure *why)
{
	struct nacre_cert_info info;
	struct nacre_cert_policy policy = {
	    .size = sizeof(policy),
	    .type = NACRE_CERT_HOST,
	    .n_authorities = 1,
	    .principal = host,
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

int
trust_certificate(
    const struct trust *trust, const char *host, unsigned port, const nacre_key *cert, struct failure *why)
{
	struct nacre_known_hosts_match in[2];
	int rc;

	if ((rc = nacre_known_hosts_check_certificate(trust->local, host, port, cert, &in[0])) != NACRE_OK ||
	    (rc = nacre_known_hosts_check_certificate(trust->system, host, port, cert, &in[1])) != NACRE_OK)
		return failure_set(why, rc, failure_origin(rc), "the known hosts could not be searched");
	for (int i = 0; i < 2; i++) {
		if (in[i].result == NACRE_KNOWN_HOSTS_REVOKED)
			return trust_say(why, NACRE_E_HOST_KEY_REVOKED, "the host's certificate is revoked", &in[i]);
	}
	if (in[0].result == NACRE_KNOWN_HOSTS_MATCH || in[1].result == NACRE_KNOWN_HOSTS_MATCH)
		return check_certificate(host, cert, why);
	return failure_set(why, NACRE_E_CERTIFICATE, NACRE_ORIGIN_LOCAL, "no authority is trusted for this certificate");
}
