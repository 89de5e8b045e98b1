/* message: the rows of messages.def, and how one is found. Knows: the table. Must not know: how rows are read or
 * written. RFC 4250 4.1. */
#include "message.h"

#include <stddef.h>

/* Each message's fields; an entry without a name ends them (and gives those without fields one to have). */
#define MSG(id, number, family, phase, from, clause) static const struct field_row fields_##id[] = {
#define TAIL(id, parent, selector, from, clause) static const struct field_row fields_##id[] = {
#define FIELD(id, kind, name, flags) {#name, KIND_##kind, flags, offsetof(struct msg_##id, name)},
#define END(id)                                                                                                        \
	{NULL, KIND_REST, 0, 0}                                                                                        \
	}                                                                                                              \
	;
#define OPT FIELD_OPT
#define SECRET FIELD_SECRET
#include "messages.def"
#undef MSG
#undef TAIL
#undef FIELD
#undef END

#define N_FIELDS(id) (sizeof(fields_##id) / sizeof(fields_##id[0]) - 1)

const struct msg_row msg_rows[MSG_COUNT] = {
#define MSG(id, num, fam, ph, fr, cl)                                                                                  \
	[MSG_##id] = {.name = #id, .parent = MSG_none, .number = (num), .family = FAMILY_##fam, .phase = PHASE_##ph,   \
	    .from = FROM_##fr, .clause = cl, .fields = fields_##id, .n_fields = N_FIELDS(id),                          \
	    .size = sizeof(struct msg_##id)},
#define TAIL(id, par, sel, fr, cl)                                                                                     \
	[MSG_##id] = {.name = #id, .selector = sel, .parent = MSG_##par, .from = FROM_##fr, .clause = cl,              \
	    .fields = fields_##id, .n_fields = N_FIELDS(id), .size = sizeof(struct msg_##id)},
#define FIELD(id, kind, name, flags)
#define END(id)
#include "messages.def"
#undef MSG
#undef TAIL
#undef FIELD
#undef END
};

/* 1 + the id of each number that has a row. */
static const uint8_t by_number[MSG_FAMILIES][256] = {
#define MSG(id, number, family, phase, from, clause) [FAMILY_##family][number] = 1 + MSG_##id,
#define TAIL(id, parent, selector, from, clause)
#define FIELD(id, kind, name, flags)
#define END(id)
#include "messages.def"
#undef MSG
#undef TAIL
#undef FIELD
#undef END
};

_Static_assert(MSG_COUNT < 255, "ids fit by_number");

static bool
is_overloaded(uint8_t number)
{
	return (number >= 30 && number <= 49) || (number >= 60 && number <= 79);
}

enum msg_id
msg_find(uint8_t number, enum msg_family family)
{
	unsigned found = by_number[is_overloaded(number) ? family : FAMILY_GENERIC][number];

	return found == 0 ? MSG_none : (enum msg_id)(found - 1);
}

enum msg_id
msg_find_tail(enum msg_id parent, struct slice selector)
{
	unsigned id;

	for (id = 0; id < MSG_COUNT; id++)
		if (msg_rows[id].selector != NULL && msg_rows[id].parent == parent &&
		    slice_is(selector, msg_rows[id].selector))
			return (enum msg_id)id;
	return MSG_none;
}
