/* Target: authorized_keys, line by line, as a server reads it: with options and without. A line with options never
 * passes for one without, whatever stands in it: the options may forbid. sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
#include "fuzz.h"
#include "slice.h"
#include "test_env.h"
#include <nacre/key.h>

#include <sodium.h>

/* Options end at the first space outside quotation marks. */
static void
check_options(struct slice line, const char *options, size_t n)
{
	const uint8_t *p = (const uint8_t *)options;
	bool is_quoted = false;

	FUZZ_CHECK(n > 0 && p >= line.p && (size_t)(p - line.p) + n < line.n);
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\' && i + 1 < n && p[i + 1] == '"')
			i++;
		else if (p[i] == '"')
			is_quoted = !is_quoted;
		FUZZ_CHECK(is_quoted || (p[i] != ' ' && p[i] != '\t'));
	}
}

static void
check_line(const struct nacre_env *env, struct slice line)
{
	const char *text = (const char *)line.p, *options = NULL;
	nacre_key *key = NULL, *plain = NULL;
	char why[100] = "", unheard[100];
	size_t options_n = 0;
	int rc = nacre_key_parse_line(env, text, line.n, &options, &options_n, &key, why, sizeof(why));
	int plain_rc = nacre_key_parse_public(env, text, line.n, &plain, unheard, sizeof(unheard));

	FUZZ_CHECK((rc == 0) == (key != NULL) && (plain_rc == 0) == (plain != NULL));
	FUZZ_CHECK(memchr(why, 0, sizeof(why)) != NULL && (rc == 0 || why[0] != '\0'));
	if (rc == 0 && options != NULL) {
		check_options(line, options, options_n);
		FUZZ_CHECK(plain == NULL);
	} else if (rc == 0) {
		FUZZ_CHECK(options_n == 0 && plain != NULL && nacre_key_equal(key, plain));
	}
	nacre_key_free(key);
	nacre_key_free(plain);
}

static void
check_file(const struct nacre_env *env, struct slice file)
{
	while (file.n > 0) {
		const uint8_t *end = memchr(file.p, '\n', file.n);
		struct slice line = slice_of(file.p, end == NULL ? file.n : (size_t)(end - file.p));

		file = slice_from(file, line.n + (end != NULL));
		while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
			line = slice_from(line, 1);
		if (line.n > 0 && line.p[0] != '#')
			check_line(env, line);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct test_env t;

	if (sodium_init() < 0)
		return 0;
	test_env_init(&t, 1);
	check_file(&t.env, slice_of(data, size));
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
