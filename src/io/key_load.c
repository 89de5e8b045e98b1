/* key_load: keys from files and into files. Knows: which checks a key file must pass, whom to ask for a passphrase.
 * Must not know: key formats. Serves: nothing on the wire. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <nacre/io.h>
#include "file.h"

/* What every call here has, with its environment found. */
struct key_call {
	const struct nacre_env *env;
	const char *path;
	char *why;
	size_t why_size;
};

static int
begin(struct key_call *c, const struct nacre_env *env, const char *path, char *why, size_t why_size)
{
	*c = (struct key_call){.env = env, .path = path, .why = why, .why_size = why_size};
	if (why != NULL && why_size > 0)
		why[0] = '\0';
	if (path == NULL)
		return NACRE_E_ARGUMENT;
	if (c->env == NULL && (c->env = nacre_env_default()) == NULL)
		return NACRE_E_RANDOM;
	return NACRE_OK;
}

static int
say(const struct key_call *c, int rc, const struct failure *failure)
{
	if (rc != NACRE_OK && c->why != NULL && c->why_size > 0)
		snprintf(c->why, c->why_size, "%s", failure->text);
	return rc;
}

static int
read_file(const struct key_call *c, enum file_care care, struct file_bytes *bytes)
{
	struct failure failure = {.code = 0};

	return say(c, file_read(c->env, c->path, FILE_KEY_MAX, care, bytes, &failure), &failure);
}

int
nacre_key_load(
    const struct nacre_env *env, const char *path, const char *passphrase, nacre_key **key, char *why, size_t why_size)
{
	struct file_bytes bytes;
	struct key_call c;
	int rc;

	*key = NULL;
	if ((rc = begin(&c, env, path, why, why_size)) != NACRE_OK)
		return rc;
	if ((rc = read_file(&c, FILE_SECRET, &bytes)) == NACRE_OK)
		rc = nacre_key_parse_private(c.env, bytes.p, bytes.n, passphrase, key, why, why_size);
	file_bytes_free(c.env, &bytes);
	return rc;
}

static bool
is_worth_asking(int rc)
{
	return rc == NACRE_E_KEY_PASSPHRASE || rc == NACRE_E_KEY_PASSPHRASE_WRONG;
}

/* The file is read once: what is asked about is what is opened. */
static int
parse_asking(
    const struct key_call *c, const struct file_bytes *bytes, nacre_passphrase_fn *ask, void *ctx, nacre_key **key)
{
	int rc = nacre_key_parse_private(c->env, bytes->p, bytes->n, NULL, key, c->why, c->why_size);
	char answer[NACRE_PASSPHRASE_MAX];
	unsigned attempt;

	for (attempt = 0; attempt < NACRE_PASSPHRASE_TRIES && is_worth_asking(rc); attempt++) {
		sodium_memzero(answer, sizeof(answer));
		if (ask(ctx, c->path, attempt, answer, sizeof(answer)) != 0)
			break;
		answer[sizeof(answer) - 1] = '\0';
		rc = nacre_key_parse_private(c->env, bytes->p, bytes->n, answer, key, c->why, c->why_size);
	}
	sodium_memzero(answer, sizeof(answer));
	return rc;
}

int
nacre_key_load_asking(const struct nacre_env *env, const char *path, nacre_passphrase_fn *ask, void *ctx,
    nacre_key **key, char *why, size_t why_size)
{
	struct file_bytes bytes;
	struct key_call c;
	int rc;

	*key = NULL;
	if ((rc = begin(&c, env, path, why, why_size)) != NACRE_OK)
		return rc;
	if (ask == NULL)
		return NACRE_E_ARGUMENT;
	if ((rc = read_file(&c, FILE_SECRET, &bytes)) == NACRE_OK)
		rc = parse_asking(&c, &bytes, ask, ctx, key);
	file_bytes_free(c.env, &bytes);
	return rc;
}

static bool
is_other_format(int rc)
{
	return rc == NACRE_E_KEY_FORMAT || rc == NACRE_E_UNSUPPORTED || rc == NACRE_E_KEY_TYPE_UNKNOWN;
}

/* Public first; where it is neither, the words about the public one stand. */
static int
parse_either(const struct key_call *c, const struct file_bytes *bytes, nacre_key **key)
{
	char why[FAILURE_TEXT_MAX];
	int rc = nacre_key_parse_public(c->env, (const char *)bytes->p, bytes->n, key, c->why, c->why_size), private_rc;

	if (!is_other_format(rc))
		return rc;
	private_rc = nacre_key_peek_public(c->env, bytes->p, bytes->n, key, why, sizeof(why));
	if (is_other_format(private_rc))
		return rc;
	if (c->why != NULL && c->why_size > 0)
		snprintf(c->why, c->why_size, "%s", why);
	return private_rc;
}

static int
load_public(const struct key_call *c, nacre_key **key)
{
	struct file_bytes bytes;
	int rc = read_file(c, FILE_PUBLIC, &bytes);

	if (rc == NACRE_OK)
		rc = parse_either(c, &bytes, key);
	file_bytes_free(c->env, &bytes);
	return rc;
}

/* The words about the private file stand where there is no public one. */
static int
load_beside(const struct key_call *c, nacre_key **key)
{
	size_t n = strlen(c->path) + sizeof(".pub");
	struct key_call beside = {.env = c->env};
	char *path = malloc(n);
	int rc;

	if (path == NULL)
		return NACRE_E_NOMEM;
	snprintf(path, n, "%s.pub", c->path);
	beside.path = path;
	rc = load_public(&beside, key);
	free(path);
	return rc == NACRE_OK ? rc : NACRE_E_KEY_PASSPHRASE;
}

int
nacre_key_load_public(const struct nacre_env *env, const char *path, nacre_key **key, char *why, size_t why_size)
{
	struct key_call c;
	int rc;

	*key = NULL;
	if ((rc = begin(&c, env, path, why, why_size)) != NACRE_OK)
		return rc;
	if ((rc = load_public(&c, key)) == NACRE_E_KEY_PASSPHRASE && (rc = load_beside(&c, key)) == NACRE_OK)
		(void)begin(&c, env, path, why, why_size);
	return rc;
}

static int
save(const struct key_call *c, int rc, char *text, size_t n, unsigned mode, bool replaces)
{
	struct failure failure = {.code = 0};

	if (rc != NACRE_OK)
		return rc;
	rc = say(c, file_put(c->path, slice_of(text, n), mode, replaces, &failure), &failure);
	nacre_key_text_free(c->env, text, n);
	return rc;
}

int
nacre_key_save_private(const struct nacre_env *env, const char *path, const nacre_key *key,
    const struct nacre_key_write_options *options, bool replaces, char *why, size_t why_size)
{
	struct key_call c;
	char *text = NULL;
	size_t n = 0;
	int rc;

	if ((rc = begin(&c, env, path, why, why_size)) != NACRE_OK)
		return rc;
	rc = nacre_key_write_private(c.env, key, options, &text, &n, why, why_size);
	return save(&c, rc, text, n, 0600, replaces);
}

int
nacre_key_save_public(const struct nacre_env *env, const char *path, const nacre_key *key,
    const struct nacre_key_write_options *options, bool replaces, char *why, size_t why_size)
{
	struct key_call c;
	char *text = NULL;
	size_t n = 0;
	int rc;

	if ((rc = begin(&c, env, path, why, why_size)) != NACRE_OK)
		return rc;
	rc = nacre_key_write_public(c.env, key, options, &text, &n, why, why_size);
	return save(&c, rc, text, n, 0644, replaces);
}
