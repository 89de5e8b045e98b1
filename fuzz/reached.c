/* reached: see reached.h. The counts are the process's: a test runs one corpus after the other. */
#include "reached.h"

#include <stdio.h>

static unsigned counts[MSG_COUNT];

void
reached_reset(void)
{
	memset(counts, 0, sizeof(counts));
}

void
reached_row(enum msg_id id)
{
	if (id < MSG_COUNT)
		counts[id]++;
}

/* The trace shows a selector as its field's value: method="password". */
static bool
line_selects(const struct nacre_trace *line, const char *selector)
{
	char value[80];

	snprintf(value, sizeof(value), "=\"%s\"", selector);
	return strstr(line->text, value) != NULL;
}

void
reached_line(const struct nacre_trace *line)
{
	unsigned id;

	if (line->kind != NACRE_TRACE_RECEIVED || strstr(line->text, "malformed: ") != NULL)
		return;
	for (id = 0; id < MSG_COUNT; id++) {
		const struct msg_row *row = &msg_rows[id];

		if (row->parent == MSG_none && strcmp(row->name, line->name) == 0)
			reached_row((enum msg_id)id);
		if (row->parent != MSG_none && strcmp(msg_rows[row->parent].name, line->name) == 0 &&
		    line_selects(line, row->selector))
			reached_row((enum msg_id)id);
	}
}

unsigned
reached_print_missing(const char *prefix)
{
	unsigned id, missing = 0;

	for (id = 0; id < MSG_COUNT; id++)
		if (counts[id] == 0) {
			printf("%s%s\n", prefix, msg_rows[id].name);
			missing++;
		}
	return missing;
}
