/* standalone: a target without libFuzzer: runs it over every file of the given directories, as an ordinary test, and
 * over some fronts of each: seeds are well formed, and what is cut off must be refused. Each directory is one TAP case;
 * one without files fails, so that a lost corpus is seen. */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX (1u << 20)
#define FRONTS 16 /* of each input, evenly spread; and the one that lacks a byte */

/* In a block of just its size, so that a sanitizer sees one byte too many. */
static void
run_bytes(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);

	FUZZ_CHECK(copy != NULL);
	memcpy(copy, p, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void
run_fronts(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < FRONTS; i++)
		run_bytes(p, n * i / FRONTS);
	if (n > 0)
		run_bytes(p, n - 1);
	run_bytes(p, n);
}

static int
run_file(const char *path)
{
	static uint8_t bytes[INPUT_MAX];
	struct stat st;
	FILE *f;
	size_t n;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || (f = fopen(path, "rb")) == NULL)
		return 0;
	n = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	run_fronts(bytes, n);
	return 1;
}

static int
run_directory(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	char file[4096];
	int n = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		n += run_file(file);
	}
	(void)closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	int i, n, failed = 0;

	printf("1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		n = run_directory(argv[i]);
		failed += n == 0;
		printf("%s %d - %s: %d inputs\n", n == 0 ? "not ok" : "ok", i, argv[i], n);
	}
	return argc < 2 || failed > 0 ? 1 : 0;
}
