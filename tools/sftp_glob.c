/* sftp_glob: names that fit a pattern, at the server and here. Knows: fnmatch(3), directories. Must not know: commands.
 * sftp(1); glob(7). */
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include "sftp_shell.h"

#define NAMES_MAX 1000000

bool
sftp_is_pattern(const char *pattern)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '\\' && pattern[1] != '\0')
			pattern++;
		else if (strchr("*?[", *pattern) != NULL)
			return true;
	}
	return false;
}

void
sftp_names_free(struct sftp_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct sftp_names){.n = 0};
}

/* Takes name over. */
static int
names_add(struct sftp_names *names, char *name)
{
	size_t cap = names->cap == 0 ? 16 : names->cap * 2;

	if (name == NULL)
		return sftp_say("out of memory", NULL);
	if (names->n == names->cap) {
		char **grown = names->n >= NAMES_MAX ? NULL : realloc(names->names, cap * sizeof(*grown));

		if (grown == NULL) {
			free(name);
			return sftp_say("too many names", NULL);
		}
		names->names = grown;
		names->cap = cap;
	}
	names->names[names->n++] = name;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
unquote(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		*out++ = *text;
	}
	*out = '\0';
}

/* A directory that cannot be read has nothing that fits. */
static int
add_fitting(struct sftp_shell *shell, const char *directory, const char *pattern, struct sftp_names *names)
{
	struct nacre_sftp_listing listing = {.n = 0};
	int rc = nacre_sftp_listdir_attr(shell->sftp, directory[0] == '\0' ? "." : directory, &listing);

	if (rc != NACRE_OK)
		return rc == NACRE_E_SFTP ? 0 : sftp_check(shell, directory, rc);
	rc = 0;
	for (size_t i = 0; rc == 0 && i < listing.n; i++) {
		if (fnmatch(pattern, listing.entries[i].name, FNM_PERIOD) == 0)
			rc = names_add(names, sftp_join(directory, listing.entries[i].name));
	}
	nacre_sftp_listing_free(&listing);
	return rc;
}

/* One part of the path further: each directory of `from` with what fits the part below it. */
static int
walk_part(struct sftp_shell *shell, const struct sftp_names *from, char *part, bool is_last, struct sftp_names *to)
{
	bool is_pattern = sftp_is_pattern(part);
	int rc = 0;

	if (!is_pattern)
		unquote(part);
	for (size_t i = 0; rc == 0 && i < from->n; i++) {
		struct nacre_sftp_attrs attrs;
		char *path;

		if (is_pattern) {
			rc = add_fitting(shell, from->names[i], part, to);
			continue;
		}
		if ((path = sftp_join(from->names[i], part)) == NULL)
			return 1;
		if (is_last && nacre_sftp_lstat(shell->sftp, path, &attrs) != NACRE_OK)
			free(path);
		else
			rc = names_add(to, path);
	}
	return rc;
}

static int
walk(struct sftp_shell *shell, char *pattern, struct sftp_names *names)
{
	char *rest = NULL, *part = strtok_r(pattern, "/", &rest), *next;
	int rc = 0;

	for (; rc == 0 && part != NULL; part = next) {
		struct sftp_names further = {.n = 0};

		next = strtok_r(NULL, "/", &rest);
		rc = walk_part(shell, names, part, next == NULL, &further);
		sftp_names_free(names);
		*names = further;
	}
	return rc;
}

int
sftp_glob_remote(struct sftp_shell *shell, const struct sftp_word *word, struct sftp_names *names)
{
	char *pattern;
	int rc;

	*names = (struct sftp_names){.n = 0};
	if (!sftp_is_pattern(word->pattern))
		return names_add(names, strdup(word->text));
	if ((pattern = strdup(word->pattern)) == NULL)
		return sftp_say("out of memory", NULL);
	rc = names_add(names, strdup(word->text[0] == '/' ? "/" : ""));
	if (rc == 0)
		rc = walk(shell, pattern, names);
	free(pattern);
	if (rc == 0 && names->n == 0)
		return sftp_say(word->text, "nothing fits");
	if (rc == 0)
		qsort(names->names, names->n, sizeof(*names->names), by_name);
	return rc;
}

int
sftp_glob_local(const struct sftp_word *word, struct sftp_names *names)
{
	glob_t found = {.gl_pathc = 0};
	int rc = 0;

	*names = (struct sftp_names){.n = 0};
	if (!sftp_is_pattern(word->pattern))
		return names_add(names, strdup(word->text));
	if (glob(word->pattern, 0, NULL, &found) != 0)
		rc = sftp_say(word->text, "nothing fits");
	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++)
		rc = names_add(names, strdup(found.gl_pathv[i]));
	globfree(&found);
	return rc;
}
