/* keyfile: openssh-key-v1, taken apart. Knows: the format's fields. Must not know: where files are, ciphers' insides.
 * OpenSSH PROTOCOL.key. */
#ifndef KEYS_KEYFILE_H
#define KEYS_KEYFILE_H

#include "key.h"

#define KEYFILE_MAX ((size_t)1 << 20) /* bytes of a file */

/* A sentence about a failure, for the caller; p may be NULL. */
struct why {
	char *p;
	size_t size;
};

/* Writes the sentence and returns the code. */
int why_fail(struct why *why, int code, const char *text);
/* The same, with bytes of the file escaped behind it. */
int why_fail_name(struct why *why, int code, const char *text, struct slice name);

struct keyfile {
	struct buf bytes; /* decoded; the slices below borrow from it */
	struct slice cipher, kdf, kdf_options;
	struct slice public_blob;
	struct slice private_part; /* encrypted, unless cipher is "none" */
};

/* The text of a file into its fields. keyfile_free is always right afterwards. */
int keyfile_open(struct keyfile *f, const struct nacre_env *env, struct slice text, struct why *why) NACRE_CHECK;
void keyfile_free(struct keyfile *f);

#endif
