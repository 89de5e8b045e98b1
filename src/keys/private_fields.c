/* private_fields: see private_fields.h. Knows: the order of the fields. Must not know: what stands around them.
 * OpenSSH PROTOCOL.key; draft-ietf-sshm-ssh-agent 4.2. */
#include "private_fields.h"

static void
put_device(struct buf *b, const nacre_key *key)
{
	buf_put_string(b, key->application);
	buf_put_u8(b, key->sk_flags);
	buf_put_string(b, key->sk_handle);
	buf_put_string(b, key->sk_reserved);
}

static void
put_rsa(struct buf *b, const nacre_key *key)
{
	buf_put_mpint(b, key->numbers[0]);
	buf_put_mpint(b, key->numbers[3]);
	buf_put_mpint(b, key->numbers[1]);
	buf_put_mpint(b, key->numbers[2]);
}

/* Ed25519 says its point in both cases. */
void
private_fields_put_certified(struct buf *b, const nacre_key *key)
{
	if (key->type->kind == KEY_ED25519_KIND)
		buf_put_string(b, key->point);
	if (key->type->sk)
		put_device(b, key);
	else if (key->type->kind == KEY_ED25519_KIND || key->type->kind == KEY_MLDSA_KIND)
		buf_put_string(b, key->numbers[0]);
	else if (key->type->kind == KEY_RSA_KIND)
		put_rsa(b, key);
	else
		buf_put_mpint(b, key->numbers[0]);
}

void
private_fields_put(struct buf *b, const nacre_key *key)
{
	if (key->type->kind == KEY_ECDSA_KIND) {
		buf_put_cstring(b, key->type->curve_name);
		buf_put_string(b, key->point);
	}
	if (key->type->kind == KEY_RSA_KIND) {
		buf_put_mpint(b, key->n);
		buf_put_mpint(b, key->e);
	}
	if (key->type->kind == KEY_MLDSA_KIND)
		buf_put_string(b, key->point);
	if (key->type->kind == KEY_DSA_KIND)
		buf_put_slice(b, key->fields);
	private_fields_put_certified(b, key);
}
