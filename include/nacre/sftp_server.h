/* An SFTP server (protocol 3 with OpenSSH's extensions) over any byte stream, and what may stand behind it.
 *
 * The engine does no I/O: bytes of the client go in, bytes for it come out. In between it asks a handler, a struct of
 * functions over files of whatever kind. Two are here: a file system in memory, and a directory of this machine.
 * nacre_server_options.sftp (server.h) attaches one to the subsystem "sftp"; for another stream:
 *
 *   rc = nacre_sftp_server_new(NULL, &(struct nacre_sftp_server_options){.size = ..., .handler = h, .ctx = c}, &sftp);
 *   for (;;) {
 *       p = nacre_sftp_server_output(sftp, &n);  k = write(fd, p, n);  nacre_sftp_server_sent(sftp, k);
 *       rc = nacre_sftp_server_receive(sftp, input, n, &taken);   // less than n: first let output leave
 *   }
 *
 * An engine and its requests are used by one thread at a time; two engines share nothing but what their handlers share.
 * Paths are bytes. What a handler gets as a path is absolute: it begins with '/', holds no NUL, and is at most 8192
 * bytes; it may hold "..", "." and repeated slashes, and must be taken for hostile. */
#ifndef NACRE_SFTP_SERVER_H
#define NACRE_SFTP_SERVER_H

#include <stdbool.h>
#include <nacre/env.h>
#include <nacre/event.h>
#include <nacre/sftp_types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_sftp_server nacre_sftp_server;

/* One request of the client's, which is answered once. A value: copy it, keep it as long as the engine lives. */
struct nacre_sftp_request {
	nacre_sftp_server *server;
	uint64_t token;
};

/* --- the handler --- */

/* What an operation returns where it will answer later, or has answered by a nacre_sftp_reply_* function. */
#define NACRE_SFTP_LATER 256

/* Operations on files. Each is told the request, and either returns an enum nacre_sftp_status, which is then the
 * answer, or answers by a nacre_sftp_reply_* function, at once or after it has returned NACRE_SFTP_LATER. (Any negative
 * return is FAILURE.) What is borrowed (paths, attributes, data) lives until the operation returns.
 *
 * NULL where there is no such operation: the client is told OP_UNSUPPORTED, and an extension is not announced. Only
 * `close` must be there.
 *
 * Several requests may be unanswered at once, but never two of which one could change what the other sees: reads of a
 * file run beside each other, a write waits for all before it on the same file, what changes a path waits for all. */
struct nacre_sftp_handler {
	size_t size; /* sizeof(struct nacre_sftp_handler) */

	/* flags: NACRE_SFTP_READ and so on, at least READ or WRITE. attrs: what the client wants a new file to have.
	 * Answer by nacre_sftp_reply_handle. */
	int (*open)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, uint32_t flags,
	    const struct nacre_sftp_attrs *attrs);
	/* The last call for this file, whatever it returns. When a session ends, each open file and directory is closed
	 * so, with a request whose answer nobody hears, even while others of its requests are unanswered. */
	int (*close)(void *ctx, struct nacre_sftp_request r, void *file);
	/* Answer by nacre_sftp_reply_space and nacre_sftp_reply_data. */
	int (*read)(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, uint32_t length);
	/* All of data, or an error. */
	int (*write)(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, struct nacre_bytes data);
	/* Answer by nacre_sftp_reply_attrs, these three. */
	int (*fstat)(void *ctx, struct nacre_sftp_request r, void *file);
	int (*stat)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
	int (*lstat)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
	/* Sets what attrs->flags announces: the size, too. */
	int (*fsetstat)(void *ctx, struct nacre_sftp_request r, void *file, const struct nacre_sftp_attrs *attrs);
	int (*setstat)(
	    void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs);
	/* Of a symbolic link itself; lsetstat@openssh.com. */
	int (*lsetstat)(
	    void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs);
	/* Answer by nacre_sftp_reply_handle. The directory is closed by closedir. */
	int (*opendir)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
	/* Answer by nacre_sftp_reply_entry until that says no or there is nothing more, then nacre_sftp_reply_entries;
	 * NACRE_SFTP_EOF where there was none. */
	int (*readdir)(void *ctx, struct nacre_sftp_request r, void *dir);
	int (*closedir)(void *ctx, struct nacre_sftp_request r, void *dir);
	int (*remove)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
	int (*mkdir)(
	    void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs);
	int (*rmdir)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
	/* FAILURE where the new name exists (filexfer-02 6.5). */
	int (*rename)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
	/* Replaces what has the new name, as rename(2); posix-rename@openssh.com. */
	int (*posix_rename)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
	/* target: what the link shall hold, as the client gave it. */
	int (*symlink)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes target, struct nacre_bytes path);
	/* Answer by nacre_sftp_reply_path, these two. Without realpath the engine drops ".", ".." and slashes
	 * itself. */
	int (*readlink)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
	int (*realpath)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
	/* hardlink@openssh.com */
	int (*hardlink)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
	/* Answer by nacre_sftp_reply_statvfs; statvfs@openssh.com, fstatvfs@openssh.com. */
	int (*statvfs)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
	int (*fstatvfs)(void *ctx, struct nacre_sftp_request r, void *file);
	/* fsync@openssh.com */
	int (*fsync)(void *ctx, struct nacre_sftp_request r, void *file);
	/* copy-data. length 0: until the end of `from`. The same file twice is not asked for. */
	int (*copy)(void *ctx, struct nacre_sftp_request r, void *from, uint64_t from_offset, uint64_t length, void *to,
	    uint64_t to_offset);
	/* The home directory of a user whom the client names: answer by nacre_sftp_reply_path. For the user who is
	 * logged in, and without this function, it is the start directory. */
	int (*home)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes user);
	/* The name of a user, or of a group: writes at most cap bytes and returns how many; 0 where there is none. At
	 * once. For users-groups-by-id@openssh.com, and the lines that clients show. */
	size_t (*id_name)(void *ctx, bool is_group, uint32_t id, char *out, size_t cap);
	/* Reads at once: n bytes at an offset into p, *got of them, 0 at the end. For check-file, whose digests are
	 * computed before the engine goes on. */
	int (*pread)(void *ctx, void *file, uint64_t offset, uint8_t *p, size_t n, size_t *got);
	/* The session is over: no request of it may be answered any more. The last call. NULL: nothing to do. */
	void (*end)(void *ctx);
};

/* How a request is answered, once; a second answer is NACRE_E_MISUSE and changes nothing. All return NACRE_OK,
 * NACRE_E_MISUSE (also where the request asked for another kind of answer), or the engine's failure. */

/* Any request. text: in UTF-8, what the person there may read; NULL: the code's own. */
NACRE_API int nacre_sftp_reply_status(struct nacre_sftp_request r, int status, const char *text);
/* open, opendir: what the other operations will get as `file` or `dir`. Anything but NULL. */
NACRE_API int nacre_sftp_reply_handle(struct nacre_sftp_request r, void *file);
/* read: borrows the memory of the reply, *n bytes: as many as were asked for. Valid until the next call of a
 * nacre_sftp_* function for the same engine. NULL and 0 where the request was answered already or there is no
 * memory. */
NACRE_API uint8_t *nacre_sftp_reply_space(struct nacre_sftp_request r, size_t *n);
/* read: n bytes were put there. 0: the end of the file. */
NACRE_API int nacre_sftp_reply_data(struct nacre_sftp_request r, size_t n);
/* fstat, stat, lstat */
NACRE_API int nacre_sftp_reply_attrs(struct nacre_sftp_request r, const struct nacre_sftp_attrs *attrs);
/* readlink, realpath, home */
NACRE_API int nacre_sftp_reply_path(struct nacre_sftp_request r, struct nacre_bytes path);
/* statvfs, fstatvfs */
NACRE_API int nacre_sftp_reply_statvfs(struct nacre_sftp_request r, const struct nacre_sftp_statvfs *fs);
/* readdir: adds a file to the reply. links: how many names it has; 0: unknown. False where it has no room there, and
 * the entry was not added: keep it for the next readdir. Between the first entry and the reply no other nacre_sftp_*
 * function may be called for the same engine: the entries would be lost, and nacre_sftp_reply_entries be
 * NACRE_E_MISUSE. */
NACRE_API bool nacre_sftp_reply_entry(
    struct nacre_sftp_request r, struct nacre_bytes name, const struct nacre_sftp_attrs *attrs, uint32_t links);
/* readdir: sends the entries. Without any it is the end of the directory. */
NACRE_API int nacre_sftp_reply_entries(struct nacre_sftp_request r);

/* --- the engine --- */

/* Zero everywhere means the default. Pointers are borrowed until nacre_sftp_server_free, but for `start`. */
struct nacre_sftp_server_options {
	size_t size; /* sizeof(struct nacre_sftp_server_options) */
	const struct nacre_sftp_handler *handler;
	void *ctx; /* passed to its functions */
	const char *start; /* where relative paths begin: absolute; NULL: "/". Copied. */
	bool read_only; /* whatever changes something is PERMISSION_DENIED, and not announced */
	/* SYMLINK's paths come with the link first, as the draft has it. OpenSSH and most clients send the target
	 * first. */
	bool symlink_link_first;
	unsigned handles_max; /* open at once; further ones are FAILURE. 0: 256 */
	unsigned requests_max; /* unanswered at once; further ones wait. 0: 64 */
	/* Seconds since 1970, for the lines that clients show. NULL: they show the year with every file. */
	int64_t (*clock)(void *clock_ctx);
	void *clock_ctx;
};

/* Makes a session that waits for INIT. env: NULL is NACRE_E_ARGUMENT, use nacre_env_default(). *sftp is NULL on
 * failure: then handler->end is not called. NACRE_E_ARGUMENT (size; no handler or no `close`; start), NACRE_E_NOMEM. */
NACRE_API int nacre_sftp_server_new(
    const struct nacre_env *env, const struct nacre_sftp_server_options *options, nacre_sftp_server **sftp) NACRE_CHECK;
/* Closes what is open, calls handler->end, wipes and frees. NULL is fine. Not from within an operation. */
NACRE_API void nacre_sftp_server_free(nacre_sftp_server *sftp);

/* Takes bytes of the client's: *taken of the n. Fewer: replies must leave, or requests be answered, before there is
 * room for more; call again then, with the rest, which may be nothing. Returns NACRE_OK, or why the session is over
 * (nacre_sftp_server_error): it takes no more, what is to be sent may still leave. */
NACRE_API int nacre_sftp_server_receive(nacre_sftp_server *sftp, const uint8_t *p, size_t n, size_t *taken) NACRE_CHECK;
/* Borrows the bytes for the client, NULL and 0 where there are none. Valid until the next call for this engine, or of a
 * reply of it. */
NACRE_API const uint8_t *nacre_sftp_server_output(nacre_sftp_server *sftp, size_t *n);
/* Says that the first n of them have left. */
NACRE_API int nacre_sftp_server_sent(nacre_sftp_server *sftp, size_t n);
/* How many requests are unanswered, and how many files and directories open. */
NACRE_API unsigned nacre_sftp_server_requests(const nacre_sftp_server *sftp);
NACRE_API unsigned nacre_sftp_server_handles(const nacre_sftp_server *sftp);
/* Why the session is over; code 0 where it is not. */
NACRE_API void nacre_sftp_server_error(const nacre_sftp_server *sftp, struct nacre_error *error);

/* --- a file system in memory --- */

/* Directories, files, symbolic and hard links, modes, owners and times; nobody is refused anything but by the limits.
 * Any number of sessions of one thread may share it. It forgets everything when it is freed. */
typedef struct nacre_sftp_memory nacre_sftp_memory;

struct nacre_sftp_memory_options {
	size_t size; /* sizeof(struct nacre_sftp_memory_options) */
	size_t bytes_max; /* of all files' contents, together; 0: 16 MiB */
	unsigned nodes_max; /* files, directories and links; 0: 4096 */
	/* Seconds since 1970, for the times of files. NULL: they stay 0 until a client sets them. */
	int64_t (*clock)(void *clock_ctx);
	void *clock_ctx;
};

/* An empty one: a root directory. options: NULL for the defaults. *memory is NULL on failure: NACRE_E_ARGUMENT (size,
 * no env), NACRE_E_NOMEM. env is borrowed until nacre_sftp_memory_free. */
NACRE_API int nacre_sftp_memory_new(const struct nacre_env *env, const struct nacre_sftp_memory_options *options,
    nacre_sftp_memory **memory) NACRE_CHECK;
/* After the last session that uses it. NULL is fine. */
NACRE_API void nacre_sftp_memory_free(nacre_sftp_memory *memory);
/* Its operations; their ctx is the nacre_sftp_memory. Static. */
NACRE_API const struct nacre_sftp_handler *nacre_sftp_memory_handler(void);

/* --- a directory of this machine --- */

/* Serves what lies in one directory, as this process may see it; the directory is "/" to clients. Nothing outside of it
 * can be reached: no path, no link and no exchange of one for the other while a request runs leads out. A symbolic link
 * that points out of it, or is absolute, is shown and cannot be followed. Only regular files are opened. Modes that
 * clients give are masked to 0777, and new files get the process's umask besides. Calls are made at once, in the
 * calling thread; copy-data of a large file takes its time there. Any number of sessions of one thread may share it. */
typedef struct nacre_sftp_dir nacre_sftp_dir;

/* root: the directory; symbolic links on the way to it are followed. *dir is NULL on failure: NACRE_E_FILE (errno says
 * why), NACRE_E_NOMEM, NACRE_E_RANDOM (env NULL, and nacre_env_default() gives none). env is borrowed until
 * nacre_sftp_dir_free. */
NACRE_API int nacre_sftp_dir_open(const struct nacre_env *env, const char *root, nacre_sftp_dir **dir) NACRE_CHECK;
/* After the last session that uses it. NULL is fine. */
NACRE_API void nacre_sftp_dir_free(nacre_sftp_dir *dir);
/* Its operations; their ctx is the nacre_sftp_dir. Static. */
NACRE_API const struct nacre_sftp_handler *nacre_sftp_dir_handler(void);

#ifdef __cplusplus
}
#endif
#endif
