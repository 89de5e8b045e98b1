/* agent_private: keys on their way to an agent. Knows: the fields of each kind, plain and certified. Must not know:
 * requests. draft-ietf-sshm-ssh-agent 4.2; OpenSSH PROTOCOL.certkeys. */
#include "agent_message.h"
#include "assemble.h"
#include "private_fields.h"
#include <nacre/cert.h>

void
agent_put_private(struct buf *b, const nacre_key *key)
{
	buf_put_cstring(b, key->type->name);
	if (key->type->plain == NULL) {
		private_fields_put(b, key);
		return;
	}
	buf_put_string(b, key_blob(key));
	private_fields_put_certified(b, key);
}

/* The 64 bytes are the seed and the point again (draft-ietf-sshm-ssh-agent 4.2.3). */
static void
read_ed25519(struct reader *r, struct key_parts *parts)
{
	struct slice secret;

	parts->point = reader_string(r);
	secret = reader_string(r);
	if (secret.n != 64 || parts->point.n != 32 || !slice_eq(slice_from(secret, 32), parts->point))
		r->bad = true;
	parts->secret = slice_of(secret.p, r->bad ? 0 : 32);
}

static void
read_ecdsa(struct reader *r, const nacre_key *cert, struct key_parts *parts)
{
	if (cert != NULL) {
		parts->point = cert->point;
	} else {
		if (!slice_is(reader_string(r), parts->type->curve_name))
			r->bad = true;
		parts->point = reader_string(r);
	}
	parts->secret = reader_mpint(r);
}

static void
read_rsa(struct reader *r, const nacre_key *cert, struct key_parts *parts)
{
	parts->n = cert != NULL ? cert->n : reader_mpint(r);
	parts->e = cert != NULL ? cert->e : reader_mpint(r);
	parts->d = reader_mpint(r);
	parts->iqmp = reader_mpint(r);
	parts->p = reader_mpint(r);
	parts->q = reader_mpint(r);
}

/* Never certified here. */
static void
read_dsa(struct reader *r, struct key_parts *parts)
{
	parts->dsa.p = reader_mpint(r);
	parts->dsa.q = reader_mpint(r);
	parts->dsa.g = reader_mpint(r);
	parts->dsa.y = reader_mpint(r);
	parts->secret = reader_mpint(r);
}

static int
read_plain(
    const struct nacre_env *env, struct reader *r, const struct key_type *type, const nacre_key *cert, nacre_key **key)
{
	struct key_parts parts = {.type = type, .has_private = true};
	struct why unheard = {NULL, 0};

	switch (type->kind) {
	case KEY_ED25519_KIND:
		read_ed25519(r, &parts);
		break;
	case KEY_ECDSA_KIND:
		read_ecdsa(r, cert, &parts);
		break;
	case KEY_RSA_KIND:
		read_rsa(r, cert, &parts);
		break;
	case KEY_DSA_KIND:
		read_dsa(r, &parts);
		break;
	case KEY_MLDSA_KIND:
		parts.point = cert != NULL ? cert->point : reader_string(r);
		parts.secret = reader_string(r);
		break;
	}
	return r->bad ? NACRE_E_KEY_FORMAT : key_assemble(env, &parts, key, &unheard);
}

static int
read_certified(const struct nacre_env *env, struct reader *r, const struct key_type *type, nacre_key **key)
{
	struct slice blob = reader_string(r);
	nacre_key *cert = NULL, *plain = NULL;
	int rc = r->bad ? NACRE_E_KEY_FORMAT : key_parse_blob(env, blob, &cert);

	if (rc == 0 && cert->type != type)
		rc = NACRE_E_KEY_FORMAT;
	if (rc == 0)
		rc = read_plain(env, r, key_type_find(slice_str(type->plain)), cert, &plain);
	if (rc == 0)
		rc = nacre_cert_with_key(env, cert, plain, key);
	nacre_key_free(cert);
	nacre_key_free(plain);
	return rc;
}

int
agent_read_private(const struct nacre_env *env, struct reader *r, nacre_key **key)
{
	const struct key_type *type = key_type_find(reader_string(r));

	*key = NULL;
	if (type == NULL)
		return NACRE_E_KEY_TYPE_UNKNOWN;
	if (type->sk)
		return NACRE_E_UNSUPPORTED;
	return type->plain != NULL ? read_certified(env, r, type, key) : read_plain(env, r, type, NULL, key);
}
