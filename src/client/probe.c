/* probe: see probe.h. Knows: a conn, a socket, a deadline. Must not know: what is looked for. RFC 4253 4, 7, 11.1. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "clock.h"
#include "dial.h"
#include "facade.h"
#include "probe.h"
#include "qos.h"

#define PROBE_TIMEOUT_MS 5000
#define REASON_BY_APPLICATION 11 /* RFC 4253 11.1 */

static int
take_options(struct nacre_probe *p, const char *host, const struct nacre_probe_options *given)
{
	struct nacre_probe_options o = {.size = 0};
	const char *preset;

	if (given != NULL && given->size < sizeof(given->size))
		return NACRE_E_ARGUMENT;
	if (given != NULL)
		memcpy(&o, given, given->size < sizeof(o) ? given->size : sizeof(o));
	preset = o.preset == NULL ? "legacy" : o.preset;
	if (!client_name_is_fit(host) || o.port > UINT16_MAX || strlen(preset) >= sizeof(p->preset))
		return NACRE_E_ARGUMENT;
	p->port = o.port == 0 ? 22 : o.port;
	p->timeout_ms = client_timeout(o.timeout_ms, PROBE_TIMEOUT_MS);
	snprintf(p->host, sizeof(p->host), "%s", host);
	snprintf(p->preset, sizeof(p->preset), "%s", preset);
	return NACRE_OK;
}

int
nacre_probe_new(
    const struct nacre_env *env, const char *host, const struct nacre_probe_options *options, nacre_probe **probe)
{
	struct nacre_probe *p;
	int rc;

	*probe = NULL;
	if (env == NULL && (env = nacre_env_default()) == NULL)
		return NACRE_E_RANDOM;
	if ((p = mem_new(env, sizeof(*p))) == NULL)
		return NACRE_E_NOMEM;
	p->env = env;
	buf_init(&p->text, env, PROBE_TEXT_MAX);
	if ((rc = take_options(p, host, options)) != NACRE_OK) {
		nacre_probe_free(p);
		return rc;
	}
	*probe = p;
	return NACRE_OK;
}

static void
forget(struct nacre_probe *p)
{
	for (size_t i = 0; i < p->n_keys; i++)
		nacre_key_free(p->keys[i]);
	p->n_keys = 0;
	buf_reset(&p->text);
	failure_clear(&p->failure, p->env);
}

void
nacre_probe_free(nacre_probe *p)
{
	if (p == NULL)
		return;
	forget(p);
	buf_free(&p->text);
	mem_free(p->env, p, sizeof(*p));
}

int
probe_enter(struct nacre_probe *p)
{
	if (p == NULL)
		return NACRE_E_ARGUMENT;
	forget(p);
	return NACRE_OK;
}

int
probe_fail(struct nacre_probe *p, int code, const char *format, ...)
{
	char text[FAILURE_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return failure_set(&p->failure, code, failure_origin(code), "%s", text);
}

static int
fail_as_conn(struct nacre_probe *p)
{
	struct nacre_error error;

	nacre_conn_error(p->conn, &error);
	if (error.code == NACRE_OK)
		return probe_fail(p, NACRE_E_CLOSED, "the connection is closed");
	(void)failure_set(&p->failure, error.code, error.origin, "%s", error.message);
	failure_set_hint(&p->failure, "%s", error.hint);
	p->failure.phase = error.phase;
	failure_add_lists(&p->failure, p->env, slice_str(error.ours), slice_str(error.theirs));
	if (error.peer_text != NULL)
		failure_add_peer(&p->failure, p->env, error.peer_reason, slice_str(error.peer_text));
	return p->failure.code;
}

static int
open_conn(struct look *look, int64_t deadline)
{
	struct nacre_probe *p = look->probe;
	char why[FAILURE_TEXT_MAX] = "";
	const struct nacre_conn_options options = {
	    .size = sizeof(options),
	    .role = NACRE_CLIENT,
	    .now_ms = nacre_clock_ms(),
	    .preset = p->preset,
	    .host_key_algorithms = look->host_key_algorithms,
	    .why = why,
	    .why_size = sizeof(why),
	};
	const struct dial_options dialling = {.deadline = deadline, .qos = QOS_NONE};
	struct nacre_dial_log log;
	int rc, fd;

	if ((rc = dial(p->host, p->port, &dialling, &fd, &log, &p->failure)) != NACRE_OK)
		return rc;
	p->io.carrier = socket_carrier(fd);
	if (dial_peer_name(fd, p->address, sizeof(p->address)) != NACRE_OK)
		p->address[0] = '\0';
	if ((rc = nacre_conn_new(p->env, &options, &p->conn)) != NACRE_OK)
		return probe_fail(p, rc, "%s", why);
	p->io.conn = p->conn;
	return NACRE_OK;
}

static void
note_ident(struct nacre_probe *p)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(p->conn, &info);
	if (info.peer_ident.n > 0)
		(void)nacre_text_escape(p->ident, sizeof(p->ident), info.peer_ident, false);
}

/* What a server asks of a client that only looks is refused by closing: nobody answers it. */
static bool
take_events(struct look *look)
{
	struct nacre_probe *p = look->probe;
	struct nacre_event event;
	bool closed = false;

	while (!look->done && look->rc == NACRE_OK && nacre_conn_next_event(p->conn, &event) == 1) {
		closed = event.type == NACRE_EVENT_CLOSED;
		if (!closed)
			look->on_event(look, &event);
	}
	note_ident(p);
	return closed;
}

static int
look_on(struct look *look, int64_t deadline)
{
	struct nacre_probe *p = look->probe;
	int rc = NACRE_OK;
	bool closed;

	for (;;) {
		closed = take_events(look);
		if (look->rc != NACRE_OK)
			return look->rc;
		if (look->done || (look->is_enough != NULL && look->is_enough(look)))
			return NACRE_OK;
		if (closed)
			return fail_as_conn(p);
		if (rc == NACRE_E_TIMEOUT)
			return probe_fail(p, rc, "the server did not come so far within %d ms", p->timeout_ms);
		if (rc != NACRE_OK)
			return probe_fail(p, rc, "the socket cannot be waited for");
		rc = blocking_turn(&p->io, deadline, NULL, 0);
	}
}

static void
close_conn(struct nacre_probe *p)
{
	if (p->conn != NULL) {
		(void)nacre_conn_disconnect(p->conn, REASON_BY_APPLICATION, "only looking");
		blocking_flush(&p->io);
		nacre_conn_free(p->conn);
	}
	p->conn = NULL;
	carrier_close(&p->io.carrier);
	p->io = (struct blocking){.more = false};
}

int
probe_look(struct look *look)
{
	int64_t deadline = clock_deadline(look->probe->timeout_ms);
	int rc = open_conn(look, deadline);

	if (rc == NACRE_OK)
		rc = look_on(look, deadline);
	close_conn(look->probe);
	return rc;
}

size_t
probe_keep(struct nacre_probe *p, struct nacre_bytes bytes, bool keep_lines)
{
	size_t at = p->text.n, cap = bytes.n * 4 + 1; /* "\xNN" for each byte at the most */
	char *shown = mem_new(p->env, cap);
	size_t n;

	if (shown == NULL) {
		p->text.bad = NACRE_E_NOMEM;
		return PROBE_NOTHING;
	}
	n = nacre_text_escape(shown, cap, bytes, keep_lines);
	buf_put(&p->text, shown, n + 1);
	mem_free(p->env, shown, cap);
	return p->text.bad == 0 ? at : PROBE_NOTHING;
}

const char *
probe_text(const struct nacre_probe *p, size_t at)
{
	return at == PROBE_NOTHING ? NULL : (const char *)p->text.p + at;
}

const char *
nacre_probe_ident(const nacre_probe *p)
{
	return p == NULL ? "" : p->ident;
}

const char *
nacre_probe_address(const nacre_probe *p)
{
	return p == NULL ? "" : p->address;
}

void
nacre_probe_error(const nacre_probe *p, struct nacre_error *error)
{
	const struct failure none = {.code = NACRE_E_ARGUMENT, .origin = NACRE_ORIGIN_LOCAL};

	failure_view(p == NULL ? &none : &p->failure, error);
}
