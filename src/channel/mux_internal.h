/* mux_internal: what the files of this folder share. Knows: the table of channels, who does which step. Must not know:
 * anything outside the folder but the contracts in mux.h. RFC 4254. */
#ifndef CHANNEL_MUX_INTERNAL_H
#define CHANNEL_MUX_INTERNAL_H

#include "channel.h"
#include "mux.h"

#define MUX_PAYLOAD_MAX 32000 /* a caller's own bytes in one message: it must fit one packet */
#define MUX_NAME_MAX 255

/* Output that waits for room: only then has mux_flush anything to do. */
enum mux_output { OUTPUT_CLEAR, OUTPUT_SHORT };

struct mux {
	struct mux_setup setup;
	struct channel **slots; /* by our number; NULL: free */
	size_t slots_cap;
	unsigned n_channels;
	uint32_t lowest_free; /* no slot before it is free */
	uint32_t last_serial; /* of struct operations */
	size_t flush_from; /* the slot whose turn it is */
	enum mux_output output;
	struct chunk_pool pool;
	struct chunk *landing; /* empty, for the next large packet; NULL: none yet */
	struct operations operations; /* our global requests */
	struct questions questions; /* the peer's */
	struct nacre_exit exit; /* of the last CHANNEL_EXIT: the event borrows it, and may outlive its channel */
};

/* A handler of one message. ch: the channel that it names, in the state that the table of mux.c asks for. */
typedef int mux_handler(struct mux *mux, struct channel *ch, const union msg_any *msg);

/* Keeps the failure and returns its code: "channel_data: beyond the window". */
#define mux_fail(mux, code, ...) failure_set((mux)->setup.failure, (code), failure_origin(code), __VA_ARGS__)

/* Over: nothing leaves any more; what has arrived can still be read and given back. */
static inline bool
mux_is_over(const struct mux *mux)
{
	return mux->setup.failure->code != 0;
}

static inline int NACRE_CHECK
mux_send(struct mux *mux, enum msg_id id, const void *msg)
{
	return msg_send(mux->setup.outbox, id, msg);
}

static inline size_t
mux_room(const struct mux *mux)
{
	return mux->setup.outbox->room(mux->setup.outbox->ctx);
}

static inline uint64_t
mux_push(struct mux *mux, const struct nacre_event *event, bool is_question)
{
	return mux->setup.sink->push(mux->setup.sink->ctx, event, is_question);
}

/* A notice about a channel that needs no more words. */
static inline void
mux_tell(struct mux *mux, const struct channel *ch, enum nacre_event_type type)
{
	struct nacre_event event = {.type = type, .channel = ch->number};

	mux_push(mux, &event, false);
}

/* slots.c */
static inline struct channel *
slots_find(const struct mux *mux, uint32_t number)
{
	return number < mux->slots_cap ? mux->slots[number] : NULL;
}

/* The channel of that number where its owner still holds it and both sides agreed on it, or NULL. */
static inline struct channel *
slots_held(const struct mux *mux, uint32_t number)
{
	struct channel *ch = slots_find(mux, number);

	return ch != NULL && ch->life == LIFE_OPEN && ch->owner == OWNER_HOLDS ? ch : NULL;
}

/* Does a channel that still lives use that number of the peer's? */
bool slots_peer_uses(const struct mux *mux, uint32_t peer);
/* A new channel in the lowest free slot: NACRE_E_LIMIT, NACRE_E_NOMEM, or 0. */
int slots_add(struct mux *mux, enum channel_life life, struct channel **ch) NACRE_CHECK;
/* Frees the channel and all it holds. */
void slots_remove(struct mux *mux, struct channel *ch);

/* channel.c: the moves, each told to the trace */
void channel_set_life(struct mux *mux, struct channel *ch, enum channel_life to);
void channel_set_rx(struct mux *mux, struct channel *ch, enum channel_rx to);
void channel_set_tx(struct mux *mux, struct channel *ch, enum channel_tx to);
void channel_set_owner(struct mux *mux, struct channel *ch, enum channel_owner to);
/* RFC 4254 5.3: the number is free when both sides have sent CLOSE, and the owner has let go. Then true: ch is gone. */
bool channel_end(struct mux *mux, struct channel *ch);

/* send.c */
/* Sends what can leave: staged data, then EOF, then CLOSE. Afterwards ch may be gone. */
int send_pump(struct mux *mux, struct channel *ch) NACRE_CHECK;
/* Sends CLOSE now. */
int send_close(struct mux *mux, struct channel *ch) NACRE_CHECK;

/* receive.c */
/* Gives consumed window back to the peer where it is worth a message. */
int receive_credit(struct mux *mux, struct channel *ch) NACRE_CHECK;
/* Drops what was not read. */
void receive_drop(struct mux *mux, struct channel *ch);

/* request.c */
/* Does the request only ask whether we are there? Then it is refused in its turn, and nobody is bothered. */
bool request_is_probe(struct slice name);

/* replies.c */
/* Sends every reply whose turn has come. ch: NULL for the connection's. */
int replies_release(struct mux *mux, struct channel *ch) NACRE_CHECK;

/* the handlers */
mux_handler open_on_open, open_on_confirmation, open_on_failure;
mux_handler receive_on_data, receive_on_extended_data, receive_on_eof;
mux_handler send_on_window_adjust;
mux_handler close_on_close;
mux_handler request_on_request, request_on_success, request_on_failure;
mux_handler global_on_request, global_on_success, global_on_failure;

#endif
