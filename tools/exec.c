/* exec: runs a command on a server, with our three streams. Knows: OpenSSH's letters and exit codes. Must not know: the
 * protocol. ssh(1); RFC 4254 6.5. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "exec.h"
#include "shell.h"
#include "terminal.h"
#include "trust.h"
#include "tty.h"

#define SHOWN_MAX 4096
#define PASSWORD_MAX 1024

/* A line of the library's log that is worth as much as LogLevel asks for. */
static void
exec_log(void *ctx, enum nacre_log_level level, const char *channel, const char *message)
{
	static const enum log_level needed[] = {
	    [NACRE_LOG_DEBUG] = LOG_DEBUG,
	    [NACRE_LOG_INFO] = LOG_VERBOSE,
	    [NACRE_LOG_WARNING] = LOG_INFO,
	    [NACRE_LOG_ERROR] = LOG_VERBOSE, /* exec_failed says it in full */
	};
	const struct settings *settings = ctx;

	if (settings->log_level >= needed[level])
		fprintf(stderr, "%s: %s%s", channel, message, tty_newline());
}

static int
exec_ask(void *ctx, enum nacre_ask what, const char *about, char *answer, size_t cap)
{
	char question[512];

	(void)ctx;
	if (what == NACRE_ASK_PASSWORD)
		snprintf(question, sizeof(question), "%s's password: ", about);
	else
		snprintf(question, sizeof(question), "Passphrase for key %s: ", about);
	return terminal_ask(question, true, answer, cap) ? 0 : -1;
}

/* What a server says is shown with its control characters made visible. */
static void
show_words(struct nacre_bytes words)
{
	char text[SHOWN_MAX];

	if (words.n == 0)
		return;
	(void)nacre_text_escape(text, sizeof(text), words, true);
	fprintf(stderr, "%s\n", text);
}

static void
exec_banner(void *ctx, struct nacre_bytes words)
{
	const struct settings *settings = ctx;

	if (settings->log_level >= LOG_INFO)
		say_banner(words);
}

/* ctx: the name of the jump host that asks, or NULL: the server does. */
static int
exec_prompts(void *ctx, const struct nacre_prompts *prompts, char *const *answers, size_t cap)
{
	char question[SHOWN_MAX];
	int n = ctx == NULL ? 0 : snprintf(question, sizeof(question) / 2, "(%s) ", (const char *)ctx);

	show_words(prompts->name);
	show_words(prompts->instruction);
	for (size_t i = 0; i < prompts->n; i++) {
		(void)nacre_text_escape(question + n, sizeof(question) - (size_t)n, prompts->prompts[i].text, false);
		if (!terminal_ask(question, !prompts->prompts[i].echo, answers[i], cap))
			return -1;
	}
	return 0;
}

static int
exec_new_password(void *ctx, struct nacre_bytes words, char *answer, size_t cap)
{
	char again[PASSWORD_MAX];
	int rc = -1;

	(void)ctx;
	show_words(words);
	if (terminal_ask("New password: ", true, answer, cap) &&
	    terminal_ask("The same password again: ", true, again, sizeof(again)) && strcmp(answer, again) == 0)
		rc = 0;
	explicit_bzero(again, sizeof(again));
	return rc;
}

/* A person may be asked for a jump host's credentials too; the questions tell whose they are. */
static int
exec_hop(void *ctx, unsigned hop, const char **host, struct nacre_connect_options *options)
{
	(void)ctx;
	(void)hop;
	options->ask = exec_ask;
	options->ask_ctx = NULL;
	options->prompts = exec_prompts;
	options->prompts_ctx =
	    (void *)(uintptr_t)(options->config == NULL ? *host : nacre_config_original(options->config));
	return 0;
}

static int
exec_failed(nacre_client *client, const struct settings *settings)
{
	struct nacre_error error;

	nacre_client_error(client, &error);
	return settings->log_level == LOG_QUIET ? TOOL_FAILED : say_error(&error);
}

static struct nacre_connect_options
exec_connect_options(struct exec_options *o)
{
	const struct settings *s = &o->settings;
	bool no_files = s->file != NULL && strcasecmp(s->file, "none") == 0;

	/* The files are for jump hosts: what the command line says is for the server alone, as with ssh. */
	struct nacre_connect_options options = {
	    .size = sizeof(struct nacre_connect_options),
	    .config = s->found,
	    .use_config = s->file == NULL,
	    .config_file = no_files ? NULL : s->file,
	    .config_allow_exec = true,
	    .ask = s->batch ? NULL : exec_ask,
	    .prompts = s->batch ? NULL : exec_prompts,
	    .new_password = s->batch ? NULL : exec_new_password,
	    .banner = exec_banner,
	    .banner_ctx = &o->settings,
	    .hop = s->batch ? NULL : exec_hop,
	};

	trust_fill_options(s, &options);
	return options;
}

/* The exit code is the command's own; an end without one is 255, as in OpenSSH, and is told. */
static int
exec_code(const struct nacre_exit *exit, const struct settings *settings)
{
	if (exit->kind == NACRE_EXIT_STATUS)
		return (int)(exit->status & 0xff);
	if (settings->log_level == LOG_QUIET)
		return TOOL_FAILED;
	if (exit->kind == NACRE_EXIT_NONE)
		return say_failure("the command ended, and the server did not say how");
	return say_failure("the command was ended by signal %s%s%s%s", exit->signal,
	    exit->core_dumped ? " (core dumped)" : "", exit->message[0] == '\0' ? "" : ": ", exit->message);
}

/* What went wrong is told once the terminal is as it was. */
static int
exec_session(nacre_client *client, const struct exec_options *o)
{
	struct shell shell;
	struct nacre_exit exit;
	int rc = shell_start(&shell, client, o), error;

	if (rc == NACRE_OK)
		rc = relay_run(client, shell.channel, shell.is_raw ? &shell.person : NULL, &exit);
	error = errno;
	shell_end(&shell);
	if (rc == NACRE_E_FILE)
		return say_failure("standard output or error: %s", strerror(error));
	if (rc == NACRE_E_CANCELLED)
		return TOOL_FAILED; /* the person knows why */
	return rc == NACRE_OK ? exec_code(&exit, &o->settings) : exec_failed(client, &o->settings);
}

int
exec_connect(nacre_client *client, struct exec_options *o)
{
	struct nacre_connect_options options = exec_connect_options(o);
	int rc;

	nacre_client_set_log(client, exec_log, &o->settings);
	trust_set_up(client, &o->settings);
	rc = nacre_client_connect(client, o->host, &options);
	terminal_done();
	if (rc != NACRE_OK)
		return exec_failed(client, &o->settings);
	return 0;
}

/* Runs until it is over; the exit code. */
static int
exec_run(struct exec_options *o)
{
	const struct nacre_env *env;
	nacre_client *client;
	struct nacre_env room;
	int code = TOOL_FAILED;

	if ((env = say_env(o->trace, &room)) == NULL)
		return TOOL_FAILED;
	if ((client = nacre_client_new(env)) == NULL)
		return say_failure("out of memory");
	if (exec_connect(client, o) == 0)
		code = exec_session(client, o);
	nacre_client_free(client);
	return code;
}

int
exec_main(int argc, char **argv)
{
	struct exec_options options;
	int code = exec_options_read(&options, argc, argv);

	code = code == 0 ? exec_run(&options) : TOOL_FAILED;
	exec_options_free(&options);
	return code;
}

int
shell_main(int argc, char **argv)
{
	struct exec_options options;
	int code = exec_options_read_shell(&options, argc, argv);

	code = code == 0 ? exec_run(&options) : TOOL_FAILED;
	exec_options_free(&options);
	return code;
}
