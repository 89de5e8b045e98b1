/* ident: see ident.h. Knows: one line at a time. Must not know: what follows. RFC 4253 4.2. */
#include "ident.h"
#include "bounds.h"
#include "text.h"

static bool
is_printable(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

static bool
is_ident(struct slice line)
{
	return slice_starts(line, SLICE_LIT("SSH-"));
}

static int
check_ident(struct slice line, struct failure *failure)
{
	struct slice software;
	char shown[96];

	text_escape(shown, sizeof(shown), line, false);
	if (!is_printable(line))
		return failure_set(failure, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL, "identification: not printable text: %s", shown);
	if (slice_starts(line, SLICE_LIT("SSH-2.0-")))
		software = slice_from(line, 8);
	else if (slice_starts(line, SLICE_LIT("SSH-1.99-"))) /* RFC 4253 5.1: speaks 2.0 as well */
		software = slice_from(line, 9);
	else
		return failure_set(failure, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL, "identification: not protocol 2.0: %s", shown);
	if (software.n == 0 || software.p[0] == ' ')
		return failure_set(failure, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL, "identification: no software version: %s", shown);
	return 0;
}

/* The line end may lack its CR: old servers send LF alone, and OpenSSH takes that. */
static struct slice
without_cr(struct slice line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static int
skip_line(struct ident_scan *scan, enum nacre_role peer, struct failure *failure)
{
	if (peer == NACRE_CLIENT)
		return failure_set(failure, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL,
		    "identification: the client's first line is not one");
	if (++scan->lines > LIMIT_PRE_IDENT_LINES)
		return failure_set(failure, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL,
		    "identification: more than %d lines of other text", LIMIT_PRE_IDENT_LINES);
	return 0;
}

static void
note_said(struct ident_scan *scan, struct slice line)
{
	if (scan->said_len > 0 || line.n == 0)
		return;
	scan->said_len = line.n < IDENT_SAID_MAX ? line.n : IDENT_SAID_MAX;
	memcpy(scan->said, line.p, scan->said_len);
}

struct slice
ident_said(const struct ident_scan *scan, struct slice in)
{
	return scan->said_len > 0 ? slice_of(scan->said, scan->said_len)
				  : slice_of(in.p, in.n < IDENT_SAID_MAX ? in.n : IDENT_SAID_MAX);
}

/* A line without an end so far: how long may it still grow? */
static int
check_unfinished(enum nacre_role peer, struct slice line, struct failure *failure)
{
	bool may_be_text = peer == NACRE_SERVER && !is_ident(line);
	size_t max = may_be_text ? LIMIT_PRE_IDENT_LINE : LIMIT_IDENT_LINE;

	if (line.n >= max)
		return failure_set(failure, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL,
		    "identification: a line is longer than %zu bytes", max);
	return 0;
}

static int
take_line(struct ident_scan *scan, enum nacre_role peer, struct slice line, size_t with_end, struct failure *failure)
{
	int r;

	note_said(scan, without_cr(line));
	if (!is_ident(line)) {
		if (with_end > LIMIT_PRE_IDENT_LINE)
			return check_unfinished(peer, slice_of(line.p, with_end), failure);
		return skip_line(scan, peer, failure);
	}
	if (with_end > LIMIT_IDENT_LINE)
		return check_unfinished(peer, slice_of(line.p, with_end), failure);
	if ((r = check_ident(without_cr(line), failure)) != 0)
		return r;
	return 1;
}

int
ident_take(struct ident_scan *scan, enum nacre_role peer, struct slice in, size_t *used, struct slice *ident,
    struct failure *failure)
{
	int r;

	*used = 0;
	*ident = SLICE_NONE;
	for (;;) {
		struct slice rest = slice_from(in, *used);
		const uint8_t *end = rest.n == 0 ? NULL : memchr(rest.p, '\n', rest.n);
		struct slice line;

		if (end == NULL)
			return check_unfinished(peer, rest, failure);
		line = slice_of(rest.p, (size_t)(end - rest.p));
		*used += line.n + 1;
		r = take_line(scan, peer, line, line.n + 1, failure);
		if (r == 1)
			*ident = without_cr(line);
		if (r != 0)
			return r;
	}
}

bool
ident_software_is_valid(struct slice software)
{
	return software.n > 0 && software.n <= 128 && is_printable(software) &&
	       memchr(software.p, ' ', software.n) == NULL && memchr(software.p, '-', software.n) == NULL;
}
