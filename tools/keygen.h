/* keygen: what the parts of nacre keygen share. Knows: ssh-keygen's letters and exit codes. Must not know: key formats.
 * ssh-keygen(1). */
#ifndef TOOL_KEYGEN_H
#define TOOL_KEYGEN_H

#include <sys/types.h>
#include "tool.h"

#define KEYGEN_REFUSED 1 /* a command line that is not understood, or a file that stays as it is; ssh-keygen's code */
#define KEYGEN_PATH_MAX 4096
#define KEYGEN_PASSPHRASE_MAX 1024
#define KEYGEN_OPTIONS_MAX 64

/* The command line. Strings are borrowed from it; NULL and 0 where a letter was not given. */
struct keygen {
	const struct nacre_env *env;
	bool quiet, is_host, verbose;
	const char *type, *file, *comment;
	const char *new_passphrase, *passphrase;
	const char *hash, *format, *cipher;
	unsigned bits, rounds;
	const char *signer; /* -s: the authority's key, or a signature's file */
	const char *identity, *names, *validity;
	const char *serial;
	const char *options[KEYGEN_OPTIONS_MAX];
	size_t n_options;
	const char *revoked; /* -r */
	const char *operation; /* -Y */
	char *const *words; /* what follows the letters; NULL at the end */
};

/* What a letter asks for; 0, KEYGEN_REFUSED, or TOOL_FAILED after saying why. */
typedef int keygen_fn(struct keygen *k);

keygen_fn keygen_make, keygen_change_passphrase; /* keygen_make.c */
keygen_fn keygen_fingerprint, keygen_public; /* keygen_show.c */
keygen_fn keygen_export, keygen_import; /* keygen_convert.c */
keygen_fn keygen_certify; /* keygen_cert.c */
keygen_fn keygen_operate; /* keygen_sign.c */
keygen_fn keygen_verify, keygen_find_principals, keygen_match_principals; /* keygen_verify.c */
keygen_fn keygen_list; /* keygen_list.c */
keygen_fn keygen_query_revoked; /* keygen_revoked.c */

/* --- keygen_file.c --- */

/* -f, or what a person answers. False after saying that there is neither. */
bool keygen_path(const struct keygen *k, const char *usual, char path[KEYGEN_PATH_MAX]);
/* A private key; where it is locked, by -P or by what a person types. 0 or TOOL_FAILED. */
int keygen_load(const struct keygen *k, const char *path, nacre_key **key);
/* The same for one that is to sign: a security key's file alone can not. */
int keygen_load_signer(const struct keygen *k, const char *path, nacre_key **key);
/* -N, or what a person types twice. 0 or TOOL_FAILED. */
int keygen_new_passphrase(const struct keygen *k, char passphrase[KEYGEN_PASSPHRASE_MAX]);
/* A whole file or none: `over` says whether one that is there is replaced. 0, or TOOL_FAILED after saying why. */
int keygen_write(const char *path, const char *text, size_t n, mode_t mode, bool over);
/* A private key as -m, -Z and -a have it. comment: NULL for the key's own. */
int keygen_write_private(const struct keygen *k, const nacre_key *key, const char *comment, const char *passphrase,
    const char *path, bool over);
/* The `.pub` line of a key into the file `path`, or to standard output where that is NULL. */
int keygen_write_public(const struct keygen *k, const nacre_key *key, const char *comment, const char *path, bool over);
/* A whole file that holds nothing secret; "-" is standard input. *p is malloc'd, *n bytes and a NUL. */
int keygen_read(const char *path, char **p, size_t *n);
/* The key of a line, which may have options, host names or a marker before it; NULL where it holds none. */
nacre_key *keygen_parse_line(const struct keygen *k, const char *line);

#define KEYGEN_FINGERPRINT_MAX 96

/* "ED25519-CERT SHA256:...", or with `between` instead of the space; a certificate is told by the key that it is for.
 * 0, or TOOL_FAILED after saying why. */
int keygen_describe(
    const struct keygen *k, const nacre_key *key, const char *between, char out[KEYGEN_FINGERPRINT_MAX]);

/* --- keygen_show.c --- */

/* The key of a private file's text: whole where it is not locked, else its public half. NACRE_OK, or what
 * nacre_key_peek_public says: NACRE_E_KEY_PASSPHRASE where the file is locked and does not show it. */
int keygen_peek(const struct keygen *k, const char *text, size_t n, nacre_key **key, char *why, size_t why_size);

/* --- keygen_revoked.c --- */

/* -r: 0 where there is none, or where the whole file was read and does not revoke the key; else TOOL_FAILED. */
int keygen_check_revoked(const struct keygen *k, const nacre_key *key);

/* --- keygen_sign.c --- */

/* The signature that -s names. 0 or TOOL_FAILED. */
int keygen_read_signature(const struct keygen *k, nacre_sshsig **sig);
/* All of standard input goes into the signature. 0 or TOOL_FAILED. */
int keygen_feed(nacre_sshsig *sig, FILE *from, const char *name);
/* Does the signature hold for what went into it, and for the namespace of -n? 0, or TOOL_FAILED after saying why. */
int keygen_hold(const struct keygen *k, nacre_sshsig *sig);

/* --- keygen_validity.c --- */

/* A moment as ssh-keygen writes it, in seconds since 1970; false where it is none. */
bool keygen_date(const char *text, uint64_t *seconds);

#endif
