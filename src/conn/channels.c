/* channels: the public channel calls, one to one onto the multiplexer. Knows: the usual requests' payloads, by their
 * rows. Must not know: windows, packets. RFC 4254 5, 6. */
#include "conn_internal.h"

#define PAYLOAD_MAX 32000 /* of a request or an open: it must fit one packet */

static bool
is_usable(const struct nacre_conn *c)
{
	return c->mux != NULL && !conn_is_over(c);
}

/* May the owner ask for so much more now? Where it may not, there is no operation to wait for. */
static bool
takes_asked(const struct nacre_conn *c, size_t n, uint64_t *operation)
{
	if (operation != NULL)
		*operation = 0;
	return transport_takes_asked(&c->transport, n);
}

int
nacre_conn_rekey(nacre_conn *c)
{
	if (conn_is_over(c))
		return NACRE_E_MISUSE;
	return conn_result(c, transport_rekey(&c->transport));
}

int
nacre_conn_send_ignore(nacre_conn *c, size_t n)
{
	if (conn_is_over(c))
		return NACRE_E_MISUSE;
	return conn_result(c, transport_send_ignore(&c->transport, n));
}

int
nacre_conn_global_request(nacre_conn *c, const char *name, const uint8_t *payload, size_t n, uint64_t *operation)
{
	if (!is_usable(c))
		return NACRE_E_MISUSE;
	if (name == NULL || n > PAYLOAD_MAX)
		return NACRE_E_ARGUMENT;
	if (!takes_asked(c, n, operation))
		return NACRE_E_AGAIN;
	return conn_result(c, mux_global_request(c->mux, slice_str(name), slice_of(payload, n), operation));
}

int
nacre_conn_channel_open(nacre_conn *c, const char *type, const uint8_t *payload, size_t n, uint32_t *channel)
{
	if (!is_usable(c))
		return NACRE_E_MISUSE;
	if (type == NULL || channel == NULL || n > PAYLOAD_MAX)
		return NACRE_E_ARGUMENT;
	*channel = UINT32_MAX;
	if (!takes_asked(c, n, NULL))
		return NACRE_E_AGAIN;
	return conn_result(c, mux_open(c->mux, slice_str(type), slice_of(payload, n), channel));
}

int
nacre_conn_channel_close(nacre_conn *c, uint32_t channel)
{
	if (c->mux == NULL)
		return NACRE_E_MISUSE;
	return conn_result(c, mux_close(c->mux, channel));
}

int
nacre_conn_channel_eof(nacre_conn *c, uint32_t channel)
{
	if (!is_usable(c))
		return NACRE_E_MISUSE;
	return conn_result(c, mux_eof(c->mux, channel));
}

/* What has arrived can be read after the connection has ended, too. */
const uint8_t *
nacre_conn_channel_peek(nacre_conn *c, uint32_t channel, enum nacre_stream stream, size_t *n)
{
	struct slice s = c->mux == NULL ? SLICE_NONE : mux_peek(c->mux, channel, stream);

	*n = s.n;
	return s.n == 0 ? NULL : s.p;
}

/* Over its budget a connection reads nothing. What lies idle must not be what keeps it there. */
static void
relieve(nacre_conn *c)
{
	if (c->memory > c->options.memory_max)
		mux_relieve(c->mux);
}

int
nacre_conn_channel_consume(nacre_conn *c, uint32_t channel, enum nacre_stream stream, size_t n)
{
	int r;

	if (c->mux == NULL)
		return NACRE_E_MISUSE;
	r = mux_consume(c->mux, channel, stream, n);
	relieve(c);
	return conn_result(c, r);
}

size_t
nacre_conn_channel_read(nacre_conn *c, uint32_t channel, enum nacre_stream stream, void *p, size_t n)
{
	if (c->mux == NULL)
		return 0;
	n = mux_read(c->mux, channel, stream, p, n);
	relieve(c);
	(void)conn_result(c, 0);
	return n;
}

uint8_t *
nacre_conn_channel_write_space(nacre_conn *c, uint32_t channel, enum nacre_stream stream, size_t *n)
{
	*n = 0;
	return is_usable(c) ? mux_write_space(c->mux, channel, stream, n) : NULL;
}

int
nacre_conn_channel_commit(nacre_conn *c, uint32_t channel, enum nacre_stream stream, size_t n)
{
	if (!is_usable(c))
		return NACRE_E_MISUSE;
	return conn_result(c, mux_commit(c->mux, channel, stream, n));
}

int64_t
nacre_conn_channel_write(nacre_conn *c, uint32_t channel, enum nacre_stream stream, const void *p, size_t n)
{
	const uint8_t *from = p;
	size_t done = 0, room;
	uint8_t *space;
	int r;

	if (!is_usable(c))
		return NACRE_E_MISUSE;
	while (done < n && (space = mux_write_space(c->mux, channel, stream, &room)) != NULL) {
		if (room > n - done)
			room = n - done;
		memcpy(space, from + done, room);
		if ((r = conn_result(c, mux_commit(c->mux, channel, stream, room))) != 0)
			return r;
		done += room;
	}
	return (int64_t)done;
}

bool
nacre_conn_channel_flushed(const nacre_conn *c, uint32_t channel)
{
	return c->mux == NULL || mux_flushed(c->mux, channel);
}

int
nacre_conn_channel_request(nacre_conn *c, uint32_t channel, const char *name, const uint8_t *payload, size_t n,
    uint64_t *operation)
{
	if (!is_usable(c))
		return NACRE_E_MISUSE;
	if (name == NULL || n > PAYLOAD_MAX)
		return NACRE_E_ARGUMENT;
	if (!takes_asked(c, n, operation))
		return NACRE_E_AGAIN;
	return conn_result(c, mux_request(c->mux, channel, slice_str(name), slice_of(payload, n), operation));
}

/* The end of a command is told once, and whatever waits: who tells it has nobody left to try again. */
static bool
is_exit(enum msg_id id)
{
	return id == MSG_channel_request_exit_status || id == MSG_channel_request_exit_signal;
}

/* A request whose payload is a row of messages.def; its name is the row's selector. */
static int
send_tail(struct nacre_conn *c, uint32_t channel, enum msg_id id, const void *msg, uint64_t *operation)
{
	struct buf payload;
	int r;

	if (!is_usable(c))
		return NACRE_E_MISUSE;
	buf_init(&payload, &c->env, PAYLOAD_MAX);
	msg_put(&payload, id, msg);
	if ((r = payload.bad) == 0 && !is_exit(id) && !takes_asked(c, payload.n, operation))
		r = NACRE_E_AGAIN;
	else if (r == 0)
		r = mux_request(c->mux, channel, slice_str(msg_rows[id].selector), buf_slice(&payload), operation);
	else
		r = r == NACRE_E_LIMIT ? NACRE_E_ARGUMENT : r;
	buf_free(&payload);
	return conn_result(c, r);
}

int
nacre_conn_channel_exec(nacre_conn *c, uint32_t channel, const void *command, size_t n, uint64_t *operation)
{
	struct msg_channel_request_exec msg = {.command = slice_of(command, n)};

	return send_tail(c, channel, MSG_channel_request_exec, &msg, operation);
}

int
nacre_conn_channel_shell(nacre_conn *c, uint32_t channel, uint64_t *operation)
{
	struct msg_channel_request_shell msg = {0};

	return send_tail(c, channel, MSG_channel_request_shell, &msg, operation);
}

int
nacre_conn_channel_subsystem(nacre_conn *c, uint32_t channel, const char *name, uint64_t *operation)
{
	struct msg_channel_request_subsystem msg = {.name = slice_str(name)};

	return name == NULL ? NACRE_E_ARGUMENT : send_tail(c, channel, MSG_channel_request_subsystem, &msg, operation);
}

int
nacre_conn_channel_env(nacre_conn *c, uint32_t channel, const char *name, const char *value, uint64_t *operation)
{
	struct msg_channel_request_env msg = {.name = slice_str(name), .value = slice_str(value)};

	if (name == NULL || value == NULL)
		return NACRE_E_ARGUMENT;
	return send_tail(c, channel, MSG_channel_request_env, &msg, operation);
}

/* RFC 4254 6.2: zero columns or rows would make the peer guess: the usual terminal's size goes out. */
static uint32_t
or_default(uint32_t v, uint32_t otherwise)
{
	return v == 0 ? otherwise : v;
}

static const uint8_t no_modes[1] = {0}; /* RFC 4254 8: TTY_OP_END */

int
nacre_conn_channel_pty(nacre_conn *c, uint32_t channel, const struct nacre_pty *pty, uint64_t *operation)
{
	struct msg_channel_request_pty_req msg;

	if (pty == NULL || pty->size != sizeof(*pty))
		return NACRE_E_ARGUMENT;
	msg = (struct msg_channel_request_pty_req){
		.term = slice_str(pty->term == NULL ? "vt100" : pty->term),
		.columns = or_default(pty->columns, 80),
		.rows = or_default(pty->rows, 24),
		.width_px = pty->width_px,
		.height_px = pty->height_px,
		.modes = pty->modes == NULL ? slice_of(no_modes, 1) : slice_of(pty->modes, pty->modes_len),
	};
	return send_tail(c, channel, MSG_channel_request_pty_req, &msg, operation);
}

int
nacre_conn_channel_window_change(nacre_conn *c, uint32_t channel, const struct nacre_pty *pty)
{
	struct msg_channel_request_window_change msg;

	if (pty == NULL || pty->size != sizeof(*pty))
		return NACRE_E_ARGUMENT;
	msg = (struct msg_channel_request_window_change){
		.columns = or_default(pty->columns, 80),
		.rows = or_default(pty->rows, 24),
		.width_px = pty->width_px,
		.height_px = pty->height_px,
	};
	return send_tail(c, channel, MSG_channel_request_window_change, &msg, NULL);
}

int
nacre_conn_channel_signal(nacre_conn *c, uint32_t channel, const char *name)
{
	struct msg_channel_request_signal msg = {.name = slice_str(name)};

	return name == NULL ? NACRE_E_ARGUMENT : send_tail(c, channel, MSG_channel_request_signal, &msg, NULL);
}

int
nacre_conn_channel_break(nacre_conn *c, uint32_t channel, uint32_t length_ms, uint64_t *operation)
{
	struct msg_channel_request_break msg = {.length_ms = length_ms};

	return send_tail(c, channel, MSG_channel_request_break, &msg, operation);
}

int
nacre_conn_channel_xon_xoff(nacre_conn *c, uint32_t channel, bool client_can_do)
{
	struct msg_channel_request_xon_xoff msg = {.client_can_do = client_can_do};

	return send_tail(c, channel, MSG_channel_request_xon_xoff, &msg, NULL);
}

int
nacre_conn_channel_combine(nacre_conn *c, uint32_t channel, bool on)
{
	return c->mux == NULL ? NACRE_E_MISUSE : conn_result(c, mux_combine(c->mux, channel, on));
}

int
nacre_conn_channel_shutdown_read(nacre_conn *c, uint32_t channel)
{
	return c->mux == NULL ? NACRE_E_MISUSE : conn_result(c, mux_shutdown_read(c->mux, channel));
}

static int
send_exit_signal(struct nacre_conn *c, uint32_t channel, const struct nacre_exit *exit)
{
	struct msg_channel_request_exit_signal msg = {
		.name = slice_str(exit->signal),
		.core_dumped = exit->core_dumped,
		.message = slice_str(exit->message),
	};

	return send_tail(c, channel, MSG_channel_request_exit_signal, &msg, NULL);
}

int
nacre_conn_channel_exit(nacre_conn *c, uint32_t channel, const struct nacre_exit *exit)
{
	struct msg_channel_request_exit_status msg;

	if (exit == NULL)
		return NACRE_E_ARGUMENT;
	switch (exit->kind) {
	case NACRE_EXIT_STATUS:
		msg = (struct msg_channel_request_exit_status){.status = exit->status};
		return send_tail(c, channel, MSG_channel_request_exit_status, &msg, NULL);
	case NACRE_EXIT_SIGNAL:
		return send_exit_signal(c, channel, exit);
	case NACRE_EXIT_NONE:
		break;
	}
	return 0;
}
