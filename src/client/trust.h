/* trust: is this the right server? Knows: two sets of known hosts, and a policy for what is in neither.
 * Must not know: the connection.
 * Serves: RFC 4251 4.1 (host keys), sshd(8) SSH_KNOWN_HOSTS FILE FORMAT. */
#ifndef CLIENT_TRUST_H
#define CLIENT_TRUST_H

#include <nacre/client.h>
#include <nacre/known_hosts.h>
#include "failure.h"

#define TRUST_NAME_MAX 300 /* "[host]:port" with the NUL */
#define TRUST_KEY_TYPES_MAX 512 /* a list of key types with the NUL */

struct trust {
	const struct nacre_env *env;
	nacre_known_hosts *system, *local;
	char *local_path; /* owned; NULL: nothing is written */
	nacre_host_key_policy *policy;
	void *policy_ctx;
};

int trust_init(struct trust *trust, const struct nacre_env *env) NACRE_CHECK;
void trust_wipe(struct trust *trust);
/* The name that known_hosts is searched for: "host", or "[host]:port" where the port is not 22. */
void trust_name(const char *host, unsigned port, char *out, size_t cap);
/* The types of the keys that are known for a host, comma-separated; "" for none. */
void trust_key_types(const struct trust *trust, const char *host, unsigned port, char *out, size_t cap);
/* Does any of them trust an authority for this host? */
bool trust_has_authority(const struct trust *trust, const char *host, unsigned port);
/* What they say of a certificate: NACRE_OK (by a trusted authority, and good for this host now),
 * NACRE_E_HOST_KEY_REVOKED, or NACRE_E_CERTIFICATE: it proves nothing here, and the plain key has to be known. */
int trust_certificate(
    const struct trust *trust, const char *host, unsigned port, const nacre_key *cert, struct failure *why) NACRE_CHECK;
/* What the two sets say: NACRE_OK (known), or NACRE_E_HOST_KEY_UNKNOWN, _CHANGED, _REVOKED, with where it is written.
 * Any other error means that nobody could say; it is never NACRE_OK. */
int trust_check(
    const struct trust *trust, const char *host, unsigned port, const nacre_key *key, struct failure *why) NACRE_CHECK;

#endif
