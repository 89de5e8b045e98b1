/* actor_call: what an application may call at any time. Knows: the calls. Must not know: whether they succeed: most are
 * misuse in most states, and must then change nothing. */
#include "actor.h"
#include "fuzz.h"

#include <string.h>

static uint32_t
channel_of(const struct actor *a, uint8_t byte)
{
	return a->n_channels == 0 ? byte : a->channels[byte % ACTOR_CHANNELS];
}

/* Some write, some fill the staging area in place. */
static void
write_some(struct actor *a, uint32_t channel, uint8_t byte)
{
	enum nacre_stream stream = (byte & 1) != 0 ? NACRE_STDERR : NACRE_STDOUT;
	uint8_t bytes[1024], *space;
	size_t n = (size_t)byte * 4, room;

	memset(bytes, 'w', sizeof(bytes));
	if ((byte & 2) != 0) {
		FUZZ_CHECK(nacre_conn_channel_write(a->conn, channel, stream, bytes, n) <= (int64_t)n);
		return;
	}
	if ((space = nacre_conn_channel_write_space(a->conn, channel, stream, &room)) == NULL)
		return;
	FUZZ_CHECK(room > 0);
	n = n < room ? n : room;
	memset(space, 's', n);
	(void)nacre_conn_channel_commit(a->conn, channel, stream, n);
}

static void
exit_somehow(struct actor *a, uint32_t channel, uint8_t byte)
{
	struct nacre_exit how = {.kind = NACRE_EXIT_STATUS, .status = byte};

	if ((byte & 1) != 0)
		how = (struct nacre_exit){.kind = NACRE_EXIT_SIGNAL, .signal = "TERM", .message = "ended"};
	(void)nacre_conn_channel_exit(a->conn, channel, &how);
}

static void
call_connection(struct actor *a, uint8_t byte)
{
	static const uint8_t payload[] = {0, 0, 0, 1, 'p'};
	struct nacre_conn_info info;
	uint64_t operation;

	switch (byte % 8) {
	case 0:
		(void)nacre_conn_keepalive(a->conn);
		break;
	case 1:
		(void)nacre_conn_send_ignore(a->conn, byte);
		break;
	case 2:
		(void)nacre_conn_global_request(a->conn, "x@nacre", payload, sizeof(payload), &operation);
		break;
	case 3:
		(void)nacre_conn_global_request(a->conn, "y@nacre", NULL, 0, NULL);
		break;
	case 4:
		nacre_conn_get_info(a->conn, &info);
		FUZZ_CHECK(info.memory <= a->te.live_bytes);
		break;
	case 5:
		(void)nacre_conn_disconnect(a->conn, 11, "bye");
		break;
	default:
		(void)nacre_conn_wants(a->conn);
	}
}

static void
open_channel(struct actor *a, uint8_t byte)
{
	/* That of direct-tcpip; a type that nobody knows has any. */
	static const uint8_t payload[] = {0, 0, 0, 1, 'h', 0, 0, 0, 22, 0, 0, 0, 1, 'o', 0, 0, 0, 0};
	static const char *const types[] = {"session", "x@nacre", "session", "direct-tcpip"};
	bool is_session = (byte & 1) == 0;
	uint32_t channel;

	if (nacre_conn_channel_open(a->conn, types[byte & 3], is_session ? NULL : payload,
		is_session ? 0 : sizeof(payload), &channel) == 0)
		a->channels[a->n_channels++ % ACTOR_CHANNELS] = channel;
}

static void
call_request(nacre_conn *c, uint32_t channel, uint8_t byte, uint64_t *operation)
{
	switch (byte >> 1 & 15) {
	case 1:
		(void)nacre_conn_channel_break(c, channel, byte, operation);
		break;
	case 2:
		(void)nacre_conn_channel_xon_xoff(c, channel, (byte & 1) != 0);
		break;
	case 3:
		(void)nacre_conn_channel_combine(c, channel, (byte & 1) != 0);
		break;
	case 4:
		(void)nacre_conn_channel_shutdown_read(c, channel);
		break;
	default:
		(void)nacre_conn_channel_request(c, channel, "x@nacre", &byte, 1, operation);
	}
}

static void
call_channel(struct actor *a, enum actor_call call, uint32_t channel, uint8_t byte)
{
	struct nacre_pty pty = {.size = sizeof(pty), .term = "vt220", .columns = byte, .rows = byte};
	uint64_t number, *operation = (byte & 1) != 0 ? &number : NULL;
	nacre_conn *c = a->conn;

	switch (call) {
	case CALL_EXEC:
		(void)nacre_conn_channel_exec(c, channel, "ls", 2, operation);
		break;
	case CALL_SHELL:
		(void)nacre_conn_channel_shell(c, channel, operation);
		break;
	case CALL_ENV:
		(void)nacre_conn_channel_env(c, channel, "LANG", "C", operation);
		break;
	case CALL_PTY:
		(void)nacre_conn_channel_pty(c, channel, &pty, operation);
		break;
	case CALL_WINDOW_CHANGE:
		(void)nacre_conn_channel_window_change(c, channel, &pty);
		break;
	case CALL_SUBSYSTEM:
		(void)nacre_conn_channel_subsystem(c, channel, "sftp", operation);
		break;
	case CALL_SIGNAL:
		(void)nacre_conn_channel_signal(c, channel, "TERM");
		break;
	case CALL_EOF:
		(void)nacre_conn_channel_eof(c, channel);
		break;
	case CALL_CLOSE:
		(void)nacre_conn_channel_close(c, channel);
		break;
	case CALL_REQUEST:
		call_request(c, channel, byte, operation);
		break;
	default:
		break;
	}
}

void
actor_call(struct actor *a, enum actor_call call, uint8_t byte)
{
	uint32_t channel = channel_of(a, byte >> 5);

	switch (call) {
	case CALL_OPEN:
		open_channel(a, byte);
		break;
	case CALL_WRITE:
		write_some(a, channel, byte);
		break;
	case CALL_REKEY:
		(void)nacre_conn_rekey(a->conn);
		break;
	case CALL_CONNECTION:
		call_connection(a, byte);
		break;
	case CALL_ANSWER:
		actor_answer_held(a);
		break;
	case CALL_EXIT:
		exit_somehow(a, channel, byte);
		break;
	default:
		call_channel(a, call, channel, byte);
	}
}
