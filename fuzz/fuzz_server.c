/* Target: a whole connection as a server: what a client sends, in any order and in any pieces, while the application
 * answers and calls what it likes (script.h). Under the fuzz suites (suite_null.c, suite_fixed.c) every state after
 * authentication is a few hundred bytes away. */
#include "actor.h"
#include "fuzz.h"
#include "reached.h"

static void
on_trace(void *ctx, const struct nacre_trace *line)
{
	(void)ctx;
	reached_line(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	actor_play(NACRE_SERVER, data, size, on_trace);
	return 0;
}
