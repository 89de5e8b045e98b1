/* The trace: every packet in words. */
#ifndef NACRE_TRACE_H
#define NACRE_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <nacre/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nacre_trace_kind {
	NACRE_TRACE_SENT,     /* a packet that we queued */
	NACRE_TRACE_RECEIVED, /* a packet that arrived and passed its integrity check */
	NACRE_TRACE_STATE,    /* a state machine moved: text says which, from where to where */
	NACRE_TRACE_NOTE      /* anything else worth a line */
};

/* One line of the trace. All strings live only during the call. Fields that hold secrets are printed as <secret>. */
struct nacre_trace {
	enum nacre_trace_kind kind;
	uint32_t sequence;  /* the packet's sequence number in its direction; 0 unless kind is a packet */
	uint8_t number;     /* the message number; 0 unless kind is a packet */
	const char *name;   /* "kexinit", "channel_open", or the state machine's noun */
	const char *clause; /* "RFC 4253 7.1"; "" where there is none */
	const char *text;   /* the fields in words: "channel=0 data=5 bytes"; peers' text is escaped */
	size_t length;      /* payload length in bytes; 0 unless kind is a packet */
	const uint8_t *bytes; /* the payload, where trace_bytes of the environment asks for it; NULL for what is no
				 packet, and for messages that may hold a secret: 50 and 61 to 79, whoever sends them */
};

typedef void nacre_trace_fn(void *ctx, const struct nacre_trace *line);

#define NACRE_TRACE_DUMP_MAX 80 /* a row of a dump, with its NUL */

/* Writes up to 16 of the line's bytes, from the one at `from`, as a row of a hexadecimal dump: "00000010  68 65 ...
 * |he...|", without a newline and without control characters. Returns how many bytes it shows: 0 at their end, and
 * where the line has none. */
NACRE_API size_t nacre_trace_dump(const struct nacre_trace *line, size_t from, char out[NACRE_TRACE_DUMP_MAX]);

#ifdef __cplusplus
}
#endif
#endif
