/* forge: see forge.h. OpenSSH PROTOCOL.certkeys. */
#include "forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ALICE SLICE_LIT("\0\0\0\5alice")

struct forge
forge_good(const nacre_key *subject, const nacre_key *authority)
{
	return (struct forge){
	    .subject = subject,
	    .authority = authority,
	    .serial = 1,
	    .kind = 1,
	    .key_id = SLICE_LIT("id"),
	    .principals = ALICE,
	    .valid_before = UINT64_MAX,
	};
}

static const char *
cert_type(const struct forge *forge)
{
	const struct key_type *t = key_types;

	while (t->plain == NULL || strcmp(t->plain, nacre_key_type(forge->subject)) != 0)
		t++;
	return t->name;
}

static void
put_fields(struct buf *out, const struct forge *forge)
{
	buf_put_cstring(out, forge->type != NULL ? forge->type : cert_type(forge));
	buf_put_cstring(out, "a nonce of some length");
	buf_put_slice(out, forge->subject->fields);
	buf_put_u64(out, forge->serial);
	buf_put_u32(out, forge->kind);
	buf_put_string(out, forge->key_id);
	buf_put_string(out, forge->principals);
	buf_put_u64(out, forge->valid_after);
	buf_put_u64(out, forge->valid_before);
	buf_put_string(out, forge->critical);
	buf_put_string(out, forge->extensions);
	buf_put_string(out, forge->reserved);
	buf_put_string(out, forge->authority_blob.n > 0 ? forge->authority_blob : key_blob(forge->authority));
}

void
forge_blob(struct test_env *t, const struct forge *forge, struct buf *out)
{
	const struct sigalg *algorithm = forge->signature == NULL ? sigalg_for_key(forge->authority, NULL)
								  : sigalg_find(slice_str(forge->signature));
	struct buf signature;

	buf_init(out, &t->env, (size_t)1 << 20);
	buf_init(&signature, &t->env, 8192);
	put_fields(out, forge);
	assert_int_equal(key_sign(forge->authority, &t->env, algorithm, buf_slice(out), &signature), 0);
	if (forge->spoil)
		out->p[60] ^= 1; /* in the nonce, or in the key */
	buf_put_string(out, buf_slice(&signature));
	buf_put_slice(out, forge->tail);
	assert_int_equal(out->bad, 0);
	buf_free(&signature);
}

int
forge_parse(struct test_env *t, const struct forge *forge, nacre_key **cert)
{
	struct buf blob;
	int r;

	forge_blob(t, forge, &blob);
	r = key_parse_blob(&t->env, buf_slice(&blob), cert);
	buf_free(&blob);
	return r;
}

struct slice
forge_strings(struct test_env *t, struct buf *room, const char *const *items)
{
	buf_init(room, &t->env, (size_t)1 << 20);
	for (; *items != NULL; items++)
		buf_put_cstring(room, *items);
	return buf_slice(room);
}
