/* corpus_file: see corpus_file.h. */
#include "corpus_file.h"
#include "fuzz.h"

#include <errno.h>
#include <sys/stat.h>

void
corpus_file(const char *dir, const char *target, const char *name, struct slice bytes)
{
	char path[4096];
	FILE *f;

	FUZZ_CHECK((size_t)snprintf(path, sizeof(path), "%s/%s", dir, target) < sizeof(path));
	FUZZ_CHECK(mkdir(path, 0777) == 0 || errno == EEXIST);
	FUZZ_CHECK((size_t)snprintf(path, sizeof(path), "%s/%s/%s", dir, target, name) < sizeof(path));
	FUZZ_CHECK((f = fopen(path, "wb")) != NULL);
	FUZZ_CHECK(fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
	FUZZ_CHECK(fclose(f) == 0);
}
