/* cert: what a certificate says, and a key that shows one. Knows: its fields. Must not know: whether it is good
 * (cert_check.c). OpenSSH PROTOCOL.certkeys. */
#include "cert_parse.h"
#include "mem.h"

static struct nacre_bytes
bytes(struct slice s)
{
	return (struct nacre_bytes){s.p, s.n};
}

bool
nacre_key_is_certificate(const nacre_key *key)
{
	return key != NULL && key->cert != NULL;
}

int
nacre_cert_get_info(const nacre_key *key, struct nacre_cert_info *info)
{
	const struct cert *cert;

	if (info == NULL)
		return NACRE_E_ARGUMENT;
	*info = (struct nacre_cert_info){.serial = 0};
	if (!nacre_key_is_certificate(key))
		return NACRE_E_ARGUMENT;
	cert = key->cert;
	*info = (struct nacre_cert_info){
	    .type = cert->type,
	    .serial = cert->serial,
	    .key_id = bytes(cert->key_id),
	    .valid_after = cert->valid_after,
	    .valid_before = cert->valid_before,
	    .n_principals = cert->n_principals,
	    .n_critical = cert->n_critical,
	    .n_extensions = cert->n_extensions,
	    .authority = cert->authority,
	    .signature_algorithm = bytes(slice_str(cert->algorithm->name)),
	};
	return 0;
}

bool
nacre_cert_principal(const nacre_key *key, size_t i, struct nacre_bytes *name)
{
	struct slice found = SLICE_NONE;
	struct reader r;

	*name = bytes(SLICE_NONE);
	if (!nacre_key_is_certificate(key) || i >= key->cert->n_principals)
		return false;
	r = reader_of(key->cert->principals);
	do
		found = reader_string(&r);
	while (i-- > 0);
	*name = bytes(found);
	return true;
}

/* The string inside the data, where the option is one that has a value. */
static struct slice
unwrap(enum nacre_cert_options kind, struct slice name, struct slice data)
{
	const struct cert_option_row *row = cert_option_find(kind, name);
	struct reader r = reader_of(data);

	return row != NULL && row->has_value ? reader_string(&r) : data;
}

static struct slice
list_of(const nacre_key *key, enum nacre_cert_options kind)
{
	return kind == NACRE_CERT_CRITICAL ? key->cert->critical : key->cert->extensions;
}

bool
nacre_cert_option(
    const nacre_key *key, enum nacre_cert_options kind, size_t i, struct nacre_bytes *name, struct nacre_bytes *value)
{
	struct slice list, at_name, data;

	*name = *value = bytes(SLICE_NONE);
	if (!nacre_key_is_certificate(key))
		return false;
	list = list_of(key, kind);
	do
		if (!cert_next_option(&list, &at_name, &data))
			return false;
	while (i-- > 0);
	*name = bytes(at_name);
	*value = bytes(unwrap(kind, at_name, data));
	return true;
}

bool
nacre_cert_find_option(
    const nacre_key *key, enum nacre_cert_options kind, const char *wanted, struct nacre_bytes *value)
{
	struct slice list, name, data;

	if (value != NULL)
		*value = bytes(SLICE_NONE);
	if (!nacre_key_is_certificate(key) || wanted == NULL)
		return false;
	list = list_of(key, kind);
	while (cert_next_option(&list, &name, &data)) {
		if (!slice_is(name, wanted))
			continue;
		if (value != NULL)
			*value = bytes(unwrap(kind, name, data));
		return true;
	}
	return false;
}

static int
plain_copy(const struct nacre_env *env, const nacre_key *key, nacre_key **plain)
{
	struct buf blob;
	int r;

	buf_init(&blob, env, NACRE_CERT_BLOB_MAX);
	key_put_plain(&blob, key);
	r = blob.bad != 0 ? blob.bad : key_parse_blob(env, buf_slice(&blob), plain);
	buf_free(&blob);
	return r;
}

static int
take_comment(nacre_key **key, const nacre_key *from)
{
	int r = from->comment == NULL ? 0 : key_set_comment(*key, slice_str(from->comment));

	if (r != 0) {
		nacre_key_free(*key);
		*key = NULL;
	}
	return r;
}

int
nacre_cert_plain(const struct nacre_env *env, const nacre_key *cert, nacre_key **key)
{
	int r;

	*key = NULL;
	if (env == NULL || cert == NULL)
		return NACRE_E_ARGUMENT;
	if ((r = plain_copy(env, cert, key)) != 0)
		return r;
	return take_comment(key, cert);
}

/* Is the certificate for this key (or for the one that another certificate certifies)? */
static bool
is_for(const nacre_key *cert, const nacre_key *key)
{
	const char *type = key->type->plain != NULL ? key->type->plain : key->type->name;

	return strcmp(cert->type->plain, type) == 0 && slice_eq(cert->fields, key->fields);
}

static int
join(nacre_key *joined, const nacre_key *key)
{
	int r = key_share_secret(joined, key);

	if (r == 0 && key->comment != NULL)
		r = key_set_comment(joined, slice_str(key->comment));
	return r;
}

int
nacre_cert_with_key(const struct nacre_env *env, const nacre_key *cert, const nacre_key *key, nacre_key **joined)
{
	int r;

	*joined = NULL;
	if (env == NULL || key == NULL || !nacre_key_is_certificate(cert) || !nacre_key_can_sign(key))
		return NACRE_E_ARGUMENT;
	if (!is_for(cert, key))
		return NACRE_E_KEY_TYPE;
	if ((r = nacre_key_copy_public(env, cert, joined)) != 0)
		return r;
	if ((r = join(*joined, key)) != 0) {
		nacre_key_free(*joined);
		*joined = NULL;
	}
	return r;
}
