/* keygen_convert: public keys from and to other programs' formats. Knows: what -m calls them. Must not know: how they
 * are written. ssh-keygen(1), -e, -i; RFC 4716, RFC 7468. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "keygen.h"

static const char usual[] = "~/.ssh/id_ed25519";

static const struct {
	const char *name;
	enum nacre_key_format format;
} formats[] = {
    {"RFC4716", NACRE_KEY_FORMAT_RFC4716},
    {"PKCS8", NACRE_KEY_FORMAT_PKCS8},
    {"PEM", NACRE_KEY_FORMAT_PEM},
};

/* What -m says; without it RFC 4716's format is meant. */
static int
find_format(const struct keygen *k, enum nacre_key_format *format)
{
	const char *name = k->format == NULL ? "RFC4716" : k->format;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcasecmp(formats[i].name, name) != 0)
			continue;
		*format = formats[i].format;
		return 0;
	}
	return say_failure("keygen: -m %s: no such format of a public key", name);
}

static int
print_as(const struct keygen *k, const nacre_key *key, enum nacre_key_format format)
{
	struct nacre_key_write_options options = {.size = sizeof(options), .format = format, .comment = k->comment};
	char *text, why[256] = "";
	size_t n;
	int rc = nacre_key_write_public(k->env, key, &options, &text, &n, why, sizeof(why));

	if (rc != NACRE_OK)
		return say_failure("keygen: %s", why[0] != '\0' ? why : nacre_status_text(rc));
	fputs(text, stdout);
	nacre_key_text_free(k->env, text, n);
	return 0;
}

/* A public key's file, or the public half of a private one's, which is asked for its passphrase where it must be. */
static int
load_either(const struct keygen *k, const char *path, nacre_key **key)
{
	char *text;
	size_t n;
	int rc = keygen_read(path, &text, &n);

	if (rc != 0)
		return rc;
	rc = keygen_peek(k, text, n, key, NULL, 0);
	if (rc == NACRE_E_KEY_PASSPHRASE)
		rc = keygen_load(k, path, key);
	else if (rc != NACRE_OK)
		rc = (*key = keygen_parse_line(k, text)) != NULL ? 0 : say_failure("keygen: %s is no key file", path);
	explicit_bzero(text, n);
	free(text);
	return rc;
}

int
keygen_export(struct keygen *k)
{
	enum nacre_key_format format;
	char path[KEYGEN_PATH_MAX];
	nacre_key *key = NULL;
	int rc;

	if (find_format(k, &format) != 0 || !keygen_path(k, usual, path))
		return TOOL_FAILED;
	if ((rc = load_either(k, path, &key)) == 0)
		rc = print_as(k, key, format);
	nacre_key_free(key);
	return rc;
}

/* The format is found out; -m only has to be one. */
int
keygen_import(struct keygen *k)
{
	char path[KEYGEN_PATH_MAX], *text = NULL, why[256] = "";
	enum nacre_key_format format;
	nacre_key *key = NULL;
	size_t n;
	int rc;

	if (find_format(k, &format) != 0 || !keygen_path(k, usual, path))
		return TOOL_FAILED;
	if ((rc = keygen_read(path, &text, &n)) != 0)
		return rc;
	rc = nacre_key_parse_public(k->env, text, n, &key, why, sizeof(why));
	if (rc != NACRE_OK)
		rc = say_failure("keygen: %s: %s", path, why[0] != '\0' ? why : nacre_status_text(rc));
	else
		rc = keygen_write_public(k, key, k->comment == NULL ? "" : k->comment, NULL, false);
	nacre_key_free(key);
	free(text);
	return rc;
}
