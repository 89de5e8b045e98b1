/* Target: configurations. The input is a user's file and what it includes: sections that are divided by the byte 1e, the
 * n-th of them the file "n". Looking a host up comes to an end and leaves nothing behind, whatever the input holds; what
 * was found agrees with itself, can be printed and expanded, and no command is run with a name in it that a shell would
 * take for more. */
#include "fuzz.h"
#include "test_env.h"
#include <nacre/config.h>

#include <string.h>

#define SECTIONS_MAX 10
#define DIVIDER 0x1e
#define MARK 0x01

struct input {
	const uint8_t *p[SECTIONS_MAX];
	size_t n[SECTIONS_MAX], sections;
	bool has_mark;
};

static int
fact(void *ctx, enum nacre_config_fact which, char *out, size_t cap)
{
	static const char *const facts[] = {"oyster", "/home/oyster", "1000", "reef.example.org", "Nacre_1"};

	(void)ctx;
	snprintf(out, cap, "%s", facts[which]);
	return 0;
}

static int
variable(void *ctx, const char *name, char *out, size_t cap)
{
	(void)ctx;
	snprintf(out, cap, "v%.100s", name);
	return name[0] == 'X' ? 1 : 0;
}

static int
read_section(void *ctx, const struct nacre_env *env, const char *path, bool careful, uint8_t **p, size_t *n, char *why,
    size_t why_size)
{
	const struct input *input = ctx;
	size_t i = path[0] == '\0' ? SECTIONS_MAX : (size_t)(path[strlen(path) - 1] - '0');

	(void)why;
	(void)why_size;
	FUZZ_CHECK(careful);
	if (i >= input->sections)
		return 1;
	FUZZ_CHECK((*p = env->alloc(env->ctx, input->n[i] + 1)) != NULL);
	memcpy(*p, input->p[i], input->n[i]);
	*n = input->n[i];
	return 0;
}

static int
glob_sections(void *ctx, const char *pattern, nacre_config_each_fn *each, void *each_ctx)
{
	int rc = 0;

	(void)ctx;
	if (strchr(pattern, '*') == NULL)
		return each(each_ctx, pattern);
	for (char name[] = "/1"; rc == 0 && name[1] < '4'; name[1]++)
		rc = each(each_ctx, name);
	return rc;
}

/* The host has the byte 01 in every second lookup: where the input has none, none may come into a command. */
static int
run(void *ctx, const char *command)
{
	const struct input *input = ctx;

	FUZZ_CHECK(input->has_mark || strchr(command, MARK) == NULL);
	return command[0] % 2;
}

static int
addresses(void *ctx, nacre_config_each_fn *each, void *each_ctx)
{
	(void)ctx;
	return each(each_ctx, "10.0.0.1");
}

static int
name(void *ctx, enum nacre_config_name how, const char *text, const char *family, char *out, size_t cap)
{
	(void)ctx;
	FUZZ_CHECK(family[0] == 'a' || family[0] == 'i');
	snprintf(out, cap, "%s", how == NACRE_CONFIG_NUMERIC ? "10.0.0.9" : "canon.example");
	return how == NACRE_CONFIG_NUMERIC ? text[0] != '9' : strlen(text) % 2 == 0;
}

/* A value is its words, and each can be expanded or says why not. */
static void
check_directive(const nacre_config_host *found, const struct nacre_config_directive *d)
{
	size_t at = 0;

	FUZZ_CHECK(d->keyword != NULL && d->value != NULL && d->file != NULL && d->n_words > 0);
	for (size_t i = 0; i < d->n_words; i++) {
		size_t n = strlen(d->words[i]);
		char *text, why[200] = "";
		int rc = nacre_config_expand(found, d, i, NULL, 0, &text, why, sizeof(why));

		FUZZ_CHECK(memcmp(d->value + at, d->words[i], n) == 0);
		at += n;
		FUZZ_CHECK(d->value[at] == (i + 1 < d->n_words ? ' ' : '\0'));
		at++;
		FUZZ_CHECK((rc == 0) == (text != NULL) && strlen(why) < sizeof(why));
		nacre_config_text_free(found, text);
	}
}

static void
check_found(const nacre_config_host *found)
{
	struct nacre_config_directive d;
	const void *at = NULL;
	char *text, why[200];
	size_t n, count = 0;
	int rc;

	while (nacre_config_next(found, &at, &d)) {
		check_directive(found, &d);
		count++;
	}
	FUZZ_CHECK(count <= NACRE_CONFIG_VALUES_MAX);
	rc = nacre_config_print(found, &text, &n, why, sizeof(why));
	FUZZ_CHECK((rc == 0) == (text != NULL) && (rc != 0 || (strlen(text) == n && text[n - 1] == '\n')));
	nacre_config_text_free(found, text);
}

static void
look_up(struct test_env *t, const struct nacre_config_world *world, const struct input *input, const char *host)
{
	struct nacre_config_lookup how = {.size = sizeof(how), .command = "c", .allow_exec = true};
	nacre_config_host *found;
	struct nacre_error error;
	nacre_config *config;

	FUZZ_CHECK(nacre_config_new(&t->env, world, &config) == 0);
	FUZZ_CHECK(nacre_config_text(config, "input", input->p[0], input->n[0], NACRE_CONFIG_USER_FILE) == 0);
	if (nacre_config_lookup(config, host, &how, &found) == 0) {
		check_found(found);
	} else {
		FUZZ_CHECK(found == NULL);
		nacre_config_error(config, &error);
		FUZZ_CHECK(error.code < 0 && error.message[0] != '\0');
	}
	nacre_config_host_free(found);
	nacre_config_free(config);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.sections = 1};
	struct nacre_config_world world = {
	    .size = sizeof(world),
	    .ctx = &input,
	    .fact = fact,
	    .variable = variable,
	    .read = read_section,
	    .glob = glob_sections,
	    .run = run,
	    .addresses = addresses,
	    .name = name,
	};
	struct test_env t;

	if (size > 65536)
		return 0;
	input.p[0] = data;
	input.has_mark = size > 0 && memchr(data, MARK, size) != NULL;
	for (size_t i = 0; i < size; i++) {
		if (data[i] == DIVIDER && input.sections < SECTIONS_MAX)
			input.p[input.sections++] = data + i + 1;
		else
			input.n[input.sections - 1]++;
	}
	test_env_init(&t, 1);
	look_up(&t, &world, &input, "host");
	look_up(&t, &world, &input, "h;x\x01"); /* MARK */
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
