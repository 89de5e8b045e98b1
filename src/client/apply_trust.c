/* apply_trust: known hosts and what is done about others. Knows: where OpenSSH keeps them. Must not know: the
 * connection. ssh_config(5): StrictHostKeyChecking, UserKnownHostsFile and what belongs to them. */
#include <string.h>
#include "apply_config.h"
#include "user.h"

#define PATH_LEN_MAX 4096

/* A caller's own policy counts more than the configuration's. */
int
apply_checking(struct applying *a, const struct nacre_config_directive *first)
{
	static const struct {
		const char *value;
		nacre_host_key_policy *policy;
	} policies[] = {{"accept-new", nacre_policy_accept_new}, {"false", nacre_policy_auto_add}};
	struct trust *trust = &a->c->trust;

	if (trust->policy != nacre_policy_reject)
		return NACRE_OK;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		if (!apply_is(first, policies[i].value))
			continue;
		a->applied->policy = trust->policy;
		a->applied->policy_ctx = trust->policy_ctx;
		nacre_client_set_missing_host_key_policy(a->c, policies[i].policy, NULL);
	}
	return NACRE_OK;
}

typedef int load_fn(struct nacre_client *c, struct trust_files *to, const char *path);

/* What the configuration of one host names says nothing of another: it goes with the connection. One that is not there
 * knows nobody. */
static int
read_file(struct applying *a, const char *path, load_fn *load)
{
	int rc;

	if (strcmp(path, "/dev/null") == 0)
		return NACRE_OK;
	if ((rc = load(a->c, &a->c->trust.own, path)) == NACRE_E_FILE_MISSING) {
		failure_clear(&a->c->failure, a->c->env);
		return NACRE_OK;
	}
	return rc;
}

static int
read_files(struct applying *a, const struct nacre_config_directive *d, load_fn *load)
{
	int rc = NACRE_OK;

	/* From the last to the first: new keys go to the file that was loaded last. */
	for (size_t i = d->n_words; rc == NACRE_OK && i > 0; i--) {
		const char *path = apply_expanded(a, d, i - 1);

		if (path == NULL)
			return a->c->failure.code;
		if (strcmp(path, "none") != 0)
			rc = read_file(a, path, load);
	}
	return rc;
}

/* Where neither has a file for it, what is learned is forgotten with the connection. */
static int
need_local(struct applying *a)
{
	struct trust *trust = &a->c->trust;

	if (trust_learning(trust)->local_path != NULL ||
	    trust_need_set(&trust->own, a->c->env, TRUST_LOCAL) == NACRE_OK)
		return NACRE_OK;
	return client_fail(a->c, NACRE_E_NOMEM, "out of memory");
}

int
apply_user_files(struct applying *a, const struct nacre_config_directive *first)
{
	int rc = need_local(a);

	return rc == NACRE_OK ? read_files(a, first, known_file_load_local) : rc;
}

int
apply_global_files(struct applying *a, const struct nacre_config_directive *first)
{
	return read_files(a, first, known_file_load_system);
}

int
apply_revoked(struct applying *a, const struct nacre_config_directive *first)
{
	int rc = NACRE_OK;

	/* A list that is not there must not mean that nothing is revoked. */
	for (size_t i = 0; rc == NACRE_OK && i < first->n_words; i++) {
		const char *path = apply_expanded(a, first, i);

		if (path == NULL)
			return a->c->failure.code;
		rc = known_revoked_load(a->c, &a->c->trust.own, path);
	}
	return rc;
}

int
apply_hashing(struct applying *a, const struct nacre_config_directive *first)
{
	a->c->trust.own.hashed = apply_is(first, "yes");
	return NACRE_OK;
}

int
apply_updates(struct applying *a, const struct nacre_config_directive *first)
{
	struct nacre_connect_options *o = a->options;

	if (o->update_host_keys != NACRE_UPDATE_HOST_KEYS_NO || apply_is(first, "false"))
		return NACRE_OK;
	a->served = apply_is(first, "true") || o->update_host_keys_ask != NULL;
	if (a->served)
		o->update_host_keys = apply_is(first, "true") ? NACRE_UPDATE_HOST_KEYS_YES : NACRE_UPDATE_HOST_KEYS_ASK;
	return NACRE_OK;
}

bool
apply_knows_nobody(const struct nacre_client *c)
{
	const struct trust *trust = &c->trust;
	struct nacre_known_hosts_entry entry;

	for (int i = 0; i < TRUST_ALL; i++) {
		const void *at = NULL;

		if (trust_nth(trust, i) != NULL && nacre_known_hosts_next(trust_nth(trust, i), &at, &entry))
			return false;
	}
	return trust_learning(trust)->local_path == NULL;
}

static int
read_usual_user_files(struct applying *a)
{
	static const char *const names[] = {".ssh/known_hosts2", ".ssh/known_hosts"};
	char path[PATH_LEN_MAX];
	int rc = need_local(a);

	for (size_t i = 0; rc == NACRE_OK && i < sizeof(names) / sizeof(names[0]); i++)
		if (user_path(names[i], path, sizeof(path)) == NACRE_OK)
			rc = read_file(a, path, known_file_load_local);
	return rc;
}

int
apply_usual_hosts(struct applying *a)
{
	bool user = nacre_config_value(a->applied->found, "UserKnownHostsFile") != NULL;
	bool global = nacre_config_value(a->applied->found, "GlobalKnownHostsFile") != NULL;
	int rc = NACRE_OK;

	if (!a->applied->usual_hosts)
		return NACRE_OK;
	if (!global)
		rc = read_file(a, "/etc/ssh/ssh_known_hosts", known_file_load_system);
	if (rc == NACRE_OK && !global)
		rc = read_file(a, "/etc/ssh/ssh_known_hosts2", known_file_load_system);
	if (rc == NACRE_OK && !user)
		rc = read_usual_user_files(a);
	return rc;
}
