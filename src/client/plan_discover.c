/* plan_discover: keys that nobody named, where ssh-keygen puts them. Knows: names below the home directory. Must not
 * know: when they are tried.
 * Serves: nothing on the wire. */
#include <stdio.h>
#include "auth_plan.h"
#include "user.h"

#define PATH_MAX_LEN 4096

static int
try_file(struct auth_plan *plan, const struct nacre_env *env, const char *name)
{
	struct failure unheard = {.code = 0};
	char path[PATH_MAX_LEN];

	if (user_path(name, path, sizeof(path)) != NACRE_OK)
		return NACRE_OK;
	return plan_add_file(plan, env, path, NACRE_KEY_DISCOVERED, &unheard);
}

/* A security key's file is of use where somebody can ask the device: elsewhere it is passed over, as one that is not
 * there. */
int
plan_discover(struct auth_plan *plan, const struct nacre_env *env)
{
	static const char *const names[] = {".ssh/id_ed25519", ".ssh/id_ecdsa", ".ssh/id_rsa", ".ssh/id_ecdsa_sk",
	    ".ssh/id_ed25519_sk", ".ssh/id_mldsa44_ed25519", ".ssh/id_dsa"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (try_file(plan, env, names[i]) == NACRE_E_NOMEM)
			return NACRE_E_NOMEM;
	}
	return NACRE_OK;
}
