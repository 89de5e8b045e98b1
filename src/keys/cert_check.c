/* cert_check: is a certificate good for this? Knows: authorities, names, times, critical options. Must not know: where
 * these come from. OpenSSH PROTOCOL.certkeys; sshd(8), AUTHORIZED_KEYS FILE FORMAT (principals). */
#include "cert_parse.h"
#include "netmask.h"
#include "pattern.h"

#include <stdio.h>

typedef const char *cert_rule(const struct cert *cert, const struct nacre_cert_policy *policy);

static const char *
check_authority(const struct cert *cert, const struct nacre_cert_policy *policy)
{
	size_t i;

	for (i = 0; i < policy->n_authorities; i++)
		if (nacre_key_equal(policy->authorities[i], cert->authority))
			return NULL;
	return "its authority is not one that is trusted here";
}

static const char *
check_type(const struct cert *cert, const struct nacre_cert_policy *policy)
{
	if (cert->type == policy->type)
		return NULL;
	return cert->type == NACRE_CERT_USER ? "it is for a user, not for a host" : "it is for a host, not for a user";
}

/* valid_after <= now < valid_before. */
static const char *
check_time(const struct cert *cert, const struct nacre_cert_policy *policy)
{
	if (policy->now_s < cert->valid_after)
		return "it is not yet valid";
	return policy->now_s < cert->valid_before ? NULL : "it is no longer valid";
}

/* CVE-2026-35414: a principal is one name; a comma in it is no separator. */
static bool
is_principal(const struct cert *cert, struct slice principal, struct slice name)
{
	return cert->type == NACRE_CERT_HOST ? pattern_match(principal, name) : slice_eq(principal, name);
}

static const char *
check_principal(const struct cert *cert, const struct nacre_cert_policy *policy)
{
	struct reader r = reader_of(cert->principals);
	struct slice name = slice_str(policy->principal);

	/* A list of nobody would be a certificate for everybody. */
	if (r.n == 0)
		return "it names no principals";
	while (r.n > 0)
		if (is_principal(cert, reader_string(&r), name))
			return NULL;
	return "its principals do not include this name";
}

static const char *
check_source(struct slice list, const char *from)
{
	struct netaddr address;

	if (from == NULL || !netaddr_read(slice_str(from), &address))
		return "it may be used from some addresses only, and this one is not known";
	switch (netmask_list_match(list, &address)) {
	case NETMASK_MATCH:
		return NULL;
	case NETMASK_NONE:
		return "it may not be used from this address";
	case NETMASK_MALFORMED:
		break;
	}
	return "its list of addresses is malformed";
}

static const char *
check_critical(const struct cert *cert, const struct nacre_cert_policy *policy)
{
	struct slice list = cert->critical, name, data;
	const char *why = NULL;

	while (why == NULL && cert_next_option(&list, &name, &data)) {
		struct reader r = reader_of(data);

		if (cert->type == NACRE_CERT_HOST)
			why = "a host's certificate has a critical option";
		else if (cert_option_find(NACRE_CERT_CRITICAL, name) == NULL)
			why = "it has a critical option that is not known";
		else if (slice_is(name, "source-address"))
			why = check_source(reader_string(&r), policy->source_address);
	}
	return why;
}

static cert_rule *const rules[] = {check_authority, check_type, check_critical, check_time, check_principal};

int
nacre_cert_check(const nacre_key *cert, const struct nacre_cert_policy *policy, char *why, size_t why_size)
{
	const char *broken = NULL;
	size_t i;

	if (why != NULL && why_size > 0)
		why[0] = '\0';
	if (!nacre_key_is_certificate(cert) || policy == NULL || policy->size != sizeof(*policy) ||
	    policy->principal == NULL || (policy->authorities == NULL && policy->n_authorities > 0))
		return NACRE_E_ARGUMENT;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]) && broken == NULL; i++)
		broken = rules[i](cert->cert, policy);
	if (broken == NULL)
		return 0;
	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", broken);
	return NACRE_E_CERTIFICATE;
}
