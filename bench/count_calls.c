/* count_calls: preloaded into a program, counts its calls of the clock and of randomness, which no system call shows
 * where the kernel answers them without one. Says so on standard error at the end. Must not know: the program. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static unsigned long clocks, randoms;

int clock_gettime(clockid_t clock, struct timespec *now);
ssize_t getrandom(void *p, size_t n, unsigned flags);
void randombytes_buf(void *const p, const size_t n);

/* POSIX's way from a data pointer to a function pointer; ISO C has none. */
static void
find_next(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		abort();
	memcpy(function, &found, sizeof(found));
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*next)(clockid_t, struct timespec *);

	if (next == NULL)
		find_next(&next, "clock_gettime");
	clocks++;
	return next(clock, now);
}

ssize_t
getrandom(void *p, size_t n, unsigned flags)
{
	static ssize_t (*next)(void *, size_t, unsigned);

	if (next == NULL)
		find_next(&next, "getrandom");
	randoms++;
	return next(p, n, flags);
}

void
randombytes_buf(void *const p, const size_t n)
{
	static void (*next)(void *, size_t);

	if (next == NULL)
		find_next(&next, "randombytes_buf");
	randoms++;
	next(p, n);
}

__attribute__((destructor)) static void
tell(void)
{
	fprintf(stderr, "clock %lu random %lu\n", clocks, randoms);
}
