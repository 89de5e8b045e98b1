/* keygen_revoked: revoked keys: -r, and -Q, which asks a file about keys. Knows: what is said to a person. Must not
 * know: how such a file is written. ssh-keygen(1), -Q and KEY REVOCATION LISTS. */
#include <stdlib.h>
#include <string.h>
#include "keygen.h"

/* A whole file or nothing. 0, or TOOL_FAILED after saying why. */
static int
read_revoked(const struct keygen *k, const char *path, nacre_revoked **set)
{
	char *text, why[256] = "";
	size_t n;
	int rc;

	*set = NULL;
	if ((rc = keygen_read(path, &text, &n)) != 0)
		return rc;
	rc = nacre_revoked_parse(k->env, (const uint8_t *)text, n, set, why, sizeof(why));
	free(text);
	if (rc == NACRE_OK)
		return 0;
	return say_failure("keygen: %s: %s", path, why[0] != '\0' ? why : nacre_status_text(rc));
}

int
keygen_check_revoked(const struct keygen *k, const nacre_key *key)
{
	nacre_revoked *set;
	int rc;

	if (k->revoked == NULL)
		return 0;
	if ((rc = read_revoked(k, k->revoked, &set)) != 0)
		return rc;
	if (nacre_revoked_has(set, key))
		rc = say_failure("keygen: the key is revoked by %s", k->revoked);
	nacre_revoked_free(set);
	return rc;
}

/* "file (comment): ok". 0, KEYGEN_REFUSED where the key is revoked, or TOOL_FAILED where there is none. */
static int
query(const struct keygen *k, const nacre_revoked *set, const char *path)
{
	char why[256] = "", comment[1024];
	struct nacre_bytes raw;
	nacre_key *key;
	bool is_revoked;
	int rc = nacre_key_load_public(k->env, path, &key, why, sizeof(why));

	if (rc != NACRE_OK)
		return say_failure("keygen: %s: %s", path, why[0] != '\0' ? why : nacre_status_text(rc));
	raw = (struct nacre_bytes){(const uint8_t *)nacre_key_comment(key), strlen(nacre_key_comment(key))};
	(void)nacre_text_escape(comment, sizeof(comment), raw, false);
	is_revoked = nacre_revoked_has(set, key);
	printf("%s%s%s%s: %s\n", path, comment[0] != '\0' ? " (" : "", comment, comment[0] != '\0' ? ")" : "",
	    is_revoked ? "REVOKED" : "ok");
	nacre_key_free(key);
	return is_revoked ? KEYGEN_REFUSED : 0;
}

/* ssh-keygen ends with 1 where a key is revoked, and at once where one can not be read. */
int
keygen_query_revoked(struct keygen *k)
{
	nacre_revoked *set;
	int rc, worst = 0;

	if (k->file == NULL)
		return say_failure("keygen: -f: the file of revoked keys is wanted");
	if ((rc = read_revoked(k, k->file, &set)) != 0)
		return rc;
	for (size_t i = 0; k->words[i] != NULL && rc != TOOL_FAILED; i++)
		if ((rc = query(k, set, k->words[i])) != 0)
			worst = rc;
	nacre_revoked_free(set);
	return worst;
}
