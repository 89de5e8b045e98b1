/* Trust: which host keys a client believes, what it does about others, and what it remembers.
 *
 * A client has two sets of known hosts (known_hosts.h), the system set, which is only ever read, and the local set, to
 * which keys are added and which is written, and lists of revoked keys. For a server's key they say, in this order:
 *
 *   revoked    a @revoked line of any file, or the list of revoked keys, names it: refused, whatever else is said
 *   pinned     fingerprints were given for this connection: one of them is the key's, or the connection ends
 *   certified  a @cert-authority line names who signed the host's certificate, and it is good for this host now
 *   match      a line of either set has this key for this host
 *   changed    lines have other keys of its type for this host: refused, and no policy is asked
 *   unknown    none of it: the policy decides
 *
 * What a configuration names for a connection (UserKnownHostsFile, GlobalKnownHostsFile, RevokedHostKeys,
 * HashKnownHosts, or the usual files where nobody names any; client.h) is asked beside the caller's, and counts for
 * that connection alone, its jump hosts included: from its connect until the close or the next connect. Where it names
 * files of the user, or "none" while the caller has loaded none, the connection has a local set of its own for that
 * time: what is learned goes there and to the first of these files, host keys are updated there,
 * nacre_client_get_host_keys returns it, and nacre_client_save_host_keys writes it. The caller's local set stays as it
 * was.
 *
 * Nothing secret has been sent by then. Where a set cannot be searched (no memory) the key is refused.
 *
 * Which host key types are asked for can tell a listener what is known of a host (CVE-2020-14145). The order of the
 * preset stands wherever its first type is known or none is; only else are the known ones moved to the front, since a
 * known host would look unknown otherwise. */
#ifndef NACRE_TRUST_H
#define NACRE_TRUST_H

#include <nacre/known_hosts.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_client nacre_client; /* client.h */

/* --- files --- */

/* Reads a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) into the system set. Repeatable: files are merged.
 * Lines of unknown kinds are skipped, never an error.
 *
 * path: NULL for the user's ~/.ssh/known_hosts, which may be absent; a path that is named must be readable.
 *
 *   NACRE_E_FILE_MISSING, NACRE_E_FILE, NACRE_E_LIMIT   it is not there, cannot be read, or is larger than 64 MiB
 *   NACRE_E_SYSTEM       there is no home directory
 *   NACRE_E_NOMEM; NACRE_E_MISUSE in a callback */
NACRE_API int nacre_client_load_system_host_keys(nacre_client *client, const char *path);
/* Reads a known_hosts file into the local set, and remembers it as the file that new keys go to (the last one named
 * counts). A file that does not exist yet is an empty one. path: not NULL. Returns as above. */
NACRE_API int nacre_client_load_host_keys(nacre_client *client, const char *path);
/* Reads a file of keys that are refused for every host: a key revocation list, or public keys, one a line (revoked.h).
 * Repeatable. Not everything understood, and nothing is taken: NACRE_E_KEY_FORMAT, NACRE_E_UNSUPPORTED. NACRE_E_LIMIT
 * above 16 MiB; else as above, and path may not be NULL. */
NACRE_API int nacre_client_load_revoked_host_keys(nacre_client *client, const char *path);

/* The local set, to look up, check and iterate, to add to and remove from (known_hosts.h). It is the client's and lives
 * as long, or a connection's own (above), and lives until the close or the next connect. NULL for a NULL client. What
 * is changed there is written by nacre_client_save_host_keys alone. */
NACRE_API nacre_known_hosts *nacre_client_get_host_keys(nacre_client *client);

/* Writes the local set to its file, the one that was loaded last, or to path: the file's own lines stay, in their
 * order, comments and lines that make no sense too; keys that were removed go, keys that were added come behind them
 * (nacre_known_hosts_write). What others have written meanwhile stays: from reading to renaming the file is locked
 * against every writer that uses this library. The file is old or new, whole, at every moment: a new one beside it,
 * flushed, takes its place, with its mode and owner. A symbolic link stays, and what it leads to is written. A file
 * that is not there is made, with mode 0600.
 *
 *   NACRE_E_ARGUMENT  path is NULL, and no file was loaded
 *   NACRE_E_FILE      it is no regular file, or cannot be read or replaced; nothing was written
 *   NACRE_E_LIMIT     it is larger than 64 MiB
 *   NACRE_E_NOMEM, NACRE_E_RANDOM, NACRE_E_CRYPTO; NACRE_E_MISUSE in a callback */
NACRE_API int nacre_client_save_host_keys(nacre_client *client, const char *path);
/* Are the names of hosts hidden ("|1|salt|hash") in lines that are added to a file from now on? No, at first. */
NACRE_API void nacre_client_set_hash_host_keys(nacre_client *client, bool hashed);

/* --- policies --- */

/* Decides about a server whose key is unknown: no key of its type is known for the host.
 *
 * name: the host as looked up, "host", or "[host]:port" where the port is not 22. key: what the server proved to hold;
 * both borrowed during the call; nacre_client_host_key_result tells more. Returns 0 to go on; anything else refuses
 * with NACRE_E_HOST_KEY_UNKNOWN. It may take its time: no deadline runs meanwhile. */
typedef int nacre_host_key_policy(void *ctx, nacre_client *client, const char *name, const nacre_key *key);

/* Refuses; the default. */
NACRE_API int nacre_policy_reject(void *ctx, nacre_client *client, const char *name, const nacre_key *key);
/* Adds the key to the local set, and to the local file where one was loaded (one that cannot be written is a warning in
 * the log), and goes on. */
NACRE_API int nacre_policy_auto_add(void *ctx, nacre_client *client, const char *name, const nacre_key *key);
/* The same for hosts that are new, and a refusal where keys of other types are known: a server that suddenly shows
 * another kind of key may be another server. */
NACRE_API int nacre_policy_accept_new(void *ctx, nacre_client *client, const char *name, const nacre_key *key);
/* Logs a warning with the fingerprint, and goes on without remembering the key. */
NACRE_API int nacre_policy_warn(void *ctx, nacre_client *client, const char *name, const nacre_key *key);

/* Sets the policy: one of the four above or the caller's own; NULL: nacre_policy_reject. ctx is passed on. */
NACRE_API void nacre_client_set_missing_host_key_policy(nacre_client *client, nacre_host_key_policy *policy, void *ctx);

/* --- host keys that change --- */

/* After authentication a server may tell all its host keys (draft-ietf-sshm-hostkey-update; OpenSSH's UpdateHostKeys).
 * A client that is asked to update then learns those that it does not know, each only after the server has proved to
 * hold it, and drops those that the server has no more: from the local set, and from the file that was loaded last, in
 * which only these lines change, as safely as by nacre_client_save_host_keys. All proofs hold, or nothing changes. A
 * file that cannot be written is a warning.
 *
 * It is done only where the key of this connection was known before, by a line of the local set that names the host
 * itself (plain or hashed, no pattern), and where no @cert-authority line speaks for the host. The connection's own key
 * is never dropped, nor are lines by patterns, revoked keys are never learned, and certificates neither. An
 * announcement that is malformed, or a second one, is passed over.
 *
 * It happens during the calls that follow the connect, as far as they run the connection: it is never waited for. */
enum nacre_update_host_keys {
	NACRE_UPDATE_HOST_KEYS_NO, /* the default: nobody asked for a file to be written */
	NACRE_UPDATE_HOST_KEYS_YES,
	NACRE_UPDATE_HOST_KEYS_ASK /* the callback of the connect options, which must be there */
};

struct nacre_host_keys_update {
	const char *name; /* the host as looked up */
	const nacre_key *const *added; /* n_added keys, proved */
	size_t n_added;
	size_t n_removed; /* keys that the server has no more */
};

/* Shall the known keys of a host be changed so? Everything is borrowed during the call. 0: yes. */
typedef int nacre_host_keys_update_fn(void *ctx, nacre_client *client, const struct nacre_host_keys_update *update);

/* --- what became of it --- */

enum nacre_host_key_verdict {
	NACRE_HOST_KEY_NOT_SHOWN, /* the connection did not come so far */
	NACRE_HOST_KEY_MATCH,
	NACRE_HOST_KEY_CERTIFIED,
	NACRE_HOST_KEY_PINNED,
	NACRE_HOST_KEY_UNKNOWN, /* accepted where the policy said so */
	NACRE_HOST_KEY_CHANGED,
	NACRE_HOST_KEY_REVOKED,
	NACRE_HOST_KEY_NOT_PINNED,
	NACRE_HOST_KEY_UNDECIDED /* nobody could say: refused */
};

struct nacre_host_key_result {
	enum nacre_host_key_verdict verdict;
	bool accepted; /* the connection went on */
	bool other_types; /* UNKNOWN: keys of other types are known for the host */
	const char *name; /* that was looked up: "host" or "[host]:port", or an address; "" where no key was shown */
	const char *type, *fingerprint; /* of the key that was shown: "ssh-ed25519", "SHA256:..."; "" likewise */
	/* The line that decided: its file, NULL for a key added in memory or for no line, and its number from 1, 0 for
	 * none; the type and fingerprint of its key, which for CHANGED is the known one; "" where there is no line. */
	const char *file;
	unsigned long line;
	const char *known_type, *known_fingerprint;
};

/* What was found about the server's key by the last nacre_client_connect; in a policy, by the running one. Never NULL,
 * also for a NULL client. It lives until the next connect, or the client's end. */
NACRE_API const struct nacre_host_key_result *nacre_client_host_key_result(const nacre_client *client);

#ifdef __cplusplus
}
#endif
#endif
