/* sftp_list: ls. Knows: the forms and orders of a listing. Must not know: the protocol. Owners are numbers: the
 * server's long form is its own business, and never shown. sftp(1), ls(1). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "sftp_shell.h"

#define COLUMNS_DEFAULT 80
#define HALF_YEAR_S (365L * 86400 / 2)

struct row {
	char *name;
	struct nacre_sftp_attrs attrs;
};

struct table {
	struct row *rows;
	size_t n;
};

static void
table_free(struct table *table)
{
	for (size_t i = 0; i < table->n; i++)
		free(table->rows[i].name);
	free(table->rows);
	*table = (struct table){.n = 0};
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

static int
by_time(const void *a, const void *b)
{
	uint32_t x = ((const struct row *)a)->attrs.mtime, y = ((const struct row *)b)->attrs.mtime;

	return x == y ? by_name(a, b) : x < y ? 1 : -1;
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x = ((const struct row *)a)->attrs.size, y = ((const struct row *)b)->attrs.size;

	return x == y ? by_name(a, b) : x < y ? 1 : -1;
}

static void
table_sort(const struct sftp_call *call, struct table *table)
{
	if (table->n < 2 || sftp_has(call, 'f'))
		return;
	qsort(table->rows, table->n, sizeof(*table->rows),
	    sftp_has(call, 't')	  ? by_time
	    : sftp_has(call, 'S') ? by_size
				  : by_name);
	for (size_t i = 0; sftp_has(call, 'r') && i < table->n / 2; i++) {
		struct row row = table->rows[i];

		table->rows[i] = table->rows[table->n - 1 - i];
		table->rows[table->n - 1 - i] = row;
	}
}

static void
mode_text(uint32_t mode, char out[11])
{
	static const struct {
		uint32_t type;
		char letter;
	} types[] = {{S_IFDIR, 'd'}, {S_IFLNK, 'l'}, {S_IFREG, '-'}, {S_IFIFO, 'p'}, {S_IFSOCK, 's'}, {S_IFBLK, 'b'},
	    {S_IFCHR, 'c'}};
	static const struct {
		uint32_t bit;
		size_t at;
		char letter;
	} bits[] = {{S_ISUID, 3, 's'}, {S_ISGID, 6, 's'}, {S_ISVTX, 9, 't'}};

	memcpy(out, "?rwxrwxrwx", 11);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if ((mode & S_IFMT) == types[i].type)
			out[0] = types[i].letter;
	}
	for (size_t i = 0; i < 9; i++) {
		if ((mode & (0400u >> i)) == 0)
			out[1 + i] = '-';
	}
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if ((mode & bits[i].bit) != 0)
			out[bits[i].at] = (char)(out[bits[i].at] == 'x' ? bits[i].letter : bits[i].letter - 'a' + 'A');
	}
}

static void
size_text(uint64_t size, bool human, char *out, size_t cap)
{
	static const char units[] = "BKMGTPE";
	double n = (double)size;
	size_t unit = 0;

	if (!human) {
		snprintf(out, cap, "%" PRIu64, size);
		return;
	}
	for (; n >= 1000 && unit < sizeof(units) - 2; unit++)
		n /= 1024;
	snprintf(out, cap, "%.*f%c", unit == 0 ? 0 : 1, n, units[unit]);
}

/* As ls has it: a file of the last half year shows its hour, another one its year. */
static void
time_text(uint32_t mtime, char *out, size_t cap)
{
	time_t when = (time_t)mtime, now = time(NULL);
	bool is_old = when > now || now - when > HALF_YEAR_S;
	struct tm tm;
	size_t n = 0;

	if (localtime_r(&when, &tm) != NULL)
		n = is_old ? strftime(out, cap, "%b %e  %Y", &tm) : strftime(out, cap, "%b %e %H:%M", &tm);
	if (n == 0)
		snprintf(out, cap, "?");
}

static void
print_long(const struct sftp_call *call, const struct row *row)
{
	const struct nacre_sftp_attrs *a = &row->attrs;
	char mode[11], size[32], when[32];

	mode_text(a->permissions, mode);
	size_text(a->size, sftp_has(call, 'h'), size, sizeof(size));
	time_text(a->mtime, when, sizeof(when));
	printf("%s    ? %-8" PRIu32 " %-8" PRIu32 " %12s %s ", mode, a->uid, a->gid, size, when);
	sftp_print_name(stdout, row->name);
	putchar('\n');
}

static size_t
screen_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS_DEFAULT;
}

/* Names go down the columns. A name's width is its bytes', which is never too narrow. */
static void
print_columns(const struct table *table)
{
	size_t widest = 1, columns, lines;

	for (size_t i = 0; i < table->n; i++) {
		size_t n = strlen(table->rows[i].name);

		widest = n > widest ? n : widest;
	}
	columns = screen_columns() / (widest + 2);
	columns = columns == 0 ? 1 : columns;
	lines = (table->n + columns - 1) / columns;
	for (size_t line = 0; line < lines; line++) {
		for (size_t i = line; i < table->n; i += lines) {
			sftp_print_name(stdout, table->rows[i].name);
			if (i + lines < table->n)
				printf("%*s", (int)(widest + 2 - strlen(table->rows[i].name)), "");
		}
		putchar('\n');
	}
}

static void
table_print(const struct sftp_call *call, struct table *table)
{
	bool is_long = sftp_has(call, 'l') || sftp_has(call, 'n');

	table_sort(call, table);
	if (!is_long && !sftp_has(call, '1')) {
		print_columns(table);
		return;
	}
	for (size_t i = 0; i < table->n; i++) {
		if (is_long) {
			print_long(call, &table->rows[i]);
			continue;
		}
		sftp_print_name(stdout, table->rows[i].name);
		putchar('\n');
	}
}

static int
list_directory(const struct sftp_call *call, const char *path, const char *shown)
{
	struct nacre_sftp_listing listing = {.n = 0};
	struct table table = {.n = 0};
	int rc = sftp_check(call->shell, path, nacre_sftp_listdir_attr(call->shell->sftp, path, &listing));

	if (rc == 0 && listing.n > 0 && (table.rows = calloc(listing.n, sizeof(*table.rows))) == NULL)
		rc = sftp_say("out of memory", NULL);
	for (size_t i = 0; rc == 0 && i < listing.n; i++) {
		const struct nacre_sftp_entry *entry = &listing.entries[i];

		if (entry->name[0] == '.' && !sftp_has(call, 'a'))
			continue;
		table.rows[table.n] = (struct row){sftp_join(shown, entry->name), entry->attrs};
		if (table.rows[table.n].name == NULL)
			rc = 1;
		else
			table.n++;
	}
	nacre_sftp_listing_free(&listing);
	if (rc == 0)
		table_print(call, &table);
	table_free(&table);
	return rc;
}

/* Takes the names over. */
static int
list_names(const struct sftp_call *call, struct sftp_names *names)
{
	struct table table = {.n = 0};
	int rc = 0;

	if ((table.rows = calloc(names->n, sizeof(*table.rows))) == NULL)
		return sftp_say("out of memory", NULL);
	for (size_t i = 0; rc == 0 && i < names->n; i++) {
		struct row *row = &table.rows[table.n++];

		row->name = names->names[i];
		names->names[i] = NULL;
		rc = sftp_check(call->shell, row->name, nacre_sftp_lstat(call->shell->sftp, row->name, &row->attrs));
	}
	if (rc == 0)
		table_print(call, &table);
	table_free(&table);
	return rc;
}

/* A single directory is shown with what is in it; several names that fit are shown themselves. */
int
sftp_ls(struct sftp_call *call)
{
	struct nacre_sftp_attrs attrs;
	struct sftp_names names;
	int rc;

	if (call->n == 0)
		return list_directory(call, ".", "");
	rc = sftp_glob_remote(call->shell, &call->words[0], &names);
	if (rc == 0 && names.n == 1 && nacre_sftp_stat(call->shell->sftp, names.names[0], &attrs) == NACRE_OK &&
	    S_ISDIR(attrs.permissions))
		rc = list_directory(call, names.names[0], strcmp(names.names[0], ".") == 0 ? "" : names.names[0]);
	else if (rc == 0)
		rc = list_names(call, &names);
	sftp_names_free(&names);
	return rc;
}
