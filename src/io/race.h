/* race: which address is tried when, while several are. Knows: families, milliseconds, who failed. Must not know:
 * sockets, clocks. Serves: RFC 8305 4 (sorting), 5 (connection attempts). */
#ifndef IO_RACE_H
#define IO_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RACE_DELAY_MS 250 /* RFC 8305 8: between two attempts, unless one fails before */
#define RACE_ROUND_MS 1000 /* between the beginnings of two rounds */
#define RACE_MAX 64 /* addresses; more are not tried */

struct race {
	size_t n; /* addresses */
	size_t next; /* the one whose turn it is in this round */
	unsigned rounds_left; /* after this one */
	unsigned flying; /* attempts that have no answer yet */
	int64_t next_at; /* when the next may begin */
	int64_t round_at; /* when this round began */
};

/* Puts indices into `order` so that families take turns, beginning with the first one's; within a family the order
 * stays. n is at most RACE_MAX. */
void race_order(const int *families, size_t n, size_t *order);
/* n addresses, each tried `rounds` times (at least once). */
void race_begin(struct race *race, size_t n, unsigned rounds, int64_t now);
/* The position of the address to begin with now, which is flying from then on; -1: not now. */
int race_start(struct race *race, int64_t now);
/* When race_start would have another; -1: never, unless an attempt fails. */
int64_t race_deadline(const struct race *race);
/* One of the flying ones failed: the next need not wait. */
void race_failed(struct race *race, int64_t now);
/* Has everything failed? */
bool race_is_lost(const struct race *race);

#endif
