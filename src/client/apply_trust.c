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

/* Files are read once, however often the client connects. */
static bool
was_read(struct applying *a, const char *path)
{
	return slice_has_name(buf_slice(&a->c->config_files), slice_str(path));
}

static int
note_read(struct applying *a, const char *path)
{
	if (strchr(path, ',') == NULL) /* such a one is read again: that adds nothing that counts */
		buf_put_name(&a->c->config_files, 0, slice_str(path));
	return a->c->config_files.bad == 0 ? NACRE_OK : client_fail(a->c, NACRE_E_NOMEM, "out of memory");
}

typedef int load_fn(nacre_client *client, const char *path);

/* One that is not there knows nobody. */
static int
read_file(struct applying *a, const char *path, load_fn *load)
{
	int rc;

	if (strcmp(path, "/dev/null") == 0 || was_read(a, path))
		return NACRE_OK;
	if ((rc = load(a->c, path)) == NACRE_E_FILE_MISSING) {
		failure_clear(&a->c->failure, a->c->env);
		return NACRE_OK;
	}
	return rc == NACRE_OK ? note_read(a, path) : rc;
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

int
apply_user_files(struct applying *a, const struct nacre_config_directive *first)
{
	return read_files(a, first, nacre_client_load_host_keys);
}

int
apply_global_files(struct applying *a, const struct nacre_config_directive *first)
{
	return read_files(a, first, nacre_client_load_system_host_keys);
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
		if (was_read(a, path))
			continue;
		if ((rc = nacre_client_load_revoked_host_keys(a->c, path)) == NACRE_OK)
			rc = note_read(a, path);
	}
	return rc;
}

int
apply_hashing(struct applying *a, const struct nacre_config_directive *first)
{
	nacre_client_set_hash_host_keys(a->c, apply_is(first, "yes") || a->c->trust.hashed);
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

	for (int i = 0; i < TRUST_SETS; i++) {
		const void *at = NULL;

		if (nacre_known_hosts_next(trust->sets[i], &at, &entry))
			return false;
	}
	return trust->local_path == NULL;
}

static int
read_usual_user_files(struct applying *a)
{
	static const char *const names[] = {".ssh/known_hosts2", ".ssh/known_hosts"};
	char path[PATH_LEN_MAX];
	int rc = NACRE_OK;

	for (size_t i = 0; rc == NACRE_OK && i < sizeof(names) / sizeof(names[0]); i++)
		if (user_path(names[i], path, sizeof(path)) == NACRE_OK)
			rc = read_file(a, path, nacre_client_load_host_keys);
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
		rc = read_file(a, "/etc/ssh/ssh_known_hosts", nacre_client_load_system_host_keys);
	if (rc == NACRE_OK && !global)
		rc = read_file(a, "/etc/ssh/ssh_known_hosts2", nacre_client_load_system_host_keys);
	if (rc == NACRE_OK && !user)
		rc = read_usual_user_files(a);
	return rc;
}
