/* sftp_edit_absent: the tool was built without libedit: lines are edited as the terminal does it. */
#include <stddef.h>
#include "sftp_input.h"

struct sftp_editor *
sftp_edit_new(struct sftp_shell *shell)
{
	(void)shell;
	return NULL;
}

void
sftp_edit_free(struct sftp_editor *editor)
{
	(void)editor;
}

char *
sftp_edit_line(struct sftp_editor *editor, bool *interrupted)
{
	(void)editor;
	(void)interrupted;
	return NULL;
}
