/* test_rows_reached: the corpora reach every row of messages.def: that of fuzz_message by itself, and those of
 * fuzz_client and fuzz_server together, as packets that arrived and parsed. Prints the rows that are missing by name.
 *
 *   test_rows_reached CORPUS */
#include "fuzz.h"
#include "reached.h"

#include <dirent.h>
#include <sys/stat.h>

/* The targets, each under its own name. */
int fuzz_message_input(const uint8_t *data, size_t size);
int fuzz_client_input(const uint8_t *data, size_t size);
int fuzz_server_input(const uint8_t *data, size_t size);

static void
run_file(const char *path, int (*target)(const uint8_t *data, size_t size))
{
	static uint8_t bytes[1 << 20];
	struct stat st;
	FILE *f;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || (f = fopen(path, "rb")) == NULL)
		return;
	(void)target(bytes, fread(bytes, 1, sizeof(bytes), f));
	(void)fclose(f);
}

static void
run_corpus(const char *dir, const char *name, int (*target)(const uint8_t *data, size_t size))
{
	const struct dirent *entry;
	char path[4096];
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((d = opendir(path)) == NULL)
		return;
	while ((entry = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s/%s", dir, name, entry->d_name);
		run_file(path, target);
	}
	(void)closedir(d);
}

static int
report(unsigned number, const char *name)
{
	unsigned missing = reached_print_missing("# missing: ");

	printf("%s %u - %s reaches %u of %u rows\n", missing == 0 ? "ok" : "not ok", number, name,
	    (unsigned)MSG_COUNT - missing, (unsigned)MSG_COUNT);
	return missing == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (argc != 2)
		return 1;
	printf("1..2\n");
	reached_reset();
	run_corpus(argv[1], "message", fuzz_message_input);
	failed |= report(1, "the corpus of fuzz_message");
	reached_reset();
	run_corpus(argv[1], "client", fuzz_client_input);
	run_corpus(argv[1], "server", fuzz_server_input);
	failed |= report(2, "the corpora of fuzz_client and fuzz_server");
	return failed;
}
