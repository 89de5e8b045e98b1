/* sftp: nacre sftp's session, and the loop over its lines. Knows: batches and prompts, exit codes, how failures are
 * said. Must not know: what commands do. sftp(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "interrupt.h"
#include "sftp_input.h"

#define SHOWN_MAX 16384 /* four bytes for each of a long path */
#define BATCH_FAILED 1

static const char usage[] =
    "usage: nacre sftp [-P port] [-i keyfile] [-J jumps] [-F file] [-o Keyword=value] [-46rpa] [-l kbit/s] [-b batchfile] "
    "[--trace] [user@]host[:path [local]]";

void
sftp_print_name(FILE *to, const char *name)
{
	char shown[SHOWN_MAX];

	(void)nacre_text_escape(shown, sizeof(shown), (struct nacre_bytes){(const uint8_t *)name, strlen(name)}, false);
	fputs(shown, to);
}

int
sftp_say(const char *name, const char *what)
{
	fflush(stdout);
	fputs("nacre: ", stderr);
	sftp_print_name(stderr, name);
	fprintf(stderr, "%s%s\n", what == NULL ? "" : ": ", what == NULL ? "" : what);
	return 1;
}

/* Failures that leave the session as it is. */
static bool
is_survived(int code)
{
	static const int codes[] = {NACRE_E_SFTP, NACRE_E_FILE, NACRE_E_UNSUPPORTED, NACRE_E_SFTP_MISMATCH,
	    NACRE_E_CANCELLED, NACRE_E_ARGUMENT, NACRE_E_LIMIT, NACRE_E_TIMEOUT, NACRE_E_NOMEM, NACRE_E_MISUSE};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i] == code)
			return true;
	}
	return false;
}

int
sftp_check(struct sftp_shell *shell, const char *name, int rc)
{
	struct nacre_sftp_error error;

	if (rc == NACRE_OK)
		return 0;
	nacre_sftp_error(shell->sftp, &error);
	if (!is_survived(rc))
		shell->is_over = shell->is_lost = true;
	fflush(stdout);
	fputs("nacre: ", stderr);
	sftp_print_name(stderr, name);
	if (error.path[0] != '\0' && strcmp(error.path, name) != 0) {
		fputs(": ", stderr);
		sftp_print_name(stderr, error.path);
	}
	fputs(": ", stderr);
	sftp_print_name(stderr, error.error.message);
	if (error.error.peer_text != NULL && error.error.peer_text[0] != '\0')
		fprintf(stderr, " (the server says: %s)", error.error.peer_text);
	fputc('\n', stderr);
	return 1;
}

char *
sftp_join(const char *path, const char *name)
{
	size_t n = strlen(path);
	const char *between = n == 0 || path[n - 1] == '/' ? "" : "/";
	char *joined;

	if (asprintf(&joined, "%s%s%s", path, between, name) >= 0)
		return joined;
	(void)sftp_say("out of memory", NULL);
	return NULL;
}

static int
run_text(struct sftp_shell *shell, const char *text, bool echoes, bool *may_fail)
{
	struct sftp_line line;
	const char *wrong = sftp_line_parse(&line, text);
	int rc;

	*may_fail = line.may_fail;
	if (echoes && !line.silent) {
		fputs("sftp> ", stdout);
		sftp_print_name(stdout, text);
		putchar('\n');
	}
	rc = wrong == NULL ? sftp_run_line(shell, &line) : sftp_say(text, wrong);
	fflush(stdout);
	return rc;
}

/* In a batch the first failure is the end; a person goes on. */
static int
run_lines(struct sftp_shell *shell, FILE *from)
{
	bool is_batch = shell->t->batch != NULL, may_fail, interrupted;
	struct sftp_input input;
	char *text;
	int rc = 0;

	interrupt_begin();
	sftp_input_begin(&input, shell, from, !is_batch && isatty(fileno(from)));
	while (!shell->is_over) {
		interrupt_forget();
		text = sftp_input_line(&input, &interrupted);
		if (interrupted)
			putchar('\n');
		else if (text == NULL)
			break;
		else if (run_text(shell, text, is_batch, &may_fail) != 0 && !may_fail && is_batch)
			rc = BATCH_FAILED;
		if (rc != 0)
			break;
	}
	if (input.prompts && !shell->is_over)
		putchar('\n');
	sftp_input_end(&input);
	return shell->is_lost && rc == 0 ? TOOL_FAILED : rc;
}

static int
run_from(struct sftp_shell *shell)
{
	const char *name = shell->t->batch;
	FILE *from = name == NULL || strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	int code;

	if (from == NULL)
		return say_failure("%s: %s", name, strerror(errno));
	code = run_lines(shell, from);
	if (from != stdin)
		fclose(from);
	return code;
}

/* host:path: a directory is entered, what is something else fetched, and that is all then. */
static int
begin_at(struct sftp_shell *shell)
{
	struct sftp_word words[] = {{shell->t->source, shell->t->source}, {shell->t->target, shell->t->target}};
	struct sftp_call call = {.shell = shell, .name = "get", .words = words, .n = shell->t->target == NULL ? 1 : 2};
	struct nacre_sftp_attrs attrs;
	int rc = nacre_sftp_stat(shell->sftp, words[0].text, &attrs);

	if (rc == NACRE_OK && S_ISDIR(attrs.permissions) && call.n == 1)
		return sftp_check(shell, words[0].text, nacre_sftp_chdir(shell->sftp, words[0].text));
	shell->is_over = true;
	return sftp_get(&call);
}

static int
sftp_run(struct transfer *t, nacre_sftp *sftp)
{
	struct sftp_shell shell = {.sftp = sftp, .t = t, .shows_progress = t->batch == NULL && isatty(STDERR_FILENO)};

	if (t->source != NULL && begin_at(&shell) != 0)
		return shell.is_lost ? TOOL_FAILED : BATCH_FAILED;
	return shell.is_over ? 0 : run_from(&shell);
}

int
sftp_main(int argc, char **argv)
{
	struct transfer t = {.sftp = true, .usage = usage, .options = {.size = sizeof(t.options)}};
	int at;

	if (transfer_take_options(&t, argc, argv, &at) != 0)
		return TOOL_FAILED;
	if (at == argc || argc - at > 2)
		return say_failure("%s\n%s", at == argc ? "a host is wanted" : "too many words", usage);
	if (transfer_take_remote(&t, argv[at], &t.source) != 0)
		return TOOL_FAILED;
	t.target = argc - at == 2 ? argv[at + 1] : NULL;
	if (t.target != NULL && t.source == NULL)
		return say_failure("%s: not [user@]host:path\n%s", argv[at], usage);
	return transfer_connect(&t, sftp_run);
}
