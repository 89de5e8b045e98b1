/* revoked: see nacre/revoked.h. Knows: both kinds of files. Must not know: how a KRL is built (krl.c). sshd_config(5),
 * RevokedKeys; ssh-keygen(1), -r and KEY REVOCATION LISTS. */
#include <nacre/revoked.h>

#include "armor.h"
#include "cert_parse.h"
#include "krl.h"
#include "publine.h"
#include "reader.h"

#include <stdio.h>

struct nacre_revoked {
	const struct nacre_env *env;
	bool is_krl;
	struct buf bytes; /* the KRL, or plain public blobs, each a string */
};

/* Why a line revokes nothing; r as key_parse_blob says. */
static int
fail_line(struct why *why, unsigned long number, int r)
{
	if (why->p != NULL && why->size > 0)
		snprintf(why->p, why->size, "line %lu is no public key: %s", number, nacre_status_text(r));
	return r;
}

/* A key that this build does not know or allow may be allowed by others: its blob is kept as it stands. */
static int
take_blob(nacre_revoked *set, struct slice type, struct slice blob)
{
	nacre_key *key = NULL;
	int r = key_parse_blob(set->env, blob, &key);
	size_t mark;

	if (r == NACRE_E_KEY_TYPE_UNKNOWN || r == NACRE_E_UNSUPPORTED || r == NACRE_E_KEY_TYPE) {
		buf_put_string(&set->bytes, blob);
		return set->bytes.bad;
	}
	if (r == 0 && !slice_is(type, nacre_key_type(key)))
		r = NACRE_E_KEY_FORMAT;
	if (r == 0) {
		mark = buf_begin_string(&set->bytes);
		key_put_plain(&set->bytes, key);
		buf_end_string(&set->bytes, mark);
		r = set->bytes.bad;
	}
	nacre_key_free(key);
	return r;
}

static int
take_line(nacre_revoked *set, struct slice line)
{
	struct slice type, base64;
	struct buf blob;
	int r;

	if (!publine_word(&line, &type) || type.p[0] == '#')
		return 0;
	if (!publine_word(&line, &base64))
		return NACRE_E_KEY_FORMAT;
	buf_init(&blob, set->env, NACRE_REVOKED_MAX);
	if ((r = armor_decode(&blob, base64)) == 0)
		r = take_blob(set, type, buf_slice(&blob));
	buf_free(&blob);
	return r;
}

static int
take_lines(nacre_revoked *set, struct slice text, struct why *why)
{
	unsigned long number = 0;
	struct slice line;
	int r;

	while (armor_next_line(&text, &line)) {
		number++;
		if ((r = take_line(set, line)) != 0)
			return fail_line(why, number, r);
	}
	return 0;
}

static int
take_file(nacre_revoked *set, struct slice file, struct why *why)
{
	int r;

	set->is_krl = krl_is(file);
	if (!set->is_krl)
		return take_lines(set, file, why);
	if ((r = krl_check(file, why)) != 0)
		return r;
	buf_put_slice(&set->bytes, file);
	return set->bytes.bad;
}

int
nacre_revoked_parse(
    const struct nacre_env *env, const uint8_t *p, size_t n, nacre_revoked **set, char *why_text, size_t why_size)
{
	struct why why = {why_text, why_size};
	nacre_revoked *made;
	int r;

	*set = NULL;
	(void)why_fail(&why, 0, "");
	if (env == NULL || (p == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if (n > NACRE_REVOKED_MAX)
		return why_fail(&why, NACRE_E_LIMIT, "the file is too long");
	if ((made = mem_new(env, sizeof(*made))) == NULL)
		return NACRE_E_NOMEM;
	made->env = env;
	buf_init(&made->bytes, env, NACRE_REVOKED_MAX);
	if ((r = take_file(made, slice_of(p, n), &why)) != 0) {
		nacre_revoked_free(made);
		return r;
	}
	*set = made;
	return 0;
}

void
nacre_revoked_free(nacre_revoked *set)
{
	if (set == NULL)
		return;
	buf_free(&set->bytes);
	mem_free(set->env, set, sizeof(*set));
}

static bool
lines_have(struct slice bytes, struct slice plain)
{
	struct reader r = reader_of(bytes);

	while (r.n > 0)
		if (slice_eq(reader_string(&r), plain))
			return true;
	return r.bad;
}

/* The key alone, without its authority. */
static bool
has_one(const nacre_revoked *set, const nacre_key *key)
{
	bool has = true;
	struct buf plain;

	buf_init(&plain, set->env, NACRE_REVOKED_MAX);
	key_put_plain(&plain, key);
	if (plain.bad == 0 && !set->is_krl)
		has = lines_have(buf_slice(&set->bytes), buf_slice(&plain));
	else if (plain.bad == 0 && krl_has(buf_slice(&set->bytes), key, buf_slice(&plain), &has) != 0)
		has = true;
	buf_free(&plain);
	return has;
}

bool
nacre_revoked_has(const nacre_revoked *set, const nacre_key *key)
{
	if (set == NULL || key == NULL)
		return true;
	return has_one(set, key) || (key->cert != NULL && has_one(set, key->cert->authority));
}
