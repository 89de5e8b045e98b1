/* host_proof: see host_proof.h. Knows: both spellings. Must not know: messages' numbers.
 * draft-ietf-sshm-hostkey-update 2.1, 2.2; OpenSSH PROTOCOL 2.5. */
#include "host_proof.h"

static const struct host_proof_names spellings[] = {
    {"hostkeys-00@openssh.com", "hostkeys-prove-00@openssh.com", "hostkeys-prove-00@openssh.com"},
    {"hostkeys", "hostkeys-prove", "hostkeys-prove-0"},
};

#define N_SPELLINGS (sizeof(spellings) / sizeof(spellings[0]))

const struct host_proof_names *
host_proof_announced(struct slice request)
{
	size_t i;

	for (i = 0; i < N_SPELLINGS; i++)
		if (slice_is(request, spellings[i].announce))
			return &spellings[i];
	return NULL;
}

const struct host_proof_names *
host_proof_asked(struct slice request)
{
	size_t i;

	for (i = 0; i < N_SPELLINGS; i++)
		if (slice_is(request, spellings[i].prove))
			return &spellings[i];
	return NULL;
}

const struct host_proof_names *
host_proof_usual(void)
{
	return &spellings[0];
}

void
host_proof_put(struct buf *b, const struct host_proof_names *names, struct slice session_id, struct slice key)
{
	buf_put_string(b, slice_str(names->context));
	buf_put_string(b, session_id);
	buf_put_string(b, key);
}

static bool
is_rsa(const nacre_key *key)
{
	return strcmp(nacre_key_type(key), "ssh-rsa") == 0;
}

/* draft 2.2.1: the same as in the key exchange, and none for SHA-1. */
const struct sigalg *
host_proof_algorithm(const nacre_key *key, const struct sigalg *agreed)
{
	if (!is_rsa(key) || agreed->hash == HASH_NONE)
		return sigalg_for_key(key, NULL);
	return agreed->legacy ? NULL : sigalg_for_key(key, sigalg_signature(agreed));
}

int
host_proof_verify(const nacre_key *key, const struct nacre_env *env, const struct sigalg *agreed, struct slice data,
    struct slice signature)
{
	const struct sigalg *algorithm = host_proof_algorithm(key, agreed);
	struct reader r = reader_of(signature);
	struct slice name = reader_string(&r);

	if (algorithm == NULL)
		return NACRE_E_CRYPTO;
	if (is_rsa(key) && agreed->hash == HASH_NONE && !r.bad && slice_is(name, "rsa-sha2-256"))
		algorithm = sigalg_for_key(key, "rsa-sha2-256");
	return key_verify(key, env, algorithm, data, signature);
}

bool
host_proof_has(struct slice list, struct slice blob)
{
	struct reader r = reader_of(list);

	while (!r.bad && r.n > 0)
		if (slice_eq(reader_string(&r), blob) && !r.bad)
			return true;
	return false;
}

bool
host_proof_is_list(struct slice list)
{
	struct reader r = reader_of(list);
	struct slice before;
	unsigned n = 0;

	while (r.n > 0 && n < HOST_PROOF_KEYS_MAX) {
		struct slice blob;

		before = slice_of(list.p, list.n - r.n);
		blob = reader_string(&r);
		if (r.bad || blob.n == 0 || host_proof_has(before, blob))
			return false;
		n++;
	}
	return n > 0 && r.n == 0;
}
