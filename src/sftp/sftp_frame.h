/* sftp_frame: where one SFTP packet ends and the next begins in a byte stream. Knows: the length in front. Must not
 * know: what a packet says, or where the bytes come from. Serves draft-ietf-secsh-filexfer-02 3. */
#ifndef SFTP_FRAME_H
#define SFTP_FRAME_H

#include "slice.h"
#include <nacre/status.h>

/* The largest payload, as OpenSSH has it: a peer that says more is not speaking SFTP. */
#define SFTP_FRAME_MAX (256u * 1024u)

/* Takes the first frame off the front of *in: *payload (type, request id and the rest) borrows from it.
 *
 * Returns 1               a frame was taken
 *         0               more bytes are needed: at least *missing
 *         NACRE_E_FORMAT  the length is 0: there is no type
 *         NACRE_E_LIMIT   the length is over SFTP_FRAME_MAX; known from the first four bytes, before anything is stored
 */
int sftp_frame_take(struct slice *in, struct slice *payload, size_t *missing) NACRE_CHECK;

#endif
