/* slice: a borrowed run of bytes. Knows: a pointer and a length. Must not know: who owns them, or what they mean.
 * Nothing is ever NUL-terminated here: SSH strings may hold any byte (RFC 4251 5). */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *p; /* may be NULL where n is 0 */
	size_t n;
};

#define SLICE_LIT(s) ((struct slice){(const uint8_t *)(s), sizeof(s) - 1})
/* The same as the initialiser of a static table's field. */
#define SLICE_INIT(s)                                                                                                  \
	{                                                                                                              \
		(const uint8_t *)(s), sizeof(s) - 1                                                                    \
	}
#define SLICE_NONE ((struct slice){NULL, 0})

static inline struct slice
slice_of(const void *p, size_t n)
{
	return (struct slice){(const uint8_t *)p, n};
}

/* A NUL-terminated string without its NUL; NULL gives the empty slice. */
static inline struct slice
slice_str(const char *s)
{
	return slice_of(s, s == NULL ? 0 : strlen(s));
}

/* Not constant-time: secrets are compared by sodium_memcmp. */
static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
slice_is(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}

static inline bool
slice_starts(struct slice a, struct slice prefix)
{
	return a.n >= prefix.n && slice_eq(slice_of(a.p, prefix.n), prefix);
}

static inline bool
slice_ends(struct slice a, struct slice suffix)
{
	return a.n >= suffix.n && (suffix.n == 0 || memcmp(a.p + (a.n - suffix.n), suffix.p, suffix.n) == 0);
}

/* Everything from byte `from` on; empty where that is past the end. */
static inline struct slice
slice_from(struct slice a, size_t from)
{
	return from >= a.n ? SLICE_NONE : slice_of(a.p + from, a.n - from);
}

/* The next element of a name-list (RFC 4251 5), taken off the front of *list. False at the end. Empty elements, which
 * the RFC forbids and some peers send, are passed over: they are never a name. */
bool slice_next_name(struct slice *list, struct slice *name);

/* Is `name` an element of the comma-separated `list`? */
bool slice_has_name(struct slice list, struct slice name);

#endif
