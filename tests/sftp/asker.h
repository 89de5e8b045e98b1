/* asker: a client without opinions over an SFTP server's engine, both in memory. It builds messages by the table, feeds
 * them in pieces of any size, and takes replies one by one. */
#ifndef TESTS_SFTP_ASKER_H
#define TESTS_SFTP_ASKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <nacre/sftp_server.h>
#include "sftp_attrs.h"
#include "sftp_extension.h"
#include "sftp_frame.h"
#include "sftp_list.h"
#include "test_env.h"

struct asker {
	struct test_env t;
	nacre_sftp_memory *memory;
	nacre_sftp_server *server;
	size_t piece; /* bytes fed at once; 0: all */
	uint32_t id; /* of the last request */
	struct buf in; /* what the server said */
	size_t in_at;
	union sftp_any reply;
	enum sftp_id got; /* the last reply's row */
};

/* options: NULL for the memory's handler and the defaults; else handler NULL means the same. INIT is not sent. */
void asker_begin(struct asker *a, const struct nacre_sftp_server_options *options);
/* The same, with INIT and VERSION behind it. */
void asker_begin_session(struct asker *a, const struct nacre_sftp_server_options *options);
void asker_end(struct asker *a);
/* Feeds bytes until the server takes no more, and takes what it says; returns the server's verdict. *left: not taken.
 */
int asker_feed(struct asker *a, struct slice bytes, size_t *left);
/* The next reply that the server has said: its row, in a->reply; SFTP_none where there is none. */
enum sftp_id asker_next(struct asker *a);
/* Sends a request (its id is filled in) and takes its reply, whose id must be the same. */
enum sftp_id asker_ask(struct asker *a, enum sftp_id row, void *msg);
enum sftp_id asker_extend(struct asker *a, enum sftp_extension_id row, void *msg);
/* The status of a reply; -1 where it is none. */
int asker_status(const struct asker *a);

/* Usual requests; those that return int give the status (OK where another reply came). */
int ask_open(struct asker *a, const char *path, uint32_t pflags, uint8_t handle[SFTP_HANDLE_MAX], size_t *n);
int ask_close(struct asker *a, const uint8_t *handle, size_t n);
int ask_write(struct asker *a, const uint8_t *handle, size_t n, uint64_t offset, struct slice data);
int ask_read(struct asker *a, const uint8_t *handle, size_t n, uint64_t offset, uint32_t len);
int ask_path(struct asker *a, enum sftp_id row, const char *path); /* rows whose only field is a path */
int ask_paths(struct asker *a, enum sftp_id row, const char *one, const char *two);
/* Makes a file with this content. */
void ask_make(struct asker *a, const char *path, struct slice content);
/* The attributes of an ATTRS reply. */
struct sftp_attrs asker_attrs(const struct asker *a);

#endif
