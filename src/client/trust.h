/* trust: is this the right server? Knows: sets of known hosts, a policy for what is in none of them, what was found.
 * Must not know: the connection.
 * Serves: RFC 4251 4.1 (host keys), sshd(8) SSH_KNOWN_HOSTS FILE FORMAT; the manual is <nacre/trust.h>. */
#ifndef CLIENT_TRUST_H
#define CLIENT_TRUST_H

#include <nacre/client.h>
#include <nacre/known_hosts.h>
#include <nacre/revoked.h>
#include "failure.h"
#include "fingerprint.h"

#define TRUST_PORT 22 /* RFC 4253 4.1 */
#define TRUST_HOST_MAX 256 /* with the NUL */
#define TRUST_NAME_MAX 300 /* "[host]:port" with the NUL */
#define TRUST_KEY_TYPES_MAX 512 /* a list of key types with the NUL */
#define TRUST_TYPE_MAX 72

enum trust_set { TRUST_LOCAL, TRUST_SYSTEM, TRUST_SETS };
#define TRUST_LAYERS 3 /* the caller's, what is lent, and the connection's own */
#define TRUST_ALL (TRUST_LAYERS * TRUST_SETS)

/* A file of keys that no host may have. */
struct trust_revoked {
	struct trust_revoked *next;
	nacre_revoked *set;
	char *path; /* owned */
};

/* Under which name a server's key is looked up. */
struct trust_target {
	char host[TRUST_HOST_MAX];
	unsigned port;
};

/* What the sets say of a key. `match` borrows from them. */
struct trust_found {
	enum nacre_host_key_verdict verdict;
	int code; /* NACRE_OK: it is the right one */
	enum trust_set set; /* that decided */
	struct nacre_known_hosts_match match;
};

/* The same for the caller, with strings of its own. */
struct trust_result {
	struct nacre_host_key_result view;
	char name[TRUST_NAME_MAX], type[TRUST_TYPE_MAX], known_type[TRUST_TYPE_MAX];
	char fingerprint[FINGERPRINT_TEXT_MAX], known_fingerprint[FINGERPRINT_TEXT_MAX];
	char *file; /* owned */
};

/* What files have said, and where more of it goes. */
struct trust_files {
	nacre_known_hosts *sets[TRUST_SETS]; /* NULL: none of that kind */
	struct trust_revoked *revoked;
	char *local_path; /* owned; NULL: nothing is written */
	bool hashed; /* names in lines that are added */
};

struct trust {
	const struct nacre_env *env;
	struct trust_files given; /* the caller's, for every connection; it has both sets */
	struct trust_files lent; /* of a jump host while it connects: the own ones of the server behind it */
	struct trust_files own; /* what a configuration names counts for one connection; empty where it names none */
	nacre_host_key_policy *policy;
	void *policy_ctx;

	/* of the connection at hand */
	struct trust_target target;
	const char *const *pins; /* borrowed during connect; NULL: none */
	bool check_ip;
	bool any_local; /* any key will do at a loopback address */
	unsigned rsa_bits_min;
	struct trust_result result;
};

/* --- trust.c --- */
int trust_init(struct trust *trust, const struct nacre_env *env) NACRE_CHECK;
void trust_wipe(struct trust *trust);
/* The set of that kind is there afterwards. */
int trust_need_set(struct trust_files *files, const struct nacre_env *env, enum trust_set kind) NACRE_CHECK;
/* What was of the last connection alone goes. */
void trust_drop_own(struct trust *trust);
/* Whose local set and file new keys go to: the last that has such a set. */
const struct trust_files *trust_learning(const struct trust *trust);
bool trust_is_hashed(const struct trust *trust);
/* All sets that are asked, by numbers from 0 to TRUST_ALL; NULL where there is none. */
const nacre_known_hosts *trust_nth(const struct trust *trust, int i);
/* What the caller gave, the policy, and those files change places with a jump host's: lent, and given back by a second
 * call. What is the hop's own stays. */
void trust_lend(struct trust *hop, struct trust *trust, struct trust_files *files);
/* The name that known_hosts is searched for: "host", or "[host]:port" where the port is not 22. */
void trust_name(const struct trust_target *target, char out[TRUST_NAME_MAX]);
/* The types of the keys that are known for the target, comma-separated; "" for none, and where keys are pinned: what is
 * known does not count then, and must not lead to another key. */
void trust_key_types(const struct trust *trust, char *out, size_t cap);
/* Does any set trust an authority for the target? Not where keys are pinned. */
bool trust_has_authority(const struct trust *trust);
bool trust_has_pin(const struct trust *trust, const nacre_key *key);

/* --- trust_check.c --- */
/* What the sets say of a plain key. Its code is NACRE_OK (known), NACRE_E_HOST_KEY_UNKNOWN, _CHANGED, _REVOKED; any
 * other error means that nobody could say. */
struct trust_found trust_check(const struct trust *trust, const struct trust_target *target, const nacre_key *key);
/* Of a certificate: NACRE_OK (by a trusted authority, and good for this host now), NACRE_E_HOST_KEY_REVOKED, or
 * NACRE_E_CERTIFICATE: it proves nothing here, `why` tells the reason, and the plain key has to be known. */
struct trust_found trust_check_certificate(const struct trust *trust, const nacre_key *cert, struct failure *why);

/* --- trust_result.c --- */
/* Nothing was shown yet. */
void trust_result_clear(struct trust_result *result, const struct nacre_env *env);
/* Moves it, for somebody else to show. */
void trust_result_take(struct trust_result *to, struct trust_result *from, const struct nacre_env *env);
/* Keeps what was found about a key under a name. */
void trust_result_set(struct trust_result *result, const struct nacre_env *env, const struct trust_target *target,
    const nacre_key *key, const struct trust_found *found);
/* Why the key is not believed, with what the caller needs to find out more. Returns its code. */
int trust_result_explain(const struct trust_result *result, int code, struct failure *why);

#endif
