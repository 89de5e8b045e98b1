/* sftp_file: a file of the server that is open. Knows: its position, what is fetched ahead and what is still to be
 * answered. Must not know: local files. Serves draft-ietf-secsh-filexfer-02 6.3, 6.4. */
#ifndef CLIENT_SFTP_FILE_H
#define CLIENT_SFTP_FILE_H

#include "sftp.h"

#define FILE_AHEAD_MAX ((size_t)4 << 20) /* bytes fetched ahead, and bytes written and not answered */
#define FILE_BLOCK_MAX SFTP_CLIENT_SIZE_MAX

/* What went wrong with a request whose caller has gone on. */
struct sftp_result {
	int code; /* 0: nothing */
	uint32_t status;
	char text[FAILURE_TEXT_MAX];
	size_t text_len;
};

/* A run of a file's bytes, on their way in or out. */
struct sftp_block {
	struct sftp_block *next;
	struct nacre_sftp_file *file;
	uint32_t id;
	uint64_t at; /* in the file */
	size_t n, got;
	bool busy; /* a request for it is under way */
	bool ended; /* the file ends behind `got` */
	struct sftp_result result;
	uint8_t *bytes; /* n of them: behind the struct, or the caller's */
	size_t size; /* of this allocation */
};

struct nacre_sftp_file {
	struct nacre_sftp *sftp; /* NULL: dead */
	const struct nacre_env *env;
	struct nacre_sftp_file *next;
	struct sftp_handle handle;
	uint64_t pos;
	bool append;

	struct sftp_block *ahead, *ahead_last; /* in the file's order; the first holds the position */
	size_t ahead_n; /* bytes that they ask for */
	size_t ahead_want; /* how far to fetch ahead: grows while reading goes on */
	uint64_t expected; /* where the next read begins if it goes on */
	size_t used; /* of the first block */

	struct sftp_block *written; /* WRITEs that are not answered */
	size_t written_n; /* their bytes */
	struct sftp_result write_result; /* the first that failed; stays */
};

int file_enter(struct nacre_sftp_file *f) NACRE_CHECK;
/* The same, for calls that come after all writes: where these fail the call is over, and has been left. */
int file_enter_flushed(struct nacre_sftp_file *f) NACRE_CHECK;
/* As nacre_sftp_open, to write; what is there stays. */
int sftp_open_keeping(struct nacre_sftp *s, const char *path, nacre_sftp_file **file) NACRE_CHECK;
void sftp_result_keep(struct sftp_result *result, const struct sftp_answer *answer);
/* The failure of this call; NACRE_OK where there was none. */
int sftp_result_fail(struct nacre_sftp *s, const struct sftp_result *result, const char *what);
/* bytes NULL: room of its own. */
struct sftp_block *block_new(struct nacre_sftp_file *f, uint64_t at, uint8_t *bytes, size_t n);
void block_free(struct sftp_block *block);

/* Forgets what was fetched ahead. */
void file_drop_ahead(struct nacre_sftp_file *f);

int file_flush(struct nacre_sftp_file *f) NACRE_CHECK;
void file_drop_written(struct nacre_sftp_file *f);

#endif
