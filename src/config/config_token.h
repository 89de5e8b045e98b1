/* config_token: "~", ${VARIABLES} and %tokens. Knows: which there are, and what may go to a shell. Must not know: which
 * keyword has which. ssh_config(5), TOKENS, ENVIRONMENT VARIABLES. */
#ifndef CONFIG_TOKEN_H
#define CONFIG_TOKEN_H

#include "config_reader.h"

#define CONFIG_WHY_MAX 160

struct config_expansion {
	const struct nacre_config_host *host;
	const char *name; /* %h; what follows from it is found in host */
	const char *alias; /* %k where no HostKeyAlias is set */
	unsigned flags; /* CONFIG_TILDE, _VARIABLES, _TOKENS, _PROXY, _SHELL */
	const struct nacre_config_token *more;
	size_t n_more;
	char why[CONFIG_WHY_MAX]; /* what is wrong, after a failure; "" where the code says it */
};

/* What the text comes to; freed with mem_free_str, NULL on failure. NACRE_E_CONFIG, NACRE_E_CONFIG_UNSAFE,
 * NACRE_E_LIMIT, NACRE_E_NOMEM, or what the world said. */
int config_expand(struct config_expansion *e, const char *text, char **out) NACRE_CHECK;
/* The variables alone, in a line that is read. */
int config_variables(struct config_reader *r, const char *text, char **out) NACRE_CHECK;
/* Is this the name of an environment variable? */
bool config_is_variable(struct slice name);

/* A user of the remote side, and their port, as far as is known now. */
const char *config_user(const struct nacre_config_host *host);
const char *config_port_text(const struct nacre_config_host *host);

/* --- config_jump.c --- */
/* The last hop's host of a ProxyJump; empty for none. */
struct slice config_jump_host(const struct nacre_config_host *host);
/* Is that hop the host itself, by name, user and port? */
bool config_jump_is_loop(const struct nacre_config_host *host);

/* --- config_fit.c: CVE-2023-51385 and its kin --- */
/* May the name of a host go into a command? May a user's? */
bool config_host_is_fit(struct slice host);
bool config_user_is_fit(struct slice user);

#endif
