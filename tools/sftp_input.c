/* sftp_input: see sftp_input.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "interrupt.h"
#include "sftp_input.h"

static bool
can_edit(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term != NULL && term[0] != '\0' &&
	       strcmp(term, "dumb") != 0;
}

void
sftp_input_begin(struct sftp_input *input, struct sftp_shell *shell, FILE *from, bool prompts)
{
	*input = (struct sftp_input){.from = from, .prompts = prompts};
	if (prompts && from == stdin && can_edit())
		input->editor = sftp_edit_new(shell);
	if (prompts && input->editor == NULL)
		(void)setvbuf(from, NULL, _IONBF, 0); /* what poll says of the terminal is then all there is */
}

void
sftp_input_end(struct sftp_input *input)
{
	sftp_edit_free(input->editor);
	free(input->text);
}

char *
sftp_input_line(struct sftp_input *input, bool *interrupted)
{
	*interrupted = false;
	if (input->editor != NULL)
		return sftp_edit_line(input->editor, interrupted);
	if (input->prompts)
		fputs("sftp> ", stdout);
	fflush(stdout);
	if (input->prompts && !interrupt_wait(fileno(input->from))) {
		*interrupted = true;
		return NULL;
	}
	if (getline(&input->text, &input->cap, input->from) < 0)
		return NULL;
	input->text[strcspn(input->text, "\n")] = '\0';
	return input->text;
}
