/* sftp_names: the commands on names at the server. Knows: what each asks of the session. Must not know: attributes,
 * transfers. sftp(1). */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "sftp_shell.h"

#define DIRECTORY_MODE 0777

int
sftp_cd(struct sftp_call *call)
{
	const char *to = sftp_word(call, 0);

	return sftp_check(call->shell, to == NULL ? "." : to, nacre_sftp_chdir(call->shell->sftp, to));
}

int
sftp_pwd(struct sftp_call *call)
{
	char here[PATH_MAX];
	int rc = nacre_sftp_normalize(call->shell->sftp, ".", here, sizeof(here));

	if (rc != NACRE_OK)
		return sftp_check(call->shell, ".", rc);
	fputs("Remote working directory: ", stdout);
	sftp_print_name(stdout, here);
	putchar('\n');
	return 0;
}

int
sftp_mkdir(struct sftp_call *call)
{
	const char *path = sftp_word(call, 0);

	return sftp_check(call->shell, path, nacre_sftp_mkdir(call->shell->sftp, path, DIRECTORY_MODE));
}

/* The first failure is the last that is tried, as in OpenSSH. */
static int
remove_each(struct sftp_call *call, int (*remove_one)(nacre_sftp *sftp, const char *path))
{
	int rc = 0;

	for (size_t w = 0; rc == 0 && w < call->n; w++) {
		struct sftp_names names;

		rc = sftp_glob_remote(call->shell, &call->words[w], &names);
		for (size_t i = 0; rc == 0 && i < names.n; i++) {
			fputs("Removing ", stdout);
			sftp_print_name(stdout, names.names[i]);
			putchar('\n');
			rc = sftp_check(call->shell, names.names[i], remove_one(call->shell->sftp, names.names[i]));
		}
		sftp_names_free(&names);
	}
	return rc;
}

int
sftp_rm(struct sftp_call *call)
{
	return remove_each(call, nacre_sftp_remove);
}

int
sftp_rmdir(struct sftp_call *call)
{
	return remove_each(call, nacre_sftp_rmdir);
}

/* With -l, or where the server knows no better, what is at the new name stays. */
int
sftp_rename(struct sftp_call *call)
{
	nacre_sftp *sftp = call->shell->sftp;
	bool replaces = nacre_sftp_can(sftp, NACRE_SFTP_CAN_POSIX_RENAME) && !sftp_has(call, 'l');
	const char *from = sftp_word(call, 0), *to = sftp_word(call, 1);

	return sftp_check(call->shell, from, (replaces ? nacre_sftp_posix_rename : nacre_sftp_rename)(sftp, from, to));
}

int
sftp_symlink(struct sftp_call *call)
{
	const char *target = sftp_word(call, 0), *path = sftp_word(call, 1);

	return sftp_check(call->shell, path, nacre_sftp_symlink(call->shell->sftp, target, path));
}

int
sftp_ln(struct sftp_call *call)
{
	const char *from = sftp_word(call, 0), *to = sftp_word(call, 1);

	if (sftp_has(call, 's'))
		return sftp_symlink(call);
	return sftp_check(call->shell, from, nacre_sftp_hardlink(call->shell->sftp, from, to));
}
