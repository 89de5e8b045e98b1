/* apply_config: what a configuration says of a host becomes options of a connection. Knows: which keyword means which
 * option. Must not know: files of configuration, packets. ssh_config(5). */
#ifndef CLIENT_APPLY_CONFIG_H
#define CLIENT_APPLY_CONFIG_H

#include <nacre/config.h>
#include "facade.h"

#define APPLIED_FILES_MAX 200 /* the caller's key files and the configuration's, and as many certificates */

/* A string that lives as long as what was applied. */
struct applied_text {
	struct applied_text *next;
	char *text;
};

/* One configuration in use: kept by the client from a connect to the next, for the sessions that follow. */
struct applied {
	nacre_config_host *found;
	bool owned;
	struct applied_text *texts;
	const char *key_files[APPLIED_FILES_MAX + 1];
	size_t n_key_files;
	const char *certificates[APPLIED_FILES_MAX + 1];
	size_t n_certificates;
	bool usual_hosts; /* nobody named any known hosts */
	/* The caller's, while another one counts, or that one while it is lent; else NULL. */
	nacre_host_key_policy *policy;
	void *policy_ctx;
};

/* While it is applied. */
struct applying {
	struct nacre_client *c;
	struct applied *applied;
	struct nacre_connect_options *options;
	bool served; /* set it to false where the value asks for what is not there */
};

typedef int apply_fn(struct applying *a, const struct nacre_config_directive *first);

/* Reads what the options name, and looks the host up there. *found is the caller's; NULL on failure. */
int client_find_config(struct nacre_client *c, const char *host, const struct nacre_connect_options *options,
    nacre_config_host **found) NACRE_CHECK;
/* Applies it where the options ask for one: *host becomes the name to connect to. */
int client_apply_config(struct nacre_client *c, const char **host, struct nacre_connect_options *options) NACRE_CHECK;
/* The connect is over: what counts for it alone ends. */
void client_config_connected(struct nacre_client *c);
/* The caller's policy in the place of the configuration's, and back by a second call. */
void client_config_swap_policy(struct nacre_client *c);
void client_config_free(struct nacre_client *c);
/* Sends SetEnv's variables, and those of this process that SendEnv names. */
int client_config_env(struct nacre_channel *ch);

/* A word of a value as it is used; NULL after a failure. It lives as long as what was applied. */
const char *apply_expanded(struct applying *a, const struct nacre_config_directive *directive, size_t word);
/* A copy that lives as long; NULL without memory. */
const char *apply_keep(struct applying *a, const char *text);
bool apply_is(const struct nacre_config_directive *directive, const char *value);

/* Each keyword that means an option (apply_options.c), and what the rows of that table call in other files. */
int apply_options(struct applying *a) NACRE_CHECK;
apply_fn apply_identities, apply_certificates, apply_agent, apply_methods;
apply_fn apply_checking, apply_user_files, apply_global_files, apply_hashing, apply_revoked, apply_updates;
/* The usual known hosts, where neither the caller nor the configuration names any. */
int apply_usual_hosts(struct applying *a) NACRE_CHECK;
bool apply_knows_nobody(const struct nacre_client *c);

#endif
