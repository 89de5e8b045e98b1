/* link over this library's facade. Must not know: the core. Serves: no RFC. */
#include "link.h"

#include <nacre/nacre.h>
#include <stdio.h>
#include <stdlib.h>

struct link {
	nacre_client *client;
	nacre_channel *channel;
};

static void
must(struct link *link, int64_t rc)
{
	struct nacre_error error;

	if (rc >= 0)
		return;
	nacre_client_error(link->client, &error);
	fprintf(stderr, "nacre: %s: %s\n", nacre_status_name((int)rc), error.message);
	exit(1);
}

struct link *
link_open(const struct link_target *target)
{
	struct nacre_connect_options options = {.size = sizeof(options)};
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		exit(1);
	options.port = target->port;
	options.user = target->user;
	options.key_file = target->key_file;
	options.ciphers = target->cipher[0] != '\0' ? target->cipher : NULL;
	options.kex = target->kex[0] != '\0' ? target->kex : NULL;
	link->client = nacre_client_new(NULL);
	must(link, nacre_client_load_host_keys(link->client, target->known_hosts));
	must(link, nacre_client_connect(link->client, target->host, &options));
	return link;
}

void
link_exec(struct link *link, const char *command)
{
	must(link, nacre_client_exec_command(link->client, command, NULL, &link->channel));
}

size_t
link_read(struct link *link, void *p, size_t n)
{
	int64_t got = nacre_channel_read(link->channel, p, n);

	must(link, got);
	return (size_t)got;
}

void
link_write(struct link *link, const void *p, size_t n)
{
	must(link, nacre_channel_write(link->channel, p, n));
}

void
link_eof(struct link *link)
{
	must(link, nacre_channel_send_eof(link->channel));
}

/* The core's own calls, on the facade's connection: what arrived is peeked, what leaves is written where it is
 * staged. */
const void *
link_borrow(struct link *link, size_t *n)
{
	nacre_conn *conn = nacre_client_conn(link->client);
	uint32_t number = nacre_channel_number(link->channel);
	const uint8_t *p;

	while ((p = nacre_conn_channel_peek(conn, number, NACRE_STDOUT, n)) == NULL || *n == 0) {
		if (nacre_channel_ready(link->channel) & NACRE_READY_STDOUT)
			return NULL; /* the end */
		must(link, nacre_client_wait(link->client, NULL, 0, -1));
	}
	return p;
}

void
link_return(struct link *link, size_t n)
{
	must(link, nacre_conn_channel_consume(
		       nacre_client_conn(link->client), nacre_channel_number(link->channel), NACRE_STDOUT, n));
}

void *
link_borrow_room(struct link *link, size_t *n)
{
	nacre_conn *conn = nacre_client_conn(link->client);
	void *p;

	while ((p = nacre_conn_channel_write_space(conn, nacre_channel_number(link->channel), NACRE_STDOUT, n)) == NULL)
		must(link, nacre_client_wait(link->client, NULL, 0, -1));
	return p;
}

void
link_return_room(struct link *link, size_t n)
{
	must(link, nacre_conn_channel_commit(
		       nacre_client_conn(link->client), nacre_channel_number(link->channel), NACRE_STDOUT, n));
}

int
link_finish(struct link *link)
{
	struct nacre_exit end;
	char rest[4096];

	while (link_read(link, rest, sizeof(rest)) > 0)
		;
	must(link, nacre_channel_wait_exit(link->channel, &end));
	nacre_channel_close(link->channel);
	link->channel = NULL;
	return (int)end.status;
}

void
link_close(struct link *link)
{
	nacre_client_free(link->client);
	free(link);
}
