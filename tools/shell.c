/* shell: see shell.h. Knows: escapes, window sizes, variables. Must not know: how bytes travel (relay.c). ssh(1);
 * RFC 4254 6.2, 6.4, 6.7. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "shell.h"
#include "signals.h"
#include "tty.h"

#define BREAK_MS 1000 /* as OpenSSH's client has it */
#define VARIABLES_MAX 64
#define VARIABLE_MAX 256 /* bytes of a name */

extern char **environ;

static void
shell_say(const struct shell *shell, const char *text)
{
	if (shell->options->settings.log_level >= LOG_INFO)
		fprintf(stderr, "%s%s", text, tty_newline());
}

/* What programs in a terminal are to know of the place where they are shown. */
static bool
is_sent(const char *variable, size_t name_n)
{
	static const char *const names[] = {"LANG", "COLORTERM"};

	if (strncmp(variable, "LC_", 3) == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == name_n && strncmp(variable, names[i], name_n) == 0)
			return true;
	}
	return false;
}

/* Whether the server takes them is its affair: it is not asked. */
static int
send_variables(const struct shell *shell)
{
	int rc = NACRE_OK, n = 0;

	for (char **at = environ; at != NULL && *at != NULL && rc == NACRE_OK && n < VARIABLES_MAX; at++) {
		size_t name_n = strcspn(*at, "=");
		char name[VARIABLE_MAX];

		if (name_n >= sizeof(name) || (*at)[name_n] != '=' || !is_sent(*at, name_n))
			continue;
		memcpy(name, *at, name_n);
		name[name_n] = '\0';
		rc = nacre_channel_set_environment_variable(shell->channel, name, *at + name_n + 1, false);
		n++;
	}
	return rc;
}

static bool
wants_terminal(const struct exec_options *o)
{
	bool is_here = isatty(STDIN_FILENO) == 1;

	if (o->terminal == TERMINAL_FORCED)
		return true;
	if (o->terminal == TERMINAL_WANTED && !is_here && o->settings.log_level >= LOG_INFO)
		(void)say_failure("no terminal is asked for, since standard input is none");
	if (o->terminal == TERMINAL_WANTED)
		return is_here;
	return o->terminal == TERMINAL_USUAL && o->command == NULL && is_here;
}

/* Who asked for a terminal by a letter does not want to go on without one; who did not may. */
static int
ask_terminal(struct shell *shell)
{
	struct nacre_modes modes;
	struct nacre_pty pty = {.size = sizeof(pty), .term = getenv("TERM")};
	int rc;

	if (!wants_terminal(shell->options))
		return NACRE_OK;
	if (tty_read(&modes, &pty)) {
		pty.modes = modes.bytes;
		pty.modes_len = modes.n;
	}
	rc = nacre_channel_get_pty(shell->channel, &pty);
	shell->has_terminal = rc == NACRE_OK;
	if (rc != NACRE_E_REQUEST_REFUSED || shell->options->terminal != TERMINAL_USUAL)
		return rc;
	shell_say(shell, "nacre: the server gives no terminal: going on without one");
	return NACRE_OK;
}

static int
start_program(const struct shell *shell)
{
	const char *command = shell->options->command;

	return command == NULL ? nacre_channel_invoke_shell(shell->channel)
			       : nacre_channel_exec_command(shell->channel, command);
}

/* Stopped by a person, by ~^Z or from outside. When it goes on the window may have another size. */
static void
suspend(const struct shell *shell)
{
	tty_restore();
	signals_stop_here();
	if (shell->is_raw)
		(void)tty_make_raw();
}

static void
tell_size(const struct shell *shell)
{
	struct nacre_pty pty = {.size = sizeof(pty)};

	if (tty_read_size(&pty))
		(void)nacre_channel_resize_pty(shell->channel, pty.columns, pty.rows, pty.width_px, pty.height_px);
}

static int
end_by_signal(const struct shell *shell, int number)
{
	char text[64];

	snprintf(text, sizeof(text), "Killed by signal %d.", number);
	tty_restore();
	shell_say(shell, text);
	return NACRE_E_CANCELLED;
}

static int
on_signals(void *ctx)
{
	struct shell *shell = ctx;
	int number;

	while ((number = signals_take()) != 0) {
		if (number != SIGWINCH && number != SIGCONT && number != SIGTSTP)
			return end_by_signal(shell, number);
		if (number == SIGTSTP)
			suspend(shell);
		if (number == SIGCONT && shell->is_raw)
			(void)tty_make_raw(); /* a shell has had the terminal meanwhile */
		tell_size(shell);
	}
	return NACRE_OK;
}

static void
show_help(const struct shell *shell)
{
	char text[512];

	escape_help(&shell->escape, text, sizeof(text));
	fprintf(stderr, "\r\n%s", text);
}

static int
obey(struct shell *shell, enum escape_order order)
{
	nacre_conn *conn = nacre_client_conn(shell->client);

	switch (order) {
	case ORDER_DISCONNECT:
		fputs("\r\n", stderr);
		return NACRE_E_CANCELLED;
	case ORDER_SUSPEND:
		suspend(shell);
		tell_size(shell);
		break;
	case ORDER_HELP:
		show_help(shell);
		break;
	case ORDER_REKEY: /* without waiting: a peer that is gone must not keep ~. from being read */
		(void)nacre_conn_rekey(conn);
		break;
	case ORDER_BREAK:
		(void)nacre_conn_channel_break(conn, nacre_channel_number(shell->channel), BREAK_MS, NULL);
		break;
	case ORDER_NONE:
		break;
	}
	return NACRE_OK;
}

static int
on_typed(void *ctx, const unsigned char *in, size_t n, unsigned char *out, size_t *out_n)
{
	struct shell *shell = ctx;
	enum escape_order order;
	size_t k;
	int rc = NACRE_OK;

	*out_n = 0;
	while (n > 0 && rc == NACRE_OK) {
		size_t taken = escape_filter(&shell->escape, in, n, out + *out_n, &k, &order);

		in += taken;
		n -= taken;
		*out_n += k;
		rc = obey(shell, order);
	}
	return rc;
}

/* Here raw, there with a terminal: only then is what is typed looked at. */
static int
go_raw(struct shell *shell)
{
	if (!shell->has_terminal || isatty(STDIN_FILENO) != 1)
		return NACRE_OK;
	if (!signals_begin() || !tty_make_raw()) {
		(void)say_failure("the terminal cannot be set");
		return NACRE_E_CANCELLED;
	}
	shell->is_raw = true;
	escape_init(&shell->escape, shell->options->escape);
	shell->person =
	    (struct relay_person){.ctx = shell, .fd = signals_fd(), .on_ready = on_signals, .on_typed = on_typed};
	tell_size(shell); /* it may have changed since it was asked for */
	return NACRE_OK;
}

int
shell_start(struct shell *shell, nacre_client *client, const struct exec_options *options)
{
	int rc;

	*shell = (struct shell){.client = client, .options = options};
	if ((rc = nacre_client_open_session(client, &shell->channel)) != NACRE_OK)
		return rc;
	if (options->is_shell && (rc = send_variables(shell)) != NACRE_OK)
		return rc;
	if ((rc = ask_terminal(shell)) != NACRE_OK || (rc = start_program(shell)) != NACRE_OK)
		return rc;
	return go_raw(shell);
}

void
shell_end(struct shell *shell)
{
	char text[512];

	tty_restore();
	signals_end();
	nacre_channel_close(shell->channel);
	shell->channel = NULL;
	if (!shell->is_raw)
		return;
	snprintf(text, sizeof(text), "Connection to %s closed.", shell->options->host);
	shell_say(shell, text);
}
