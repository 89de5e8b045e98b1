/* duo: two actors joined in memory. What reaches each of them (the other's packets, what its application does) is
 * played and written down. */
#ifndef FUZZ_DUO_H
#define FUZZ_DUO_H

#include "actor.h"
#include "message.h"

struct duo_side {
	struct actor actor;
	struct buf script; /* what has reached it */
	struct buf out; /* what it has sent, not yet delivered */
	size_t out_done; /* of it */
	bool identified; /* its identification is out: packets follow */
};

struct duo {
	struct test_env te; /* of the scripts */
	struct duo_side client, server;
};

/* kex: what both know, so that each script chooses it; NULL: all. */
void duo_init(struct duo *s, unsigned client_flags, unsigned server_flags, const char *kex);
void duo_end(struct duo *s);
/* Delivers until both are silent. */
void duo_run(struct duo *s);

/* Each is played and written down, then both run. */
void duo_policy(struct duo *s, struct duo_side *side, enum actor_policy policy);
void duo_call(struct duo *s, struct duo_side *side, enum actor_call call, uint8_t byte);
void duo_time(struct duo *s, struct duo_side *side, unsigned which);
/* A message that the other side never sent. */
void duo_inject(struct duo *s, struct duo_side *side, enum msg_id id, const void *msg);
void duo_step(struct duo *s, struct duo_side *side, const struct script_step *step);

#endif
