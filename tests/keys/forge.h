/* forge: certificates with any field as a test wants it, signed by a key that the test has. */
#ifndef TESTS_FORGE_H
#define TESTS_FORGE_H

#include "keydata.h"

struct forge {
	const char *type; /* the first string */
	const nacre_key *subject, *authority;
	const char *signature; /* the algorithm by which the authority signs */
	uint64_t serial, valid_after, valid_before;
	uint32_t kind; /* 1 user, 2 host */
	struct slice key_id, principals, critical, extensions, reserved;
	struct slice authority_blob; /* empty: the authority's own */
	struct slice tail; /* behind everything */
	bool spoil; /* turns a bit of what is signed after signing */
};

/* A user certificate for alice by `authority`, good for ever. */
struct forge forge_good(const nacre_key *subject, const nacre_key *authority);
/* The blob; freed by buf_free. */
void forge_blob(struct test_env *t, const struct forge *forge, struct buf *out);
/* The blob, parsed: what key_parse_blob says. */
int forge_parse(struct test_env *t, const struct forge *forge, nacre_key **cert);
/* A list of strings, `items` ended by NULL, written into room. */
struct slice forge_strings(struct test_env *t, struct buf *room, const char *const *items);

#endif
