/* What both sides of SFTP say of files: attributes, status codes, flags of open. draft-ietf-secsh-filexfer-02 5 to
 * 7. */
#ifndef NACRE_SFTP_TYPES_H
#define NACRE_SFTP_TYPES_H

#include <stdint.h>
#include <nacre/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The codes of STATUS, with the protocol's numbers. */
enum nacre_sftp_status {
	NACRE_SFTP_OK = 0,
	NACRE_SFTP_EOF = 1,
	NACRE_SFTP_NO_SUCH_FILE = 2,
	NACRE_SFTP_PERMISSION_DENIED = 3,
	NACRE_SFTP_FAILURE = 4,
	NACRE_SFTP_BAD_MESSAGE = 5,
	NACRE_SFTP_NO_CONNECTION = 6,
	NACRE_SFTP_CONNECTION_LOST = 7,
	NACRE_SFTP_OP_UNSUPPORTED = 8
};

/* Which members of struct nacre_sftp_attrs count. */
#define NACRE_SFTP_ATTR_SIZE 1u
#define NACRE_SFTP_ATTR_UIDGID 2u
#define NACRE_SFTP_ATTR_PERMISSIONS 4u
#define NACRE_SFTP_ATTR_ACMODTIME 8u

/* A file's attributes. What its flag does not announce is 0, and not looked at. */
struct nacre_sftp_attrs {
	uint32_t flags; /* NACRE_SFTP_ATTR_* */
	uint64_t size; /* bytes */
	uint32_t uid, gid;
	uint32_t permissions; /* as st_mode, with the file's type */
	uint32_t atime, mtime; /* seconds since 1970 */
};

/* How a file is opened. */
#define NACRE_SFTP_READ 1u
#define NACRE_SFTP_WRITE 2u
#define NACRE_SFTP_APPEND 4u /* every write goes to the end */
#define NACRE_SFTP_CREAT 8u /* made where there is none */
#define NACRE_SFTP_TRUNC 16u /* emptied where there is one */
#define NACRE_SFTP_EXCL 32u /* with CREAT: refused where there is one */

/* A file system, as statvfs(3) tells of it. */
struct nacre_sftp_statvfs {
	uint64_t bsize, frsize; /* bytes */
	uint64_t blocks, bfree, bavail; /* of frsize bytes */
	uint64_t files, ffree, favail;
	uint64_t fsid;
	uint64_t flag; /* 1: read-only; 2: set-id bits do nothing */
	uint64_t namemax; /* bytes of a name */
};

#ifdef __cplusplus
}
#endif
#endif
