/* trust_result: what was found about a server's key, kept for the caller. Knows: what each finding is in words. Must
 * not know: how it was found. Serves: RFC 4251 4.1; the manual is <nacre/trust.h>. */
#include <stdio.h>
#include <string.h>
#include "key.h"
#include "trust.h"

static void
point(struct trust_result *result)
{
	result->view.name = result->name;
	result->view.type = result->type;
	result->view.fingerprint = result->fingerprint;
	result->view.known_type = result->known_type;
	result->view.known_fingerprint = result->known_fingerprint;
	result->view.file = result->file;
}

void
trust_result_clear(struct trust_result *result, const struct nacre_env *env)
{
	mem_free_str(env, result->file);
	*result = (struct trust_result){.file = NULL};
	point(result);
}

void
trust_result_take(struct trust_result *to, struct trust_result *from, const struct nacre_env *env)
{
	mem_free_str(env, to->file);
	*to = *from;
	point(to);
	from->file = NULL;
	trust_result_clear(from, env);
}

/* A fingerprint that cannot be computed stays empty: it is only shown. */
static void
keep_line(struct trust_result *result, const struct nacre_env *env, const struct nacre_known_hosts_match *match)
{
	if (match->type == NULL)
		return;
	snprintf(result->known_type, sizeof(result->known_type), "%s", match->type);
	(void)!fingerprint_text(slice_of(match->blob, match->blob_n), result->known_fingerprint);
	result->view.line = match->line;
	if (match->source != NULL)
		result->file = mem_str(env, slice_str(match->source));
}

void
trust_result_set(struct trust_result *result, const struct nacre_env *env, const struct trust_target *target,
    const nacre_key *key, const struct trust_found *found)
{
	trust_result_clear(result, env);
	result->view.verdict = found->verdict;
	result->view.accepted = found->code == NACRE_OK;
	result->view.other_types = found->match.other_types;
	trust_name(target, result->name);
	snprintf(result->type, sizeof(result->type), "%s", nacre_key_type(key));
	(void)!fingerprint_text(key_blob(key), result->fingerprint);
	keep_line(result, env, &found->match);
	point(result);
}

/* "(known_hosts, line 7)" */
static void
print_place(const struct nacre_host_key_result *view, char *out, size_t cap)
{
	if (view->file != NULL && view->line != 0)
		snprintf(out, cap, "%s, line %lu", view->file, view->line);
	else if (view->file != NULL)
		snprintf(out, cap, "%s", view->file);
	else
		snprintf(out, cap, "added before");
}

int
trust_result_explain(const struct trust_result *result, int code, struct failure *why)
{
	const struct nacre_host_key_result *v = &result->view;
	enum nacre_origin origin = failure_origin(code);
	char place[FAILURE_TEXT_MAX];

	print_place(v, place, sizeof(place));
	switch (v->verdict) {
	case NACRE_HOST_KEY_CHANGED:
		return failure_set(why, code, origin, "the host key of %s has changed: %s is known (%s), %s was shown",
		    v->name, v->known_fingerprint, place, v->fingerprint);
	case NACRE_HOST_KEY_REVOKED:
		return failure_set(why, code, origin, "the host key of %s is revoked: %s %s (%s)", v->name, v->type,
		    v->fingerprint, place);
	case NACRE_HOST_KEY_UNKNOWN:
		return failure_set(why, code, origin, "the host key of %s is not known: %s %s%s", v->name, v->type,
		    v->fingerprint, v->other_types ? "; keys of other types are" : "");
	case NACRE_HOST_KEY_NOT_PINNED:
		return failure_set(why, code, origin, "the host key of %s is none of those that were pinned: %s %s",
		    v->name, v->type, v->fingerprint);
	default:
		return failure_set(why, code, origin, "%s: the known hosts could not be searched", v->name);
	}
}
