/* mux: all channels of a connection, and its global requests, both roles (RFC 4254). Knows: the outbox and the sink.
 * Must not know: packets, authentication, what a command is. It is made after authentication has succeeded.
 *
 * Bounds: each channel's unread bytes by the window that we granted; staged bytes by one packet's worth; channels,
 * unanswered requests of ours (64) and of the peer's (64 a channel, 64 global) by counts. Nothing allocates per packet
 * while data flows: chunks and staging areas are kept for the next packet and given back by mux_trim. */
#ifndef CHANNEL_MUX_H
#define CHANNEL_MUX_H

#include "failure.h"
#include "message.h"
#include "outbox.h"
#include "sink.h"
#include <nacre/channel.h>

struct channel; /* channel.h */

struct mux_setup {
	const struct nacre_env *env;
	struct outbox *outbox;
	struct sink *sink;
	struct failure *failure;
	enum nacre_role role; /* of this side: only for the request rows' directions in texts */
	uint32_t window, window_max;
	unsigned channels_max;
};

struct mux; /* opaque: mux_internal.h */

int mux_new(const struct mux_setup *setup, struct mux **mux) NACRE_CHECK;
void mux_free(struct mux *mux);

/* One message 80-100 of the peer. Failures of the connection are put into setup.failure and returned. */
int mux_packet(struct mux *mux, struct slice payload) NACRE_CHECK;
/* Turns staged data into packets while the outbox has room, and sends EOF, CLOSE and credits that were waiting. Called
 * after output was written, after a key exchange, after a window grew. May push CHANNEL_WRITABLE. */
int mux_flush(struct mux *mux) NACRE_CHECK;
/* Room for a packet of n bytes whose data, if it is a channel's, then stays where it is (landing.h): the packet's
 * payload is handed to mux_packet next. NULL where n is too much, or without memory. */
uint8_t *mux_landing(struct mux *mux, size_t n);
/* Gives back buffers that nothing uses now. Not while a packet is being handled: it may stand in the landing. */
void mux_trim(struct mux *mux);
/* Gives back the chunks that wait for the next packet, at any time. */
void mux_relieve(struct mux *mux);

/* The pull interface of <nacre/channel.h>, one to one. */
int mux_open(struct mux *mux, struct slice type, struct slice payload, uint32_t *channel) NACRE_CHECK;
int mux_close(struct mux *mux, uint32_t channel) NACRE_CHECK;
int mux_eof(struct mux *mux, uint32_t channel) NACRE_CHECK;
struct slice mux_peek(struct mux *mux, uint32_t channel, enum nacre_stream stream);
int mux_consume(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t n) NACRE_CHECK;
size_t mux_read(struct mux *mux, uint32_t channel, enum nacre_stream stream, uint8_t *p, size_t n);
int mux_combine(struct mux *mux, uint32_t channel, bool on) NACRE_CHECK;
int mux_shutdown_read(struct mux *mux, uint32_t channel) NACRE_CHECK;
uint8_t *mux_write_space(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t *n);
int mux_commit(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t n) NACRE_CHECK;
bool mux_flushed(const struct mux *mux, uint32_t channel);
int mux_request(
    struct mux *mux, uint32_t channel, struct slice name, struct slice payload, uint64_t *operation) NACRE_CHECK;
int mux_global_request(struct mux *mux, struct slice name, struct slice payload, uint64_t *operation) NACRE_CHECK;

/* Answers. */
int mux_answer_open(struct mux *mux, uint64_t token, uint32_t reason, const char *text) NACRE_CHECK;
int mux_answer_request(struct mux *mux, uint64_t token, bool ok) NACRE_CHECK;
int mux_answer_global(struct mux *mux, uint64_t token, bool ok, struct slice data) NACRE_CHECK;

#endif
