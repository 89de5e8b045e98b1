/* proposal: see proposal.h. Knows: writing our KEXINIT. Must not know: what the peer answers (agreement.c).
 * RFC 4253 7.1. */
#include "proposal.h"
#include "algorithm_list.h"
#include "bounds.h"
#include <nacre/cert.h>

#define MARKERS_CLIENT "ext-info-c,kex-strict-c-v00@openssh.com,kex-strict-c"
#define MARKERS_SERVER "ext-info-s,kex-strict-s-v00@openssh.com,kex-strict-s"

static int
take_string(struct buf *b, const struct nacre_env *env, char **out)
{
	*out = b->bad != 0 ? NULL : mem_str(env, buf_slice(b));
	return *out == NULL ? NACRE_E_NOMEM : 0;
}

typedef bool keep_fn(const void *ctx, struct slice name);

/* Appends the names of `list` for which keep() is `want`, in their order. */
static void
put_kept(struct buf *b, const char *list, keep_fn *keep, const void *ctx, bool want)
{
	struct slice rest = slice_str(list), name;

	while (slice_next_name(&rest, &name))
		if (keep(ctx, name) == want)
			buf_put_name(b, 0, name);
}

/* Rewrites *list: those that keep() likes first; the others behind them, or not at all. */
static int
list_sort(char **list, const struct nacre_env *env, keep_fn *keep, const void *ctx, bool drop_others)
{
	struct buf b;
	char *sorted;
	int r;

	buf_init(&b, env, LIMIT_NAME_LIST);
	put_kept(&b, *list, keep, ctx, true);
	if (!drop_others)
		put_kept(&b, *list, keep, ctx, false);
	r = take_string(&b, env, &sorted);
	buf_free(&b);
	if (r != 0)
		return r;
	mem_free_str(env, *list);
	*list = sorted;
	return 0;
}

static bool
is_for_certificates(const void *ctx, struct slice name)
{
	(void)ctx;
	return sigalg_is_for_certificates(sigalg_find(name));
}

static bool
is_for_plain_keys(const void *ctx, struct slice name)
{
	return !is_for_certificates(ctx, name);
}

/* A client that trusts no authority for this host has no use for its certificates: they are asked for where there is
 * one, or where the caller named them. */
static bool
wants_certificates(const struct nacre_conn_options *options)
{
	const char *list = options->host_key_algorithms;

	return options->host_certificates || (list != NULL && strstr(list, "-cert-v01@") != NULL);
}

static bool
is_for_known_type(const void *ctx, struct slice name)
{
	const struct nacre_conn_options *options = ctx;

	return (options->host_certificates && is_for_certificates(NULL, name)) ||
	       slice_has_name(slice_str(options->known_key_types), slice_str(sigalg_find(name)->key_type));
}

static bool
is_for_our_keys(const void *ctx, struct slice name)
{
	const struct nacre_conn_options *options = ctx;
	size_t i;

	for (i = 0; i < options->n_host_keys; i++)
		if (strcmp(nacre_key_type(options->host_keys[i]), sigalg_find(name)->key_type) == 0)
			return true;
	return false;
}

/* A client moves the algorithms for known keys to the front only where the first is not one of them already: the order
 * tells a listener less about what we know (CVE-2020-14145). */
static bool
wants_known_first(const struct algorithms *a, const struct nacre_conn_options *options)
{
	struct slice rest = slice_str(a->host_key), first;

	return options->known_key_types != NULL && options->known_key_types[0] != '\0' &&
	       slice_next_name(&rest, &first) && !is_for_known_type(options, first);
}

/* Nobody would take it for a host's (OpenSSH PROTOCOL.certkeys). */
static bool
has_users_certificate(const struct nacre_conn_options *options)
{
	struct nacre_cert_info info;
	size_t i;

	for (i = 0; i < options->n_host_keys; i++)
		if (nacre_cert_get_info(options->host_keys[i], &info) == 0 && info.type != NACRE_CERT_HOST)
			return true;
	return false;
}

static int
sort_host_keys(struct algorithms *a, const struct nacre_env *env, const struct nacre_conn_options *options,
    struct failure *failure)
{
	int r;

	if (options->role == NACRE_CLIENT && !wants_certificates(options) &&
	    (r = list_sort(&a->host_key, env, is_for_plain_keys, options, true)) != 0)
		return r;
	if (options->role == NACRE_CLIENT)
		return wants_known_first(a, options) ? list_sort(&a->host_key, env, is_for_known_type, options, false) : 0;
	if (has_users_certificate(options))
		return failure_set(failure, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL,
		    "host_keys: a certificate for users is no host's");
	if ((r = list_sort(&a->host_key, env, is_for_our_keys, options, true)) != 0)
		return r;
	if (a->host_key[0] == '\0')
		return failure_set(failure, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL,
		    "host_keys: a server needs a host key that fits its host_key_algorithms");
	return 0;
}

static int
make_lists(struct algorithms *a, const struct nacre_env *env, const struct nacre_conn_options *o, struct failure *failure)
{
	const struct nacre_disabled_algorithms *off = &o->disabled;
	const struct {
		char **list;
		struct list_wish wish;
	} rows[] = {
		{&a->kex, {NACRE_ALGORITHM_KEX, "kex", a->preset, o->kex, off->kex}},
		{&a->host_key,
		    {NACRE_ALGORITHM_HOST_KEY, "host_key_algorithms", a->preset, o->host_key_algorithms, off->keys}},
		{&a->cipher, {NACRE_ALGORITHM_CIPHER, "ciphers", a->preset, o->ciphers, off->ciphers}},
		{&a->mac, {NACRE_ALGORITHM_MAC, "macs", a->preset, o->macs, off->macs}},
		{&a->compression,
		    {NACRE_ALGORITHM_COMPRESSION, "compression", a->preset, o->compression, off->compression}},
	};
	size_t i;
	int r = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && r == 0; i++) {
		a->edited = a->edited || rows[i].wish.edit != NULL || rows[i].wish.disabled != NULL;
		r = algorithm_list_make(&rows[i].wish, env, rows[i].list, failure);
	}
	return r;
}

int
algorithms_init(struct algorithms *a, const struct nacre_env *env, const struct nacre_conn_options *options,
    struct failure *failure)
{
	int r;

	*a = (struct algorithms){.kex = NULL};
	if ((r = preset_find(options->preset, &a->preset, failure)) != 0)
		return r;
	a->needs_strict_kex = options->require_strict_kex || a->preset == NACRE_PRESET_STRICT;
	if ((r = make_lists(a, env, options, failure)) == 0)
		r = sort_host_keys(a, env, options, failure);
	if (r != 0)
		algorithms_free(a, env);
	return r;
}

void
algorithms_free(struct algorithms *a, const struct nacre_env *env)
{
	mem_free_str(env, a->kex);
	mem_free_str(env, a->host_key);
	mem_free_str(env, a->cipher);
	mem_free_str(env, a->mac);
	mem_free_str(env, a->compression);
	*a = (struct algorithms){.kex = NULL};
}

int
algorithms_pubkey(const struct nacre_env *env, const struct nacre_conn_options *options, char **out,
    struct failure *failure)
{
	struct list_wish wish = {
		.kind = NACRE_ALGORITHM_PUBKEY,
		.option = "pubkey_algorithms",
		.edit = options->pubkey_algorithms,
		.disabled = options->disabled.pubkeys,
	};
	int r;

	*out = NULL;
	if ((r = preset_find(options->preset, &wish.preset, failure)) != 0)
		return r;
	return algorithm_list_make(&wish, env, out, failure);
}

int
algorithms_check(const struct nacre_env *env, const struct nacre_conn_options *options, struct failure *failure)
{
	struct algorithms lists;
	char *pubkey = NULL;
	int r = algorithms_init(&lists, env, options, failure);

	algorithms_free(&lists, env);
	if (r == 0)
		r = algorithms_pubkey(env, options, &pubkey, failure);
	mem_free_str(env, pubkey);
	return r;
}

/* The kex list with the markers behind it: they must never stand first (RFC 8308 2.1). */
static void
put_kex_names(struct buf *b, const struct algorithms *a, enum nacre_role role, bool first)
{
	buf_put_slice(b, slice_str(a->kex));
	if (first)
		buf_put_name(b, 0, slice_str(role == NACRE_CLIENT ? MARKERS_CLIENT : MARKERS_SERVER));
}

int
proposal_write(const struct algorithms *a, const struct nacre_env *env, enum nacre_role role, bool first,
    struct buf *payload)
{
	uint8_t cookie[16];
	struct msg_kexinit msg;
	struct buf kex;
	int r;

	if ((r = mem_random(env, cookie, sizeof(cookie))) != 0)
		return r;
	buf_init(&kex, env, LIMIT_NAME_LIST);
	put_kex_names(&kex, a, role, first);
	msg = (struct msg_kexinit){
		.cookie = slice_of(cookie, sizeof(cookie)),
		.kex = buf_slice(&kex),
		.host_key = slice_str(a->host_key),
		.cipher_c2s = slice_str(a->cipher),
		.cipher_s2c = slice_str(a->cipher),
		.mac_c2s = slice_str(a->mac),
		.mac_s2c = slice_str(a->mac),
		.compression_c2s = slice_str(a->compression),
		.compression_s2c = slice_str(a->compression),
	};
	msg_put(payload, MSG_kexinit, &msg);
	r = kex.bad != 0 ? kex.bad : payload->bad;
	buf_free(&kex);
	return r;
}
