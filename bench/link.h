/* link: what the driver needs of an SSH library; one file per library provides it. Must not know: what is measured.
 * Serves: no RFC. */
#ifndef BENCH_LINK_H
#define BENCH_LINK_H

#include <stdbool.h>
#include <stddef.h>

struct link_target {
	const char *host;
	unsigned port;
	const char *user;
	const char *key_file; /* unencrypted, its public half beside it as .pub */
	const char *known_hosts; /* the library under test checks it; the others need not */
	const char *cipher; /* both directions; "" for the library's default */
	const char *kex; /* "" for the library's default */
};

struct link;

/* Every failure prints why and ends the process: a bench that went on would measure something else. */
struct link *link_open(const struct link_target *target);
/* One command at a time. */
void link_exec(struct link *link, const char *command);
/* A copy of what came: at least a byte; 0 at the end of standard output. */
size_t link_read(struct link *link, void *p, size_t n);
/* All of it. */
void link_write(struct link *link, const void *p, size_t n);
void link_eof(struct link *link);
/* The same without a copy, where the library can lend its own memory; else NULL. What was borrowed is given back with
 * link_return (n bytes were used), before anything else. */
const void *link_borrow(struct link *link, size_t *n);
void *link_borrow_room(struct link *link, size_t *n);
void link_return(struct link *link, size_t n);
void link_return_room(struct link *link, size_t n);
/* Reads to the end, gives the channel back, and returns the exit status. */
int link_finish(struct link *link);
void link_close(struct link *link);

#endif
