/* authorized: see authorized.h. Knows: lines and comments. Must not know: how a key is proved.
 * sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
#include <stdlib.h>
#include <string.h>
#include "authorized.h"

#define FILE_MAX ((size_t)1 << 20)
#define KEYS_MAX 10000

static int
add(struct authorized *a, nacre_key *key)
{
	nacre_key **keys = a->n < KEYS_MAX ? realloc(a->keys, (a->n + 1) * sizeof(*keys)) : NULL;

	if (keys == NULL) {
		nacre_key_free(key);
		return say_failure("too many authorized keys");
	}
	a->keys = keys;
	a->keys[a->n++] = key;
	return 0;
}

/* Restrictions that are not understood must not be dropped: such a line counts for nothing. */
static int
take_line(struct authorized *a, const char *path, unsigned number, const char *line, size_t n)
{
	nacre_key *key = NULL;
	char why[160] = "";

	while (n > 0 && strchr(" \t\r", line[n - 1]) != NULL)
		n--;
	while (n > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	if (n == 0 || *line == '#')
		return 0;
	if (nacre_key_parse_public(nacre_env_default(), line, n, &key, why, sizeof(why)) == NACRE_OK)
		return add(a, key);
	(void)say_failure(
	    "%s line %u lets nobody in, it is not a plain key (options are not served): %s", path, number, why);
	return 0;
}

int
authorized_load(struct authorized *a, const char *path)
{
	char why[256] = "";
	uint8_t *p;
	size_t n, at = 0;
	unsigned number = 1;
	int rc = 0;

	if (nacre_file_read(NULL, path, FILE_MAX, &p, &n, why, sizeof(why)) != NACRE_OK)
		return say_failure("%s", why);
	for (; rc == 0 && at < n; number++) {
		const char *line = (const char *)p + at, *end = memchr(line, '\n', n - at);
		size_t length = end == NULL ? n - at : (size_t)(end - line);

		rc = take_line(a, path, number, line, length);
		at += length + 1;
	}
	nacre_file_free(NULL, p, n);
	return rc;
}

bool
authorized_has(const struct authorized *a, const nacre_key *key)
{
	for (size_t i = 0; i < a->n; i++) {
		if (nacre_key_equal(a->keys[i], key))
			return true;
	}
	return false;
}

void
authorized_free(struct authorized *a)
{
	for (size_t i = 0; i < a->n; i++)
		nacre_key_free(a->keys[i]);
	free(a->keys);
	*a = (struct authorized){.n = 0};
}
