/* sftp_commands: the table of nacre sftp's commands. Knows: names, letters, how many words. Must not know: what the
 * commands do. sftp(1), INTERACTIVE COMMANDS. */
#include <string.h>
#include <strings.h>
#include "sftp_shell.h"

static sftp_command bye, help, progress, version;

static const struct row {
	const char *name;
	sftp_command *run;
	const char *letters;
	size_t min, max; /* words */
	const char *sides; /* of its paths, as sftp_command_side has them; the last one stands for all behind it */
	const char *help;
} rows[] = {
    {"bye", bye, "", 0, 0, "", "                          ends the session"},
    {"cd", sftp_cd, "", 0, 1, "r", "[path]                     changes the remote directory"},
    {"chgrp", sftp_chgrp, "h", 2, SFTP_WORDS_MAX, "-r",
	"[-h] group path...      changes the group, a number (-h: of a link)"},
    {"chmod", sftp_chmod, "h", 2, SFTP_WORDS_MAX, "-r",
	"[-h] mode path...       changes the permissions, an octal number"},
    {"chown", sftp_chown, "h", 2, SFTP_WORDS_MAX, "-r", "[-h] owner path...      changes the owner, a number"},
    {"copy", sftp_copy, "", 2, 2, "rr", "old new                  copies a remote file at the server; also cp"},
    {"cp", sftp_copy, "", 2, 2, "rr", NULL},
    {"df", sftp_df, "hi", 0, 1, "r", "[-hi] [path]               how full the file system is (-i: its inodes)"},
    {"exit", bye, "", 0, 0, "", "                         ends the session"},
    {"get", sftp_get, "afpPrR", 1, 2, "rl",
	"[-afpR] remote [local]    fetches files (-a goes on, -f to the disk, -p with times, -R trees)"},
    {"help", help, "", 0, 0, "", "                         this; also ?"},
    {"?", help, "", 0, 0, "", NULL},
    {"lcd", sftp_lcd, "", 0, 1, "l", "[path]                    changes the local directory"},
    {"lls", sftp_lls, NULL, 0, SFTP_WORDS_MAX - 1, "l", "[ls's options] [path]     lists a local directory"},
    {"lmkdir", sftp_lmkdir, "", 1, 1, "l", "path                   makes a local directory"},
    {"ln", sftp_ln, "s", 2, 2, "rr", "[-s] old new               links (-s: by name)"},
    {"lpwd", sftp_lpwd, "", 0, 0, "", "                         shows the local directory"},
    {"ls", sftp_ls, "1aflhnrSt", 0, 1, "r", "[-1aflhnrSt] [path]        lists a remote directory, or what fits"},
    {"lumask", sftp_lumask, "", 1, 1, "", "mask                   sets the local umask"},
    {"mkdir", sftp_mkdir, "", 1, 1, "r", "path                    makes a remote directory"},
    {"progress", progress, "", 0, 0, "", "                     shows the progress of transfers, or no longer"},
    {"put", sftp_put, "afpPrR", 1, 2, "lr", "[-afpR] local [remote]    sends files"},
    {"pwd", sftp_pwd, "", 0, 0, "", "                          shows the remote directory"},
    {"quit", bye, "", 0, 0, "", "                         ends the session"},
    {"reget", sftp_reget, "fpPrR", 1, 2, "rl", "[-fpR] remote [local]   goes on fetching"},
    {"rename", sftp_rename, "l", 2, 2, "rr", "[-l] old new           renames (-l: never over what is there)"},
    {"reput", sftp_reput, "fpPrR", 1, 2, "lr", "[-fpR] local [remote]   goes on sending"},
    {"rm", sftp_rm, "", 1, SFTP_WORDS_MAX, "r", "path...                    removes files"},
    {"rmdir", sftp_rmdir, "", 1, SFTP_WORDS_MAX, "r", "path...                 removes directories"},
    {"symlink", sftp_symlink, "", 2, 2, "rr", "old new               as ln -s"},
    {"version", version, "", 0, 0, "", "                      shows the protocol's version"},
    {"!", sftp_escape, "", 0, 0, "", "[command]                   runs a local command, or a shell"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static int
bye(struct sftp_call *call)
{
	call->shell->is_over = true;
	return 0;
}

static int
help(struct sftp_call *call)
{
	(void)call;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].help != NULL)
			printf("%s %s\n", rows[i].name, rows[i].help);
	}
	return 0;
}

static int
progress(struct sftp_call *call)
{
	call->shell->shows_progress = !call->shell->shows_progress;
	printf("Progress meter %s\n", call->shell->shows_progress ? "enabled" : "disabled");
	return 0;
}

static int
version(struct sftp_call *call)
{
	(void)call;
	puts("SFTP protocol version 3");
	return 0;
}

static const struct row *
find_row(const char *name)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (strcasecmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

/* Each letter once; the table's letters are fewer than the flags' room. */
static int
take_letters(struct sftp_call *call, const struct row *row, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		char letter[2] = {*letters, '\0'};

		if (strchr(row->letters, *letters) == NULL) {
			fprintf(stderr, "nacre: %s: -", row->name);
			sftp_print_name(stderr, letter);
			fputs(" is not an option\n", stderr);
			return 1;
		}
		if (!sftp_has(call, *letters))
			strcat(call->flags, letter);
	}
	return 0;
}

static int
run_row(struct sftp_call *call, const struct row *row)
{
	while (row->letters != NULL && call->n > 0 && call->words[0].text[0] == '-' && call->words[0].text[1] != '\0') {
		const char *word = call->words[0].text;

		call->words++;
		call->n--;
		if (strcmp(word, "--") == 0)
			break;
		if (take_letters(call, row, word + 1) != 0)
			return 1;
	}
	if (call->n < row->min)
		return sftp_say(row->name, "words are missing; \"help\" tells which");
	if (call->n > row->max)
		return sftp_say(row->name, "too many words; \"help\" tells which");
	return row->run(call);
}

int
sftp_run_line(struct sftp_shell *shell, const struct sftp_line *line)
{
	struct sftp_call call = {.shell = shell, .rest = line->rest};
	const struct row *row;

	if (line->rest[0] == '!')
		return sftp_escape(&call);
	if (line->n == 0)
		return 0;
	call.name = line->words[0].text;
	call.words = line->words + 1;
	call.n = line->n - 1;
	if ((row = find_row(call.name)) == NULL)
		return sftp_say(call.name, "no such command");
	return run_row(&call, row);
}

const char *
sftp_command_name(size_t i)
{
	return i < N_ROWS ? rows[i].name : NULL;
}

char
sftp_command_side(const char *name, size_t i)
{
	const struct row *row = find_row(name);
	size_t n = row == NULL ? 0 : strlen(row->sides);

	return n == 0 ? '-' : row->sides[i < n ? i : n - 1];
}

bool
sftp_has(const struct sftp_call *call, char letter)
{
	return strchr(call->flags, letter) != NULL;
}

const char *
sftp_word(const struct sftp_call *call, size_t i)
{
	return i < call->n ? call->words[i].text : NULL;
}
