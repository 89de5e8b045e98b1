/* serve_options: the command line of nacre serve, with the files that it names read. Knows: its letters. Must not know:
 * connections. sshd(8). */
#ifndef TOOL_SERVE_OPTIONS_H
#define TOOL_SERVE_OPTIONS_H

#include <nacre/sftp_server.h>
#include "authorized.h"
#include "settings.h"

#define SERVE_HOST_KEYS_MAX 8
#define SERVE_PASSWORD_MAX 1024

struct serve_options {
	struct settings settings;
	bool trace, shell;
	nacre_sftp_dir *sftp; /* owned; NULL: no SFTP */
	bool sftp_read_only;
	uint8_t *moduli; /* owned; NULL: the groups of RFC 3526 */
	size_t n_moduli;
	const char *address; /* NULL: 127.0.0.1 */
	unsigned port;
	nacre_key *host_keys[2 * SERVE_HOST_KEYS_MAX]; /* owned; those with a certificate stand behind the plain ones */
	size_t n_host_keys;
	nacre_key *host_certs[SERVE_HOST_KEYS_MAX]; /* owned; as they were read */
	size_t n_host_certs;
	struct authorized authorized;
	bool has_authorized;
	struct authorized user_cas; /* whose certificates let their users in */
	const char *user; /* NULL: any name */
	char password[SERVE_PASSWORD_MAX];
	bool has_password;
};

/* 0, or TOOL_FAILED after saying what is wrong. Freed by serve_options_free in any case. */
int serve_options_read(struct serve_options *options, int argc, char **argv);
void serve_options_free(struct serve_options *options);

#endif
