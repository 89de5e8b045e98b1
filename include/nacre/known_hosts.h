/* Known hosts: which host keys belong to which hosts, as known_hosts files say it (sshd(8), SSH_KNOWN_HOSTS FILE
 * FORMAT).
 *
 * A set holds the lines of any number of files, and keys that were added in memory. No function here opens a file, and
 * none writes one: nacre_known_hosts_line gives a line to append, nacre_known_hosts_write a whole file's text. Nothing
 * in a file is an error: lines that make no sense are kept and counted, and never match. A set may be read by several
 * threads at once as long as none changes it.
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

/* Sets the key of its type for a host, in memory only: other keys of this type are taken from the host as
 * nacre_known_hosts_remove does, and where a line has this very key for the host nothing is added. (Files may give a
 * host several keys of a type: all of them count.) port: 0 is 22.
 *   NACRE_E_ARGUMENT  as nacre_known_hosts_line, or a certificate
 *   NACRE_E_NOMEM, NACRE_E_CRYPTO   the key may have been added without taking others away */
NACRE_API int nacre_known_hosts_add(
    nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key) NACRE_CHECK;

/* Takes the keys of a host out of the set: those of a type ("ssh-rsa"), or with NULL all. A line that names other
 * hosts, too, keeps them; a line that names the host only by a pattern stays, and still counts; so do lines with a
 * marker. What was taken out goes from the file, too, when the set is written. *removed (may be NULL): how many lines
 * named the host.
 *   NACRE_E_ARGUMENT  as nacre_known_hosts_line
 *   NACRE_E_NOMEM, NACRE_E_CRYPTO   the keys may be gone in part */
NACRE_API int nacre_known_hosts_remove(
    nacre_known_hosts *set, const char *host, unsigned port, const char *type, size_t *removed) NACRE_CHECK;
/* The same for one key. */
NACRE_API int nacre_known_hosts_remove_key(
    nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key, size_t *removed) NACRE_CHECK;

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
	/* The key of that line, which for CHANGED is the known one: its type and n bytes of blob. They live with the
	 * set; NULL and 0 where there is no line. */
	const char *type;
	const uint8_t *blob;
	size_t blob_n;
};

/* Looks a host's key up. Lines of certificate authorities do not speak for plain keys. port: 0 is 22. Takes time in
 * proportion to the lines. Only 0 says that *match is an answer:
 *   NACRE_OK          see match->result
 *   NACRE_E_ARGUMENT  a NULL; a certificate; host is empty or longer than NACRE_KNOWN_HOSTS_HOST_MAX, port above 65535
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
	const uint8_t *comment; /* what stands behind the key */
	size_t comment_n;
};

/* Steps through the lines, comments and empty ones left out. *at is NULL before the first call, and is the place.
 * Returns false at the end. */
NACRE_API bool nacre_known_hosts_next(
    const nacre_known_hosts *set, const void **at, struct nacre_known_hosts_entry *entry);

/* Steps in the same way through the lines that speak of a host, markers and all. *found tells whether *entry was filled
 * in. Errors: as nacre_known_hosts_check. The set may not be changed between the steps. */
NACRE_API int nacre_known_hosts_lookup(const nacre_known_hosts *set, const char *host, unsigned port, const void **at,
    struct nacre_known_hosts_entry *entry, bool *found) NACRE_CHECK;

/* How many lines of a kind there are. */
NACRE_API size_t nacre_known_hosts_count(const nacre_known_hosts *set, enum nacre_known_hosts_kind kind);

/* The line to append to a file for a host's key, without a newline. hashed: whether the name is hidden as
 * "|1|salt|hash". *line is the caller's, n bytes and a NUL, for nacre_known_hosts_line_free.
 *   NACRE_E_ARGUMENT  as nacre_known_hosts_check; or the host has a character that means something in such a line: a
 *                     space, a control character, or one of , # | * ? ! @ [ ] "
 *   NACRE_E_NOMEM, NACRE_E_RANDOM, NACRE_E_CRYPTO */
NACRE_API int nacre_known_hosts_line(const struct nacre_env *env, const char *host, unsigned port, const nacre_key *key,
    bool hashed, char **line, size_t *n) NACRE_CHECK;

/* The text of a file with what the set has. old: what the file holds now, n bytes; NULL and 0 for none. Its lines stay
 * as they are, byte for byte, in their order, those that make no sense too; only keys that were taken out of the set
 * go, and names of them out of their lists. Behind them come the lines of the set that are not in it: keys that were
 * added, and what other files brought, with their markers and comments. Lines that were read from this very file before
 * and are not in it any more stay out: somebody else took them away.
 *
 * source: the name under which the file was parsed, NULL for none. hashed: whether the names of keys that were added
 * are hidden; other lines are not changed. *text is the caller's, text_n bytes and a NUL, for
 * nacre_known_hosts_line_free.
 *   NACRE_E_LIMIT  more than 128 MiB
 *   NACRE_E_NOMEM, NACRE_E_RANDOM, NACRE_E_CRYPTO, NACRE_E_ARGUMENT */
NACRE_API int nacre_known_hosts_write(const nacre_known_hosts *set, const char *source, const uint8_t *old, size_t n,
    bool hashed, char **text, size_t *text_n) NACRE_CHECK;
/* Says that this text is in the file now: what was added belongs to it from then on, and what was taken out is done
 * with. NACRE_E_NOMEM: nothing was noted; NACRE_E_ARGUMENT (a NULL). */
NACRE_API int nacre_known_hosts_saved(nacre_known_hosts *set, const char *source) NACRE_CHECK;

/* NULL is fine. */
NACRE_API void nacre_known_hosts_line_free(const struct nacre_env *env, char *line, size_t n);

#ifdef __cplusplus
}
#endif
#endif
