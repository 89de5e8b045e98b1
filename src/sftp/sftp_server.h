/* sftp_server: what the files of the SFTP server's engine share. Knows: its handles, its unanswered requests, its two
 * streams. Must not know: files, channels. Serves draft-ietf-secsh-filexfer-02 3 to 8, OpenSSH PROTOCOL 4. */
#ifndef SFTP_SERVER_H
#define SFTP_SERVER_H

#include <nacre/sftp_server.h>
#include "failure.h"
#include "sftp_attrs.h"
#include "sftp_extension.h"
#include "sftp_frame.h"

#define SFTP_SERVER_PATH_MAX 4096u /* bytes of a path on the wire, and of the start directory */
#define SFTP_SERVER_DATA_MAX (SFTP_FRAME_MAX - 1024u) /* of one READ or WRITE, as OpenSSH has it */
#define SFTP_SERVER_OUT_MAX (2u * SFTP_FRAME_MAX) /* replies that have not left, and room kept for those to come */
#define SFTP_SERVER_NAMES_MAX 32768u /* of one NAME: every client takes packets of 34000 bytes; filexfer-02 3 */
#define SFTP_SERVER_STATUS_ROOM 768u
#define SFTP_SERVER_IDS_MAX 1024u /* users and groups in one request */
#define SFTP_SERVER_HASHES_MAX 32768u /* bytes of digests in one answer */
#define SFTP_SERVER_NAME_MAX 64u /* of a user or a group */
#define SFTP_SERVER_TAG_LEN 12

enum handle_state { HANDLE_FREE, HANDLE_OPENING, HANDLE_FILE, HANDLE_DIR, HANDLE_CLOSING };

/* A handle on the wire is the place in the table and the tag: nobody guesses one, and a closed one never fits again. */
struct sftp_handle {
	enum handle_state state;
	uint32_t flags; /* NACRE_SFTP_*, of a file */
	void *file;
	unsigned looks, changes; /* unanswered requests that use it */
	uint8_t tag[SFTP_SERVER_TAG_LEN];
};

enum answer_kind {
	ANSWER_STATUS,
	ANSWER_HANDLE,
	ANSWER_DATA,
	ANSWER_ATTRS,
	ANSWER_PATH,
	ANSWER_STATVFS,
	ANSWER_ENTRIES
};

/* A request that was begun. */
struct sftp_request {
	const struct serve_row *row; /* NULL: this place is free */
	uint32_t id; /* the client's */
	uint32_t generation; /* of the place: a token of an answered request fits no later one */
	uint32_t length; /* of a READ */
	size_t room; /* of the output, kept for the reply */
	bool changes;
	struct sftp_handle *handle[2];
};

struct nacre_sftp_server {
	const struct nacre_env *env;
	struct nacre_sftp_server_options options;
	const struct nacre_sftp_handler *handler;
	struct failure failure;
	bool started; /* INIT came */

	struct buf in; /* a frame that is not whole yet, or waits */
	struct buf out;
	size_t out_sent; /* of out */
	size_t out_kept; /* for the replies of unanswered requests */
	bool listing; /* a NAME is being made at the end of out */
	uint64_t listing_for; /* the request's token */
	uint64_t listing_lost; /* the token of one that was thrown away; 0: none */
	size_t listing_at; /* where it begins */
	uint32_t listing_n; /* entries so far */

	struct sftp_handle *handles;
	struct sftp_request *requests;
	unsigned n_handles, n_requests;
	unsigned n_changes, n_path_changes; /* unanswered requests that change something; those of them by path */

	size_t start_n;
	char start[SFTP_SERVER_PATH_MAX + 1];
	uint8_t path[2][2 * SFTP_SERVER_PATH_MAX]; /* room for a request's absolute paths */
};

/* One request, all its fields made ready. */
union serve_ask {
	union sftp_any msg;
	union sftp_any_ext ext;
};
struct serve_call {
	struct nacre_sftp_server *server;
	const struct nacre_sftp_handler *handler;
	void *ctx;
	struct nacre_sftp_request r;
	const union serve_ask *ask;
	struct nacre_bytes path[2];
	struct sftp_handle *handle[2];
	struct nacre_sftp_attrs attrs;
};

enum serve_flag { SERVE_CHANGES = 1, SERVE_ON_FILE = 2, SERVE_ON_DIR = 4, SERVE_OPENS = 8, SERVE_CLOSES = 16 };

/* How a kind of request is served. Offsets are those of slices in its struct; 0: it has none. */
struct serve_row {
	int (*serve)(const struct serve_call *c);
	unsigned flags;
	enum answer_kind answer;
	size_t op; /* offset of the handler's function; 0: the engine needs none */
	size_t path[2], handle[2], attrs;
};

/* sftp_server_rows.c: the row of a request; NULL where there is none. */
const struct serve_row *serve_row_of(enum sftp_id id, enum sftp_extension_id ext);
/* Can it be served: does the handler have the function, and may it change what it changes? */
bool serve_row_is_offered(const struct nacre_sftp_server *s, const struct serve_row *row);
bool serve_has_op(const struct nacre_sftp_handler *handler, size_t op);

/* sftp_server_extend.c: what the engine answers by itself. */
int serve_limits(const struct serve_call *c);
int serve_realpath(const struct serve_call *c);
int serve_expand_path(const struct serve_call *c);
int serve_home_directory(const struct serve_call *c);
int serve_users_groups(const struct serve_call *c);
/* Appends VERSION with the extensions that are offered. */
void serve_version(struct nacre_sftp_server *s);
/* How much room the reply to users-groups-by-id may need. */
size_t serve_users_groups_room(const struct sftp_ext_users_groups *ext);

/* sftp_server_check.c: check-file by a handle. serve_check_names: the algorithms, as VERSION lists them. */
int serve_check_file(const struct serve_call *c);
void serve_check_names(struct buf *b);

/* sftp_server_path.c: a client's path as an absolute one, in `room` where it was relative. An enum
 * nacre_sftp_status. */
int path_absolute(const struct nacre_sftp_server *s, struct slice path, uint8_t room[2 * SFTP_SERVER_PATH_MAX],
    struct nacre_bytes *out);
/* Drops ".", ".." and slashes that say nothing, in place, from an absolute path; returns its new length. ".." of the
 * root is the root. */
size_t path_normalize(uint8_t *p, size_t n);

/* sftp_server_longname.c: appends the line that clients show, as a string: as `ls -l` has it. */
void longname_put(struct nacre_sftp_server *s, struct buf *b, struct slice name, const struct nacre_sftp_attrs *attrs,
    uint32_t links);

/* sftp_server_handle.c */
struct sftp_handle *handle_new(
    struct nacre_sftp_server *s); /* OPENING; NULL where there are too many, or no randomness */
struct sftp_handle *handle_find(struct nacre_sftp_server *s, struct slice wire);
void handle_free(struct nacre_sftp_server *s, struct sftp_handle *h);
void handle_put(const struct nacre_sftp_server *s, struct buf *b, uint32_t id, const struct sftp_handle *h);
/* Closes everything, at the end. */
void handle_close_all(struct nacre_sftp_server *s);

/* sftp_server_reply.c: answers what was not begun as a request. */
void reply_status_now(struct nacre_sftp_server *s, uint32_t id, int status, const char *text);
struct sftp_attrs attrs_to_wire(const struct nacre_sftp_attrs *attrs);
/* Throws away a NAME that was not sent. */
void listing_drop(struct nacre_sftp_server *s);

/* sftp_server_request.c: takes one whole frame's payload. False: it must wait for others. */
bool request_take(struct nacre_sftp_server *s, struct slice payload);
/* The request is answered: its place, room and handles are free. */
void request_end(struct nacre_sftp_server *s, struct sftp_request *request);
struct sftp_request *request_find(struct nacre_sftp_request r);

#endif
