/* host_name: how a known_hosts line spells a host, in clear or hashed. Knows: "[host]:port", "|1|salt|hash". Must not
 * know: keys, files. sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; RFC 2104. */
#ifndef CONFIG_HOST_NAME_H
#define CONFIG_HOST_NAME_H

#include "buf.h"
#include <nacre/known_hosts.h>

#define HOST_NAME_MAX_LEN (NACRE_KNOWN_HOSTS_HOST_MAX + 8) /* "[" "]:65535" */

/* A host and a port as they are looked up: in lower case, since hashes are made so. */
struct host_name {
	char text[HOST_NAME_MAX_LEN + 1];
	size_t n;
};

/* NACRE_E_ARGUMENT: host is NULL, empty or too long, or port is above 65535. */
int host_name_set(struct host_name *name, const char *host, unsigned port) NACRE_CHECK;
/* May the host stand in a line? Not where a character of it means something there, or would look like a port. */
bool host_is_writable(const char *host);

static inline struct slice
host_name_slice(const struct host_name *name)
{
	return slice_of(name->text, name->n);
}

#define HOST_HASH_LEN 20 /* SHA-1 */

struct host_hash {
	uint8_t salt[HOST_HASH_LEN], hash[HOST_HASH_LEN];
};

/* Does the field hold a hashed name rather than patterns? */
bool host_hash_is(struct slice field);
/* NACRE_E_FORMAT where it is not "|1|base64|base64" of the right lengths. */
int host_hash_read(struct slice field, struct host_hash *hash) NACRE_CHECK;
/* Fills hash->hash from hash->salt and the name. */
int host_hash_compute(struct host_hash *hash, struct slice name) NACRE_CHECK;
void host_hash_put(struct buf *b, const struct host_hash *hash);

/* Does a line's first field speak of this host? *answer is set where 0 is returned; NACRE_E_CRYPTO: nobody knows. */
int host_field_match(struct slice field, const struct host_name *name, bool *answer) NACRE_CHECK;

/* The field without the name where it stands there as itself, in clear or hashed: what is left goes to `rest`, nothing
 * where only negations are left. A pattern that merely covers the name stays. *was_there is set where 0 is returned. */
int host_field_without(struct slice field, const struct host_name *name, struct buf *rest, bool *was_there) NACRE_CHECK;

#endif
