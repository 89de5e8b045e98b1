/* sftp_complete: how a line of nacre sftp may go on. Knows: quoting, and which words are paths of which side. Must not
 * know: the terminal. sftp(1), INTERACTIVE COMMANDS. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "sftp_input.h"

/* The word at the end of a line that is being typed. */
struct tail {
	char command[32]; /* "": this is the command */
	size_t paths; /* words before it that are neither the command nor letters */
	char quote; /* that is still open; NUL: none */
	size_t n;
	char text[SFTP_LINE_MAX + 1]; /* what it says so far */
};

static void
word_over(struct tail *tail, size_t *words)
{
	tail->text[tail->n] = '\0';
	if (*words == 0 && tail->n < sizeof(tail->command))
		memcpy(tail->command, tail->text, tail->n + 1);
	else if (*words > 0 && tail->text[0] != '-')
		tail->paths++;
	(*words)++;
	tail->n = 0;
}

/* As sftp_line_parse, but for a line that is not at its end. */
static void
tail_find(struct tail *tail, const char *line, size_t n)
{
	size_t at = 0, words = 0;
	bool inside = false;

	*tail = (struct tail){.n = 0};
	while (at < n && strchr(" \t-@", line[at]) != NULL)
		at++;
	for (; at < n && tail->n < SFTP_LINE_MAX; at++) {
		char ch = line[at];

		if (tail->quote == '\0' && (ch == ' ' || ch == '\t')) {
			if (inside)
				word_over(tail, &words);
			inside = false;
			continue;
		}
		inside = true;
		if (ch == '\\' && at + 1 < n &&
		    (tail->quote == '\0' || line[at + 1] == tail->quote || line[at + 1] == '\\')) {
			tail->text[tail->n++] = line[++at];
		} else if (ch == tail->quote && ch != '\0') {
			tail->quote = '\0';
		} else if (tail->quote == '\0' && (ch == '"' || ch == '\'')) {
			tail->quote = ch;
		} else {
			tail->text[tail->n++] = ch;
		}
	}
	tail->text[tail->n] = '\0';
}

/* A name with a control character cannot be typed. */
static bool
is_typed(const char *name)
{
	for (; *name != '\0'; name++) {
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return false;
	}
	return true;
}

static void
offer(struct sftp_names *names, const char *name, const char *begun, bool is_dir)
{
	char *copy, **grown;

	if (strncmp(name, begun, strlen(begun)) != 0 || (name[0] == '.' && begun[0] != '.') || !is_typed(name))
		return;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (names->n == names->cap) {
		size_t cap = names->cap == 0 ? 64 : names->cap * 2;

		if ((grown = realloc(names->names, cap * sizeof(*grown))) == NULL)
			return;
		names->names = grown;
		names->cap = cap;
	}
	if (asprintf(&copy, "%s%s", name, is_dir ? "/" : "") >= 0)
		names->names[names->n++] = copy;
}

/* A link may lead to a directory: it is looked at only where nothing else fits. */
static void
offer_remote(struct sftp_shell *shell, const char *directory, const char *begun, struct sftp_names *names)
{
	struct nacre_sftp_listing listing;

	if (nacre_sftp_listdir_attr(shell->sftp, directory, &listing) != NACRE_OK)
		return;
	for (size_t i = 0; i < listing.n; i++)
		offer(names, listing.entries[i].name, begun, S_ISDIR(listing.entries[i].attrs.permissions));
	nacre_sftp_listing_free(&listing);
}

static void
offer_local(const char *directory, const char *begun, struct sftp_names *names)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	struct stat st;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		offer(names, entry->d_name, begun,
		    fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode));
	if (dir != NULL)
		closedir(dir);
}

static void
offer_paths(struct sftp_shell *shell, const struct tail *tail, char side, struct sftp_names *names)
{
	const char *slash = strrchr(tail->text, '/'), *begun = slash == NULL ? tail->text : slash + 1;
	char *directory = slash == NULL ? strdup(".") : strndup(tail->text, (size_t)(slash + 1 - tail->text));

	if (directory != NULL && side == 'r')
		offer_remote(shell, directory, begun, names);
	else if (directory != NULL && side == 'l')
		offer_local(directory, begun, names);
	free(directory);
}

static void
offer_commands(const char *begun, struct sftp_names *names)
{
	const char *name;

	for (size_t i = 0; (name = sftp_command_name(i)) != NULL; i++)
		offer(names, name, begun, false);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t
common(const struct sftp_names *names)
{
	size_t n = names->n == 0 ? 0 : strlen(names->names[0]);

	for (size_t i = 1; i < names->n; i++) {
		size_t k = 0;

		while (k < n && names->names[i][k] == names->names[0][k])
			k++;
		n = k;
	}
	return n;
}

/* Bytes of a character that has several are not cut apart: what all names have may end within one. */
static size_t
whole_characters(const char *name, size_t n)
{
	while (n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
quote(char quote, const char *name, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		if (quote == '\0' ? strchr(" \t\"'\\*?[]", name[i]) != NULL : name[i] == quote || name[i] == '\\')
			*out++ = '\\';
		*out++ = name[i];
	}
	*out = '\0';
}

void
sftp_complete(struct sftp_shell *shell, const char *line, size_t n, struct sftp_completion *out)
{
	struct tail *tail = malloc(sizeof(*tail));
	const char *slash;
	size_t begun, all;

	*out = (struct sftp_completion){.insert = NULL};
	if (tail == NULL)
		return;
	tail_find(tail, line, n);
	if (tail->command[0] == '\0')
		offer_commands(tail->text, &out->names);
	else
		offer_paths(shell, tail, sftp_command_side(tail->command, tail->paths), &out->names);
	if (out->names.n > 1)
		qsort(out->names.names, out->names.n, sizeof(*out->names.names), compare);
	slash = tail->command[0] == '\0' ? NULL : strrchr(tail->text, '/');
	begun = strlen(slash == NULL ? tail->text : slash + 1);
	all = common(&out->names);
	if (out->names.n > 1)
		all = whole_characters(out->names.names[0], all);
	if (all >= begun && out->names.n > 0 && (out->insert = malloc(2 * (all - begun) + 3)) != NULL) {
		char close[3] = {tail->quote != '\0' ? tail->quote : ' ', tail->quote != '\0' ? ' ' : '\0', '\0'};

		quote(tail->quote, out->names.names[0] + begun, all - begun, out->insert);
		if (out->names.n == 1 && out->names.names[0][all - 1] != '/')
			strcat(out->insert, close);
	}
	free(tail);
}

void
sftp_completion_free(struct sftp_completion *completion)
{
	sftp_names_free(&completion->names);
	free(completion->insert);
}
