/* key_load: private keys from files. Knows: which checks a key file must pass. Must not know: key formats.
 * Serves: nothing on the wire. */
#include <stdio.h>
#include <nacre/io.h>
#include "file.h"

int
nacre_key_load(
    const struct nacre_env *env, const char *path, const char *passphrase, nacre_key **key, char *why, size_t why_size)
{
	struct failure failure = {.code = 0};
	struct file_bytes bytes;
	int rc;

	*key = NULL;
	if (why != NULL && why_size > 0)
		why[0] = '\0';
	if (path == NULL)
		return NACRE_E_ARGUMENT;
	if (env == NULL && (env = nacre_env_default()) == NULL)
		return NACRE_E_RANDOM;
	rc = file_read(env, path, FILE_KEY_MAX, FILE_SECRET, &bytes, NULL, &failure);
	if (rc == NACRE_OK)
		rc = nacre_key_parse_private(env, bytes.p, bytes.n, passphrase, key, why, why_size);
	else if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", failure.text);
	file_bytes_free(env, &bytes);
	return rc;
}
