/* SFTP: the files of a server, over a client's connection (draft-ietf-secsh-filexfer-02, and OpenSSH's extensions).
 *
 *   rc = nacre_client_open_sftp(client, &sftp);
 *   rc = nacre_sftp_open(sftp, "pearls.txt", "r", &file);
 *   n = nacre_sftp_read(file, bytes, sizeof(bytes));
 *   nacre_sftp_file_close(file);
 *   nacre_sftp_close(sftp);
 *
 * A client may have any number of sessions, and a session any number of files; all of them are used by the thread that
 * uses the client. Every call waits for its answer, within the session's timeout, except where "sent, not waited for"
 * is said.
 *
 * Paths are NUL-terminated strings of any other bytes; the server gives them their meaning. A relative one begins at
 * nacre_sftp_chdir's directory, else where the server starts. Pointers that take a result are never NULL.
 *
 * Results: NACRE_OK or a negative NACRE_E_*, with the details in nacre_sftp_error:
 *   NACRE_E_SFTP           the server would not: status, errno and its words say why
 *   NACRE_E_UNSUPPORTED    the server has not announced the extension that the call needs
 *   NACRE_E_TIMEOUT        nothing came within the session's timeout
 *   NACRE_E_CHANNEL_CLOSED the session is over, or why the connection ended
 *   NACRE_E_PROTOCOL, NACRE_E_FORMAT, NACRE_E_LIMIT   the server broke the protocol, which ends the session
 *   NACRE_E_ARGUMENT, NACRE_E_MISUSE, NACRE_E_NOMEM
 * A NULL session or file is NACRE_E_ARGUMENT. After nacre_client_close or _free every call on a session is
 * NACRE_E_CLOSED; it still has to be given back. */
#ifndef NACRE_SFTP_H
#define NACRE_SFTP_H

#include <nacre/client.h>
#include <nacre/sftp_types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_sftp nacre_sftp;
typedef struct nacre_sftp_file nacre_sftp_file;
typedef struct nacre_sftp_dir nacre_sftp_dir;

/* Starts the server's "sftp" subsystem on a channel of its own. *sftp: the caller's, NULL on failure;
 * nacre_client_error says why it failed. What a login script prints before SFTP begins is a failure that shows it. */
NACRE_API int nacre_client_open_sftp(nacre_client *client, nacre_sftp **sftp) NACRE_CHECK;
/* Ends the session and frees it. Files and directories that are still open become dead handles: give each back. Not
 * from a callback of this session, where it does nothing. NULL is fine. */
NACRE_API void nacre_sftp_close(nacre_sftp *sftp);
/* How long the server may be silent while a call waits, in ms: -1 without end. The default is an hour. */
NACRE_API void nacre_sftp_set_timeout(nacre_sftp *sftp, int timeout_ms);

/* Why the last call failed. Strings live until the next call on the session. */
struct nacre_sftp_error {
	struct nacre_error error; /* peer_text: the server's words, escaped */
	uint32_t status; /* with NACRE_E_SFTP: filexfer-02 7's number; else 0 */
	int sys_errno; /* ENOENT, EACCES and the like, where one fits; else 0 */
	const char *path; /* what it was about, as the caller wrote it; "" where there is none */
};
NACRE_API void nacre_sftp_error(const nacre_sftp *sftp, struct nacre_sftp_error *error);

/* What the server announced. */
enum nacre_sftp_extension {
	NACRE_SFTP_CAN_POSIX_RENAME,
	NACRE_SFTP_CAN_STATVFS,
	NACRE_SFTP_CAN_FSTATVFS,
	NACRE_SFTP_CAN_HARDLINK,
	NACRE_SFTP_CAN_FSYNC,
	NACRE_SFTP_CAN_LSETSTAT,
	NACRE_SFTP_CAN_LIMITS,
	NACRE_SFTP_CAN_EXPAND_PATH,
	NACRE_SFTP_CAN_COPY_DATA,
	NACRE_SFTP_CAN_HOME_DIRECTORY,
	NACRE_SFTP_CAN_USERS_GROUPS,
	NACRE_SFTP_CAN_CHECK_FILE
};
NACRE_API bool nacre_sftp_can(const nacre_sftp *sftp, enum nacre_sftp_extension extension);

/* The attributes of a path (lstat: of a link itself), and setting them; what its flags leave out stays as it is. */
NACRE_API int nacre_sftp_stat(nacre_sftp *sftp, const char *path, struct nacre_sftp_attrs *attrs);
NACRE_API int nacre_sftp_lstat(nacre_sftp *sftp, const char *path, struct nacre_sftp_attrs *attrs);
NACRE_API int nacre_sftp_setstat(nacre_sftp *sftp, const char *path, const struct nacre_sftp_attrs *attrs);
/* Of a link itself (lsetstat@openssh.com). */
NACRE_API int nacre_sftp_lsetstat(nacre_sftp *sftp, const char *path, const struct nacre_sftp_attrs *attrs);
NACRE_API int nacre_sftp_chmod(nacre_sftp *sftp, const char *path, uint32_t mode);
NACRE_API int nacre_sftp_chown(nacre_sftp *sftp, const char *path, uint32_t uid, uint32_t gid);
NACRE_API int nacre_sftp_utime(nacre_sftp *sftp, const char *path, uint32_t atime, uint32_t mtime);
NACRE_API int nacre_sftp_truncate(nacre_sftp *sftp, const char *path, uint64_t size);

NACRE_API int nacre_sftp_mkdir(nacre_sftp *sftp, const char *path, uint32_t mode);
NACRE_API int nacre_sftp_rmdir(nacre_sftp *sftp, const char *path);
NACRE_API int nacre_sftp_remove(nacre_sftp *sftp, const char *path);
/* mkdir with all directories above it; what is there already is fine. mode is that of those that are made. */
NACRE_API int nacre_sftp_mkdirs(nacre_sftp *sftp, const char *path, uint32_t mode);
/* Removes a directory and all below it, many files at once. Links are removed and never followed; a path that is no
 * directory is NACRE_E_ARGUMENT. It stops at the first failure. */
NACRE_API int nacre_sftp_rmtree(nacre_sftp *sftp, const char *path);
/* Fails where there is something at `to` (SFTP 3's rename). */
NACRE_API int nacre_sftp_rename(nacre_sftp *sftp, const char *from, const char *to);
/* Replaces what is at `to`, as rename(2) does (posix-rename@openssh.com). */
NACRE_API int nacre_sftp_posix_rename(nacre_sftp *sftp, const char *from, const char *to);
NACRE_API int nacre_sftp_hardlink(nacre_sftp *sftp, const char *from, const char *to);
/* Makes `path` a link that says `target`, which is not looked at, and to which chdir does not apply. */
NACRE_API int nacre_sftp_symlink(nacre_sftp *sftp, const char *target, const char *path);

/* A name that the server gave, with a NUL after its bytes: into out (cap bytes, always NUL-terminated). NACRE_E_LIMIT
 * where it does not fit, or holds a NUL of its own. readlink: what a link says. normalize: the absolute path
 * (REALPATH). expand_path: with ~ (expand-path@openssh.com). home: a user's directory, "" for our own
 * (home-directory). */
NACRE_API int nacre_sftp_readlink(nacre_sftp *sftp, const char *path, char *out, size_t cap);
NACRE_API int nacre_sftp_normalize(nacre_sftp *sftp, const char *path, char *out, size_t cap);
NACRE_API int nacre_sftp_expand_path(nacre_sftp *sftp, const char *path, char *out, size_t cap);
NACRE_API int nacre_sftp_home(nacre_sftp *sftp, const char *user, char *out, size_t cap);

/* Where relative paths begin from now on; the server must have a directory there. NULL: where it starts. */
NACRE_API int nacre_sftp_chdir(nacre_sftp *sftp, const char *path);
/* The directory of nacre_sftp_chdir; NULL where there was none. Lives until the next chdir. */
NACRE_API const char *nacre_sftp_getcwd(const nacre_sftp *sftp);

/* The file system that holds a path (statvfs@openssh.com). */
NACRE_API int nacre_sftp_statvfs(nacre_sftp *sftp, const char *path, struct nacre_sftp_statvfs *out);

/* Names, NUL-terminated. */
struct nacre_sftp_names {
	const char *const *names;
	size_t n;
	void *memory_; /* whose they are */
};
/* Gives them back; zeroed or freed ones are fine. */
NACRE_API void nacre_sftp_names_free(struct nacre_sftp_names *names);

/* What the server calls these users and groups (users-groups-by-id@openssh.com): n_uids names, then n_gids, "" for one
 * that it does not know. At most 1024 of each. */
NACRE_API int nacre_sftp_users_groups(nacre_sftp *sftp, const uint32_t *uids, size_t n_uids, const uint32_t *gids,
    size_t n_gids, struct nacre_sftp_names *names) NACRE_CHECK;

/* name: NUL-terminated, never empty, "." or "..", and without a slash or a NUL of its own: a server's entry that is
 * otherwise is left out, with a warning in the log. The long form that servers send besides is never looked at. */
struct nacre_sftp_entry {
	const char *name;
	size_t name_len;
	struct nacre_sftp_attrs attrs; /* as lstat's */
};

/* Opens a directory to be read entry by entry, in bounded memory. */
NACRE_API int nacre_sftp_opendir(nacre_sftp *sftp, const char *path, nacre_sftp_dir **dir) NACRE_CHECK;
/* Returns 1 with *entry filled in (it lives until the next call on dir), 0 at the end, or an error. */
NACRE_API int nacre_sftp_readdir(nacre_sftp_dir *dir, struct nacre_sftp_entry *entry) NACRE_CHECK;
/* Closes and frees; sent, not waited for. NULL is fine. */
NACRE_API void nacre_sftp_closedir(nacre_sftp_dir *dir);

/* All entries of a directory, at most 1,000,000 (then NACRE_E_LIMIT). */
struct nacre_sftp_listing {
	struct nacre_sftp_entry *entries;
	size_t n;
	void *memory_; /* whose they are */
};
NACRE_API int nacre_sftp_listdir_attr(nacre_sftp *sftp, const char *path, struct nacre_sftp_listing *listing) NACRE_CHECK;
/* Gives it back; a zeroed or freed listing is fine. */
NACRE_API void nacre_sftp_listing_free(struct nacre_sftp_listing *listing);
/* Their names alone, sorted by bytes. */
NACRE_API int nacre_sftp_listdir(nacre_sftp *sftp, const char *path, struct nacre_sftp_names *names) NACRE_CHECK;
/* The paths that fit a pattern (glob(7): '*', '?', '[...]' in any part; a leading dot must be meant; '\\' quotes),
 * sorted by bytes. A pattern without a wildcard fits the path itself, where it is there. Nothing that fits is no error:
 * n is 0. */
NACRE_API int nacre_sftp_glob(nacre_sftp *sftp, const char *pattern, struct nacre_sftp_names *names) NACRE_CHECK;

/* Is told of each entry below a directory, a directory before what is in it; links are told of and not followed. path:
 * with the walk's own in front. Returns 0 to go on, NACRE_SFTP_WALK_PAST not to go into this directory; anything else
 * ends the walk, which then returns it where it is negative, else NACRE_E_CANCELLED. The session may be used, but not
 * be closed. */
#define NACRE_SFTP_WALK_PAST 1
typedef int nacre_sftp_walk_fn(void *ctx, const char *path, const struct nacre_sftp_attrs *attrs);
/* Walks a directory, at most 64 levels deep (then NACRE_E_LIMIT). */
NACRE_API int nacre_sftp_walk(nacre_sftp *sftp, const char *path, nacre_sftp_walk_fn *visit, void *ctx);

/* Opens a file. mode: as fopen's, "r", "w", "a", "x" (must not exist yet; also "wx"), each with "+" and "b". A file
 * that is made gets the server's default mode. */
NACRE_API int nacre_sftp_open(nacre_sftp *sftp, const char *path, const char *mode, nacre_sftp_file **file) NACRE_CHECK;
/* Waits for what was written, closes and frees. Returns the first error of a write that nobody has heard of yet. */
NACRE_API int nacre_sftp_file_close(nacre_sftp_file *file);

/* Reads at the position, which moves: n bytes, fewer only at the end of the file, 0 there. Reading on is noticed, and
 * fetched ahead. */
NACRE_API int64_t nacre_sftp_read(nacre_sftp_file *file, void *p, size_t n);
/* Writes at the position (after "a": at the end), which moves. The bytes are copied and sent, and their answers not
 * waited for: an error shows at the next write, flush or close, and stays. Returns n or an error. */
NACRE_API int64_t nacre_sftp_write(nacre_sftp_file *file, const void *p, size_t n);
/* The same at an offset; the position stays. */
NACRE_API int64_t nacre_sftp_pread(nacre_sftp_file *file, void *p, size_t n, uint64_t offset);
NACRE_API int64_t nacre_sftp_pwrite(nacre_sftp_file *file, const void *p, size_t n, uint64_t offset);

/* Several reads at once, all of them under way together. */
struct nacre_sftp_chunk {
	uint64_t offset;
	void *p;
	size_t n;
	size_t got; /* filled in: fewer than n only at the end of the file */
};
NACRE_API int nacre_sftp_readv(nacre_sftp_file *file, struct nacre_sftp_chunk *chunks, size_t n);
/* Fetches ahead from the position at full speed, in at most 4 MiB, for reads that follow. */
NACRE_API int nacre_sftp_prefetch(nacre_sftp_file *file);
/* Waits until every write was answered. */
NACRE_API int nacre_sftp_flush(nacre_sftp_file *file);
/* flush, and the server's disk has it (fsync@openssh.com). */
NACRE_API int nacre_sftp_fsync(nacre_sftp_file *file);

/* whence: SEEK_SET 0, SEEK_CUR 1, SEEK_END 2. Returns the new position or an error. */
NACRE_API int64_t nacre_sftp_seek(nacre_sftp_file *file, int64_t offset, int whence);
NACRE_API int64_t nacre_sftp_tell(const nacre_sftp_file *file);
NACRE_API int nacre_sftp_fstat(nacre_sftp_file *file, struct nacre_sftp_attrs *attrs);
NACRE_API int nacre_sftp_fsetstat(nacre_sftp_file *file, const struct nacre_sftp_attrs *attrs);
NACRE_API int nacre_sftp_ftruncate(nacre_sftp_file *file, uint64_t size);
NACRE_API int nacre_sftp_fstatvfs(nacre_sftp_file *file, struct nacre_sftp_statvfs *out); /* fstatvfs@openssh.com */

struct nacre_sftp_check {
	uint8_t *hashes; /* the caller's room, cap bytes */
	size_t cap;
	size_t n; /* filled in: bytes of hashes, one block's behind the other's */
	char algorithm[32]; /* filled in: which one the server has taken */
};
/* Lets the server compute digests (check-file): of `length` bytes from an offset (0: to the end), for each block of
 * block_size bytes (at least 256; 0: all in one). algorithms: "sha256,sha1", the best first. What a server says of its
 * own file proves nothing about the server. NACRE_E_LIMIT where the hashes do not fit. */
NACRE_API int nacre_sftp_check(nacre_sftp_file *file, const char *algorithms, uint64_t offset, uint64_t length,
    uint32_t block_size, struct nacre_sftp_check *check);
/* The server copies n bytes (0: to the end) from one of its files to another (copy-data). */
NACRE_API int nacre_sftp_copy_data(
    nacre_sftp_file *from, uint64_t from_offset, uint64_t n, nacre_sftp_file *to, uint64_t to_offset);

struct nacre_sftp_progress {
	const char *name; /* of the file that moves, as the caller or the server named it */
	uint64_t done, total; /* bytes, of all files that are known so far */
	uint64_t files_done, files_total;
	uint64_t bytes_per_s; /* since the transfer began */
	int64_t remaining_ms; /* at this rate; -1: not known yet */
};

/* Told about five times a second, and at the end. Returns 0 to go on; anything else cancels the transfer, which then
 * ends with NACRE_E_CANCELLED, at the latest when the server has been silent for two seconds: then the session is over,
 * too. Calls on the client or the session are NACRE_E_MISUSE meanwhile. */
typedef int nacre_sftp_progress_fn(void *ctx, const struct nacre_sftp_progress *progress);

/* Should this file or directory of a tree be transferred? path: below the tree's top. */
typedef bool nacre_sftp_filter_fn(void *ctx, const char *path, const struct nacre_sftp_attrs *attrs);

struct nacre_sftp_transfer {
	size_t size; /* sizeof(struct nacre_sftp_transfer) */
	/* Goes on where an earlier transfer stopped: what is there may not be longer than the source, and its last 32
	 * KiB must be the same, else NACRE_E_SFTP_MISMATCH. Not together with atomic. */
	bool resume;
	/* The target is replaced at the end, by a file beside it whose name ends in ".nacre-part": until then it is
	 * untouched, also by a failure. Else what arrived stays, without a gap, to be resumed. A server without
	 * posix-rename has the old file removed first, just before the new one gets its name. */
	bool atomic;
	bool preserve; /* permission bits and times, as the source has them */
	bool fsync; /* the target's disk has it before the call returns */
	uint64_t bytes_per_s; /* at most; 0: as fast as can be */
	nacre_sftp_progress_fn *progress;
	void *progress_ctx;
	nacre_sftp_filter_fn *filter; /* trees */
	void *filter_ctx;
	/* nacre_sftp_put: over so many channels of the connection at once, at most 16, where the server's window for
	 * one of them is less than the path holds (sshd's is 2 MiB: 20 MB/s at 100 ms). As atomic, and not to be
	 * resumed. Channels that the server does not grant are done without, as are all where the file is small. 0 and
	 * 1: one. */
	unsigned channels;
};

/* Fetches a file of the server to a local one, and stores a local file at the server. options: NULL for none. As many
 * bytes are under way as the path holds, 2 MiB at first; regions of zeros become holes at the local end, and a local
 * file's holes are not sent. The size is verified. A file that shrinks meanwhile is NACRE_E_SFTP_MISMATCH.
 *
 * Returns also NACRE_E_FILE (the local file; the message says what) and NACRE_E_CANCELLED. */
NACRE_API int nacre_sftp_get(
    nacre_sftp *sftp, const char *remote, const char *local, const struct nacre_sftp_transfer *options);
NACRE_API int nacre_sftp_put(
    nacre_sftp *sftp, const char *local, const char *remote, const struct nacre_sftp_transfer *options);

/* The same to and from the caller: `sink` is given the bytes in order, `source` fills p with 1 to n bytes and returns
 * how many, 0 at the end. They return anything else, a sink not 0 and a source less than 0, to end the transfer with
 * NACRE_E_CANCELLED. Of the options only progress and fsync count, others are NACRE_E_ARGUMENT. size: what the source
 * will give, for the progress; 0: not known. The size at the server is verified. */
typedef int nacre_sftp_sink_fn(void *ctx, const void *p, size_t n);
typedef int64_t nacre_sftp_source_fn(void *ctx, void *p, size_t n);
NACRE_API int nacre_sftp_getfo(nacre_sftp *sftp, const char *remote, nacre_sftp_sink_fn *sink, void *ctx,
    const struct nacre_sftp_transfer *options);
NACRE_API int nacre_sftp_putfo(nacre_sftp *sftp, nacre_sftp_source_fn *source, void *ctx, uint64_t size,
    const char *remote, const struct nacre_sftp_transfer *options);

/* Copies a file of the server to another place there: by the server itself (copy-data), else through us. Of the options
 * progress, fsync and preserve count. A target that is there is written over. */
NACRE_API int nacre_sftp_copy(
    nacre_sftp *sftp, const char *from, const char *to, const struct nacre_sftp_transfer *options);

/* get and put for a directory and all below it, many files at once. The target's top is made where there is none. Links
 * are left out, with a line in the log; a file that fails does not stop the others: the first failure is returned at
 * the end. What a server names can never lead outside the target. */
NACRE_API int nacre_sftp_get_tree(
    nacre_sftp *sftp, const char *remote, const char *local, const struct nacre_sftp_transfer *options);
NACRE_API int nacre_sftp_put_tree(
    nacre_sftp *sftp, const char *local, const char *remote, const struct nacre_sftp_transfer *options);

#ifdef __cplusplus
}
#endif
#endif
