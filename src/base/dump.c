/* dump: bytes as people read them, 16 in a row. Knows: hexadecimal. Must not know: whose bytes they are. */
#include <nacre/trace.h>

#include <stdio.h>

#define ROW 16

/* What ends a row: the bytes that are ASCII, and dots for all others. */
static size_t
put_text(char *out, const uint8_t *p, size_t n)
{
	size_t i, used = 0;

	out[used++] = ' ';
	out[used++] = '|';
	for (i = 0; i < n; i++)
		out[used++] = p[i] >= 0x20 && p[i] < 0x7f ? (char)p[i] : '.';
	out[used++] = '|';
	out[used] = '\0';
	return used;
}

size_t
nacre_trace_dump(const struct nacre_trace *line, size_t from, char out[NACRE_TRACE_DUMP_MAX])
{
	size_t n, i, used;

	out[0] = '\0';
	if (line->bytes == NULL || from >= line->length)
		return 0;
	n = line->length - from < ROW ? line->length - from : ROW;
	used = (size_t)snprintf(out, NACRE_TRACE_DUMP_MAX, "%08lx ", (unsigned long)(from & 0xffffffffu));
	for (i = 0; i < ROW; i++) {
		if (i < n)
			used +=
			    (size_t)snprintf(out + used, 5, "%s%02x", i == ROW / 2 ? "  " : " ", line->bytes[from + i]);
		else
			used += (size_t)snprintf(out + used, 5, "%s", i == ROW / 2 ? "    " : "   ");
	}
	(void)put_text(out + used, line->bytes + from, n);
	return n;
}
