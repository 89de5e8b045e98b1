/* shell: a session with this terminal: what it is started with, and what is done about keys and signals while it runs.
 * Knows: escapes, window sizes, variables. Must not know: how bytes travel (relay.h). ssh(1); RFC 4254 6. */
#ifndef TOOL_SHELL_H
#define TOOL_SHELL_H

#include "exec_options.h"
#include "relay.h"

struct shell {
	nacre_client *client;
	nacre_channel *channel; /* owned */
	const struct exec_options *options;
	bool has_terminal; /* at the server */
	bool is_raw; /* here, too: escapes and signals are ours */
	struct escape escape;
	struct relay_person person; /* for relay_run, where is_raw */
};

/* Opens a session and starts in it what the options say. NACRE_OK, or an error as nacre_client_error tells;
 * NACRE_E_CANCELLED after saying why. shell_end in any case. */
int shell_start(struct shell *shell, nacre_client *client, const struct exec_options *options);
/* Sets the terminal back, and gives the channel back. */
void shell_end(struct shell *shell);

#endif
