/* request_parse: a channel request's payload for its owner. Knows: the usual tails. Must not know: channels. RFC 4254 6. */
#include "message.h"
#include "sink.h"
#include <nacre/channel.h>

union tails {
	struct msg_channel_request_pty_req pty;
	struct msg_channel_request_env env;
	struct msg_channel_request_exec exec;
	struct msg_channel_request_subsystem subsystem;
	struct msg_channel_request_window_change window;
	struct msg_channel_request_signal signal;
	struct msg_channel_request_shell shell;
};

static void
fill(struct nacre_request *out, enum msg_id id, const union tails *t)
{
	switch (id) {
	case MSG_channel_request_pty_req:
		*out = (struct nacre_request){.kind = NACRE_REQUEST_PTY, .name = bytes_of(t->pty.term),
			.value = bytes_of(t->pty.modes), .columns = t->pty.columns, .rows = t->pty.rows,
			.width_px = t->pty.width_px, .height_px = t->pty.height_px};
		return;
	case MSG_channel_request_env:
		*out = (struct nacre_request){.kind = NACRE_REQUEST_ENV, .name = bytes_of(t->env.name),
			.value = bytes_of(t->env.value)};
		return;
	case MSG_channel_request_shell:
		out->kind = NACRE_REQUEST_SHELL;
		return;
	case MSG_channel_request_exec:
		*out = (struct nacre_request){.kind = NACRE_REQUEST_EXEC, .value = bytes_of(t->exec.command)};
		return;
	case MSG_channel_request_subsystem:
		*out = (struct nacre_request){.kind = NACRE_REQUEST_SUBSYSTEM, .name = bytes_of(t->subsystem.name)};
		return;
	case MSG_channel_request_window_change:
		*out = (struct nacre_request){.kind = NACRE_REQUEST_WINDOW_CHANGE, .columns = t->window.columns,
			.rows = t->window.rows, .width_px = t->window.width_px, .height_px = t->window.height_px};
		return;
	case MSG_channel_request_signal:
		*out = (struct nacre_request){.kind = NACRE_REQUEST_SIGNAL, .name = bytes_of(t->signal.name)};
		return;
	default:
		return;
	}
}

static bool
is_usual(enum msg_id id)
{
	return id >= MSG_channel_request_pty_req && id <= MSG_channel_request_signal;
}

int
nacre_request_parse(const struct nacre_event *event, struct nacre_request *out)
{
	enum msg_id id = msg_find_tail(MSG_channel_request, slice_of_bytes(event->name));
	union tails tails;

	*out = (struct nacre_request){.kind = NACRE_REQUEST_OTHER};
	if (event->type != NACRE_EVENT_CHANNEL_REQUEST)
		return NACRE_E_ARGUMENT;
	if (id == MSG_none || !is_usual(id))
		return 0;
	if (msg_parse(id, slice_of_bytes(event->data), &tails) != 0)
		return NACRE_E_FORMAT;
	fill(out, id, &tails);
	return 0;
}
