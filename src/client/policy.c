/* policy: host keys from files, and what to do about missing ones. Knows: files of known hosts, fingerprints. Must not
 * know: the connection. Serves: RFC 4251 4.1 (the first connection without a known key). */
#include <stdio.h>
#include "facade.h"
#include "user.h"

#define SYSTEM_FILE ".ssh/known_hosts"
#define FILE_PATH_MAX 4096
#define FINGERPRINT_MAX 96

/* A file that is absent is an empty one where may_be_absent is true. */
static int
load_into(struct nacre_client *c, nacre_known_hosts *set, const char *path, bool may_be_absent)
{
	struct file_bytes bytes;
	bool absent;
	int rc = file_read(c->env, path, FILE_KNOWN_HOSTS_MAX, FILE_PUBLIC, &bytes, &absent, &c->failure);

	if (rc == NACRE_E_FILE && absent && may_be_absent) {
		failure_clear(&c->failure, c->env);
		return NACRE_OK;
	}
	if (rc != NACRE_OK)
		return rc;
	rc = nacre_known_hosts_parse(set, path, bytes.p, bytes.n);
	file_bytes_free(c->env, &bytes);
	return rc == NACRE_OK ? rc : client_fail(c, rc, "%s: %s", path, nacre_status_text(rc));
}

int
nacre_client_load_system_host_keys(nacre_client *c, const char *path)
{
	char user_file[FILE_PATH_MAX];
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (path != NULL)
		return load_into(c, c->trust.system, path, false);
	if ((rc = user_path(SYSTEM_FILE, user_file, sizeof(user_file))) != NACRE_OK)
		return client_fail(c, rc, "this user has no home directory");
	return load_into(c, c->trust.system, user_file, true);
}

int
nacre_client_load_host_keys(nacre_client *c, const char *path)
{
	char *copy;
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (path == NULL)
		return client_fail(c, NACRE_E_ARGUMENT, "load_host_keys: no path");
	if ((copy = mem_str(c->env, slice_str(path))) == NULL)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	if ((rc = load_into(c, c->trust.local, path, true)) != NACRE_OK) {
		mem_free_str(c->env, copy);
		return rc;
	}
	mem_free_str(c->env, c->trust.local_path);
	c->trust.local_path = copy;
	return NACRE_OK;
}

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
	char fingerprint[FINGERPRINT_MAX] = "";

	if (nacre_key_fingerprint(key, "SHA256", fingerprint, sizeof(fingerprint)) != NACRE_OK)
		fingerprint[0] = '\0';
	client_log(c, level, "%s the %s host key of %s: %s", what, nacre_key_type(key), name, fingerprint);
}

/* The connection goes on without the line in the file: the key is as good as it was, only not remembered. */
static void
save_key(struct nacre_client *c, const nacre_key *key)
{
	struct failure why = {.code = 0};
	char *line = NULL;
	size_t n;
	int rc;

	if (c->trust.local_path == NULL)
		return;
	rc = nacre_known_hosts_line(c->env, c->host, c->port, key, false, &line, &n);
	if (rc == NACRE_OK)
		rc = file_append_line(c->trust.local_path, slice_of(line, n), &why);
	if (rc != NACRE_OK)
		client_log(c, NACRE_LOG_WARNING, "the host key was not saved: %s",
		    why.code != 0 ? why.text : nacre_status_text(rc));
	nacre_known_hosts_line_free(c->env, line, n);
}

int
nacre_policy_auto_add(void *ctx, nacre_client *c, const char *name, const nacre_key *key)
{
	int rc = nacre_known_hosts_add(c->trust.local, c->host, c->port, key);

	(void)ctx;
	if (rc != NACRE_OK)
		return rc;
	log_key(c, NACRE_LOG_INFO, "added", name, key);
	if (!client_is_cancelled(c))
		save_key(c, key);
	return NACRE_OK;
}

int
nacre_policy_warn(void *ctx, nacre_client *c, const char *name, const nacre_key *key)
{
	(void)ctx;
	log_key(c, NACRE_LOG_WARNING, "unknown and not remembered:", name, key);
	return NACRE_OK;
}
