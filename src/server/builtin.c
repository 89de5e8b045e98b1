/* builtin: small commands to try a client with. Knows: the public task interface, and nothing else of this folder.
 * Must not know: channels. RFC 4254 6.5. */
#include <inttypes.h>
#include <stdio.h>
#include <nacre/server.h>
#include "text.h"

#define COUNT_MAX ((int64_t)1 << 40) /* bytes that "yes" and "both" write at most */

/* How far a command has come. */
struct progress {
	uint64_t done[2]; /* bytes written to each stream, or, for sink, [0] bytes read */
	unsigned turn; /* whose turn it is */
};

static struct slice
arguments_of(const nacre_task *task)
{
	struct nacre_bytes b = nacre_task_arguments(task);

	return slice_of(b.p, b.n);
}

/* The arguments as a number; where they are none the command has ended with a complaint. */
static bool
take_number(nacre_task *task, int64_t max, int64_t *out)
{
	static const char complaint[] = "a number is wanted\n";

	*out = text_number(arguments_of(task), max);
	if (*out >= 0)
		return true;
	(void)nacre_task_write(task, NACRE_STDERR, complaint, sizeof(complaint) - 1);
	nacre_task_exit(task, 2);
	return false;
}

/* Writes the arguments and a newline, in as many steps as that takes. */
static void
say(nacre_task *task, enum nacre_stream stream)
{
	struct progress *at = nacre_task_state(task);
	struct slice text = arguments_of(task);
	struct slice rest = slice_from(text, (size_t)at->done[0]);

	at->done[0] += nacre_task_write(task, stream, rest.p, rest.n);
	if (at->done[0] < text.n || nacre_task_write(task, stream, "\n", 1) == 0)
		return;
	nacre_task_exit(task, 0);
}

static void
step_echo(nacre_task *task, void *ctx)
{
	(void)ctx;
	say(task, NACRE_STDOUT);
}

static void
step_stderr(nacre_task *task, void *ctx)
{
	(void)ctx;
	say(task, NACRE_STDERR);
}

static void
step_cat(nacre_task *task, void *ctx)
{
	const uint8_t *p;
	size_t n, k;

	(void)ctx;
	while ((p = nacre_task_input(task, &n)) != NULL) {
		k = nacre_task_write(task, NACRE_STDOUT, p, n);
		(void)nacre_task_consume(task, k);
		if (k < n)
			return;
	}
	if (nacre_task_input_ended(task))
		nacre_task_exit(task, 0);
}

static void
step_true(nacre_task *task, void *ctx)
{
	(void)ctx;
	nacre_task_exit(task, 0);
}

static void
step_false(nacre_task *task, void *ctx)
{
	(void)ctx;
	nacre_task_exit(task, 1);
}

static void
step_exit(nacre_task *task, void *ctx)
{
	int64_t status;

	(void)ctx;
	if (take_number(task, UINT32_MAX, &status))
		nacre_task_exit(task, (uint32_t)status);
}

static void
step_signal(nacre_task *task, void *ctx)
{
	struct nacre_exit exit = {.kind = NACRE_EXIT_SIGNAL, .message = "as was asked"};

	(void)ctx;
	(void)text_escape(exit.signal, sizeof(exit.signal), arguments_of(task), false);
	nacre_task_end(task, &exit);
}

static void
step_vanish(nacre_task *task, void *ctx)
{
	(void)ctx;
	nacre_task_end(task, &(struct nacre_exit){.kind = NACRE_EXIT_NONE});
}

/* Fills what room there is with "y\n" over and over, up to `total` bytes. False where the room has ended first. */
static bool
fill(nacre_task *task, enum nacre_stream stream, uint64_t total, uint64_t *done)
{
	uint8_t *space;
	size_t n;

	if (*done == total)
		return true;
	if ((space = nacre_task_space(task, stream, &n)) == NULL)
		return false;
	if (n > total - *done)
		n = (size_t)(total - *done);
	for (size_t i = 0; i < n; i++)
		space[i] = (*done + i) % 2 == 0 ? 'y' : '\n';
	if (nacre_task_commit(task, stream, n) != NACRE_OK)
		return false;
	*done += n;
	return true;
}

static void
step_yes(nacre_task *task, void *ctx)
{
	struct progress *at = nacre_task_state(task);
	int64_t total;

	(void)ctx;
	if (!take_number(task, COUNT_MAX, &total))
		return;
	while (at->done[0] < (uint64_t)total) {
		if (!fill(task, NACRE_STDOUT, (uint64_t)total, &at->done[0]))
			return;
	}
	nacre_task_exit(task, 0);
}

/* The streams take turns, and whoever finds no room is the next: so both move, however little room there is. */
static void
step_both(nacre_task *task, void *ctx)
{
	struct progress *at = nacre_task_state(task);
	int64_t total;

	(void)ctx;
	if (!take_number(task, COUNT_MAX, &total))
		return;
	while (at->done[0] < (uint64_t)total || at->done[1] < (uint64_t)total) {
		enum nacre_stream stream = at->turn == 0 ? NACRE_STDOUT : NACRE_STDERR;

		if (!fill(task, stream, (uint64_t)total, &at->done[at->turn]))
			return;
		at->turn = 1 - at->turn;
	}
	nacre_task_exit(task, 0);
}

static void
step_sink(nacre_task *task, void *ctx)
{
	struct progress *at = nacre_task_state(task);
	char text[32];
	size_t n;
	int length;

	(void)ctx;
	while (nacre_task_input(task, &n) != NULL) {
		at->done[0] += n;
		(void)nacre_task_consume(task, n);
	}
	if (!nacre_task_input_ended(task))
		return;
	length = snprintf(text, sizeof(text), "%" PRIu64 "\n", at->done[0]);
	if (nacre_task_write(task, NACRE_STDOUT, text, (size_t)length) > 0)
		nacre_task_exit(task, 0);
}

static const struct nacre_command builtins[] = {
    {.name = "echo", .step = step_echo, .state_size = sizeof(struct progress)},
    {.name = "stderr", .step = step_stderr, .state_size = sizeof(struct progress)},
    {.name = "cat", .step = step_cat},
    {.name = "true", .step = step_true},
    {.name = "false", .step = step_false},
    {.name = "exit", .step = step_exit},
    {.name = "signal", .step = step_signal},
    {.name = "vanish", .step = step_vanish},
    {.name = "yes", .step = step_yes, .state_size = sizeof(struct progress)},
    {.name = "both", .step = step_both, .state_size = sizeof(struct progress)},
    {.name = "sink", .step = step_sink, .state_size = sizeof(struct progress)},
};

const struct nacre_command *
nacre_server_builtins(size_t *n)
{
	*n = sizeof(builtins) / sizeof(builtins[0]);
	return builtins;
}
