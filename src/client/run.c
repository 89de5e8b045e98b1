/* run: a command to its end, with all that it says. Knows: three streams at once, limits. Must not know: how they
 * travel. Serves: RFC 4254 6.5, 6.10. */
#include <string.h>
#include "buf.h"
#include "clock.h"
#include "facade.h"

#define RUN_OUTPUT_MAX ((size_t)16 << 20)
#define RUN_STREAMS 2

struct run {
	struct nacre_channel *ch;
	struct buf streams[RUN_STREAMS]; /* by enum nacre_stream */
	size_t left; /* bytes that may still be kept */
	const uint8_t *input;
	size_t input_left;
	bool input_ended;
	int error; /* NACRE_E_LIMIT, NACRE_E_NOMEM */
};

static void
run_keep(struct run *run, enum nacre_stream stream)
{
	nacre_conn *conn = run->ch->client->conn;
	const uint8_t *p;
	size_t n, kept;

	while (run->error == 0 && (p = nacre_conn_channel_peek(conn, run->ch->number, stream, &n)) != NULL && n > 0) {
		kept = n < run->left ? n : run->left;
		buf_put(&run->streams[stream], p, kept);
		run->left -= kept;
		if (run->streams[stream].bad != 0)
			run->error = run->streams[stream].bad;
		else if (kept < n)
			run->error = NACRE_E_LIMIT;
		(void)nacre_conn_channel_consume(conn, run->ch->number, stream, kept);
	}
}

/* A command that does not read its input is no failure: what it did not take is dropped with the channel. */
static void
run_feed(struct run *run)
{
	nacre_conn *conn = run->ch->client->conn;
	int64_t k = 0;

	if (run->input_ended || run->ch->closed)
		return;
	if (run->input_left > 0)
		k = nacre_conn_channel_write(conn, run->ch->number, NACRE_STDOUT, run->input, run->input_left);
	if (k < 0)
		return;
	if (k > 0)
		run->input += k;
	run->input_left -= (size_t)k;
	if (run->input_left > 0)
		return;
	(void)nacre_conn_channel_eof(conn, run->ch->number);
	run->input_ended = true;
}

/* Both streams are looked at each time, so a command that fills one never waits for us. */
static bool
run_step(struct nacre_client *c, void *arg)
{
	struct run *run = arg;

	if (!c->ended)
		run_feed(run);
	run_keep(run, NACRE_STDOUT);
	run_keep(run, NACRE_STDERR);
	return run->error != 0 || run->ch->closed || (run->ch->eof && run->ch->exit_seen);
}

static int
run_loop(struct nacre_client *c, struct run *run, int64_t deadline, int timeout_ms)
{
	int rc = client_run_until(c, run_step, run, deadline);

	if (rc == NACRE_E_TIMEOUT)
		return client_fail(c, rc, "the command did not end within %d ms", timeout_ms);
	if (rc != NACRE_OK)
		return rc;
	if (run->error == NACRE_E_LIMIT)
		return client_fail(c, run->error, "the command wrote more than output_max bytes");
	return run->error == 0 ? NACRE_OK : client_fail(c, run->error, "out of memory for the command's output");
}

/* The buffers' memory goes to the caller, a NUL after the bytes of each. */
static int
run_give(struct nacre_client *c, struct run *run, struct nacre_result *result)
{
	struct buf *out = &run->streams[NACRE_STDOUT], *err = &run->streams[NACRE_STDERR];

	buf_put_u8(out, 0);
	buf_put_u8(err, 0);
	if (out->bad != 0 || err->bad != 0)
		return client_fail(c, NACRE_E_NOMEM, "out of memory for the command's output");
	result->exit = run->ch->exit;
	result->env_ = c->env;
	result->out = (char *)out->p;
	result->out_len = out->n - 1;
	result->out_size_ = out->cap;
	result->err = (char *)err->p;
	result->err_len = err->n - 1;
	result->err_size_ = err->cap;
	buf_init(out, c->env, 0);
	buf_init(err, c->env, 0);
	return NACRE_OK;
}

/* What the command said until then is worth having in these cases. */
static bool
is_worth_keeping(struct nacre_client *c, int rc)
{
	return rc == NACRE_OK || rc == NACRE_E_LIMIT || rc == NACRE_E_TIMEOUT || c->ended;
}

/* A wait that was cut short by the run's own deadline names that, not the channel timeout. */
static int
run_not_started(struct nacre_client *c, int rc, int64_t deadline, int timeout_ms)
{
	if (rc != NACRE_E_TIMEOUT_CHANNEL || clock_left(deadline, nacre_clock_ms()) != 0)
		return rc;
	failure_clear(&c->failure, c->env);
	return client_fail(c, NACRE_E_TIMEOUT, "the command did not start within %d ms", timeout_ms);
}

static int
run_command(
    struct nacre_client *c, const char *command, const struct nacre_run_options *options, struct nacre_result *result)
{
	int timeout_ms = client_timeout(options->timeout_ms, CLIENT_LONG_TIMEOUT_MS), rc, given;
	size_t output_max = options->output_max == 0 ? RUN_OUTPUT_MAX : options->output_max;
	struct nacre_exec_options exec = {
	    .size = sizeof(exec),
	    .pty = options->pty,
	    .env = options->env,
	    .n_env = options->n_env,
	    .combine_stderr = options->combine_stderr,
	};
	struct run run = {.left = output_max, .input = options->input, .input_left = options->input_len};
	int64_t deadline = clock_deadline(timeout_ms);

	if (output_max == SIZE_MAX || (options->input == NULL && options->input_len > 0))
		return client_fail(c, NACRE_E_ARGUMENT, "run: output_max is too large, or there is no input");
	for (int i = 0; i < RUN_STREAMS; i++)
		buf_init(&run.streams[i], c->env, output_max + 1);
	if ((rc = client_exec(c, command, &exec, deadline, &run.ch)) != NACRE_OK)
		return run_not_started(c, rc, deadline, timeout_ms);
	rc = run_loop(c, &run, deadline, timeout_ms);
	if (is_worth_keeping(c, rc) && (given = run_give(c, &run, result)) != NACRE_OK && rc == NACRE_OK)
		rc = given;
	for (int i = 0; i < RUN_STREAMS; i++)
		buf_free(&run.streams[i]);
	channel_drop(run.ch);
	return rc;
}

int
nacre_client_run(
    nacre_client *c, const char *command, const struct nacre_run_options *given, struct nacre_result *result)
{
	struct nacre_run_options options;
	int rc = client_enter(c);

	*result = (struct nacre_result){.out = NULL};
	if (rc != NACRE_OK)
		return rc;
	if ((rc = client_options(c, &options, sizeof(options), given)) != NACRE_OK)
		return rc;
	return client_leave(c, run_command(c, command, &options, result));
}

void
nacre_result_free(struct nacre_result *result)
{
	if (result == NULL || result->env_ == NULL)
		return;
	mem_wipe_free(result->env_, result->out, result->out_size_);
	mem_wipe_free(result->env_, result->err, result->err_size_);
	*result = (struct nacre_result){.out = NULL};
}
