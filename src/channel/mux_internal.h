/* mux_internal: a channel's state, and what the files of this folder share. Knows: RFC 4254's two halves of a channel.
 * Must not know: anything below the outbox. */
#ifndef CHANNEL_MUX_INTERNAL_H
#define CHANNEL_MUX_INTERNAL_H

#include "mux.h"
#include "replies.h"
#include "stream.h"

#define PACKET_MAX 32768 /* of data in one message, both ways: every peer must take it (RFC 4253 6.1) */
#define STAGE_LEN PACKET_MAX
#define SLOTS_FIRST 4

enum channel_state {
	CHANNEL_OPENING, /* our CHANNEL_OPEN is out */
	CHANNEL_ASKED,   /* the peer's is a question to our owner */
	CHANNEL_OPEN     /* both know each other's number */
};

/* How far one side has gone: each goes only forward. */
enum channel_half { HALF_OPEN, HALF_EOF, HALF_CLOSED };

struct channel {
	uint32_t id, remote_id;
	enum channel_state state;
	enum channel_half rx, tx;         /* what the peer has sent, and what we have */
	bool eof_wanted, close_wanted;    /* as soon as the staging area is empty */
	bool released;                    /* the owner gave it back */
	uint64_t token;                   /* CHANNEL_ASKED */

	uint32_t rx_window;               /* what the peer may still send */
	uint32_t rx_window_full;          /* what it may send when all is read */
	uint32_t rx_owed;                 /* read, and not yet granted again */
	struct stream in[2];
	bool told[2];                     /* CHANNEL_DATA was pushed and not everything was read since */

	uint32_t tx_window, tx_packet_max;
	uint8_t *stage;                   /* STAGE_LEN bytes, or NULL */
	size_t stage_start, stage_end;
	bool stage_held;                  /* lent by write_space */
	bool stage_starved;               /* write_space had no room */
	enum nacre_stream stage_stream;

	struct replies ours;              /* operations that wait for the peer */
	struct replies theirs;            /* questions that wait for our owner */
	struct nacre_exit exit;
};

struct mux {
	struct mux_setup setup;
	struct channel **slots;           /* by our number; NULL: free */
	uint32_t n_slots;
	uint32_t n_channels;
	struct chunk_pool pool;
	uint64_t last_operation;
	struct replies ours, theirs;      /* global requests */
};

/* Fails the connection: the peer broke the protocol, unless the code says otherwise. */
int mux_fail(struct mux *mux, int code, const char *text);
struct channel *mux_find(const struct mux *mux, uint32_t id);
uint64_t mux_push(struct mux *mux, const struct nacre_event *event, bool is_question);

/* channel.c: its life */
int channel_new(struct mux *mux, struct channel **out) NACRE_CHECK;
void channel_free(struct mux *mux, struct channel *ch);
int channel_on_open(struct mux *mux, struct slice payload) NACRE_CHECK;
int channel_on_confirmation(struct mux *mux, struct slice payload) NACRE_CHECK;
int channel_on_open_failure(struct mux *mux, struct slice payload) NACRE_CHECK;
int channel_on_eof(struct mux *mux, struct slice payload) NACRE_CHECK;
int channel_on_close(struct mux *mux, struct slice payload) NACRE_CHECK;
/* Sends the EOF and CLOSE that wait, and frees the channel where nothing is left of it: *ch is then NULL. */
int channel_settle(struct mux *mux, struct channel **ch) NACRE_CHECK;

/* receive.c: data in */
int channel_on_data(struct mux *mux, struct slice payload) NACRE_CHECK;
int channel_on_extended_data(struct mux *mux, struct slice payload) NACRE_CHECK;

/* send.c: data out */
int channel_on_window_adjust(struct mux *mux, struct slice payload) NACRE_CHECK;
/* Staged bytes into packets, as far as windows and the outbox allow. */
int channel_flush(struct mux *mux, struct channel *ch) NACRE_CHECK;
static inline size_t
channel_staged(const struct channel *ch)
{
	return ch->stage_end - ch->stage_start;
}

/* request.c */
int channel_on_request(struct mux *mux, struct slice payload) NACRE_CHECK;
int channel_on_success(struct mux *mux, struct slice payload) NACRE_CHECK;
int channel_on_failure(struct mux *mux, struct slice payload) NACRE_CHECK;

/* global.c */
int global_on_request(struct mux *mux, struct slice payload) NACRE_CHECK;
int global_on_success(struct mux *mux, struct slice payload) NACRE_CHECK;
int global_on_failure(struct mux *mux, struct slice payload) NACRE_CHECK;

/* Requests that only ask whether we are there: answered FAILURE in their turn, and nobody is bothered. */
bool request_is_probe(struct slice name);

#endif
