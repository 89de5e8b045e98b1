/* sftp_copy: get, put, reget, reput. Knows: where each file goes that a word stands for. Must not know: how bytes
 * travel. sftp(1). */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "interrupt.h"
#include "sftp_shell.h"

struct copy {
	struct sftp_call *call;
	struct nacre_sftp_transfer options;
	bool put, recursive;
	bool into; /* the target is a directory that is there */
	const char *target; /* NULL: none was given */
};

static bool
is_directory(const struct copy *copy, bool remote, const char *path)
{
	struct nacre_sftp_attrs attrs;
	struct stat st;

	if (!remote)
		return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	return nacre_sftp_stat(copy->call->shell->sftp, path, &attrs) == NACRE_OK && S_ISDIR(attrs.permissions);
}

/* The last name, slashes at the end not counted; "" where that would lead upwards or nowhere. */
static char *
own_name(const char *source)
{
	char *copy = strdup(source), *name;
	size_t n = copy == NULL ? 0 : strlen(copy);

	if (copy == NULL)
		return NULL;
	while (n > 0 && copy[n - 1] == '/')
		copy[--n] = '\0';
	name = strrchr(copy, '/');
	if (name != NULL)
		memmove(copy, name + 1, strlen(name + 1) + 1);
	if (strcmp(copy, ".") == 0 || strcmp(copy, "..") == 0)
		copy[0] = '\0';
	return copy;
}

/* The caller's to free; NULL after saying why. */
static char *
find_target(const struct copy *copy, const char *source)
{
	char *name, *target;

	if (copy->target != NULL && !copy->into)
		return strdup(copy->target);
	if ((name = own_name(source)) == NULL)
		return NULL;
	if (name[0] == '\0')
		target = strdup(copy->target == NULL ? "." : copy->target);
	else
		target = sftp_join(copy->target == NULL ? "" : copy->target, name);
	free(name);
	return target;
}

static void
say_copy(const struct copy *copy, const char *source, const char *target)
{
	fputs(copy->put ? "Uploading " : "Fetching ", stdout);
	sftp_print_name(stdout, source);
	fputs(" to ", stdout);
	sftp_print_name(stdout, target);
	putchar('\n');
	fflush(stdout);
}

static int
copy_one(const struct copy *copy, const char *source)
{
	struct sftp_shell *shell = copy->call->shell;
	bool is_tree = is_directory(copy, !copy->put, source);
	char *target;
	int rc;

	if (is_tree && !copy->recursive)
		return sftp_say(source, "a directory; -R copies it");
	if ((target = find_target(copy, source)) == NULL)
		return sftp_say("out of memory", NULL);
	say_copy(copy, source, target);
	if (copy->put)
		rc = (is_tree ? nacre_sftp_put_tree : nacre_sftp_put)(shell->sftp, source, target, &copy->options);
	else
		rc = (is_tree ? nacre_sftp_get_tree : nacre_sftp_get)(shell->sftp, source, target, &copy->options);
	transfer_shown(shell->t);
	free(target);
	return sftp_check(shell, source, rc);
}

static int
copy_each(struct copy *copy)
{
	struct sftp_call *call = copy->call;
	struct sftp_names names;
	int rc = copy->put ? sftp_glob_local(&call->words[0], &names)
			   : sftp_glob_remote(call->shell, &call->words[0], &names);

	copy->into = rc == 0 && copy->target != NULL && is_directory(copy, copy->put, copy->target);
	if (rc == 0 && names.n > 1 && copy->target != NULL && !copy->into)
		rc = sftp_say(copy->target, "several files want a directory");
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = copy_one(copy, names.names[i]);
	sftp_names_free(&names);
	return rc;
}

static int
on_progress(void *ctx, const struct nacre_sftp_progress *progress)
{
	struct sftp_shell *shell = ctx;

	if (shell->shows_progress)
		(void)transfer_show(shell->t, progress);
	return interrupt_came();
}

static int
copy_start(struct sftp_call *call, bool put, bool resume)
{
	struct sftp_shell *shell = call->shell;
	struct copy copy = {.call = call, .put = put, .options = shell->t->options, .target = sftp_word(call, 1)};

	copy.recursive = shell->t->recursive || sftp_has(call, 'r') || sftp_has(call, 'R');
	copy.options.resume = copy.options.resume || resume || sftp_has(call, 'a');
	copy.options.preserve = copy.options.preserve || sftp_has(call, 'p') || sftp_has(call, 'P');
	copy.options.fsync = sftp_has(call, 'f');
	copy.options.progress = on_progress;
	copy.options.progress_ctx = shell;
	return copy_each(&copy);
}

/* From one place of the server to another. */
int
sftp_copy(struct sftp_call *call)
{
	struct sftp_shell *shell = call->shell;
	const struct nacre_sftp_transfer options = {
	    .size = sizeof(options), .progress = on_progress, .progress_ctx = shell};
	const char *from = sftp_word(call, 0);
	int rc = nacre_sftp_copy(shell->sftp, from, sftp_word(call, 1), &options);

	transfer_shown(shell->t);
	return sftp_check(shell, from, rc);
}

int
sftp_get(struct sftp_call *call)
{
	return copy_start(call, false, false);
}

int
sftp_reget(struct sftp_call *call)
{
	return copy_start(call, false, true);
}

int
sftp_put(struct sftp_call *call)
{
	return copy_start(call, true, false);
}

int
sftp_reput(struct sftp_call *call)
{
	return copy_start(call, true, true);
}
