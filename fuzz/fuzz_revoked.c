/* Target: revoked keys. The input is a file of either kind; the same keys, a certificate among them, are looked for in
 * it whatever it holds. OpenSSH PROTOCOL.krl. */
#include "cert_forge.h"
#include "fuzz.h"
#include "test_env.h"
#include <nacre/cert.h>
#include <nacre/revoked.h>

#include <sodium.h>

/* Number 1, id "reef": make_revoked_corpus knows them, too. */
static nacre_key *
issue(struct test_env *t)
{
	static const char *const names[] = {"alice"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .serial = 1,
	    .key_id = "reef",
	    .principals = names,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	nacre_key *cert;

	FUZZ_CHECK(
	    nacre_cert_issue(&t->env, &fields, forge_key(FORGE_SUBJECT), forge_key(FORGE_AUTHORITY), &cert) == 0);
	return cert;
}

/* Whoever is revoked takes the certificate along. */
static void
ask(const nacre_revoked *set, const nacre_key *cert)
{
	bool subject = nacre_revoked_has(set, forge_key(FORGE_SUBJECT));
	bool authority = nacre_revoked_has(set, forge_key(FORGE_AUTHORITY));

	FUZZ_CHECK(nacre_revoked_has(set, cert) || (!subject && !authority));
	(void)nacre_revoked_has(set, forge_key(FORGE_ECDSA));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nacre_revoked *set;
	struct test_env t;
	nacre_key *cert;
	char why[200];

	if (sodium_init() < 0)
		return 0;
	test_env_init(&t, 1);
	if (nacre_revoked_parse(&t.env, data, size, &set, why, sizeof(why)) == 0) {
		cert = issue(&t);
		ask(set, cert);
		nacre_key_free(cert);
	} else {
		FUZZ_CHECK(why[0] != '\0' && nacre_revoked_has(set, forge_key(FORGE_SUBJECT)));
	}
	nacre_revoked_free(set);
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
