/* expect: what a failure has to say. A row is a way to fail and all that the caller must be told. */
#ifndef TESTS_CLIENT_EXPECT_H
#define TESTS_CLIENT_EXPECT_H

#include "stage.h"

struct expect {
	const char *what;
	void (*provoke)(struct stage *s); /* its last call on the client fails */
	int code;
	enum nacre_origin origin;
	enum nacre_phase phase;
	const char *message; /* a part of it */
	/* Parts; NULL: there is none at all. */
	const char *ours, *theirs, *peer_text, *file;
	unsigned long reason, line;
	int system_error;
};

/* A fresh stage for each row. */
void expect_rows(const struct expect *rows, size_t n);

/* Connects to a peer that has said these bytes, and then has left, or stays silent. */
void expect_raw(struct stage *s, const void *bytes, size_t n, bool leaves);

#endif
