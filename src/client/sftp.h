/* sftp: an SFTP session's parts. Knows: the engine, and the channel that carries it. Must not know: SSH packets, local
 * files. Serves draft-ietf-secsh-filexfer-02; the manual is <nacre/sftp.h>. */
#ifndef CLIENT_SFTP_H
#define CLIENT_SFTP_H

#include <nacre/sftp.h>
#include "facade.h"
#include "sftp_client.h"
#include "sftp_list.h"
#include "sink.h"

#define SFTP_PATH_MAX 65536
#define SFTP_NAMES_MAX 1000000 /* entries of one listing, and of all that a walk holds at a time */
#define SFTP_NAMES_BYTES_MAX ((size_t)256 << 20) /* of their names */
#define SFTP_IDS_MAX 1024 /* users, and groups, in one question for their names */

struct sftp_ids {
	const uint32_t *uids;
	size_t n_uids;
	const uint32_t *gids;
	size_t n_gids;
};

struct sftp_handle {
	uint8_t bytes[SFTP_HANDLE_MAX];
	size_t n;
};

/* One request that is waited for: its answer, in memory of the call. */
struct sftp_call {
	bool done;
	int code;
	uint32_t status;
	char text[FAILURE_TEXT_MAX]; /* the server's words, raw, cut */
	size_t text_len;
	struct sftp_attrs attrs;
	struct sftp_handle handle;
	struct buf bytes; /* NAME's names, EXTENDED_REPLY's data */
};

struct nacre_sftp {
	const struct nacre_env *env;
	struct nacre_channel *ch;
	struct sftp_client engine;
	struct failure failure; /* of the last call */
	uint32_t status;
	char *failed_path; /* NULL, or owned */
	char *cwd; /* NULL, or owned */
	struct buf paths[2]; /* of the call that runs */
	int timeout_ms;
	uint64_t moved; /* bytes in either direction: a session that moves is not silent */
	struct nacre_sftp_file *files;
	struct nacre_sftp_dir *dirs;
	void (*step)(void *ctx); /* asked for more requests at each turn; NULL: nobody */
	void *step_ctx;
	int64_t wake; /* when a turn is due though nothing happens; -1: never */
	size_t held, held_bytes; /* entries and names of the listings that a walk is in */
};

static inline struct slice
sftp_handle_slice(const struct sftp_handle *handle)
{
	return slice_of(handle->bytes, handle->n);
}

static inline void
sftp_handle_keep(struct sftp_handle *handle, struct slice bytes)
{
	handle->n = bytes.n; /* a parse has proved that it fits */
	if (bytes.n > 0)
		memcpy(handle->bytes, bytes.p, bytes.n);
}

/* A session that has neither channel nor engine yet, and its end. NULL: out of memory. */
struct nacre_sftp *sftp_new(struct nacre_client *c);
void sftp_destroy(struct nacre_sftp *s);
/* The beginning and the end of each call. */
int sftp_enter(struct nacre_sftp *s) NACRE_CHECK;
int sftp_leave(struct nacre_sftp *s, int rc);
/* Keeps why this call failed, and returns the code. path: as the caller wrote it, or NULL. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
int
sftp_fail(struct nacre_sftp *s, int code, const char *path, const char *format, ...);
/* The same for a request that was answered by a code, or by STATUS. */
int sftp_fail_answer(
    struct nacre_sftp *s, const char *what, const char *path, int code, uint32_t status, struct slice text);
/* The failure that is kept was none of this call's: it is forgotten. */
void sftp_forgive(struct nacre_sftp *s);
const char *sftp_status_text(uint32_t status);

typedef bool sftp_until_fn(void *arg);
/* Runs the session until done(arg), which is asked after each turn: NACRE_OK, NACRE_E_TIMEOUT after a silence of the
 * session's timeout, or why it ended; the failure is kept but for NACRE_OK. */
int sftp_wait(struct nacre_sftp *s, sftp_until_fn *done, void *arg) NACRE_CHECK;
/* Submits, waiting for room where there is none. */
int sftp_submit(struct nacre_sftp *s, const struct sftp_ask *ask, uint32_t *id) NACRE_CHECK;
/* Moves what can be moved now, into the connection and out of it. */
void sftp_pump(struct nacre_sftp *s);
/* The halves of that: replies are taken, requests handed on. */
void sftp_take(struct nacre_sftp *s);
void sftp_push(struct nacre_sftp *s);
/* And sends it, as far as the socket takes it. */
void sftp_send(struct nacre_sftp *s);

void sftp_call_init(struct sftp_call *call, const struct nacre_sftp *s);
/* Asks and waits; what: for the failure's text. */
int sftp_call(
    struct nacre_sftp *s, struct sftp_call *call, enum sftp_id type, const void *msg, const char *path) NACRE_CHECK;
int sftp_call_ext(struct nacre_sftp *s, struct sftp_call *call, enum sftp_extension_id ext, const void *msg,
    const char *path) NACRE_CHECK;
/* Sends without waiting for the answer. */
void sftp_tell(struct nacre_sftp *s, enum sftp_id type, const void *msg);
/* A path of the caller's as it goes to the server: below the working directory where it is relative. which: 0 or 1. */
int sftp_path(struct nacre_sftp *s, int which, const char *path, struct slice *out) NACRE_CHECK;
/* The one name of a NAME reply, into out. */
int sftp_one_name(
    struct nacre_sftp *s, const struct sftp_call *call, const char *path, char *out, size_t cap) NACRE_CHECK;

void sftp_attrs_out(const struct sftp_attrs *in, struct nacre_sftp_attrs *out);
/* The attributes as they stand in a message, in b. */
struct slice sftp_attrs_in(struct buf *b, const struct nacre_sftp_attrs *in);

/* sftp_dir.c: directories, within a call. sftp_dir_next: as nacre_sftp_readdir. */
int sftp_dir_open(struct nacre_sftp *s, const char *path, struct nacre_sftp_dir **out) NACRE_CHECK;
int sftp_dir_next(struct nacre_sftp_dir *dir, struct nacre_sftp_entry *out) NACRE_CHECK;
void sftp_dir_close(struct nacre_sftp_dir *dir);
void sftp_detach_dirs(struct nacre_sftp *s);
/* Is it a plain file's name: not empty, ".", "..", and without slash and NUL? */
bool sftp_name_is_plain(struct slice name);
/* sftp_file.c */
void sftp_detach_files(struct nacre_sftp *s);

/* sftp_listing.c: nacre_sftp_listdir_attr, within a call. */
int sftp_list(struct nacre_sftp *s, const char *path, struct nacre_sftp_listing *out) NACRE_CHECK;
/* The same for who goes on into directories below meanwhile: all that are held count together, so that a server cannot
 * multiply them by nesting. Given back by sftp_release, whether it succeeded or not. */
int sftp_hold(struct nacre_sftp *s, const char *path, struct nacre_sftp_listing *out) NACRE_CHECK;
void sftp_release(struct nacre_sftp *s, struct nacre_sftp_listing *listing);

/* Strings that are collected: zeroed but for env. */
struct sftp_namelist {
	const struct nacre_env *env;
	char **names;
	size_t n, cap;
};
/* Adds "directory/name", or the name where the directory is empty. NACRE_E_LIMIT, NACRE_E_NOMEM. */
int sftp_namelist_add(struct sftp_namelist *list, struct slice directory, struct slice name) NACRE_CHECK;
void sftp_namelist_free(struct sftp_namelist *list);
/* Moves them to the caller's. */
int sftp_namelist_give(struct sftp_namelist *list, bool sorted, struct nacre_sftp_names *out) NACRE_CHECK;

#endif
