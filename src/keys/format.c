/* format: which format a file is in, and who reads it. Knows: first lines. Must not know: any format's inside.
 * Serves OpenSSH PROTOCOL.key, RFC 7468, RFC 4716, PuTTY's files. */
#include "format.h"
#include "armor.h"
#include "keyfile.h"
#include "mem.h"
#include "pem.h"
#include "ppk.h"
#include "publine.h"
#include "rfc4716.h"

#include <stdio.h>

struct format_reader {
	const char *start; /* of the first line that is not empty */
	int (*read)(
	    const struct nacre_env *env, struct slice text, const char *passphrase, nacre_key **key, struct why *why);
	int (*peek)(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why);
};

static const struct format_reader readers[] = {
    {KEYFILE_BEGIN, keyfile_read, keyfile_peek},
    {PPK_START, ppk_read, ppk_peek},
    {NULL, NULL, NULL},
};

/* Text may stand in front of a PEM block. */
static const struct format_reader pem_reader = {PEM_BEGIN, pem_read, pem_peek};

/* Files that hold no private key, told by their first bytes. */
static const struct {
	const char *start, *name;
} others[] = {
    {RFC4716_BEGIN, "a public key (RFC 4716)"},
    {"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", "a private key of ssh.com's"},
    {"ssh-", "a public key"},
    {"ecdsa-sha2-", "a public key"},
    {"sk-", "a public key"},
};

static int
refuse(struct slice line, struct why *why)
{
	char text[96];
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!slice_starts(line, slice_str(others[i].start)))
			continue;
		snprintf(text, sizeof(text), "the file is %s, which is not read as a private key", others[i].name);
		return why_fail(why, NACRE_E_UNSUPPORTED, text);
	}
	return why_fail(why, NACRE_E_KEY_FORMAT,
	    line.n == 0 ? "the file is empty" : "the file is not a private key: no BEGIN line");
}

static bool
is_blank(struct slice line)
{
	size_t i;

	for (i = 0; i < line.n; i++)
		if (line.p[i] != ' ' && line.p[i] != '\t')
			return false;
	return true;
}

static struct slice
first_line(struct slice text)
{
	struct slice line = SLICE_NONE;

	while (armor_next_line(&text, &line))
		if (!is_blank(line))
			return line;
	return SLICE_NONE;
}

/* What follows the blank lines and the remarks ("# ...") in front. */
static struct slice
skip_remarks(struct slice text)
{
	struct slice rest = text, line;

	while (armor_next_line(&rest, &line) && (is_blank(line) || line.p[0] == '#'))
		text = rest;
	return text;
}

static bool
has_line(struct slice text, struct slice start)
{
	struct slice line;

	while (armor_next_line(&text, &line))
		if (slice_starts(line, start))
			return true;
	return false;
}

static int
find_reader(struct slice text, const struct format_reader **reader, struct why *why)
{
	const struct format_reader *f;
	struct slice line;

	if (text.n > KEYFILE_MAX)
		return why_fail(why, NACRE_E_KEY_FORMAT, "the file is larger than 1 MiB");
	line = first_line(text);
	for (f = readers; f->start != NULL; f++)
		if (slice_starts(line, slice_str(f->start))) {
			*reader = f;
			return 0;
		}
	if (has_line(text, slice_str(PEM_BEGIN))) {
		*reader = &pem_reader;
		return 0;
	}
	return refuse(line, why);
}

int
nacre_key_parse_private(const struct nacre_env *env, const uint8_t *p, size_t n, const char *passphrase,
    nacre_key **key, char *why_text, size_t why_size)
{
	const struct format_reader *reader;
	struct why why = {why_text, why_size};
	int r;

	*key = NULL;
	(void)why_fail(&why, 0, "");
	if (env == NULL || (p == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if ((r = find_reader(slice_of(p, n), &reader, &why)) != 0)
		return r;
	return reader->read(env, slice_of(p, n), passphrase, key, &why);
}

int
nacre_key_peek_public(
    const struct nacre_env *env, const uint8_t *p, size_t n, nacre_key **key, char *why_text, size_t why_size)
{
	const struct format_reader *reader;
	struct why why = {why_text, why_size};
	int r;

	*key = NULL;
	(void)why_fail(&why, 0, "");
	if (env == NULL || (p == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if ((r = find_reader(slice_of(p, n), &reader, &why)) != 0)
		return r;
	return reader->peek(env, slice_of(p, n), key, &why);
}

int
nacre_key_parse_public(
    const struct nacre_env *env, const char *text, size_t n, nacre_key **key, char *why_text, size_t why_size)
{
	struct why why = {why_text, why_size};

	*key = NULL;
	(void)why_fail(&why, 0, "");
	if (env == NULL || text == NULL)
		return NACRE_E_ARGUMENT;
	if (n > KEYFILE_MAX)
		return why_fail(&why, NACRE_E_KEY_FORMAT, "the file is larger than 1 MiB");
	if (slice_starts(first_line(slice_of(text, n)), SLICE_LIT(PPK_START)))
		return why_fail(&why, NACRE_E_UNSUPPORTED, "the file is a private key of PuTTY's, and no public one");
	if (has_line(slice_of(text, n), slice_str(PEM_BEGIN)))
		return pem_read_public(env, slice_of(text, n), key, &why);
	if (has_line(slice_of(text, n), slice_str(RFC4716_BEGIN)))
		return rfc4716_read(env, slice_of(text, n), key, &why);
	return publine_read(env, skip_remarks(slice_of(text, n)), NULL, key, &why);
}

int
nacre_key_parse_line(const struct nacre_env *env, const char *line, size_t n, const char **options, size_t *options_len,
    nacre_key **key, char *why_text, size_t why_size)
{
	struct why why = {why_text, why_size};
	struct slice found = SLICE_NONE;
	int r;

	*key = NULL;
	*options = NULL;
	*options_len = 0;
	(void)why_fail(&why, 0, "");
	if (env == NULL || line == NULL)
		return NACRE_E_ARGUMENT;
	if ((r = publine_read(env, slice_of(line, n), &found, key, &why)) == 0 && found.n > 0) {
		*options = (const char *)found.p;
		*options_len = found.n;
	}
	return r;
}
