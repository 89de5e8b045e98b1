/* probe: one look at a server: a connection that ends when enough was seen. Knows: a conn, a socket, a deadline. Must
 * not know: what is looked for (probe_keys.c, probe_algorithms.c, probe_auth.c). RFC 4253 4, 7. */
#ifndef CLIENT_PROBE_H
#define CLIENT_PROBE_H

#include <nacre/probe.h>
#include "blocking.h"
#include "buf.h"
#include "failure.h"

#define PROBE_NAME_MAX 256
#define PROBE_TEXT_MAX (1 << 20) /* bytes of all strings of one result */
#define PROBE_KEYS_MAX 32

struct nacre_probe {
	const struct nacre_env *env;
	struct failure failure;
	char host[PROBE_NAME_MAX], preset[32];
	unsigned port;
	int timeout_ms;
	nacre_conn *conn; /* while it looks */
	struct blocking io;
	char ident[512], address[128];
	struct buf text; /* the strings of the last result */
	nacre_key *keys[PROBE_KEYS_MAX]; /* owned */
	size_t n_keys;
};

/* What one look is for. */
struct look {
	struct nacre_probe *probe;
	const char *host_key_algorithms; /* NULL: the preset's */
	/* Takes an event; every event comes here, but for the last. */
	void (*on_event)(struct look *look, const struct nacre_event *event);
	/* After events: was enough seen? NULL: `done` says so. */
	bool (*is_enough)(struct look *look);
	void *ctx;
	bool done;
	int rc; /* what on_event failed with */
};

/* Begins a call: forgets the last result and failure. NACRE_OK or NACRE_E_ARGUMENT (no probe). */
int probe_enter(struct nacre_probe *probe) NACRE_CHECK;
/* Connects, looks until it has seen enough, and closes. NACRE_OK, or the probe's failure. */
int probe_look(struct look *look) NACRE_CHECK;
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int
probe_fail(struct nacre_probe *probe, int code, const char *format, ...);

/* Strings of a result: offsets into probe->text, made pointers once all are there. */
size_t probe_keep(struct nacre_probe *probe, struct nacre_bytes bytes, bool keep_lines);
/* The string at an offset; NULL for PROBE_NOTHING. */
const char *probe_text(const struct nacre_probe *probe, size_t at);
#define PROBE_NOTHING SIZE_MAX

#endif
