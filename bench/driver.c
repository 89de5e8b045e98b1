/* driver: the jobs that are measured, over any library. Knows: link.h. Must not know: which library.
 * usage: bench_LIBRARY JOB COUNT COMMAND HOST PORT USER KEY KNOWN_HOSTS [CIPHER [KEX]]
 * JOB: connects, execs (COUNT times COMMAND), download (until COUNT bytes came), upload (COUNT bytes), both also -lent,
 * ping-pong. */
#include "link.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char block[1 << 18];

static void
connects(const struct link_target *target, const char *command, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		struct link *link = link_open(target);

		link_exec(link, command);
		link_finish(link);
		link_close(link);
	}
}

static void
execs(struct link *link, const char *command, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		link_exec(link, command);
		link_finish(link);
	}
}

static void
download(struct link *link, const char *command, uint64_t count)
{
	uint64_t got = 0;
	size_t n;

	link_exec(link, command);
	while ((n = link_read(link, block, sizeof(block))) > 0)
		got += n;
	if (got != count) {
		fprintf(stderr, "download: %llu bytes came\n", (unsigned long long)got);
		exit(1);
	}
	link_finish(link);
}

static void
upload(struct link *link, const char *command, uint64_t count)
{
	link_exec(link, command);
	for (uint64_t left = count; left > 0;) {
		size_t n = left < sizeof(block) ? (size_t)left : sizeof(block);

		link_write(link, block, n);
		left -= n;
	}
	link_eof(link);
	link_finish(link);
}

static void
download_lent(struct link *link, const char *command, uint64_t count)
{
	size_t n;

	link_exec(link, command);
	while (link_borrow(link, &n) != NULL) {
		link_return(link, n);
		count -= n;
	}
	if (count != 0)
		exit(1);
	link_finish(link);
}

/* The room is not filled: what it costs to make the bytes is not the library's. */
static void
upload_lent(struct link *link, const char *command, uint64_t count)
{
	size_t n;

	link_exec(link, command);
	while (count > 0) {
		if (link_borrow_room(link, &n) == NULL)
			exit(1);
		if (n > count)
			n = (size_t)count;
		link_return_room(link, n);
		count -= n;
	}
	link_eof(link);
	link_finish(link);
}

static void
ping_pong(struct link *link, const char *command, uint64_t count)
{
	link_exec(link, command);
	for (uint64_t i = 0; i < count; i++) {
		link_write(link, "p", 1);
		if (link_read(link, block, 1) != 1)
			exit(1);
	}
	link_eof(link);
	link_finish(link);
}

static const struct {
	const char *name;
	void (*run)(struct link *link, const char *command, uint64_t count);
} jobs[] = {
    {"execs", execs},
    {"download", download},
    {"upload", upload},
    {"download-lent", download_lent},
    {"upload-lent", upload_lent},
    {"ping-pong", ping_pong},
};

static int
run_open(const struct link_target *target, const char *name, const char *command, uint64_t count)
{
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct link *link;

		if (strcmp(jobs[i].name, name) != 0)
			continue;
		link = link_open(target);
		jobs[i].run(link, command, count);
		link_close(link);
		return 0;
	}
	return 2;
}

int
main(int argc, char **argv)
{
	struct link_target target;
	uint64_t count;

	if (argc < 9)
		return 2;
	count = strtoull(argv[2], NULL, 10);
	target = (struct link_target){.host = argv[4],
	    .port = (unsigned)atoi(argv[5]),
	    .user = argv[6],
	    .key_file = argv[7],
	    .known_hosts = argv[8],
	    .cipher = argc > 9 ? argv[9] : "",
	    .kex = argc > 10 ? argv[10] : ""};
	if (strcmp(argv[1], "connects") != 0)
		return run_open(&target, argv[1], argv[3], count);
	connects(&target, argv[3], count);
	return 0;
}
