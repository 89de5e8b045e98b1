/* The trace: every packet in words. */
#ifndef NACRE_TRACE_H
#define NACRE_TRACE_H

#include <stddef.h>
#include <stdint.h>

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
};

typedef void nacre_trace_fn(void *ctx, const struct nacre_trace *line);

#ifdef __cplusplus
}
#endif
#endif
