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
		rc = nacre_known_hosts_new(env, &trust->sets[i]);
	if (rc != NACRE_OK)
		trust_wipe(trust);
	return rc;
}

static void
free_revoked(struct trust *trust)
{
	struct trust_revoked *file;

	while ((file = trust->revoked) != NULL) {
		trust->revoked = file->next;
		nacre_revoked_free(file->set);
		mem_free_str(trust->env, file->path);
		mem_free(trust->env, file, sizeof(*file));
	}
}

void
trust_wipe(struct trust *trust)
{
	free_revoked(trust);
	for (int i = 0; i < TRUST_SETS; i++) {
		nacre_known_hosts_free(trust->sets[i]);
		nacre_known_hosts_free(trust->own[i]);
	}
	mem_free_str(trust->env, trust->local_path);
	trust_result_clear(&trust->result, trust->env);
	*trust = (struct trust){.env = trust->env};
}

int
trust_own(struct trust *trust, enum trust_set kind, nacre_known_hosts **set)
{
	int rc = trust->own[kind] == NULL ? nacre_known_hosts_new(trust->env, &trust->own[kind]) : NACRE_OK;

	*set = trust->own[kind];
	return rc;
}

const nacre_known_hosts *
trust_nth(const struct trust *trust, int i)
{
	return i < TRUST_SETS ? trust->sets[i] : trust->own[i - TRUST_SETS];
}

static void
move_sets(struct trust *to, const struct trust *from)
{
	memcpy(to->sets, from->sets, sizeof(to->sets));
	to->revoked = from->revoked;
	to->local_path = from->local_path;
	to->hashed = from->hashed;
	to->policy = from->policy;
	to->policy_ctx = from->policy_ctx;
}

void
trust_swap(struct trust *a, struct trust *b)
{
	struct trust held = {.env = a->env};

	move_sets(&held, a);
	move_sets(a, b);
	move_sets(b, &held);
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
