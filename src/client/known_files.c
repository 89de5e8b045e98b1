/* known_files: the files of known hosts. Knows: which set a file belongs to, and which one is written. Must not know:
 * what is decided by them. Serves: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; the manual is <nacre/trust.h>. */
#include "facade.h"
#include "file_edit.h"
#include "known_lines.h"
#include "user.h"

#define SYSTEM_FILE ".ssh/known_hosts"
#define FILE_PATH_MAX 4096

/* A file that is absent is an empty one where may_be_absent is true. */
static int
load_into(struct nacre_client *c, struct trust_files *to, enum trust_set kind, const char *path, bool may_be_absent)
{
	struct file_bytes bytes;
	int rc;

	if (trust_need_set(to, c->env, kind) != NACRE_OK)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	rc = file_read(c->env, path, FILE_KNOWN_HOSTS_MAX, FILE_PUBLIC, &bytes, &c->failure);
	if (rc == NACRE_E_FILE_MISSING && may_be_absent) {
		failure_clear(&c->failure, c->env);
		return NACRE_OK;
	}
	if (rc != NACRE_OK) {
		failure_add_file(&c->failure, c->env, path, 0);
		return rc;
	}
	rc = nacre_known_hosts_parse(to->sets[kind], path, bytes.p, bytes.n);
	file_bytes_free(c->env, &bytes);
	return rc == NACRE_OK ? rc : client_fail(c, rc, "%s: %s", path, nacre_status_text(rc));
}

int
known_file_load_system(struct nacre_client *c, struct trust_files *to, const char *path)
{
	return load_into(c, to, TRUST_SYSTEM, path, false);
}

int
nacre_client_load_system_host_keys(nacre_client *c, const char *path)
{
	char user_file[FILE_PATH_MAX];
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (path != NULL)
		return known_file_load_system(c, &c->trust.given, path);
	if ((rc = user_path(SYSTEM_FILE, user_file, sizeof(user_file))) != NACRE_OK)
		return client_fail(c, rc, "this user has no home directory");
	return load_into(c, &c->trust.given, TRUST_SYSTEM, user_file, true);
}

int
known_file_load_local(struct nacre_client *c, struct trust_files *to, const char *path)
{
	char *copy;
	int rc;

	if ((copy = mem_str(c->env, slice_str(path))) == NULL)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	if ((rc = load_into(c, to, TRUST_LOCAL, path, true)) != NACRE_OK) {
		mem_free_str(c->env, copy);
		return rc;
	}
	mem_free_str(c->env, to->local_path);
	to->local_path = copy;
	return NACRE_OK;
}

int
nacre_client_load_host_keys(nacre_client *c, const char *path)
{
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (path == NULL)
		return client_fail(c, NACRE_E_ARGUMENT, "load_host_keys: no path");
	return known_file_load_local(c, &c->trust.given, path);
}

nacre_known_hosts *
nacre_client_get_host_keys(nacre_client *c)
{
	return c == NULL ? NULL : trust_learning(&c->trust)->sets[TRUST_LOCAL];
}

void
nacre_client_set_hash_host_keys(nacre_client *c, bool hashed)
{
	if (c != NULL)
		c->trust.given.hashed = hashed;
}

/* Has somebody else written the very line meanwhile, or another key for the host, which is then a changed one? */
static int
look_again(const struct trust *trust, const struct trust_target *at, const nacre_key *key, const struct file_bytes *old,
    bool *is_there, struct failure *why)
{
	const struct trust_files *to = trust_learning(trust);
	struct nacre_known_hosts_match match;
	int rc =
	    known_hosts_check_text(to->sets[TRUST_LOCAL], slice_of(old->p, old->n), at->host, at->port, key, &match);

	*is_there = rc == NACRE_OK && match.result == NACRE_KNOWN_HOSTS_MATCH;
	if (rc != NACRE_OK)
		return failure_set(why, rc, failure_origin(rc), "%s", nacre_status_text(rc));
	if (match.result == NACRE_KNOWN_HOSTS_CHANGED)
		return failure_set(why, NACRE_E_HOST_KEY_CHANGED, NACRE_ORIGIN_LOCAL,
		    "%s: it has another key of the host by now", to->local_path);
	if (match.result == NACRE_KNOWN_HOSTS_REVOKED)
		return failure_set(why, NACRE_E_HOST_KEY_REVOKED, NACRE_ORIGIN_LOCAL,
		    "%s: the key is revoked there by now", to->local_path);
	return NACRE_OK;
}

int
known_file_append(const struct trust *trust, const struct trust_target *at, const nacre_key *key, struct failure *why)
{
	struct file_edit edit;
	bool is_there = false;
	char *line = NULL;
	size_t n = 0;
	int rc = nacre_known_hosts_line(trust->env, at->host, at->port, key, trust_is_hashed(trust), &line, &n);

	if (rc != NACRE_OK)
		return failure_set(why, rc, failure_origin(rc), "%s", nacre_status_text(rc));
	rc = file_edit_begin(&edit, trust->env, trust_learning(trust)->local_path, FILE_KNOWN_HOSTS_MAX, why);
	if (rc == NACRE_OK) {
		rc = look_again(trust, at, key, &edit.old, &is_there, why);
		if (rc == NACRE_OK && !is_there)
			rc = file_edit_append(&edit, slice_of(line, n), why);
		file_edit_end(&edit);
	}
	nacre_known_hosts_line_free(trust->env, line, n);
	return rc;
}

static int
rewrite(
    const struct trust *trust, enum known_share share, const char *path, struct file_edit *edit, struct failure *why)
{
	nacre_known_hosts *set = trust_learning(trust)->sets[TRUST_LOCAL];
	struct slice old = slice_of(edit->old.p, edit->old.n);
	char *text;
	size_t n;
	int rc = known_hosts_write_share(set, share, path, old, trust_is_hashed(trust), &text, &n);

	if (rc != NACRE_OK)
		return failure_set(why, rc, failure_origin(rc), "%s: %s", path, nacre_status_text(rc));
	if (!slice_eq(slice_of(text, n), old))
		rc = file_edit_replace(edit, slice_of(text, n), why);
	if (rc == NACRE_OK && (rc = nacre_known_hosts_saved(set, path)) != NACRE_OK)
		(void)failure_set(why, rc, failure_origin(rc), "%s: %s", path, nacre_status_text(rc));
	nacre_known_hosts_line_free(trust->env, text, n);
	return rc;
}

int
known_file_save(const struct trust *trust, enum known_share share, const char *path, struct failure *why)
{
	struct file_edit edit;
	int rc = file_edit_begin(&edit, trust->env, path, FILE_KNOWN_HOSTS_MAX, why);

	if (rc != NACRE_OK)
		return rc;
	rc = rewrite(trust, share, path, &edit, why);
	file_edit_end(&edit);
	return rc;
}

int
nacre_client_save_host_keys(nacre_client *c, const char *path)
{
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (path == NULL && (path = trust_learning(&c->trust)->local_path) == NULL)
		return client_fail(c, NACRE_E_ARGUMENT, "save_host_keys: no path, and no file was loaded");
	return known_file_save(&c->trust, KNOWN_ALL, path, &c->failure);
}
