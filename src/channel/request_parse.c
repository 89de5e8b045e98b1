/* request_parse: the usual channel requests, for whoever answers them. Knows: their rows. Must not know: the channel.
 * RFC 4254 6. */
#include "message.h"
#include "sink.h"
#include <nacre/channel.h>

static void
fill_pty(const union msg_any *msg, struct nacre_request *out)
{
	out->name = bytes_of(msg->channel_request_pty_req.term);
	out->value = bytes_of(msg->channel_request_pty_req.modes);
	out->columns = msg->channel_request_pty_req.columns;
	out->rows = msg->channel_request_pty_req.rows;
	out->width_px = msg->channel_request_pty_req.width_px;
	out->height_px = msg->channel_request_pty_req.height_px;
}

static void
fill_env(const union msg_any *msg, struct nacre_request *out)
{
	out->name = bytes_of(msg->channel_request_env.name);
	out->value = bytes_of(msg->channel_request_env.value);
}

static void
fill_nothing(const union msg_any *msg, struct nacre_request *out)
{
	(void)msg;
	(void)out;
}

static void
fill_exec(const union msg_any *msg, struct nacre_request *out)
{
	out->value = bytes_of(msg->channel_request_exec.command);
}

static void
fill_subsystem(const union msg_any *msg, struct nacre_request *out)
{
	out->name = bytes_of(msg->channel_request_subsystem.name);
}

static void
fill_window_change(const union msg_any *msg, struct nacre_request *out)
{
	out->columns = msg->channel_request_window_change.columns;
	out->rows = msg->channel_request_window_change.rows;
	out->width_px = msg->channel_request_window_change.width_px;
	out->height_px = msg->channel_request_window_change.height_px;
}

static void
fill_signal(const union msg_any *msg, struct nacre_request *out)
{
	out->name = bytes_of(msg->channel_request_signal.name);
}

static void
fill_break(const union msg_any *msg, struct nacre_request *out)
{
	out->length_ms = msg->channel_request_break.length_ms;
}

static void
fill_xon_xoff(const union msg_any *msg, struct nacre_request *out)
{
	out->client_can_do = msg->channel_request_xon_xoff.client_can_do;
}

static const struct {
	enum msg_id id;
	enum nacre_request_kind kind;
	void (*fill)(const union msg_any *msg, struct nacre_request *out);
} kinds[] = {
    {MSG_channel_request_pty_req, NACRE_REQUEST_PTY, fill_pty},
    {MSG_channel_request_env, NACRE_REQUEST_ENV, fill_env},
    {MSG_channel_request_shell, NACRE_REQUEST_SHELL, fill_nothing},
    {MSG_channel_request_exec, NACRE_REQUEST_EXEC, fill_exec},
    {MSG_channel_request_subsystem, NACRE_REQUEST_SUBSYSTEM, fill_subsystem},
    {MSG_channel_request_window_change, NACRE_REQUEST_WINDOW_CHANGE, fill_window_change},
    {MSG_channel_request_signal, NACRE_REQUEST_SIGNAL, fill_signal},
    {MSG_channel_request_break, NACRE_REQUEST_BREAK, fill_break},
    {MSG_channel_request_xon_xoff, NACRE_REQUEST_XON_XOFF, fill_xon_xoff},
};

int
nacre_request_parse(const struct nacre_event *event, struct nacre_request *out)
{
	enum msg_id id = msg_find_tail(MSG_channel_request, slice_of_bytes(event->name));
	union msg_any msg;
	size_t i;

	*out = (struct nacre_request){.kind = NACRE_REQUEST_OTHER};
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].id != id)
			continue;
		if (msg_parse(id, slice_of_bytes(event->data), &msg) != 0)
			return NACRE_E_FORMAT;
		out->kind = kinds[i].kind;
		kinds[i].fill(&msg, out);
	}
	return 0;
}
