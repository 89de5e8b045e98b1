/* sftp_edit: lines of a person's, edited by libedit, with history and completion. Knows: the terminal. Must not know:
 * commands, paths. editline(3). */
#include <histedit.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include "interrupt.h"
#include "sftp_input.h"

#define HISTORY_LINES 500
#define SHOWN_NAMES 200

struct sftp_editor {
	EditLine *el;
	History *history;
	struct sftp_shell *shell;
	mbstate_t state;
	char *line;
};

/* The process's terminal: there is one. It is not given back, since el_end of libedit 3.1 loses the names of functions
 * that were added; the terminal itself is as it was after each line. */
static struct sftp_editor here;

static char *
prompt(EditLine *el)
{
	static char text[] = "sftp> ";

	(void)el;
	return text;
}

/* One character, or -1 where Ctrl-C came: libedit's own reader would go on reading. Bytes that are no text in this
 * locale are passed over. */
static int
next_character(EditLine *el, wchar_t *out)
{
	struct sftp_editor *editor;
	char byte;
	ssize_t n;

	el_get(el, EL_CLIENTDATA, &editor);
	for (;;) {
		if (!interrupt_wait(STDIN_FILENO))
			return -1;
		if ((n = read(STDIN_FILENO, &byte, 1)) <= 0)
			return n < 0 ? -1 : 0;
		switch (mbrtowc(out, &byte, 1, &editor->state)) {
		case 0:
		case 1:
			return 1;
		case (size_t)-1:
			editor->state = (mbstate_t){0};
			break;
		default: /* more bytes of it */
			break;
		}
	}
}

static void
show_names(const struct sftp_names *names)
{
	putchar('\n');
	for (size_t i = 0; i < names->n && i < SHOWN_NAMES; i++) {
		sftp_print_name(stdout, names->names[i]);
		fputs(i + 1 < names->n ? "  " : "\n", stdout);
	}
	if (names->n > SHOWN_NAMES)
		printf("and %zu more\n", names->n - SHOWN_NAMES);
	fflush(stdout);
}

static unsigned char
on_tab(EditLine *el, int ch)
{
	const LineInfo *line = el_line(el);
	struct sftp_completion completion;
	unsigned char result = CC_ERROR;
	struct sftp_editor *editor;

	(void)ch;
	el_get(el, EL_CLIENTDATA, &editor);
	sftp_complete(editor->shell, line->buffer, (size_t)(line->cursor - line->buffer), &completion);
	if (completion.insert != NULL && completion.insert[0] != '\0') {
		result = el_insertstr(el, completion.insert) == 0 ? CC_REFRESH : CC_ERROR;
	} else if (completion.names.n > 1) {
		show_names(&completion.names);
		result = CC_REDISPLAY;
	}
	sftp_completion_free(&completion);
	return result;
}

static bool
set_up(struct sftp_editor *editor)
{
	HistEvent event;

	if (editor->el == NULL || editor->history == NULL)
		return false;
	history(editor->history, &event, H_SETSIZE, HISTORY_LINES);
	history(editor->history, &event, H_SETUNIQUE, 1);
	el_set(editor->el, EL_CLIENTDATA, editor);
	el_set(editor->el, EL_PROMPT, prompt);
	el_set(editor->el, EL_EDITOR, "emacs");
	el_set(editor->el, EL_HIST, history, editor->history);
	el_set(editor->el, EL_GETCFN, next_character);
	el_set(editor->el, EL_ADDFN, "nacre-complete", "completes a command or a path", on_tab);
	el_set(editor->el, EL_BIND, "^I", "nacre-complete", NULL);
	(void)el_source(editor->el, NULL); /* what the person likes better */
	return true;
}

struct sftp_editor *
sftp_edit_new(struct sftp_shell *shell)
{
	(void)setlocale(LC_CTYPE, ""); /* what a character is */
	here = (struct sftp_editor){
	    .shell = shell, .el = el_init("nacre", stdin, stdout, stderr), .history = history_init()};
	return set_up(&here) ? &here : NULL;
}

void
sftp_edit_free(struct sftp_editor *editor)
{
	if (editor == NULL)
		return;
	free(editor->line);
	editor->line = NULL;
	editor->shell = NULL;
}

char *
sftp_edit_line(struct sftp_editor *editor, bool *interrupted)
{
	HistEvent event;
	const char *line;
	int n = 0;

	fflush(stdout);
	/* By itself libedit shows the prompt first: what is typed (or pasted) at once would be the terminal's to edit. */
	el_set(editor->el, EL_PREP_TERM, 1);
	line = el_gets(editor->el, &n);
	if (line == NULL || n <= 0) {
		*interrupted = interrupt_came();
		if (*interrupted)
			el_reset(editor->el);
		return NULL;
	}
	free(editor->line);
	if ((editor->line = strdup(line)) == NULL)
		return NULL;
	editor->line[strcspn(editor->line, "\n")] = '\0';
	if (editor->line[strspn(editor->line, " \t")] != '\0')
		history(editor->history, &event, H_ENTER, line);
	return editor->line;
}
