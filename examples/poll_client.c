/* Drives a client connection from a plain poll loop: the core only, no facade.
 * usage: poll_client HOST PORT USER KEY_FILE SHA256:FINGERPRINT COMMAND */
#include <nacre/nacre.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
handle(nacre_conn *conn, const struct nacre_event *ev, char **argv, const nacre_key *key, int *status)
{
	char print[96] = "";
	uint32_t channel;
	uint64_t reply;

	if (ev->type == NACRE_EVENT_HOST_KEY && nacre_key_fingerprint(ev->key, "SHA256", print, sizeof(print)) == 0)
		nacre_conn_answer_host_key(conn, ev->token, strcmp(print, argv[5]) == 0 ? 0 : NACRE_E_HOST_KEY_UNKNOWN);
	else if (ev->type == NACRE_EVENT_AUTH && ev->attempts == 0)
		nacre_conn_answer_auth_publickey(conn, ev->token, argv[3], key, false);
	else if (ev->type == NACRE_EVENT_AUTH)
		nacre_conn_answer_auth_stop(conn, ev->token, "the server does not take this key");
	else if (ev->type == NACRE_EVENT_AUTHENTICATED)
		nacre_conn_channel_open(conn, "session", NULL, 0, &channel);
	else if (ev->type == NACRE_EVENT_CHANNEL_OPENED)
		nacre_conn_channel_exec(conn, ev->channel, argv[6], strlen(argv[6]), &reply);
	else if (ev->type == NACRE_EVENT_CHANNEL_EXIT && ev->exit->kind == NACRE_EXIT_STATUS)
		*status = (int)ev->exit->status;
	else if (ev->type == NACRE_EVENT_CHANNEL_CLOSED)
		nacre_conn_disconnect(conn, 11, "done");
	const uint8_t *p;
	for (size_t n; (p = nacre_conn_channel_peek(conn, ev->channel, ev->stream, &n)) != NULL && n > 0;)
		nacre_conn_channel_consume(conn, ev->channel, ev->stream, fwrite(p, 1, n, stdout));
}

int
main(int argc, char **argv)
{
	struct nacre_conn_options options = {.size = sizeof(options), .role = NACRE_CLIENT, .now_ms = nacre_clock_ms()};
	struct nacre_event ev;
	int fd, status = 255;
	nacre_key *key;
	nacre_conn *conn;

	if (argc != 7 || nacre_key_load(NULL, argv[4], NULL, &key, NULL, 0) != 0 ||
	    nacre_conn_new(nacre_env_default(), &options, &conn) != 0 ||
	    nacre_dial(argv[1], (unsigned)atoi(argv[2]), 30000, &fd, NULL, 0) != 0)
		return 255;
	for (struct pollfd ready = {.fd = fd};; nacre_pump(conn, fd, ready.revents & (POLLIN | POLLHUP | POLLERR))) {
		while (nacre_conn_next_event(conn, &ev) == 1)
			handle(conn, &ev, argv, key, &status);
		if (nacre_conn_wants(conn) & NACRE_WANT_CLOSED)
			break;
		ready.events = nacre_conn_wants(conn) & NACRE_WANT_WRITE ? POLLIN | POLLOUT : POLLIN;
		poll(&ready, 1, nacre_conn_deadline(conn) < 0 ? -1 : 1000);
		nacre_conn_tick(conn, nacre_clock_ms());
	}
	nacre_conn_free(conn);
	nacre_key_free(key);
	return status;
}
