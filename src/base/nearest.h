/* nearest: how far a mistyped name is from a known one. Knows: letters. Must not know: which names there are. Serves:
 * nothing on the wire; messages to people. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "slice.h"

#define NEAREST_NAME_MAX 64 /* longer names are near to nothing */
#define NEAREST_FAR ((size_t)-1)

/* How many letters must be changed, put in, left out, or exchanged with their neighbour to make one of the other;
 * NEAREST_FAR where a name is longer than NEAREST_NAME_MAX. */
size_t nearest_distance(struct slice a, struct slice b);

/* The same for a suggestion: 1 where `known` holds the whole of `typed` (and that is long enough to mean something),
 * and NEAREST_FAR where a third of the letters and more would have to change. */
size_t nearest_rank(struct slice typed, struct slice known);

#endif
