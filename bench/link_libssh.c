/* link over libssh, to compare with. Must not know: what is measured. Serves: no RFC. */
#include "link.h"

#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>

struct link {
	ssh_session session;
	ssh_key key;
	ssh_channel channel;
};

static void
must(struct link *link, bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "libssh: %s\n", ssh_get_error(link->session));
	exit(1);
}

static void
configure(struct link *link, const struct link_target *target)
{
	int process_config = 0;

	ssh_options_set(link->session, SSH_OPTIONS_PROCESS_CONFIG, &process_config);
	ssh_options_set(link->session, SSH_OPTIONS_HOST, target->host);
	ssh_options_set(link->session, SSH_OPTIONS_PORT, &target->port);
	ssh_options_set(link->session, SSH_OPTIONS_USER, target->user);
	ssh_options_set(link->session, SSH_OPTIONS_KNOWNHOSTS, target->known_hosts);
	ssh_options_set(link->session, SSH_OPTIONS_HOSTKEYS, "ssh-ed25519");
	if (target->kex[0] != '\0')
		ssh_options_set(link->session, SSH_OPTIONS_KEY_EXCHANGE, target->kex);
	if (target->cipher[0] == '\0')
		return;
	ssh_options_set(link->session, SSH_OPTIONS_CIPHERS_C_S, target->cipher);
	ssh_options_set(link->session, SSH_OPTIONS_CIPHERS_S_C, target->cipher);
}

struct link *
link_open(const struct link_target *target)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL || (link->session = ssh_new()) == NULL)
		exit(1);
	configure(link, target);
	must(link, ssh_connect(link->session) == SSH_OK);
	must(link, ssh_session_is_known_server(link->session) == SSH_KNOWN_HOSTS_OK);
	must(link, ssh_pki_import_privkey_file(target->key_file, NULL, NULL, NULL, &link->key) == SSH_OK);
	must(link, ssh_userauth_publickey(link->session, NULL, link->key) == SSH_AUTH_SUCCESS);
	return link;
}

void
link_exec(struct link *link, const char *command)
{
	link->channel = ssh_channel_new(link->session);
	must(link, ssh_channel_open_session(link->channel) == SSH_OK);
	must(link, ssh_channel_request_exec(link->channel, command) == SSH_OK);
}

size_t
link_read(struct link *link, void *p, size_t n)
{
	int got = ssh_channel_read(link->channel, p, (uint32_t)n, 0);

	must(link, got >= 0);
	return (size_t)got;
}

void
link_write(struct link *link, const void *p, size_t n)
{
	must(link, ssh_channel_write(link->channel, p, (uint32_t)n) == (int)n);
}

void
link_eof(struct link *link)
{
	must(link, ssh_channel_send_eof(link->channel) == SSH_OK);
}

int
link_finish(struct link *link)
{
	char rest[4096];
	int status;

	while (link_read(link, rest, sizeof(rest)) > 0)
		;
	status = ssh_channel_get_exit_status(link->channel);
	ssh_channel_close(link->channel);
	ssh_channel_free(link->channel);
	return status;
}

void
link_close(struct link *link)
{
	ssh_key_free(link->key);
	ssh_disconnect(link->session);
	ssh_free(link->session);
	free(link);
}
