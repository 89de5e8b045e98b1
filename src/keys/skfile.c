/* skfile: what the file of a security key holds in the place of a private half. Knows: application, flags, handle. Must
 * not know: the file's form, devices. OpenSSH PROTOCOL.u2f. */
#include "key.h"
#include "mem.h"

/* A handle may be what wraps the private half: it is wiped as that is. */
int
key_set_sk_file(nacre_key *key, uint8_t flags, struct slice handle, struct slice reserved)
{
	size_t n = handle.n + reserved.n; /* cannot wrap: both lie in one file */

	if (handle.n == 0)
		return NACRE_E_KEY_FORMAT;
	if ((key->sk_file = mem_new(key->env, n)) == NULL)
		return NACRE_E_NOMEM;
	key->sk_file_len = n;
	memcpy(key->sk_file, handle.p, handle.n);
	if (reserved.n > 0)
		memcpy(key->sk_file + handle.n, reserved.p, reserved.n);
	key->sk_handle = slice_of(key->sk_file, handle.n);
	key->sk_reserved = slice_of(key->sk_file + handle.n, reserved.n);
	key->sk_flags = flags;
	return 0;
}

int
key_share_sk_file(nacre_key *to, const nacre_key *from)
{
	return from->sk_file == NULL ? 0 : key_set_sk_file(to, from->sk_flags, from->sk_handle, from->sk_reserved);
}

const uint8_t *
nacre_key_sk_application(const nacre_key *key, size_t *n)
{
	*n = key->application.n;
	return key->type->sk ? key->application.p : NULL;
}

const uint8_t *
nacre_key_sk_handle(const nacre_key *key, size_t *n)
{
	*n = key->sk_handle.n;
	return key->sk_handle.p;
}

uint8_t
nacre_key_sk_flags(const nacre_key *key)
{
	return key->sk_flags;
}
