/* link over libssh2, to compare with; it does not look at known_hosts. Must not know: what is measured. Serves: no
 * RFC. */
#include "link.h"

#include <arpa/inet.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct link {
	int fd;
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *channel;
};

static void
must(struct link *link, bool ok)
{
	char *message = NULL;

	if (ok)
		return;
	if (link->session != NULL)
		libssh2_session_last_error(link->session, &message, NULL, 0);
	fprintf(stderr, "libssh2: %s\n", message == NULL ? "failed" : message);
	exit(1);
}

static void
dial(struct link *link, const struct link_target *target)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int on = 1;

	address.sin_port = htons((uint16_t)target->port);
	must(link, inet_pton(AF_INET, target->host, &address.sin_addr) == 1);
	must(link, (link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0);
	must(link, connect(link->fd, (const struct sockaddr *)&address, sizeof(address)) == 0);
	must(link, setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
}

static void
configure(struct link *link, const struct link_target *target)
{
	if (target->kex[0] != '\0')
		must(link, libssh2_session_method_pref(link->session, LIBSSH2_METHOD_KEX, target->kex) == 0);
	must(link, libssh2_session_method_pref(link->session, LIBSSH2_METHOD_HOSTKEY, "ssh-ed25519") == 0);
	if (target->cipher[0] == '\0')
		return;
	must(link, libssh2_session_method_pref(link->session, LIBSSH2_METHOD_CRYPT_CS, target->cipher) == 0);
	must(link, libssh2_session_method_pref(link->session, LIBSSH2_METHOD_CRYPT_SC, target->cipher) == 0);
}

struct link *
link_open(const struct link_target *target)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		exit(1);
	dial(link, target);
	must(link, (link->session = libssh2_session_init()) != NULL);
	configure(link, target);
	must(link, libssh2_session_handshake(link->session, link->fd) == 0);
	must(link, libssh2_userauth_publickey_fromfile(link->session, target->user, NULL, target->key_file, NULL) == 0);
	return link;
}

void
link_exec(struct link *link, const char *command)
{
	must(link, (link->channel = libssh2_channel_open_session(link->session)) != NULL);
	must(link, libssh2_channel_exec(link->channel, command) == 0);
}

size_t
link_read(struct link *link, void *p, size_t n)
{
	ssize_t got = libssh2_channel_read(link->channel, p, n);

	must(link, got >= 0);
	return (size_t)got;
}

void
link_write(struct link *link, const void *p, size_t n)
{
	for (const char *at = p; n > 0;) {
		ssize_t put = libssh2_channel_write(link->channel, at, n);

		must(link, put > 0);
		at += put;
		n -= (size_t)put;
	}
}

void
link_eof(struct link *link)
{
	must(link, libssh2_channel_send_eof(link->channel) == 0);
}

int
link_finish(struct link *link)
{
	char rest[4096];
	int status;

	while (link_read(link, rest, sizeof(rest)) > 0)
		;
	must(link, libssh2_channel_close(link->channel) == 0);
	must(link, libssh2_channel_wait_closed(link->channel) == 0);
	status = libssh2_channel_get_exit_status(link->channel);
	libssh2_channel_free(link->channel);
	return status;
}

void
link_close(struct link *link)
{
	libssh2_session_disconnect(link->session, "done");
	libssh2_session_free(link->session);
	close(link->fd);
	free(link);
}
