/* cert_issue: writing and signing certificates. Knows: the order of the fields. Must not know: who may have one.
 * OpenSSH PROTOCOL.certkeys. */
#include "cert_parse.h"
#include "mem.h"
#include "netmask.h"

#define NONCE_LEN 32

/* What stands between the subject's fields and the authority's key. */
struct sorted {
	const struct nacre_cert_option *row[NACRE_CERT_OPTIONS_MAX];
	size_t n;
};

/* Inserts in lexical order; an option of the same name is a mistake. */
static int
insert(struct sorted *list, const struct nacre_cert_option *option)
{
	size_t i = list->n;
	int order;

	if (list->n == NACRE_CERT_OPTIONS_MAX || option->name == NULL || option->name[0] == '\0')
		return NACRE_E_ARGUMENT;
	for (; i > 0; i--) {
		if ((order = strcmp(list->row[i - 1]->name, option->name)) == 0)
			return NACRE_E_ARGUMENT;
		if (order < 0)
			break;
		list->row[i] = list->row[i - 1];
	}
	list->row[i] = option;
	list->n++;
	return 0;
}

static bool
are_networks(const char *list)
{
	static const struct netaddr any = {.is_v4 = true};

	return netmask_list_match(slice_str(list), &any) != NETMASK_MALFORMED;
}

/* An option that everybody refuses is of no use to anybody; one that is known has a value or it has none. */
static bool
is_sound(enum nacre_cert_options kind, const struct nacre_cert_option *option)
{
	const struct cert_option_row *row = cert_option_find(kind, slice_str(option->name));

	if (row == NULL)
		return kind == NACRE_CERT_EXTENSIONS;
	if (row->has_value != (option->value != NULL))
		return false;
	return strcmp(row->name, "source-address") != 0 || are_networks(option->value);
}

/* Values are wrapped twice: a string that holds a string. */
static int
put_options(struct buf *b, enum nacre_cert_options kind, const struct nacre_cert_option *options, size_t n)
{
	struct sorted list = {.n = 0};
	size_t i, outer, inner;
	int r = 0;

	for (i = 0; i < n && r == 0; i++) {
		r = insert(&list, &options[i]);
		if (r == 0 && !is_sound(kind, &options[i]))
			r = NACRE_E_ARGUMENT;
	}
	if (r != 0)
		return r;
	outer = buf_begin_string(b);
	for (i = 0; i < list.n; i++) {
		buf_put_cstring(b, list.row[i]->name);
		inner = buf_begin_string(b);
		if (list.row[i]->value != NULL)
			buf_put_cstring(b, list.row[i]->value);
		buf_end_string(b, inner);
	}
	buf_end_string(b, outer);
	return 0;
}

static void
put_principals(struct buf *b, const struct nacre_cert_fields *fields)
{
	size_t mark = buf_begin_string(b), i;

	for (i = 0; i < fields->n_principals; i++)
		buf_put_cstring(b, fields->principals[i]);
	buf_end_string(b, mark);
}

static int
put_fields(struct buf *b, const struct nacre_cert_fields *fields)
{
	int r;

	buf_put_u64(b, fields->serial);
	buf_put_u32(b, (uint32_t)fields->type);
	buf_put_cstring(b, fields->key_id == NULL ? "" : fields->key_id);
	put_principals(b, fields);
	buf_put_u64(b, fields->valid_after);
	buf_put_u64(b, fields->valid_before);
	if ((r = put_options(b, NACRE_CERT_CRITICAL, fields->critical, fields->n_critical)) != 0 ||
	    (r = put_options(b, NACRE_CERT_EXTENSIONS, fields->extensions, fields->n_extensions)) != 0)
		return r;
	buf_put_cstring(b, ""); /* reserved */
	return 0;
}

static const struct key_type *
cert_type_of(const nacre_key *subject)
{
	const struct key_type *t;

	if (subject->type->plain != NULL)
		return subject->type;
	for (t = key_types; t->name != NULL; t++)
		if (t->plain != NULL && strcmp(t->plain, subject->type->name) == 0)
			return t;
	return NULL;
}

static int
put_signature(struct buf *b, const struct nacre_env *env, const nacre_key *authority, const struct sigalg *algorithm)
{
	struct buf signature;
	int r = b->bad;

	buf_init(&signature, env, NACRE_CERT_BLOB_MAX);
	if (r == 0)
		r = key_sign(authority, env, algorithm, buf_slice(b), &signature);
	if (r == 0)
		buf_put_string(b, buf_slice(&signature));
	buf_free(&signature);
	return r != 0 ? r : b->bad;
}

static bool
are_principals_sound(const struct nacre_cert_fields *fields)
{
	size_t i;

	if (fields->n_principals == 0 || fields->n_principals > NACRE_CERT_PRINCIPALS_MAX || fields->principals == NULL)
		return false;
	for (i = 0; i < fields->n_principals; i++)
		if (fields->principals[i] == NULL || fields->principals[i][0] == '\0' ||
		    strlen(fields->principals[i]) > CERT_PRINCIPAL_MAX)
			return false;
	return true;
}

static bool
are_fields_sound(const struct nacre_cert_fields *fields)
{
	if (fields->size != sizeof(*fields) || (fields->type != NACRE_CERT_USER && fields->type != NACRE_CERT_HOST))
		return false;
	if (fields->type == NACRE_CERT_HOST && fields->n_critical > 0)
		return false;
	if ((fields->critical == NULL && fields->n_critical > 0) ||
	    (fields->extensions == NULL && fields->n_extensions > 0))
		return false;
	return fields->valid_after < fields->valid_before && are_principals_sound(fields);
}

/* SHA-1's is not among them. */
static const struct sigalg *
algorithm_for(const nacre_key *authority, const char *name)
{
	const struct sigalg *a = sigalg_for_key(authority, name);

	return a == NULL || sigalg_is_for_certificates(a) ? NULL : a;
}

static int
issue(struct buf *b, const struct nacre_env *env, const struct nacre_cert_fields *fields, const nacre_key *subject,
    const nacre_key *authority)
{
	const struct sigalg *algorithm = algorithm_for(authority, fields->signature_algorithm);
	const struct key_type *type = cert_type_of(subject);
	uint8_t nonce[NONCE_LEN];
	int r;

	if (algorithm == NULL)
		return NACRE_E_KEY_TYPE;
	if (type == NULL)
		return NACRE_E_UNSUPPORTED;
	if ((r = mem_random(env, nonce, sizeof(nonce))) != 0)
		return r;
	buf_put_cstring(b, type->name);
	buf_put_string(b, slice_of(nonce, sizeof(nonce)));
	buf_put_slice(b, subject->fields);
	if ((r = put_fields(b, fields)) != 0)
		return r;
	buf_put_string(b, key_blob(authority));
	return put_signature(b, env, authority, algorithm);
}

static int
finish(const struct nacre_env *env, const struct buf *blob, const nacre_key *subject, nacre_key **cert)
{
	int r = key_parse_blob(env, buf_slice(blob), cert);

	if (r == 0 && subject->comment != NULL && (r = key_set_comment(*cert, slice_str(subject->comment))) != 0) {
		nacre_key_free(*cert);
		*cert = NULL;
	}
	return r == NACRE_E_KEY_FORMAT ? NACRE_E_ARGUMENT : r;
}

int
nacre_cert_issue(const struct nacre_env *env, const struct nacre_cert_fields *fields, const nacre_key *subject,
    const nacre_key *authority, nacre_key **cert)
{
	struct buf blob;
	int r;

	*cert = NULL;
	if (env == NULL || fields == NULL || subject == NULL || authority == NULL || !are_fields_sound(fields) ||
	    !nacre_key_can_sign(authority))
		return NACRE_E_ARGUMENT;
	if (authority->type->plain != NULL)
		return NACRE_E_KEY_TYPE;
	buf_init(&blob, env, NACRE_CERT_BLOB_MAX);
	if ((r = issue(&blob, env, fields, subject, authority)) == 0)
		r = finish(env, &blob, subject, cert);
	buf_free(&blob);
	return r;
}
