/* sftp_server_longname: the line that clients show for a file. Knows: how `ls -l` looks. Must not know: files.
 * draft-ietf-secsh-filexfer-02 7: "recommended" to look so, and not to be parsed by anybody. */
#include <inttypes.h>
#include <stdio.h>
#include "sftp_server.h"

#define DAY 86400
#define HALF_YEAR (INT64_C(365) * DAY / 2)
#define TYPE_MASK 0170000u

static const char *const months[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static const struct {
	uint32_t type;
	char letter;
} types[] = {
    {0140000, 's'}, {0120000, 'l'}, {0100000, '-'}, {0060000, 'b'}, {0040000, 'd'}, {0020000, 'c'}, {0010000, 'p'}};

/* The set-id bit of a class shows in its place for x. */
static char
execute_letter(uint32_t mode, uint32_t x, uint32_t special, char set, char set_alone)
{
	if ((mode & special) != 0)
		return (mode & x) != 0 ? set : set_alone;
	return (mode & x) != 0 ? 'x' : '-';
}

static void
mode_text(uint32_t mode, char out[11])
{
	size_t i;

	out[0] = '?';
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((mode & TYPE_MASK) == types[i].type)
			out[0] = types[i].letter;
	for (i = 0; i < 9; i++)
		out[1 + i] = (mode & (0400u >> i)) != 0 ? "rwx"[i % 3] : '-';
	out[3] = execute_letter(mode, 0100, 04000, 's', 'S');
	out[6] = execute_letter(mode, 0010, 02000, 's', 'S');
	out[9] = execute_letter(mode, 0001, 01000, 't', 'T');
	out[10] = '\0';
}

struct civil {
	int64_t year;
	unsigned month, day; /* from 0, from 1 */
};

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970; the wire's seconds end in 2106, so the loops are short. */
static struct civil
civil_of(uint32_t days)
{
	static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct civil c = {.year = 1970};
	unsigned length;

	while (days >= (is_leap(c.year) ? 366u : 365u)) {
		days -= is_leap(c.year) ? 366u : 365u;
		c.year++;
	}
	while (days >= (length = lengths[c.month] + (c.month == 1 && is_leap(c.year) ? 1 : 0))) {
		days -= length;
		c.month++;
	}
	c.day = days + 1;
	return c;
}

/* UTC: the server's zone is not the client's. The time of day for what is newer than half a year, else the year. */
static void
time_text(const struct nacre_sftp_server *s, uint32_t mtime, char *out, size_t cap)
{
	struct civil c = civil_of(mtime / DAY);
	int64_t now = s->options.clock == NULL ? -1 : s->options.clock(s->options.clock_ctx);
	bool recent = now >= 0 && mtime <= now + DAY && now - mtime < HALF_YEAR;

	if (recent)
		snprintf(out, cap, "%s %2u %02u:%02u", months[c.month], c.day, (unsigned)(mtime % DAY / 3600),
		    (unsigned)(mtime % 3600 / 60));
	else
		snprintf(out, cap, "%s %2u  %4" PRId64, months[c.month], c.day, c.year);
}

static void
owner_text(
    const struct nacre_sftp_server *s, bool is_group, const struct nacre_sftp_attrs *attrs, char *out, size_t cap)
{
	uint32_t id = is_group ? attrs->gid : attrs->uid;
	size_t n = 0;

	if ((attrs->flags & NACRE_SFTP_ATTR_UIDGID) == 0) {
		snprintf(out, cap, "?");
		return;
	}
	if (s->handler->id_name != NULL)
		n = s->handler->id_name(s->options.ctx, is_group, id, out, cap - 1);
	if (n == 0 || n >= cap)
		snprintf(out, cap, "%" PRIu32, id);
	else
		out[n] = '\0';
}

void
longname_put(
    struct nacre_sftp_server *s, struct buf *b, struct slice name, const struct nacre_sftp_attrs *attrs, uint32_t links)
{
	char mode[11], count[12] = "?", user[SFTP_SERVER_NAME_MAX + 1], group[SFTP_SERVER_NAME_MAX + 1], when[40];
	char line[256];
	size_t mark = buf_begin_string(b);
	int n;

	mode_text(attrs->permissions, mode);
	if (links > 0)
		snprintf(count, sizeof(count), "%" PRIu32, links);
	owner_text(s, false, attrs, user, sizeof(user));
	owner_text(s, true, attrs, group, sizeof(group));
	time_text(s, attrs->mtime, when, sizeof(when));
	n = snprintf(
	    line, sizeof(line), "%s %3s %-8s %-8s %8" PRIu64 " %s ", mode, count, user, group, attrs->size, when);
	buf_put(b, line, (size_t)n);
	buf_put_slice(b, name);
	buf_end_string(b, mark);
}
