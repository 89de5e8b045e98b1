/* keygen_cert: certificates signed by an authority's key. Knows: which files, names and numbers go into them. Must not
 * know: their format. ssh-keygen(1), CERTIFICATES. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "keygen_cert.h"

/* Everything that the certificates of one command have in common. */
struct issue {
	const struct keygen *k;
	nacre_key *authority;
	struct nacre_cert_fields fields;
	struct keygen_cert_options options;
	char *names; /* owned; cut into principals */
	const char *principals[NACRE_CERT_PRINCIPALS_MAX];
	bool counts; /* -z +N: each certificate gets the next number */
};

static int
take_serial(struct issue *i)
{
	const char *text = i->k->serial;
	char *end;

	if (text == NULL)
		return 0;
	i->counts = text[0] == '+';
	text += i->counts;
	errno = 0;
	i->fields.serial = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-')
		return say_failure("keygen: -z %s: no serial number", i->k->serial);
	return 0;
}

/* A certificate for nobody in particular would be good for everybody: names must be given. */
static int
take_names(struct issue *i)
{
	char *rest = NULL;
	size_t n = 0;

	if (i->k->names == NULL)
		return say_failure("keygen: -n is wanted: a certificate without names would speak for everybody");
	if ((i->names = strdup(i->k->names)) == NULL)
		return say_failure("out of memory");
	for (char *name = strtok_r(i->names, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
		if (n == NACRE_CERT_PRINCIPALS_MAX)
			return say_failure("keygen: -n: at most %d names", NACRE_CERT_PRINCIPALS_MAX);
		i->principals[n++] = name;
	}
	i->fields.principals = i->principals;
	i->fields.n_principals = n;
	return n > 0 ? 0 : say_failure("keygen: -n: there is no name");
}

static int
take_fields(struct issue *i)
{
	const struct keygen *k = i->k;
	int rc;

	i->fields = (struct nacre_cert_fields){
	    .size = sizeof(i->fields),
	    .type = k->is_host ? NACRE_CERT_HOST : NACRE_CERT_USER,
	    .key_id = k->identity,
	    .signature_algorithm = k->type,
	};
	if (k->identity == NULL)
		return say_failure("keygen: -I is wanted: who the certificate is for");
	if ((rc = take_serial(i)) != 0 || (rc = take_names(i)) != 0 ||
	    (rc = keygen_cert_options_read(&i->options, k)) != 0)
		return rc;
	i->fields.critical = i->options.critical;
	i->fields.n_critical = i->options.n_critical;
	i->fields.extensions = i->options.extensions;
	i->fields.n_extensions = i->options.n_extensions;
	return keygen_validity(k->validity, (uint64_t)time(NULL), &i->fields.valid_after, &i->fields.valid_before);
}

/* "id.pub" and "id" become "id-cert.pub". */
static void
cert_path(const char *file, char *out, size_t cap)
{
	size_t n = strlen(file);

	if (n > 4 && strcmp(file + n - 4, ".pub") == 0)
		n -= 4;
	snprintf(out, cap, "%.*s-cert.pub", (int)n, file);
}

/* The public key that a file names: the `.pub` file beside it, which has the comment, or itself. */
static int
load_subject(const struct keygen *k, const char *file, nacre_key **key)
{
	char beside[KEYGEN_PATH_MAX + 8], why[512] = "";
	int rc;

	snprintf(beside, sizeof(beside), "%s.pub", file);
	if (access(beside, R_OK) == 0)
		file = beside;
	if ((rc = nacre_key_load_public(k->env, file, key, why, sizeof(why))) == NACRE_OK)
		return 0;
	/* A file's own failures name it already. */
	if (rc == NACRE_E_FILE || rc == NACRE_E_FILE_MISSING)
		return say_failure("keygen: %s", why);
	return say_failure("keygen: %s: %s", file, why[0] != '\0' ? why : nacre_status_text(rc));
}

static const char *
issue_problem(int rc)
{
	return rc == NACRE_E_ARGUMENT ? "an option says what its kind cannot, or a name is too long"
				      : nacre_status_text(rc);
}

static void
tell(const struct issue *i, const char *path)
{
	fprintf(stderr, "Signed %s key %s: id \"%s\" serial %llu for %s\n", i->k->is_host ? "host" : "user", path,
	    i->k->identity, (unsigned long long)i->fields.serial, i->k->names);
}

static int
certify(struct issue *i, const char *file)
{
	char path[KEYGEN_PATH_MAX + 16];
	nacre_key *subject = NULL, *cert = NULL;
	int rc;

	if (strlen(file) >= KEYGEN_PATH_MAX)
		return say_failure("keygen: the name of a file is too long");
	cert_path(file, path, sizeof(path));
	if ((rc = load_subject(i->k, file, &subject)) != 0)
		goto out;
	rc = nacre_cert_issue(i->k->env, &i->fields, subject, i->authority, &cert);
	if (rc != NACRE_OK) {
		rc = say_failure("keygen: %s: no certificate can be made: %s", file, issue_problem(rc));
		goto out;
	}
	rc = keygen_write_public(i->k, cert, nacre_key_comment(subject), path, true);
	if (rc == 0 && !i->k->quiet)
		tell(i, path);
	i->fields.serial += i->counts;
out:
	nacre_key_free(cert);
	nacre_key_free(subject);
	return rc;
}

int
keygen_certify(struct keygen *k)
{
	struct issue i = {.k = k};
	int rc;

	if (k->words[0] == NULL)
		return say_failure("keygen: -s: name the public keys that are to be signed");
	if ((rc = take_fields(&i)) == 0 && (rc = keygen_load_signer(k, k->signer, &i.authority)) == 0)
		for (size_t n = 0; rc == 0 && k->words[n] != NULL; n++)
			rc = certify(&i, k->words[n]);
	nacre_key_free(i.authority);
	keygen_cert_options_free(&i.options);
	free(i.names);
	return rc;
}
