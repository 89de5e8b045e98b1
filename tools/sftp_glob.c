/* sftp_glob: names that fit a pattern, at the server and here. Knows: lists of names. Must not know: commands.
 * sftp(1); glob(7). */
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

int
sftp_glob_remote(struct sftp_shell *shell, const struct sftp_word *word, struct sftp_names *names)
{
	struct nacre_sftp_names found;
	int rc;

	*names = (struct sftp_names){.n = 0};
	if (!sftp_is_pattern(word->pattern))
		return names_add(names, strdup(word->text));
	if ((rc = nacre_sftp_glob(shell->sftp, word->pattern, &found)) != NACRE_OK)
		return sftp_check(shell, word->text, rc);
	if (found.n == 0)
		rc = sftp_say(word->text, "nothing fits");
	for (size_t i = 0; rc == 0 && i < found.n; i++)
		rc = names_add(names, strdup(found.names[i]));
	nacre_sftp_names_free(&found);
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
