/* plan_record: what was tried, and what the server said to it. Knows: one list. Must not know: what follows from it.
 * Serves: RFC 4252 5.1. */
#include <stdio.h>
#include <string.h>
#include "auth_plan.h"
#include "slice.h"

#define FIRST_CAP 4
#define RECORD_MAX 256 /* the core gives up long before */

static bool
grow(struct auth_record *record, const struct nacre_env *env)
{
	size_t cap = record->cap == 0 ? FIRST_CAP : record->cap * 2;
	struct nacre_attempt *list;

	if (cap > RECORD_MAX || (list = mem_new(env, cap * sizeof(*list))) == NULL)
		return false;
	if (record->n > 0)
		memcpy(list, record->list, record->n * sizeof(*list));
	mem_free(env, record->list, record->cap * sizeof(*list));
	record->list = list;
	record->cap = cap;
	return true;
}

struct nacre_attempt *
auth_record_add(struct auth_record *record, const struct nacre_env *env, const char *method, const struct plan_key *key)
{
	struct nacre_attempt *attempt;

	if (record->n == record->cap && !grow(record, env))
		return NULL;
	attempt = &record->list[record->n++];
	*attempt = (struct nacre_attempt){.method = method};
	if (key == NULL)
		return attempt;
	attempt->source = key->source;
	snprintf(attempt->name, sizeof(attempt->name), "%s", plan_key_name(key));
	snprintf(attempt->key_type, sizeof(attempt->key_type), "%s", nacre_key_type(key->key));
	if (nacre_key_fingerprint(key->key, "SHA256", attempt->fingerprint, sizeof(attempt->fingerprint)) != NACRE_OK)
		attempt->fingerprint[0] = '\0';
	return attempt;
}

struct nacre_attempt *
auth_record_open(const struct auth_record *record)
{
	struct nacre_attempt *last = record->n == 0 ? NULL : &record->list[record->n - 1];

	return last != NULL && last->result == NACRE_ATTEMPT_OPEN ? last : NULL;
}

void
auth_record_free(struct auth_record *record, const struct nacre_env *env)
{
	mem_free(env, record->list, record->cap * sizeof(*record->list));
	*record = (struct auth_record){.n = 0};
}

/* What is refused because another method has to come first may be tried again when its turn is there. */
bool
auth_attempt_counts(const struct nacre_attempt *attempt)
{
	return attempt->result != NACRE_ATTEMPT_REFUSED ||
	       slice_has_name(slice_str(attempt->remaining), slice_str(attempt->method));
}

bool
auth_record_has_refusal(const struct auth_record *record)
{
	for (size_t i = 0; i < record->n; i++) {
		if (record->list[i].result != NACRE_ATTEMPT_PARTIAL && strcmp(record->list[i].method, "none") != 0 &&
		    auth_attempt_counts(&record->list[i]))
			return true;
	}
	return false;
}

void
auth_record_text(const struct auth_record *record, char *out, size_t cap)
{
	static const char *const results[] = {"no answer", "refused", "accepted, not enough", "accepted", "not used"};
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < record->n && n < cap; i++) {
		const struct nacre_attempt *a = &record->list[i];

		n += (size_t)snprintf(out + n, cap - n, "%s%s%s%s (%s)", i == 0 ? "" : ", ", a->method,
		    a->name[0] == '\0' ? "" : " ", a->name, results[a->result]);
	}
}
