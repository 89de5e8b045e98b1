/* message: what messages.def says, as structs and rows. Knows: the layout of every message. Must not know: when one may
 * be sent (the gate), what it does. Serves RFC 4250 4.1 (numbers), 4251 5 (types), and each row's own clause. */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "fields.h"
#include "outbox.h"
#include "reader.h"

enum msg_family {
	FAMILY_GENERIC,
	FAMILY_KEX_ECDH,
	FAMILY_KEX_DH,
	FAMILY_KEX_GEX,
	FAMILY_PUBKEY,
	FAMILY_PASSWORD,
	FAMILY_KBDINT,
	MSG_FAMILIES
};
enum msg_phase { PHASE_TRANSPORT, PHASE_NEGOTIATION, PHASE_METHOD, PHASE_AUTH, PHASE_CONNECTION, PHASE_EXTENSION };
enum msg_from { FROM_CLIENT = 1, FROM_SERVER = 2, FROM_BOTH = 3 };

/* The ids, in table order: MSG_disconnect, ... */
enum msg_id {
#define MSG(id, number, family, phase, from, clause) MSG_##id,
#define TAIL(id, parent, selector, from, clause) MSG_##id,
#define FIELD(id, kind, name, flags)
#define END(id)
#include "messages.def"
#undef MSG
#undef TAIL
#undef FIELD
#undef END
	MSG_COUNT,
	MSG_none = MSG_COUNT
};

/* The numbers: NUM_disconnect = 1, ... */
enum msg_number {
#define MSG(id, number, family, phase, from, clause) NUM_##id = (number),
#define TAIL(id, parent, selector, from, clause)
#define FIELD(id, kind, name, flags)
#define END(id)
#include "messages.def"
#undef MSG
#undef TAIL
#undef FIELD
#undef END
};

/* The structs: struct msg_disconnect { ... }. Slices borrow from the payload that was parsed. `number` is the message's
 * number (0 for a tail); a parse sets it, a build does not look at it. */
#define MSG(id, num, family, phase, from, clause)                                                                      \
	struct msg_##id {                                                                                              \
		uint8_t number;
#define TAIL(id, parent, selector, from, clause)                                                                       \
	struct msg_##id {                                                                                              \
		uint8_t number;
#define FIELD(id, kind, name, flags) CTYPE_##kind name;
#define END(id)                                                                                                        \
	}                                                                                                              \
	;
#include "messages.def"
#undef MSG
#undef TAIL
#undef FIELD
#undef END

/* Room for the struct of any row. */
union msg_any {
#define MSG(id, number, family, phase, from, clause) struct msg_##id id;
#define TAIL(id, parent, selector, from, clause) struct msg_##id id;
#define FIELD(id, kind, name, flags)
#define END(id)
#include "messages.def"
#undef MSG
#undef TAIL
#undef FIELD
#undef END
};

struct msg_row {
	const char *name;     /* "kexinit", "channel_request_exec" */
	const char *selector; /* for a tail; NULL for a message */
	enum msg_id parent;   /* for a tail; MSG_none for a message */
	uint8_t number;       /* 0 for a tail */
	enum msg_family family;
	enum msg_phase phase;
	enum msg_from from;
	const char *clause;
	const struct field_row *fields;
	size_t n_fields;
	size_t size; /* of the struct */
};

extern const struct msg_row msg_rows[MSG_COUNT];

/* The row of a number; for 30-49 and 60-79 that of the running method's family. MSG_none where there is none. */
enum msg_id msg_find(uint8_t number, enum msg_family family);
/* The tail of `parent` that `selector` names, or MSG_none. */
enum msg_id msg_find_tail(enum msg_id parent, struct slice selector);

/* Reads a whole payload (a message: with its number first; a tail: without) into the struct of `id`. Everything must be
 * consumed. 0, or NACRE_E_FORMAT: then *out is zeroed and *field (may be NULL) names the field that was wrong. */
int msg_parse_field(enum msg_id id, struct slice payload, void *out, const char **field) NACRE_CHECK;
static inline int NACRE_CHECK
msg_parse(enum msg_id id, struct slice payload, void *out)
{
	return msg_parse_field(id, payload, out, NULL);
}

/* How many payload bytes msg_build writes (with the number, for a message). */
size_t msg_size(enum msg_id id, const void *in);
/* Writes the payload at p, which has msg_size bytes. */
void msg_write(enum msg_id id, const void *in, uint8_t *p);
/* Reserves, writes, commits. 0, or what the outbox refuses with. */
int msg_send(struct outbox *out, enum msg_id id, const void *in) NACRE_CHECK;
/* The same for a message whose last field is a string of bulk data that stands in the caller's own memory, at `data`,
 * with OUTBOX_MARGIN bytes before and behind it that are borrowed and given back as they were. */
int msg_send_from(struct outbox *out, enum msg_id id, const void *in, uint8_t *data) NACRE_CHECK;
/* Appends the payload to a buffer: tails, and tests. */
void msg_put(struct buf *b, enum msg_id id, const void *in);

/* The payload in words, as the trace prints it: "recipient=0 data=5 bytes". Tails are described too. SECRET fields
 * print as <secret>; a payload that does not parse prints as "malformed: FIELD". family as in msg_find. Returns the
 * name. */
const char *msg_describe(struct slice payload, enum msg_family family, char *out, size_t cap, const char **clause);

#endif
