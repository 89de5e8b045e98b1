/* strait: what lies between a client and a server: bytes pass in both directions until so many went one way; then both
 * ends are closed, as by a server that dies. */
#ifndef TESTS_SERVER_STRAIT_H
#define TESTS_SERVER_STRAIT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct strait {
	int near, far; /* our ends: of the client's socket, of the server's */
	pthread_t thread;
	atomic_long left[2]; /* bytes that may still pass: up, down; below 0: all */
	atomic_long passed[2];
};

/* A reef's link. */
void strait_link(void *strait, int ends[2]);
/* From now on n bytes more may pass this way. */
void strait_allow(struct strait *s, bool down, long n);
/* How many have passed that way since strait_allow. */
long strait_passed(struct strait *s, bool down);
/* After both ends have gone. */
void strait_end(struct strait *s);

#endif
