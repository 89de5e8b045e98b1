/* Client configuration: what ssh_config(5) files say of a host.
 *
 *   rc = nacre_config_new(nacre_env_default(), nacre_config_system(), &config);
 *   rc = nacre_config_option(config, "Port=2222");           // as ssh's -o: counts before any file
 *   rc = nacre_config_default_files(config);                 // ~/.ssh/config, then /etc/ssh/ssh_config
 *   rc = nacre_config_lookup(config, "alias", NULL, &found);
 *   port = nacre_config_value(found, "Port");
 *
 * A config holds sources in their order; a lookup reads them for one host as OpenSSH's client does: the first value of
 * a keyword counts, Host and Match choose, Include brings further files, and where the host's name is made canonical or
 * "Match final" stands somewhere everything is read a second time. nacre_client_connect does all this by itself where
 * its options ask for it (client.h, use_config).
 *
 * Nothing here does I/O by itself. What a config needs of the world (files, the environment, commands, addresses) are
 * questions in a struct nacre_config_world; nacre_config_system() is the one that asks the system, and programs may
 * bring their own.
 *
 * Anything in a file that is not understood is an error with the file's name and line; nothing of it is used then.
 * IgnoreUnknown makes exceptions, as in ssh_config(5).
 *
 * One config is used by one thread at a time; what a lookup found may be read by several. */
#ifndef NACRE_CONFIG_H
#define NACRE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <nacre/algorithms.h>
#include <nacre/env.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_config nacre_config; /* sources */
typedef struct nacre_config_host nacre_config_host; /* what they say of one host */

#define NACRE_CONFIG_FILE_MAX ((size_t)1 << 20) /* bytes of a file */
#define NACRE_CONFIG_DEPTH_MAX 16 /* files that include each other */
#define NACRE_CONFIG_FILES_MAX 512 /* files that are included during one lookup */
#define NACRE_CONFIG_VALUES_MAX 8192 /* values that are kept for a host */
#define NACRE_CONFIG_WORDS_MAX 256 /* words of one line */
#define NACRE_CONFIG_TEXT_MAX 65536 /* bytes of one value, with its tokens expanded */

/* --- questions --- */

enum nacre_config_fact {
	NACRE_CONFIG_USER, /* the local user's name */
	NACRE_CONFIG_HOME, /* their home directory */
	NACRE_CONFIG_UID, /* their number, in decimal */
	NACRE_CONFIG_HOSTNAME, /* this machine's name, with its domain where it has one */
	NACRE_CONFIG_VERSION /* what "Match version" is compared with: "Nacre_0.1.0" */
};

enum nacre_config_name { NACRE_CONFIG_NUMERIC, NACRE_CONFIG_RESOLVED };

/* Takes one answer out of several. Returns 0, or nonzero for no more; that ends the question and is its result. */
typedef int nacre_config_each_fn(void *each_ctx, const char *text);

/* Each function returns 0 and its answer, or a negative NACRE_E_*; out has room for cap bytes and gets a NUL. A
 * function that is NULL has no answer: a config that asks is an error then. */
struct nacre_config_world {
	size_t size; /* sizeof(struct nacre_config_world) */
	void *ctx; /* the first argument of each */
	int (*fact)(void *ctx, enum nacre_config_fact fact, char *out, size_t cap);
	/* The value of an environment variable. 1: it is not set. */
	int (*variable)(void *ctx, const char *name, char *out, size_t cap);
	/* The home directory of another user, for "~name". 1: there is no such user. */
	int (*home_of)(void *ctx, const char *user, char *out, size_t cap);
	/* Reads a regular file of at most NACRE_CONFIG_FILE_MAX bytes into memory of env: *n bytes and a NUL behind
	 * them. careful: nobody but its owner, who is this user or root, may be able to write it. 1: there is no such
	 * file. Else on failure a sentence goes to why. */
	int (*read)(void *ctx, const struct nacre_env *env, const char *path, bool careful, uint8_t **p, size_t *n,
	    char *why, size_t why_size);
	/* Calls each() for every file that a pattern (glob(7)) stands for, in order; for none where there is none. */
	int (*glob)(void *ctx, const char *pattern, nacre_config_each_fn *each, void *each_ctx);
	/* Runs a command in the user's shell, for "Match exec". Returns its exit status, or a negative NACRE_E_*. */
	int (*run)(void *ctx, const char *command);
	/* Calls each() for every address (in digits) of this machine's interfaces that are up. */
	int (*addresses)(void *ctx, nacre_config_each_fn *each, void *each_ctx);
	/* NUMERIC: the usual spelling of an address in digits, without asking anybody. RESOLVED: looks a host's name
	 * up; out gets its canonical name, or "". family: "any", "inet" or "inet6". 1: it is none, or not found. */
	int (*name)(void *ctx, enum nacre_config_name how, const char *name, const char *family, char *out, size_t cap);
	/* What a list of algorithms comes to once its "+", "-" or "^" is applied, with NULL the default. NULL: lists
	 * are shown as they were written. */
	int (*algorithms)(void *ctx, const struct nacre_env *env, enum nacre_algorithm_kind kind, const char *list,
	    char *out, size_t cap, char *why, size_t why_size);
};

/* Asks the system. Static. */
NACRE_API const struct nacre_config_world *nacre_config_system(void);

/* --- sources --- */

/* Makes a config without sources. env and world, neither NULL, must outlive the config and what is looked up in it.
 * NACRE_E_NOMEM, NACRE_E_ARGUMENT. */
NACRE_API int nacre_config_new(
    const struct nacre_env *env, const struct nacre_config_world *world, nacre_config **config) NACRE_CHECK;
/* NULL is fine. What was looked up lives on. */
NACRE_API void nacre_config_free(nacre_config *config);

/* Adds "Keyword=value" or "Keyword value", as ssh's -o takes it: options count before all files, in their order. It is
 * read at once, so that a mistake is told here. Host, Match and Include cannot be options.
 * NACRE_E_CONFIG, NACRE_E_NOMEM, NACRE_E_LIMIT (more than 1024 options). */
NACRE_API int nacre_config_option(nacre_config *config, const char *text) NACRE_CHECK;
/* The same with the value apart and as it is, spaces, quotes and all; for a program's own letters (-p, -l, -i). */
NACRE_API int nacre_config_set(nacre_config *config, const char *keyword, const char *value) NACRE_CHECK;

/* Whose rules a file follows. */
enum nacre_config_owner {
	NACRE_CONFIG_USER_FILE, /* Include is relative to ~/.ssh */
	NACRE_CONFIG_SYSTEM_FILE /* relative to /etc/ssh, and without "~" */
};

/* Adds a file, which is read now. Files count in the order in which they are added. NACRE_E_FILE (also where there is
 * no such file), NACRE_E_LIMIT, NACRE_E_NOMEM, NACRE_E_UNSUPPORTED (the world cannot read). */
NACRE_API int nacre_config_file(nacre_config *config, const char *path, enum nacre_config_owner owner) NACRE_CHECK;
/* Adds n bytes as if they were the file `name`. Copied. */
NACRE_API int nacre_config_text(
    nacre_config *config, const char *name, const void *p, size_t n, enum nacre_config_owner owner) NACRE_CHECK;
/* Adds ~/.ssh/config, which nobody else may be able to write, and /etc/ssh/ssh_config; neither must exist. */
NACRE_API int nacre_config_default_files(nacre_config *config) NACRE_CHECK;

/* Why the last call on the config failed, in full; code 0 where it did not. Its strings live until the next call. Where
 * a line is at fault, `file` and `line` of the error say which ("command-line" and 0 for an option), and the message
 * begins with them. */
NACRE_API void nacre_config_error(const nacre_config *config, struct nacre_error *error);

/* --- lookup --- */

struct nacre_config_lookup {
	size_t size; /* sizeof(struct nacre_config_lookup) */
	const char *command; /* what is to be run, for "Match command" and "Match sessiontype"; NULL: none */
	bool allow_exec; /* let "Match exec" run commands; else it is NACRE_E_CONFIG_EXEC */
};

/* Finds out what the sources say of a host.
 *
 * host: as a person types it, without a user. how: NULL for the defaults. *found: given back by
 * nacre_config_host_free; NULL on failure.
 *
 * Returns NACRE_OK
 *         NACRE_E_CONFIG          a line cannot be used; `file` and `line` of the error say which
 *         NACRE_E_CONFIG_EXEC     a line wants a command run, and allow_exec is not set
 *         NACRE_E_CONFIG_NAME     the name could not be made canonical, and CanonicalizeFallbackLocal is "no"
 *         NACRE_E_CONFIG_REFUSED  RefuseConnection: the message is its text
 *         NACRE_E_CONFIG_UNSAFE   a value that goes into a command holds what a shell would take for more
 *         NACRE_E_FILE            an included file cannot be read
 *         NACRE_E_LIMIT, NACRE_E_NOMEM, NACRE_E_ARGUMENT (no host), or what the world returned. */
NACRE_API int nacre_config_lookup(nacre_config *config, const char *host, const struct nacre_config_lookup *how,
    nacre_config_host **found) NACRE_CHECK;
NACRE_API void nacre_config_host_free(nacre_config_host *found);

/* One value of a keyword. Strings live as long as what was found. */
struct nacre_config_directive {
	const char *keyword; /* as the manual spells it: "IdentityFile" */
	const char *value; /* as ssh -G shows it: normalised, its words joined by a space */
	const char *const *words; /* its n_words parts */
	size_t n_words;
	const char *file; /* where it stands; "command-line" for an option */
	unsigned long line; /* 0 for an option */
	/* Does something act on it? The lookup does on some; nacre_client_connect marks what it serves. */
	bool applied;
};

/* The name as it was looked up, and the name to connect to: after Hostname and canonicalization, never NULL. */
NACRE_API const char *nacre_config_original(const nacre_config_host *found);
NACRE_API const char *nacre_config_hostname(const nacre_config_host *found);
/* The first value of a keyword (in any case) that a source sets, tokens as they stand; NULL: none does. */
NACRE_API const char *nacre_config_value(const nacre_config_host *found, const char *keyword);
/* Iterates every value that a source sets, keyword by keyword, and of a keyword in its order; then what the sources
 * hold that nothing here knows (IgnoreUnknown, keywords of the past). *at: NULL at first. False at the end. */
NACRE_API bool nacre_config_next(
    const nacre_config_host *found, const void **at, struct nacre_config_directive *directive);
/* The same for one keyword. */
NACRE_API bool nacre_config_next_of(
    const nacre_config_host *found, const char *keyword, const void **at, struct nacre_config_directive *directive);
/* Marks every value of a keyword as applied. */
NACRE_API void nacre_config_mark(nacre_config_host *found, const char *keyword);

/* A token that only a moment of the connection knows: %f, %H, %I, %K, %t (KnownHostsCommand), %T (LocalCommand). */
struct nacre_config_token {
	char letter;
	const char *value;
};

/* The word of a value as it is used: "~", ${VARIABLES} and %tokens expanded, as far as ssh_config(5) has them for the
 * keyword. For ProxyCommand, LocalCommand, KnownHostsCommand what is put into the command is checked first.
 *
 * word: which of its words, from 0. more: n tokens besides the usual ones. *out: freed by nacre_config_text_free; NULL
 * on failure.
 *
 * Returns NACRE_OK; NACRE_E_CONFIG (a token or variable that there is not: `why`, NULL or of why_size bytes, says so,
 * with file and line); NACRE_E_CONFIG_UNSAFE; NACRE_E_ARGUMENT; NACRE_E_LIMIT; NACRE_E_NOMEM. */
NACRE_API int nacre_config_expand(const nacre_config_host *found, const struct nacre_config_directive *directive,
    size_t word, const struct nacre_config_token *more, size_t n, char **out, char *why, size_t why_size) NACRE_CHECK;
NACRE_API void nacre_config_text_free(const nacre_config_host *found, char *text);

/* Everything in the format and order of ssh -G: "keyword value" lines, Nacre's defaults for what no source sets. *text:
 * n bytes and a NUL, freed by nacre_config_text_free. As nacre_config_expand. */
NACRE_API int nacre_config_print(
    const nacre_config_host *found, char **text, size_t *n, char *why, size_t why_size) NACRE_CHECK;

#ifdef __cplusplus
}
#endif
#endif
