/* Known hosts: which host keys belong to which hosts, as known_hosts files say it (sshd(8), SSH_KNOWN_HOSTS FILE
 * FORMAT).
 *
 * A set holds the lines of any number of files, and keys that were added in memory. No function here opens a file, and
 * none writes one: nacre_known_hosts_line gives a line to append. Nothing in a file is an error: lines that make no
 * sense are kept and counted, and never match. A set may be read by several threads at once as long as none changes it.
 *
 * A host is looked up exactly as it was asked for: "host" for port 22, else "[host]:port", without regard to case in
 * ASCII. Lines name hosts plainly, by the patterns '*' and '?', negated by '!' (which excludes the host from the whole
 * line), or hashed ("|1|salt|hash"). Names are not resolved, and an address is just another name. */
#ifndef NACRE_KNOWN_HOSTS_H
#define NACRE_KNOWN_HOSTS_H

#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_known_hosts nacre_known_hosts;

/* The longest host, in bytes. */
#define NACRE_KNOWN_HOSTS_HOST_MAX 255

/* Makes an empty set. env must outlive it. NACRE_E_NOMEM, NACRE_E_ARGUMENT (env is NULL). */
NACRE_API int nacre_known_hosts_new(const struct nacre_env *env, nacre_known_hosts **set) NACRE_CHECK;
/* NULL is fine. */
NACRE_API void nacre_known_hosts_free(nacre_known_hosts *set);

/* Reads the n bytes of a file into the set, behind what is there. source: the file's name, for reports; copied; NULL
 * for none. Lines may end in CR LF, the last one in nothing at all.
 *   NACRE_E_NOMEM     the set is as it was: a half-read file could lack its @revoked lines
 *   NACRE_E_ARGUMENT  set is NULL, or p is NULL while n is not 0 */
NACRE_API int nacre_known_hosts_parse(
    nacre_known_hosts *set, const char *source, const uint8_t *p, size_t n) NACRE_CHECK;

/* Adds a key for a host, in memory only. port: 0 is 22. NACRE_E_NOMEM; NACRE_E_ARGUMENT as nacre_known_hosts_line. */
NACRE_API int nacre_known_hosts_add(
    nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key) NACRE_CHECK;

enum nacre_known_hosts_result {
	NACRE_KNOWN_HOSTS_UNKNOWN, /* no key of this type is known for this host */
	NACRE_KNOWN_HOSTS_MATCH, /* this key is known for this host */
	NACRE_KNOWN_HOSTS_CHANGED, /* other keys of this type are known for this host, and not this one */
	NACRE_KNOWN_HOSTS_REVOKED /* a @revoked line names this host and this key, whatever other lines say */
};

struct nacre_known_hosts_match {
	enum nacre_known_hosts_result result;
	bool other_types; /* UNKNOWN only: keys of other types are known for this host */
	/* Where the line that decided stands; NULL: added in memory, or no such line. Lives with the set. */
	const char *source;
	unsigned long line; /* its number, from 1; 0 where there is none */
};

/* Looks a host's key up. Lines of certificate authorities do not speak for plain keys. port: 0 is 22. Takes time in
 * proportion to the lines. Only 0 says that *match is an answer:
 *   NACRE_OK          see match->result
 *   NACRE_E_ARGUMENT  a NULL; a certificate; host is empty or longer than NACRE_KNOWN_HOSTS_HOST_MAX; port is above 65535
 *   NACRE_E_CRYPTO    a hashed line could not be computed: nobody knows */
NACRE_API int nacre_known_hosts_check(const nacre_known_hosts *set, const char *host, unsigned port,
    const nacre_key *key, struct nacre_known_hosts_match *match) NACRE_CHECK;

/* Looks a host's certificate up (cert.h). match->result is
 *   NACRE_KNOWN_HOSTS_MATCH    a @cert-authority line for this host names the authority that signed it: the certificate
 *                              itself is still to be checked (nacre_cert_check)
 *   NACRE_KNOWN_HOSTS_REVOKED  a @revoked line names the certificate, the key that it certifies, or the authority
 *   NACRE_KNOWN_HOSTS_UNKNOWN  neither: what is known of the plain key decides (nacre_cert_plain)
 * Errors: as nacre_known_hosts_check, NACRE_E_ARGUMENT for a plain key, NACRE_E_NOMEM. */
NACRE_API int nacre_known_hosts_check_certificate(const nacre_known_hosts *set, const char *host, unsigned port,
    const nacre_key *cert, struct nacre_known_hosts_match *match) NACRE_CHECK;

/* Is there a @cert-authority line for this host? Then its certificates are worth asking for. *answer is set where 0 is
 * returned. Errors: as nacre_known_hosts_check. */
NACRE_API int nacre_known_hosts_has_authority(
    const nacre_known_hosts *set, const char *host, unsigned port, bool *answer) NACRE_CHECK;

/* Receives a key type ("ssh-ed25519"), which lives with the set. */
typedef void nacre_known_hosts_type_fn(void *ctx, const char *type);

/* Calls fn for each plain key that is known for a host, in the order of the lines; a type may come several times. Who
 * asks a server for these types first does not meet an unknown key where a known one could be had. Types may be ones
 * that this build does not know. Errors: as nacre_known_hosts_check. */
NACRE_API int nacre_known_hosts_key_types(const nacre_known_hosts *set, const char *host, unsigned port,
    nacre_known_hosts_type_fn *fn, void *ctx) NACRE_CHECK;

enum nacre_known_hosts_kind {
	NACRE_KNOWN_HOSTS_KEY,
	NACRE_KNOWN_HOSTS_REVOKED_KEY, /* @revoked */
	NACRE_KNOWN_HOSTS_AUTHORITY, /* @cert-authority */
	NACRE_KNOWN_HOSTS_UNREADABLE /* an unknown marker, too few fields, a key not in base64 or of another type */
};

/* One line of a set. Everything lives with the set. */
struct nacre_known_hosts_entry {
	enum nacre_known_hosts_kind kind;
	const char *source; /* or NULL */
	unsigned long line;
	const uint8_t *hosts; /* the field as it stands; for an unreadable line: the whole of it */
	size_t hosts_n;
	const char *type; /* "" for an unreadable line */
	const uint8_t *blob; /* the public key's blob; empty for an unreadable line */
	size_t blob_n;
};

/* Steps through the lines, comments and empty ones left out. *at is NULL before the first call, and is the place.
 * Returns false at the end. */
NACRE_API bool nacre_known_hosts_next(
    const nacre_known_hosts *set, const void **at, struct nacre_known_hosts_entry *entry);

/* How many lines of a kind there are. */
NACRE_API size_t nacre_known_hosts_count(const nacre_known_hosts *set, enum nacre_known_hosts_kind kind);

/* The line to append to a file for a host's key, without a newline. hashed: whether the name is hidden as
 * "|1|salt|hash". *line is the caller's, n bytes and a NUL, for nacre_known_hosts_line_free.
 *   NACRE_E_ARGUMENT  as nacre_known_hosts_check; or the host has a character that means something in such a line: a
 *                     space, a control character, or one of , # | * ? ! @ [ ] "
 *   NACRE_E_NOMEM, NACRE_E_RANDOM, NACRE_E_CRYPTO */
NACRE_API int nacre_known_hosts_line(const struct nacre_env *env, const char *host, unsigned port, const nacre_key *key,
    bool hashed, char **line, size_t *n) NACRE_CHECK;
/* NULL is fine. */
NACRE_API void nacre_known_hosts_line_free(const struct nacre_env *env, char *line, size_t n);

#ifdef __cplusplus
}
#endif
#endif
