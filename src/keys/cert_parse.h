/* cert_parse: a certificate's own fields. Knows: their form, and the authority's signature. Must not know: whom to
 * trust. Serves OpenSSH PROTOCOL.certkeys, draft-ietf-sshm-cert. */
#ifndef KEYS_CERT_PARSE_H
#define KEYS_CERT_PARSE_H

#include "key.h"
#include "reader.h"
#include <nacre/cert.h>

#define CERT_KEY_ID_MAX 4096
#define CERT_PRINCIPAL_MAX 1024
#define CERT_OPTION_NAME_MAX 256

/* Everything lies in the key's blob, but for the authority. */
struct cert {
	enum nacre_cert_type type;
	uint64_t serial, valid_after, valid_before;
	struct slice key_id;
	struct slice principals, critical, extensions; /* as they stand; their form was checked */
	size_t n_principals, n_critical, n_extensions;
	nacre_key *authority;
	const struct sigalg *algorithm; /* of the authority's signature */
};

/* Reads what follows the key's own fields, to the end of the blob: sets key->cert where the form is right and the
 * signature holds. NACRE_E_KEY_FORMAT, NACRE_E_KEY_TYPE (an authority of a type or size that is not allowed),
 * NACRE_E_CRYPTO (the signature), NACRE_E_NOMEM. */
int cert_parse(nacre_key *key, struct reader *r) NACRE_CHECK;
void cert_free(struct cert *cert, const struct nacre_env *env);

/* An option that this build understands. */
struct cert_option_row {
	const char *name;
	enum nacre_cert_options kind;
	bool has_value;
};

/* NULL: another. */
const struct cert_option_row *cert_option_find(enum nacre_cert_options kind, struct slice name);

/* Steps over a list whose form was checked; false at the end. value is the raw data. */
bool cert_next_option(struct slice *list, struct slice *name, struct slice *value);

#endif
