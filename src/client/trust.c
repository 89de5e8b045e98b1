/* trust: see trust.h. Knows: two sets of known hosts, fingerprints. Must not know: the connection.
 * Serves: RFC 4251 4.1 (host keys), sshd(8) SSH_KNOWN_HOSTS FILE FORMAT. */
#include <stdio.h>
#include <string.h>
#include "trust.h"

int
trust_init(struct trust *trust, const struct nacre_env *env)
{
	int rc = NACRE_OK;

	*trust = (struct trust){.env = env, .policy = nacre_policy_reject};
	trust_result_clear(&trust->result, env);
	for (int i = 0; i < TRUST_SETS && rc == NACRE_OK; i++)
		rc = trust_need_set(&trust->given, env, (enum trust_set)i);
	if (rc != NACRE_OK)
		trust_wipe(trust);
	return rc;
}

static void
free_files(struct trust_files *files, const struct nacre_env *env)
{
	struct trust_revoked *list;

	while ((list = files->revoked) != NULL) {
		files->revoked = list->next;
		nacre_revoked_free(list->set);
		mem_free_str(env, list->path);
		mem_free(env, list, sizeof(*list));
	}
	for (int i = 0; i < TRUST_SETS; i++)
		nacre_known_hosts_free(files->sets[i]);
	mem_free_str(env, files->local_path);
	*files = (struct trust_files){.revoked = NULL};
}

void
trust_wipe(struct trust *trust)
{
	free_files(&trust->given, trust->env);
	free_files(&trust->lent, trust->env);
	free_files(&trust->own, trust->env);
	trust_result_clear(&trust->result, trust->env);
	*trust = (struct trust){.env = trust->env};
}

int
trust_need_set(struct trust_files *files, const struct nacre_env *env, enum trust_set kind)
{
	return files->sets[kind] == NULL ? nacre_known_hosts_new(env, &files->sets[kind]) : NACRE_OK;
}

void
trust_drop_own(struct trust *trust)
{
	free_files(&trust->own, trust->env);
}

const struct trust_files *
trust_learning(const struct trust *trust)
{
	if (trust->own.sets[TRUST_LOCAL] != NULL)
		return &trust->own;
	return trust->lent.sets[TRUST_LOCAL] != NULL ? &trust->lent : &trust->given;
}

bool
trust_is_hashed(const struct trust *trust)
{
	return trust->given.hashed || trust->lent.hashed || trust->own.hashed;
}

const nacre_known_hosts *
trust_nth(const struct trust *trust, int i)
{
	const struct trust_files *const layers[TRUST_LAYERS] = {&trust->given, &trust->lent, &trust->own};

	return layers[i / TRUST_SETS]->sets[i % TRUST_SETS];
}

static void
swap_files(struct trust_files *a, struct trust_files *b)
{
	struct trust_files held = *a;

	*a = *b;
	*b = held;
}

void
trust_lend(struct trust *hop, struct trust *trust, struct trust_files *files)
{
	nacre_host_key_policy *policy = hop->policy;
	void *ctx = hop->policy_ctx;

	swap_files(&hop->given, &trust->given);
	swap_files(&hop->lent, files);
	hop->policy = trust->policy;
	hop->policy_ctx = trust->policy_ctx;
	trust->policy = policy;
	trust->policy_ctx = ctx;
}

void
trust_name(const struct trust_target *target, char out[TRUST_NAME_MAX])
{
	if (target->port == TRUST_PORT)
		snprintf(out, TRUST_NAME_MAX, "%s", target->host);
	else
		snprintf(out, TRUST_NAME_MAX, "[%s]:%u", target->host, target->port);
}

/* The list that is being made; types that do not fit are left out: they only set the order of what is offered. */
struct type_list {
	char *out;
	size_t cap, n;
};

static void
add_type(void *ctx, const char *type)
{
	struct type_list *list = ctx;
	size_t n = strlen(type);

	if (strchr(type, ',') != NULL || slice_has_name(slice_of(list->out, list->n), slice_of(type, n)))
		return;
	if (list->n + n + 2 > list->cap)
		return;
	list->n += (size_t)snprintf(list->out + list->n, list->cap - list->n, "%s%s", list->n == 0 ? "" : ",", type);
}

void
trust_key_types(const struct trust *trust, char *out, size_t cap)
{
	const struct trust_target *at = &trust->target;
	struct type_list list = {out, cap, 0};

	out[0] = '\0';
	if (trust->pins != NULL)
		return;
	/* Where a set cannot be asked the default order stands; the key itself is judged later, without such mercy. */
	for (int i = 0; i < TRUST_ALL; i++)
		if (trust_nth(trust, i) != NULL &&
		    nacre_known_hosts_key_types(trust_nth(trust, i), at->host, at->port, add_type, &list) != NACRE_OK)
			out[0] = '\0';
}

bool
trust_has_authority(const struct trust *trust)
{
	const struct trust_target *at = &trust->target;
	bool any = false, here;

	if (trust->pins != NULL)
		return false;
	/* Where a set cannot be asked no certificate is asked for: the plain key is judged by the same set. */
	for (int i = 0; i < TRUST_ALL; i++) {
		if (trust_nth(trust, i) == NULL)
			continue;
		if (nacre_known_hosts_has_authority(trust_nth(trust, i), at->host, at->port, &here) != NACRE_OK)
			return false;
		any = any || here;
	}
	return any;
}

/* What cannot be computed is no match. */
bool
trust_has_pin(const struct trust *trust, const nacre_key *key)
{
	bool is_it = false;

	for (const char *const *pin = trust->pins; *pin != NULL && !is_it; pin++)
		if (nacre_key_has_fingerprint(key, *pin, &is_it) != NACRE_OK)
			is_it = false;
	return is_it;
}
