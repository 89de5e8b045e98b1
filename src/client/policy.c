/* policy: what to do about a host whose key is not known. Knows: fingerprints, the local set. Must not know: the
 * connection. Serves: RFC 4251 4.1 (the first connection without a known key); ssh_config(5), StrictHostKeyChecking. */
#include <stdio.h>
#include "facade.h"

void
nacre_client_set_missing_host_key_policy(nacre_client *c, nacre_host_key_policy *policy, void *ctx)
{
	if (c == NULL)
		return;
	c->trust.policy = policy == NULL ? nacre_policy_reject : policy;
	c->trust.policy_ctx = ctx;
}

int
nacre_policy_reject(void *ctx, nacre_client *c, const char *name, const nacre_key *key)
{
	(void)ctx;
	(void)c;
	(void)name;
	(void)key;
	return NACRE_E_HOST_KEY_UNKNOWN;
}

static void
log_key(struct nacre_client *c, enum nacre_log_level level, const char *what, const char *name, const nacre_key *key)
{
	char fingerprint[FINGERPRINT_TEXT_MAX] = "";

	if (nacre_key_fingerprint(key, "SHA256", fingerprint, sizeof(fingerprint)) != NACRE_OK)
		fingerprint[0] = '\0';
	client_log(c, level, "%s the %s host key of %s: %s", what, nacre_key_type(key), name, fingerprint);
}

/* The connection goes on without the line in the file: the key is as good as it was, only not remembered. Unless the
 * file knows better by now: of two who meet a host for the first time at once, only one can have met the right one. */
static int
remember(struct nacre_client *c, const struct trust_target *at, const nacre_key *key)
{
	struct failure why = {.code = 0};
	int rc;

	if (trust_learning(&c->trust)->local_path == NULL)
		return NACRE_OK;
	if ((rc = known_file_append(&c->trust, at, key, &why)) != NACRE_OK)
		client_log(c, NACRE_LOG_WARNING, "the host key was not saved: %s", why.text);
	return rc == NACRE_E_HOST_KEY_CHANGED || rc == NACRE_E_HOST_KEY_REVOKED ? rc : NACRE_OK;
}

static int
learn(struct nacre_client *c, const struct trust_target *at, const char *name, const nacre_key *key)
{
	int rc = remember(c, at, key);

	if (rc == NACRE_OK && client_is_cancelled(c))
		return NACRE_OK;
	if (rc == NACRE_OK)
		rc = nacre_known_hosts_add(trust_learning(&c->trust)->sets[TRUST_LOCAL], at->host, at->port, key);
	if (rc == NACRE_OK)
		log_key(c, NACRE_LOG_INFO, "added", name, key);
	return rc;
}

int
nacre_policy_auto_add(void *ctx, nacre_client *c, const char *name, const nacre_key *key)
{
	(void)ctx;
	return learn(c, &c->trust.target, name, key);
}

int
nacre_policy_accept_new(void *ctx, nacre_client *c, const char *name, const nacre_key *key)
{
	if (c->trust.result.view.other_types)
		return NACRE_E_HOST_KEY_UNKNOWN;
	return nacre_policy_auto_add(ctx, c, name, key);
}

int
nacre_policy_warn(void *ctx, nacre_client *c, const char *name, const nacre_key *key)
{
	(void)ctx;
	log_key(c, NACRE_LOG_WARNING, "unknown and not remembered:", name, key);
	return NACRE_OK;
}

int
policy_learn_address(struct nacre_client *c, const struct trust_target *at, const nacre_key *key)
{
	struct trust_found found = trust_check(&c->trust, &c->trust.target, key);
	char name[TRUST_NAME_MAX];

	if (found.verdict != NACRE_HOST_KEY_MATCH || found.set != TRUST_LOCAL)
		return NACRE_OK;
	trust_name(at, name);
	return learn(c, at, name, key);
}
