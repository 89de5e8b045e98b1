/* known_revoked: files of keys that no host may have. Knows: that there may be several. Must not know: what is in them.
 * Serves: ssh_config(5), RevokedHostKeys. */
#include "facade.h"
#include "file.h"

static int
keep(struct nacre_client *c, struct trust_files *to, const char *path, nacre_revoked *set)
{
	struct trust_revoked *file = mem_new(c->env, sizeof(*file));

	if (file == NULL || (file->path = mem_str(c->env, slice_str(path))) == NULL) {
		mem_free(c->env, file, sizeof(*file));
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	}
	file->set = set;
	file->next = to->revoked;
	to->revoked = file;
	return NACRE_OK;
}

int
known_revoked_load(struct nacre_client *c, struct trust_files *to, const char *path)
{
	char why[FAILURE_TEXT_MAX] = "";
	struct file_bytes bytes;
	nacre_revoked *set;
	int rc;

	if ((rc = file_read(c->env, path, NACRE_REVOKED_MAX, FILE_PUBLIC, &bytes, &c->failure)) != NACRE_OK) {
		failure_add_file(&c->failure, c->env, path, 0);
		return rc;
	}
	rc = nacre_revoked_parse(c->env, bytes.p, bytes.n, &set, why, sizeof(why));
	file_bytes_free(c->env, &bytes);
	if (rc != NACRE_OK)
		return client_fail(c, rc, "%s: %s", path, why[0] == '\0' ? nacre_status_text(rc) : why);
	if ((rc = keep(c, to, path, set)) != NACRE_OK)
		nacre_revoked_free(set);
	return rc;
}

int
nacre_client_load_revoked_host_keys(nacre_client *c, const char *path)
{
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (path == NULL)
		return client_fail(c, NACRE_E_ARGUMENT, "load_revoked_host_keys: no path");
	return known_revoked_load(c, &c->trust.given, path);
}
