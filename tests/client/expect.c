/* expect: see expect.h. */
#include "expect.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
check_part(const struct expect *row, const char *field, const char *is, const char *part)
{
	if (part == NULL && is != NULL)
		fail_msg("%s: %s is \"%s\"", row->what, field, is);
	if (part != NULL && (is == NULL || strstr(is, part) == NULL))
		fail_msg("%s: %s is \"%s\", without \"%s\"", row->what, field, is == NULL ? "(null)" : is, part);
}

static void
check_number(const struct expect *row, const char *field, unsigned long is, unsigned long wanted)
{
	if (is != wanted)
		fail_msg("%s: %s is %lu, not %lu", row->what, field, is, wanted);
}

static void
check(const struct expect *row, const struct nacre_error *e)
{
	if (e->code != row->code)
		fail_msg("%s: %s: %s", row->what, nacre_status_name(e->code), e->message);
	assert_string_equal(nacre_origin_name(e->origin), nacre_origin_name(row->origin));
	if (e->phase != row->phase)
		fail_msg("%s: the phase is %s", row->what, nacre_phase_name(e->phase));
	check_part(row, "message", e->message, row->message);
	check_part(row, "ours", e->ours, row->ours);
	check_part(row, "theirs", e->theirs, row->theirs);
	check_part(row, "peer_text", e->peer_text, row->peer_text);
	check_part(row, "file", e->file, row->file);
	check_number(row, "peer_reason", e->peer_reason, row->reason);
	check_number(row, "line", e->line, row->line);
	check_number(row, "system_error", (unsigned long)e->system_error, (unsigned long)row->system_error);
	assert_true(e->hint[0] != '\0');
}

void
expect_rows(const struct expect *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct nacre_error error;
		struct stage s;

		stage_init(&s);
		rows[i].provoke(&s);
		error = stage_error(&s);
		check(&rows[i], &error);
		stage_end(&s);
	}
}

void
expect_raw(struct stage *s, const void *bytes, size_t n, bool leaves)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	assert_int_equal(write(ends[1], bytes, n), n);
	if (leaves)
		close(ends[1]);
	s->options.sock = &ends[0];
	assert_int_not_equal(nacre_client_connect(s->client, "reef", &s->options), NACRE_OK);
	if (!leaves)
		close(ends[1]);
}
