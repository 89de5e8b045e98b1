/* plan_certificates: certificates that were named apart from their keys. Knows: the plan's keys. Must not know: what a
 * server makes of them. ssh_config(5), CertificateFile. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <nacre/cert.h>
#include "facade.h"

/* Something about a certificate that is passed over; a person hears of it once there is a log. */
__attribute__((format(printf, 4, 5))) static int
note(struct auth_plan *plan, const struct nacre_env *env, enum nacre_log_level level, const char *format, ...)
{
	struct plan_note *one = mem_new(env, sizeof(*one)), **end = &plan->notes;
	va_list args;

	if (one == NULL)
		return NACRE_E_NOMEM;
	one->level = level;
	va_start(args, format);
	(void)vsnprintf(one->text, sizeof(one->text), format, args);
	va_end(args);
	while (*end != NULL)
		end = &(*end)->next;
	*end = one;
	return NACRE_OK;
}

/* *cert is NULL where the file cannot be used, which is noted. */
static int
load(struct auth_plan *plan, const struct nacre_env *env, const char *path, nacre_key **cert)
{
	struct failure why = {.code = 0};
	struct file_bytes bytes = {NULL, 0};
	struct nacre_cert_info info;
	char text[PLAN_WHY_MAX] = "it holds no user's certificate";
	enum nacre_log_level level = NACRE_LOG_WARNING;
	int rc = file_read(env, path, FILE_KEY_MAX, FILE_PUBLIC, &bytes, &why);

	*cert = NULL;
	if (rc == NACRE_E_FILE_MISSING)
		level = NACRE_LOG_INFO; /* in a configuration for several machines it may be */
	if (rc != NACRE_OK)
		(void)snprintf(text, sizeof(text), "%s", nacre_status_text(rc));
	else
		rc = nacre_key_parse_public(env, (const char *)bytes.p, bytes.n, cert, NULL, 0);
	if (rc == NACRE_OK && nacre_cert_get_info(*cert, &info) == NACRE_OK && info.type == NACRE_CERT_USER)
		goto out;
	nacre_key_free(*cert);
	*cert = NULL;
	rc = rc == NACRE_E_NOMEM ? rc : note(plan, env, level, "certificate %s is passed over: %s", path, text);
out:
	file_bytes_free(env, &bytes);
	failure_clear(&why, env);
	return rc;
}

/* The plan's place of this very key; n_keys where it has none. */
static size_t
find(const struct auth_plan *plan, const nacre_key *key)
{
	size_t i = 0;

	while (i < plan->n_keys && !nacre_key_equal(plan->keys[i].key, key))
		i++;
	return i;
}

/* Keys behind it move; what points to one of them follows. */
static struct plan_key *
make_room(struct auth_plan *plan, size_t at)
{
	struct plan_key *slot = &plan->keys[at];

	memmove(slot + 1, slot, (plan->n_keys - at) * sizeof(*slot));
	plan->n_keys++;
	*slot = (struct plan_key){.key = NULL};
	for (size_t i = 0; i < plan->n_keys; i++) {
		if (plan->keys[i].locked != NULL && plan->keys[i].locked >= slot)
			plan->keys[i].locked++;
	}
	return slot;
}

/* Before its key, which is tried after it. *cert is the plan's then, or as it was. */
static int
stand_before(struct auth_plan *plan, const struct nacre_env *env, const char *path, size_t at, nacre_key **cert)
{
	struct plan_key *slot, *plain;
	nacre_key *both = NULL;
	int rc = NACRE_OK;

	if (nacre_key_can_sign(plan->keys[at].key))
		rc = nacre_cert_with_key(env, *cert, plan->keys[at].key, &both);
	if (rc != NACRE_OK)
		return rc;
	if (both != NULL) {
		nacre_key_free(*cert);
		*cert = both;
	}
	slot = make_room(plan, at);
	plain = slot + 1;
	slot->key = slot->owned = *cert;
	*cert = NULL;
	slot->source = plain->source;
	slot->by_agent = plain->by_agent;
	slot->locked = plain->file.n > 0 ? plain : NULL;
	slot->name = mem_str(env, slice_str(path));
	return slot->name == NULL ? NACRE_E_NOMEM : NACRE_OK;
}

static int
add(struct auth_plan *plan, const struct nacre_env *env, const char *path)
{
	nacre_key *cert, *plain = NULL;
	size_t at;
	int rc = load(plan, env, path, &cert);

	if (rc != NACRE_OK || cert == NULL)
		return rc;
	if ((rc = nacre_cert_plain(env, cert, &plain)) != NACRE_OK)
		goto out;
	if (find(plan, cert) < plan->n_keys)
		goto out; /* it lies beside its key, too, or was named twice */
	at = find(plan, plain);
	if (at == plan->n_keys)
		rc = note(plan, env, NACRE_LOG_INFO, "certificate %s is passed over: its key is not here", path);
	else if (plan->n_keys == PLAN_KEYS_MAX)
		rc = note(plan, env, NACRE_LOG_WARNING, "certificate %s is passed over: more than %d keys", path,
		    PLAN_KEYS_MAX);
	else
		rc = stand_before(plan, env, path, at, &cert);
out:
	nacre_key_free(plain);
	nacre_key_free(cert);
	return rc;
}

int
plan_add_certificates(struct auth_plan *plan, const struct nacre_env *env, struct failure *why)
{
	const char *const *files = plan->options.certificate_files;
	int rc = NACRE_OK;

	for (size_t i = 0; rc == NACRE_OK && files != NULL && files[i] != NULL; i++)
		rc = add(plan, env, files[i]);
	return rc == NACRE_OK ? rc : failure_set(why, rc, failure_origin(rc), "%s", nacre_status_text(rc));
}

void
plan_tell_notes(nacre_client *c)
{
	for (const struct plan_note *one = c->plan->notes; one != NULL; one = one->next)
		client_log(c, one->level, "%s", one->text);
}

void
plan_free_notes(struct auth_plan *plan, const struct nacre_env *env)
{
	struct plan_note *one;

	while ((one = plan->notes) != NULL) {
		plan->notes = one->next;
		mem_free(env, one, sizeof(*one));
	}
}
