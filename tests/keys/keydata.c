/* keydata: see keydata.h. KEYDATA_DIR comes from the build. */
#include "keydata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

void
keydata_read_path(const char *path, struct keydata *out)
{
	FILE *f;

	if ((f = fopen(path, "rb")) == NULL)
		fail_msg("%s cannot be opened", path);
	out->n = fread(out->p, 1, sizeof(out->p) - 1, f);
	out->p[out->n] = '\0';
	assert_true(out->n > 0 && feof(f));
	fclose(f);
}

void
keydata_read(const char *name, const char *suffix, struct keydata *out)
{
	char path[512];

	assert_true((size_t)snprintf(path, sizeof(path), "%s/%s%s", KEYDATA_DIR, name, suffix) < sizeof(path));
	keydata_read_path(path, out);
}

nacre_key *
keydata_private(struct test_env *t, const char *name)
{
	struct keydata file;
	nacre_key *key = NULL;
	char why[200];

	keydata_read(name, "", &file);
	if (nacre_key_parse_private(&t->env, (const uint8_t *)file.p, file.n, NULL, &key, why, sizeof(why)) != 0)
		fail_msg("%s: %s", name, why);
	return key;
}

nacre_key *
keydata_public(struct test_env *t, const char *name)
{
	struct keydata file;
	nacre_key *key = NULL;
	char why[200];

	keydata_read(name, ".pub", &file);
	if (nacre_key_parse_public(&t->env, file.p, file.n, &key, why, sizeof(why)) != 0)
		fail_msg("%s.pub: %s", name, why);
	return key;
}

void
keydata_assert_clean(const struct test_env *t)
{
	assert_int_equal(t->live_blocks, 0);
	assert_int_equal(t->wrong_sizes, 0);
}
