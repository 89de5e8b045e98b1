/* sftp_client_internal: what the files of the client's engine share. Knows: the slots. Must not know: more than
 * sftp_client.h does. Serves draft-ietf-secsh-filexfer-02 3. */
#ifndef SFTP_CLIENT_INTERNAL_H
#define SFTP_CLIENT_INTERNAL_H

#include "sftp_client.h"

#define NO_SLOT UINT32_MAX

/* A request under way. Its id is the slot's index and, above it, a number that changes with each use, so that the late
 * or doubled reply to a former user of the slot is known for one. */
struct sftp_slot {
	bool used, abandoned;
	uint32_t id;
	enum sftp_id type, want;
	sftp_answer_fn *done;
	sftp_data_fn *data;
	sftp_fill_fn *fill;
	void *ctx;
	size_t asked; /* READ's len, WRITE's payload */
	size_t filled; /* of the payload */
	size_t cost; /* what it counts in in_flight */
	uint64_t payload_at; /* where in the stream of requests the payload stands */
	uint32_t next; /* of the free slots, or of the payloads */
};

/* Keeps the failure, answers everything under way with it, and returns its code. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int
sftp_client_fail(struct sftp_client *s, int code, const char *format, ...);

/* The slot of a request that is under way, or NULL. */
struct sftp_slot *sftp_client_find(struct sftp_client *s, uint32_t id);
/* Ends a request: the slot is free again before the callback, which may take it. */
void sftp_client_answer(struct sftp_client *s, struct sftp_slot *slot, const struct sftp_answer *answer);
/* A whole reply, without its length. */
void sftp_client_reply(struct sftp_client *s, struct slice payload);

#endif
