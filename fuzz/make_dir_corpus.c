/* make_dir_corpus: seeds for fuzz_sftp_dir: each request once with a path that leads out, in each of the ways to open;
 * and some that open, read and list. usage: make_dir_corpus fuzz/corpus */
#include <stdio.h>
#include "corpus_file.h"
#include "sftp_extension.h"
#include "sftp_message.h"

/* Bytes of the target's own alphabet: how many components, absolute, and their numbers in its table. */
#define OUT_SECRET "\x09\x06\x0e"
#define OUT_NEW "\x09\x06\x0f"
#define SWAP_SECRET "\x09\x0a\x0e"
#define UP_SECRET "\x0b\x0a\0\x0d\x0e"

static size_t
say(uint8_t *p, uint8_t request, const char *paths, size_t n)
{
	*p = request;
	memcpy(p + 1, paths, n);
	return n + 1;
}

#define SAY(row, paths) n += say(bytes + n, (uint8_t)(row), paths, sizeof(paths) - 1)

/* OPENDIR for a handle, the request with each of the ways out, and what would show what was reached. */
static void
seed(const char *dir, const char *name, uint8_t how, uint8_t request)
{
	uint8_t bytes[128] = {how};
	size_t n = 1;

	SAY(SFTP_opendir - SFTP_open, "\x08\x0a");
	SAY(request, OUT_SECRET OUT_NEW);
	SAY(SFTP_read - SFTP_open, "");
	SAY(SFTP_open - SFTP_open, OUT_SECRET "\x01");
	SAY(SFTP_read - SFTP_open, "");
	SAY(request, SWAP_SECRET UP_SECRET);
	SAY(SFTP_open - SFTP_open, SWAP_SECRET "\x01");
	SAY(SFTP_read - SFTP_open, "");
	SAY(SFTP_readdir - SFTP_open, "");
	corpus_file(dir, "sftp_dir", name, slice_of(bytes, n));
}

int
main(int argc, char **argv)
{
	char name[64];

	if (argc != 2)
		return 2;
	for (uint8_t how = 0; how < 4; how++) {
		for (unsigned row = SFTP_open; row <= SFTP_symlink; row++) {
			snprintf(name, sizeof(name), "%s-%u", sftp_rows[row].name, how);
			seed(argv[1], name, how, (uint8_t)(row - SFTP_open));
		}
		for (unsigned ext = 0; ext < SFTP_EXT_COUNT && sftp_extension_rows[ext].name != NULL; ext++) {
			snprintf(name, sizeof(name), "%.40s-%u", sftp_extension_rows[ext].name, how);
			seed(argv[1], name, how, (uint8_t)(0x80 | ext));
		}
	}
	return 0;
}
