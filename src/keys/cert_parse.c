/* cert_parse: see cert_parse.h. Knows: each field's form. Must not know: names, times, trust (cert_check.c). OpenSSH
 * PROTOCOL.certkeys. */
#include "cert_parse.h"
#include "mem.h"

static const struct cert_option_row option_rows[] = {
    {"force-command", NACRE_CERT_CRITICAL, true},
    {"source-address", NACRE_CERT_CRITICAL, true},
    {"verify-required", NACRE_CERT_CRITICAL, false},
    {"no-touch-required", NACRE_CERT_EXTENSIONS, false},
    {"permit-X11-forwarding", NACRE_CERT_EXTENSIONS, false},
    {"permit-agent-forwarding", NACRE_CERT_EXTENSIONS, false},
    {"permit-port-forwarding", NACRE_CERT_EXTENSIONS, false},
    {"permit-pty", NACRE_CERT_EXTENSIONS, false},
    {"permit-user-rc", NACRE_CERT_EXTENSIONS, false},
    {NULL, NACRE_CERT_EXTENSIONS, false},
};

const struct cert_option_row *
cert_option_find(enum nacre_cert_options kind, struct slice name)
{
	const struct cert_option_row *row;

	for (row = option_rows; row->name != NULL; row++)
		if (row->kind == kind && slice_is(name, row->name))
			return row;
	return NULL;
}

static bool
has_nul(struct slice s)
{
	return s.n > 0 && memchr(s.p, 0, s.n) != NULL;
}

bool
cert_next_option(struct slice *list, struct slice *name, struct slice *value)
{
	struct reader r = reader_of(*list);

	*name = *value = SLICE_NONE;
	if (list->n == 0)
		return false;
	*name = reader_string(&r);
	*value = reader_string(&r);
	*list = slice_of(r.p, r.n);
	return !r.bad;
}

/* Data of an option that is understood: nothing, or one string and nothing behind it. */
static bool
is_option_data(const struct cert_option_row *row, struct slice data)
{
	struct reader r = reader_of(data);

	if (row == NULL)
		return true;
	if (!row->has_value)
		return data.n == 0;
	return !has_nul(reader_string(&r)) && reader_end(&r);
}

static int
compare(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (order != 0)
		return order;
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

/* PROTOCOL.certkeys: in lexical order of their names, each name once. */
static bool
check_options(struct slice list, enum nacre_cert_options kind, size_t *count)
{
	struct reader r = reader_of(list);
	struct slice name, data, before = SLICE_NONE;

	for (*count = 0; r.n > 0; (*count)++) {
		name = reader_string(&r);
		data = reader_string(&r);
		if (r.bad || *count == NACRE_CERT_OPTIONS_MAX)
			return false;
		if (name.n == 0 || name.n > CERT_OPTION_NAME_MAX || has_nul(name))
			return false;
		if (*count > 0 && compare(before, name) >= 0)
			return false;
		if (!is_option_data(cert_option_find(kind, name), data))
			return false;
		before = name;
	}
	return true;
}

static bool
check_principals(struct slice list, size_t *count)
{
	struct reader r = reader_of(list);
	struct slice name;

	for (*count = 0; r.n > 0; (*count)++) {
		name = reader_string(&r);
		if (r.bad || *count == NACRE_CERT_PRINCIPALS_MAX)
			return false;
		if (name.n == 0 || name.n > CERT_PRINCIPAL_MAX || has_nul(name))
			return false;
	}
	return true;
}

/* The fields up to the authority's key. */
static bool
read_fields(struct cert *cert, struct reader *r)
{
	uint32_t type;

	cert->serial = reader_u64(r);
	type = reader_u32(r);
	cert->key_id = reader_string(r);
	cert->principals = reader_string(r);
	cert->valid_after = reader_u64(r);
	cert->valid_before = reader_u64(r);
	cert->critical = reader_string(r);
	cert->extensions = reader_string(r);
	(void)reader_string(r); /* reserved: whatever it says is passed over */
	if (r->bad || (type != NACRE_CERT_USER && type != NACRE_CERT_HOST))
		return false;
	cert->type = type == NACRE_CERT_USER ? NACRE_CERT_USER : NACRE_CERT_HOST;
	return cert->key_id.n <= CERT_KEY_ID_MAX && !has_nul(cert->key_id) &&
	       check_principals(cert->principals, &cert->n_principals) &&
	       check_options(cert->critical, NACRE_CERT_CRITICAL, &cert->n_critical) &&
	       check_options(cert->extensions, NACRE_CERT_EXTENSIONS, &cert->n_extensions);
}

/* An authority is a plain key; that is looked at first, so that nothing nests. */
static int
read_authority(struct cert *cert, const struct nacre_env *env, struct slice blob)
{
	struct reader r = reader_of(blob);
	const struct key_type *type = key_type_find(reader_string(&r));

	if (r.bad)
		return NACRE_E_KEY_FORMAT;
	if (type == NULL || type->plain != NULL)
		return NACRE_E_KEY_TYPE;
	return key_parse_blob(env, blob, &cert->authority);
}

/* SHA-1's algorithms are not among those that sigalg_for_key gives. A security key that signed must have been
 * touched. */
static int
check_signature(struct cert *cert, struct slice covered, struct slice blob)
{
	struct reader r = reader_of(blob);
	struct slice name = reader_string(&r);
	const struct sigalg *a = sigalg_find(name);

	if (a == NULL || (a = sigalg_for_key(cert->authority, a->name)) == NULL)
		return NACRE_E_CRYPTO;
	cert->algorithm = a;
	return key_verify_as(cert->authority, a, covered, blob, 0, NULL);
}

static int
parse(nacre_key *key, struct reader *r)
{
	struct slice authority, covered, signature;
	int e;

	if (!read_fields(key->cert, r))
		return NACRE_E_KEY_FORMAT;
	authority = reader_string(r);
	covered = slice_of(key->blob, key->blob_len - r->n);
	signature = reader_string(r);
	if (!reader_end(r))
		return NACRE_E_KEY_FORMAT;
	if ((e = read_authority(key->cert, key->env, authority)) != 0)
		return e;
	return check_signature(key->cert, covered, signature);
}

/* The key owns what is read, good or not: nacre_key_free gives it back. */
int
cert_parse(nacre_key *key, struct reader *r)
{
	if (r->bad || key->blob_len > NACRE_CERT_BLOB_MAX)
		return NACRE_E_KEY_FORMAT;
	if ((key->cert = mem_new(key->env, sizeof(*key->cert))) == NULL)
		return NACRE_E_NOMEM;
	return parse(key, r);
}

void
cert_free(struct cert *cert, const struct nacre_env *env)
{
	if (cert == NULL)
		return;
	nacre_key_free(cert->authority);
	mem_free(env, cert, sizeof(*cert));
}
