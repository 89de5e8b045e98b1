/* Probes: what a server shows to anybody: its host keys, its algorithms, and how it would let a user in.
 *
 *   rc = nacre_probe_new(NULL, "example.org", NULL, &probe);
 *   rc = nacre_probe_host_keys(probe, NULL, &keys, &n);
 *   rc = nacre_probe_algorithms(probe, &algorithms);
 *   nacre_probe_free(probe);
 *
 * Each call connects anew, by TCP, and closes; all waiting has a deadline. No host key is trusted or refused, no
 * known_hosts is read, and nothing secret is sent: only nacre_probe_auth_methods names a user at all.
 *
 * What is found belongs to the probe. Strings are NUL-terminated, and fit to be shown: control characters of the
 * server's are escaped. Results: NACRE_OK or a negative NACRE_E_*, with the details in nacre_probe_error. A probe is
 * used by one thread at a time; different probes share nothing. */
#ifndef NACRE_PROBE_H
#define NACRE_PROBE_H

#include <nacre/conn.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_probe nacre_probe;

struct nacre_probe_options {
	size_t size; /* sizeof(struct nacre_probe_options) */
	unsigned port; /* 0: 22 */
	int timeout_ms; /* for each connection, from the first address to its end; 0: 5 s, -1: none */
	const char *preset; /* what is offered; NULL: "legacy", so that old servers answer, too */
};

/* Makes a probe of a server; connects to nothing. env: NULL for nacre_env_default(), else borrowed until
 * nacre_probe_free. host: a name or an address, not empty, without a leading '-' or control characters. options: NULL
 * for the defaults; strings are copied. *probe: the caller's, NULL on failure. Returns NACRE_OK, NACRE_E_ARGUMENT,
 * NACRE_E_NOMEM. */
NACRE_API int nacre_probe_new(const struct nacre_env *env, const char *host, const struct nacre_probe_options *options,
    nacre_probe **probe) NACRE_CHECK;
/* NULL is fine. */
NACRE_API void nacre_probe_free(nacre_probe *probe);

/* Asks for the server's host keys, one connection for each type that it offers; each is proved by its signature, and
 * none is taken for the right one.
 *
 * types: comma-separated, as ssh-keyscan names them ("rsa", "ecdsa", "ed25519", "ecdsa-sk", "ed25519-sk", "dsa") or as
 * the keys do ("ecdsa-sha2-nistp384"); certificates only by that name ("ssh-ed25519-cert-v01@openssh.com"). NULL: every
 * type but certificates. *keys: *n of them, until the next call on the probe; also after a failure those that were
 * shown before it.
 *
 * Returns NACRE_OK       *n may be 0: it has none of these types
 *         NACRE_E_ARGUMENT  a type is not known
 *         and what connecting can fail with (client.h), without the parts about trust and authentication. */
NACRE_API int nacre_probe_host_keys(
    nacre_probe *probe, const char *types, const nacre_key *const **keys, size_t *n) NACRE_CHECK;

/* What a server proposes in its KEXINIT (RFC 4253 7.1), each a comma-separated list in its order, and what it said
 * around it. The strings live until the next call on the probe. */
struct nacre_probe_algorithms {
	const char *ident; /* "SSH-2.0-OpenSSH_9.2p1 Debian-2" */
	const char *kex, *host_key;
	const char *cipher_c2s, *cipher_s2c, *mac_c2s, *mac_s2c;
	const char *compression_c2s, *compression_s2c, *language_c2s, *language_s2c;
	bool first_kex_follows;
	bool strict_kex; /* it offers strict key exchange */
	/* Is anything of it usable here? Else what follows is NULL. */
	bool agreed;
	const char *agreed_kex, *agreed_host_key, *agreed_cipher, *agreed_mac; /* client to server; mac: "<implicit>" */
	/* server-sig-algs of its EXT_INFO (RFC 8308 3.1), where it came with the first keys; NULL: it did not. */
	const char *server_sig_algs;
};

/* Asks for the server's algorithms: one key exchange, where one is possible, and not a word about users.
 * Returns NACRE_OK once the lists are known, and else as nacre_probe_host_keys. */
NACRE_API int nacre_probe_algorithms(nacre_probe *probe, struct nacre_probe_algorithms *algorithms) NACRE_CHECK;

struct nacre_probe_auth {
	const char *methods; /* comma-separated, as the server sent them; "" where it let us in */
	bool none_accepted; /* it lets this user in without any credential */
	const char *banner; /* what it wants shown before authentication; newlines stay; "" for nothing */
};

/* Asks how this user could authenticate, by the request "none" (RFC 4252 5.2). Where that is enough, the connection is
 * closed at once. user: NULL for the login name of this process's user. The strings live until the next call on the
 * probe. Returns NACRE_OK, NACRE_E_ARGUMENT (user), and else as nacre_probe_host_keys. */
NACRE_API int nacre_probe_auth_methods(nacre_probe *probe, const char *user, struct nacre_probe_auth *auth) NACRE_CHECK;

/* The identification of the server, as it was last seen; "" before. */
NACRE_API const char *nacre_probe_ident(const nacre_probe *probe);
/* Where the last connection went: "192.0.2.1 port 22"; "" before. */
NACRE_API const char *nacre_probe_address(const nacre_probe *probe);
/* Why the last call failed; code 0 where it did not. The strings live until the next. */
NACRE_API void nacre_probe_error(const nacre_probe *probe, struct nacre_error *error);

#ifdef __cplusplus
}
#endif
#endif
