/* advice: see advice.h. Knows: how to negotiate once more, with other lists. Must not know: the exchange. RFC 4253
 * 7.1. */
#include "advice.h"
#include "bounds.h"

/* What both sides would agree on, had ours been this preset. */
static int
try_preset(const char *preset, const struct nacre_env *env, const struct nacre_conn_options *options,
    struct slice theirs, struct agreement *agreement)
{
	struct nacre_conn_options plain = {
	    .size = sizeof(plain),
	    .role = options->role,
	    .preset = preset,
	    .host_keys = options->host_keys,
	    .n_host_keys = options->n_host_keys,
	};
	struct failure unheard = {.code = 0};
	struct algorithms lists;
	struct buf payload;
	int r;

	buf_init(&payload, env, LIMIT_NAME_LIST);
	if ((r = algorithms_init(&lists, env, &plain, &unheard)) == 0)
		r = proposal_write(&lists, env, options->role, false, &payload);
	if (r == 0)
		r = proposal_agree(buf_slice(&payload), theirs, options->role, env, agreement, &unheard);
	buf_free(&payload);
	algorithms_free(&lists, env);
	failure_clear(&unheard, env);
	return r;
}

static void
put_new(struct buf *b, const char *ours, const char *name)
{
	if (!slice_has_name(slice_str(ours), slice_str(name)) && !slice_has_name(buf_slice(b), slice_str(name)))
		buf_put_name(b, 0, slice_str(name));
}

/* The algorithms that are not on our lists. */
static void
put_brought(struct buf *b, const struct algorithms *ours, const struct agreement *a)
{
	put_new(b, ours->kex, a->kex->name);
	put_new(b, ours->host_key, a->host_key->name);
	put_new(b, ours->cipher, a->cipher_c2s->name);
	put_new(b, ours->cipher, a->cipher_s2c->name);
	if (a->mac_c2s != NULL)
		put_new(b, ours->mac, a->mac_c2s->name);
	if (a->mac_s2c != NULL)
		put_new(b, ours->mac, a->mac_s2c->name);
}

static void
tell(const struct algorithms *ours, const struct nacre_env *env, const char *preset, const struct agreement *agreement,
    struct failure *failure)
{
	struct buf b;

	buf_init(&b, env, LIMIT_NAME_LIST);
	put_brought(&b, ours, agreement);
	failure_set_hint(failure, "the %s preset%s would connect%s%.*s", preset,
	    ours->edited ? ", without lists of your own," : "", b.n == 0 ? "" : ": ", (int)b.n,
	    b.n == 0 ? "" : (const char *)b.p);
	buf_free(&b);
}

void
advice_add(const struct algorithms *ours, const struct nacre_env *env, const struct nacre_conn_options *options,
    struct slice theirs, struct failure *failure)
{
	/* What "strict" has "default" has, too. */
	static const unsigned presets[] = {NACRE_PRESET_DEFAULT, NACRE_PRESET_LEGACY};
	struct agreement agreement;
	size_t i;

	for (i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
		const char *name = preset_name(presets[i]);

		if (presets[i] == ours->preset && !ours->edited)
			continue;
		if (try_preset(name, env, options, theirs, &agreement) != 0)
			continue;
		tell(ours, env, name, &agreement, failure);
		return;
	}
}
