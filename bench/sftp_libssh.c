/* sftp_libssh: one SFTP transfer over libssh, to compare with. Knows: libssh's own ways to be fast: many reads under
 * way (its asynchronous reads), and writes one after the other. Must not know: what is measured. Serves: no RFC. usage:
 * sftp_libssh JOB LOCAL REMOTE HOST PORT USER KEY KNOWN_HOSTS CIPHER [BLOCK]; JOB: get, put */
#include <fcntl.h>
#include <libssh/libssh.h>
#include <libssh/sftp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READS 40 /* of 32 KiB, as many as OpenSSH's sftp has under way and more */
#define READ_SIZE 32768
#define WRITE_MAX 262144

static ssh_session session;

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "libssh: %s: %s\n", what, ssh_get_error(session));
	exit(1);
}

static void
connect_to(char **argv)
{
	int process_config = 0, nodelay = 1, port = atoi(argv[5]);
	ssh_key key;

	must((session = ssh_new()) != NULL, "new");
	ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &process_config);
	ssh_options_set(session, SSH_OPTIONS_NODELAY, &nodelay); /* else each write waits for an acknowledgement */
	ssh_options_set(session, SSH_OPTIONS_HOST, argv[4]);
	ssh_options_set(session, SSH_OPTIONS_PORT, &port);
	ssh_options_set(session, SSH_OPTIONS_USER, argv[6]);
	ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, argv[8]);
	ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, "ssh-ed25519");
	ssh_options_set(session, SSH_OPTIONS_CIPHERS_C_S, argv[9]);
	ssh_options_set(session, SSH_OPTIONS_CIPHERS_S_C, argv[9]);
	must(ssh_connect(session) == SSH_OK, "connect");
	must(ssh_session_is_known_server(session) == SSH_KNOWN_HOSTS_OK, "host key");
	must(ssh_pki_import_privkey_file(argv[7], NULL, NULL, NULL, &key) == SSH_OK, "key");
	must(ssh_userauth_publickey(session, NULL, key) == SSH_AUTH_SUCCESS, "auth");
	ssh_key_free(key);
}

static void
get(sftp_session sftp, const char *local, const char *remote)
{
	static char block[READ_SIZE];
	sftp_file file = sftp_open(sftp, remote, O_RDONLY, 0);
	int out = open(local, O_WRONLY | O_CREAT | O_TRUNC, 0644), ids[READS], n = 1;

	must(file != NULL && out >= 0, "open");
	for (int i = 0; i < READS; i++)
		must((ids[i] = sftp_async_read_begin(file, READ_SIZE)) >= 0, "ask");
	for (int i = 0; n > 0; i = (i + 1) % READS) {
		n = sftp_async_read(file, block, READ_SIZE, (uint32_t)ids[i]);
		must(n >= 0 && write(out, block, (size_t)n) == n, "read");
		if (n > 0)
			must((ids[i] = sftp_async_read_begin(file, READ_SIZE)) >= 0, "ask");
	}
	must(close(out) == 0, "close");
	sftp_close(file);
}

static void
put(sftp_session sftp, const char *local, const char *remote, size_t size)
{
	static char block[WRITE_MAX];
	sftp_file file = sftp_open(sftp, remote, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int in = open(local, O_RDONLY);
	ssize_t n;

	must(file != NULL && in >= 0, "open");
	while ((n = read(in, block, size)) > 0)
		must(sftp_write(file, block, (size_t)n) == n, "write");
	must(n == 0 && sftp_close(file) == SSH_NO_ERROR, "close");
	close(in);
}

int
main(int argc, char **argv)
{
	sftp_session sftp;
	size_t size = argc > 10 ? (size_t)atoi(argv[10]) : READ_SIZE;

	if (argc < 10 || size == 0 || size > WRITE_MAX)
		return 2;
	connect_to(argv);
	must((sftp = sftp_new(session)) != NULL && sftp_init(sftp) == SSH_OK, "sftp");
	if (strcmp(argv[1], "get") == 0)
		get(sftp, argv[2], argv[3]);
	else
		put(sftp, argv[2], argv[3], size);
	sftp_free(sftp);
	ssh_disconnect(session);
	ssh_free(session);
	return 0;
}
