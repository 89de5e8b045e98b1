/* sftp_attributes: chmod, chown, chgrp, df. Knows: what is asked of each file that a word stands for. Must not know:
 * transfers, listings. sftp(1). */
#include <inttypes.h>
#include <stdlib.h>
#include "sftp_shell.h"

struct change {
	bool changes_mode, changes_uid, changes_gid;
	uint32_t value;
};

/* SFTP 3 sets both ids at once: the other one is what it was. */
static int
change_one(struct sftp_call *call, const char *path, const struct change *change)
{
	nacre_sftp *sftp = call->shell->sftp;
	bool of_link = sftp_has(call, 'h');
	struct nacre_sftp_attrs was, attrs = {.flags = NACRE_SFTP_ATTR_PERMISSIONS, .permissions = change->value};
	int rc;

	if (!change->changes_mode) {
		rc = (of_link ? nacre_sftp_lstat : nacre_sftp_stat)(sftp, path, &was);
		if (rc != NACRE_OK)
			return sftp_check(call->shell, path, rc);
		if ((was.flags & NACRE_SFTP_ATTR_UIDGID) == 0)
			return sftp_say(path, "the server does not say who owns it");
		attrs = (struct nacre_sftp_attrs){.flags = NACRE_SFTP_ATTR_UIDGID,
		    .uid = change->changes_uid ? change->value : was.uid,
		    .gid = change->changes_gid ? change->value : was.gid};
	}
	return sftp_check(call->shell, path, (of_link ? nacre_sftp_lsetstat : nacre_sftp_setstat)(sftp, path, &attrs));
}

static int
change_each(struct sftp_call *call, struct change change, int base, uint32_t max, const char *saying)
{
	char *end;
	unsigned long value = strtoul(call->words[0].text, &end, base);
	int rc = 0;

	if (*end != '\0' || end == call->words[0].text || call->words[0].text[0] == '-' || value > max)
		return sftp_say(call->words[0].text, "not a number that can be used here");
	change.value = (uint32_t)value;
	for (size_t w = 1; rc == 0 && w < call->n; w++) {
		struct sftp_names names;

		rc = sftp_glob_remote(call->shell, &call->words[w], &names);
		for (size_t i = 0; rc == 0 && i < names.n; i++) {
			printf("Changing %s on ", saying);
			sftp_print_name(stdout, names.names[i]);
			putchar('\n');
			rc = change_one(call, names.names[i], &change);
		}
		sftp_names_free(&names);
	}
	return rc;
}

int
sftp_chmod(struct sftp_call *call)
{
	return change_each(call, (struct change){.changes_mode = true}, 8, 07777, "mode");
}

int
sftp_chown(struct sftp_call *call)
{
	return change_each(call, (struct change){.changes_uid = true}, 10, UINT32_MAX, "owner");
}

int
sftp_chgrp(struct sftp_call *call)
{
	return change_each(call, (struct change){.changes_gid = true}, 10, UINT32_MAX, "group");
}

static unsigned
percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (unsigned)(100.0 * (double)part / (double)whole);
}

/* KiB, or with -h the unit that fits. */
static void
print_size(uint64_t blocks, uint64_t block_size, bool human)
{
	static const char units[] = "BKMGTPE";
	double n = (double)blocks * (double)block_size;
	size_t unit = 0;

	if (!human) {
		printf("%12.0f ", n / 1024);
		return;
	}
	for (; n >= 1000 && unit < sizeof(units) - 2; unit++)
		n /= 1024;
	printf("%11.1f%c ", n, units[unit]);
}

int
sftp_df(struct sftp_call *call)
{
	const char *path = call->n == 0 ? "." : call->words[0].text;
	bool human = sftp_has(call, 'h');
	struct nacre_sftp_statvfs s;
	int rc = nacre_sftp_statvfs(call->shell->sftp, path, &s);

	if (rc != NACRE_OK)
		return sftp_check(call->shell, path, rc);
	if (sftp_has(call, 'i')) {
		printf("%12s %12s %12s %12s    %%Capacity\n", "Inodes", "Used", "Avail", "(root)");
		printf("%12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %11u%%\n", s.files, s.files - s.ffree,
		    s.favail, s.ffree, percent(s.files - s.ffree, s.files));
		return 0;
	}
	printf("%12s %12s %12s %12s    %%Capacity\n", "Size", "Used", "Avail", "(root)");
	print_size(s.blocks, s.frsize, human);
	print_size(s.blocks - s.bfree, s.frsize, human);
	print_size(s.bavail, s.frsize, human);
	print_size(s.bfree, s.frsize, human);
	printf("%11u%%\n", percent(s.blocks - s.bfree, s.blocks));
	return 0;
}
