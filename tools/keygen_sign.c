/* keygen_sign: -Y: signatures of files, made and verified. Knows: files, standard input, what is said to a person. Must
 * not know: the signatures' format. ssh-keygen(1), -Y; OpenSSH PROTOCOL.sshsig. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "keygen.h"

#define PIECE 65536

/* -O hashalg=sha256; NULL where the usual one is meant. */
static int
find_hash(const struct keygen *k, const char **hash)
{
	static const char option[] = "hashalg=";

	*hash = NULL;
	for (size_t i = 0; i < k->n_options; i++) {
		if (strncasecmp(k->options[i], option, sizeof(option) - 1) != 0)
			return say_failure("keygen: -O %s: no such option of a signature", k->options[i]);
		*hash = k->options[i] + sizeof(option) - 1;
	}
	return 0;
}

/* All of a stream goes into the signature. */
int
keygen_feed(nacre_sshsig *sig, FILE *from, const char *name)
{
	uint8_t *room = malloc(PIECE);
	int rc = NACRE_OK;
	size_t n;

	if (room == NULL)
		return say_failure("out of memory");
	while (rc == NACRE_OK && (n = fread(room, 1, PIECE, from)) > 0)
		rc = nacre_sshsig_update(sig, room, n);
	free(room);
	if (ferror(from))
		return say_failure("keygen: %s: %s", name, strerror(errno));
	return rc == NACRE_OK ? 0 : say_failure("keygen: %s: %s", name, nacre_status_text(rc));
}

/* The signature of a stream: to standard output, or to the file `path`. */
static int
sign_stream(const struct keygen *k, const nacre_key *key, FILE *from, const char *name, const char *path)
{
	nacre_sshsig *sig = NULL;
	char *text = NULL;
	const char *hash;
	size_t n = 0;
	int rc;

	if (find_hash(k, &hash) != 0)
		return TOOL_FAILED;
	rc = nacre_sshsig_new(k->env, key, k->names, hash, &sig);
	if (rc != NACRE_OK)
		return say_failure("keygen: %s cannot be signed: %s", name, nacre_status_text(rc));
	if ((rc = keygen_feed(sig, from, name)) != 0)
		goto out;
	if ((rc = nacre_sshsig_sign(sig, &text, &n)) != NACRE_OK)
		rc = say_failure("keygen: %s cannot be signed: %s", name, nacre_status_text(rc));
	else if (path == NULL)
		fputs(text, stdout);
	else
		rc = keygen_write(path, text, n, 0644, false);
out:
	nacre_sshsig_text_free(k->env, text, n);
	nacre_sshsig_free(sig);
	return rc;
}

static int
sign_file(const struct keygen *k, const nacre_key *key, const char *name)
{
	char path[KEYGEN_PATH_MAX];
	FILE *file;
	int rc;

	if (snprintf(path, sizeof(path), "%s.sig", name) >= (int)sizeof(path))
		return say_failure("keygen: the name of a file is too long");
	if ((file = fopen(name, "rbe")) == NULL)
		return say_failure("keygen: %s: %s", name, strerror(errno));
	rc = sign_stream(k, key, file, name, path);
	(void)fclose(file);
	if (rc == 0 && !k->quiet)
		fprintf(stderr, "Signed %s: %s\n", name, path);
	return rc;
}

static int
sign_input(const struct keygen *k, const nacre_key *key)
{
	return sign_stream(k, key, stdin, "standard input", NULL);
}

/* The private key that a public one's file belongs to: "id" for "id.pub" and for "id-cert.pub". */
static void
private_path(const char *file, char path[KEYGEN_PATH_MAX])
{
	static const char *const ends[] = {"-cert.pub", ".pub"};
	size_t n = strlen(file);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (n <= end || strcmp(file + n - end, ends[i]) != 0)
			continue;
		n -= end;
		break;
	}
	snprintf(path, KEYGEN_PATH_MAX, "%.*s", (int)n, file);
}

/* With -f id-cert.pub the signature shows the certificate, and the key beside it signs. */
static int
certify_signer(const struct keygen *k, const nacre_key *shown, nacre_key **key)
{
	nacre_key *both;
	int rc;

	if (nacre_key_equal(shown, *key))
		return 0;
	rc = nacre_cert_with_key(k->env, shown, *key, &both);
	if (rc != NACRE_OK)
		return say_failure("keygen: %s is not for the private key beside it", k->file);
	nacre_key_free(*key);
	*key = both;
	return 0;
}

/* -f is a private key's file, or a public one's with the private one beside it. */
static int
load_signer(const struct keygen *k, nacre_key **key)
{
	char path[KEYGEN_PATH_MAX];
	nacre_key *shown;
	int rc;

	private_path(k->file, path);
	if (strcmp(path, k->file) == 0 || nacre_key_load_public(k->env, k->file, &shown, NULL, 0) != NACRE_OK)
		return keygen_load_signer(k, k->file, key);
	if ((rc = keygen_load_signer(k, path, key)) == 0)
		rc = certify_signer(k, shown, key);
	nacre_key_free(shown);
	return rc;
}

/* Files get their signatures beside them; without any, or for "-", standard input is signed. */
static int
sign(struct keygen *k)
{
	nacre_key *key = NULL;
	int rc;

	if (k->file == NULL || k->names == NULL)
		return say_failure("keygen: -Y sign wants the key (-f) and a namespace (-n)");
	rc = load_signer(k, &key);
	if (rc == 0 && k->words[0] == NULL)
		rc = sign_input(k, key);
	for (size_t i = 0; rc == 0 && k->words[i] != NULL; i++)
		rc = strcmp(k->words[i], "-") == 0 ? sign_input(k, key) : sign_file(k, key, k->words[i]);
	nacre_key_free(key);
	return rc;
}

int
keygen_read_signature(const struct keygen *k, nacre_sshsig **sig)
{
	char *text;
	size_t n;
	int rc;

	if (k->signer == NULL)
		return say_failure("keygen: the signature's file is wanted (-s)");
	if ((rc = keygen_read(k->signer, &text, &n)) != 0)
		return rc;
	rc = nacre_sshsig_parse(k->env, text, n, sig);
	free(text);
	return rc == NACRE_OK ? 0 : say_failure("keygen: %s: %s", k->signer, nacre_status_text(rc));
}

int
keygen_hold(const struct keygen *k, nacre_sshsig *sig)
{
	int rc = nacre_sshsig_verify(sig, k->names, 0);
	char shown[128];

	if (rc == NACRE_OK)
		return 0;
	if (rc != NACRE_E_ARGUMENT)
		return say_failure("keygen: the signature does not hold");
	(void)nacre_text_escape(shown, sizeof(shown), nacre_sshsig_namespace(sig), false);
	return say_failure("keygen: the signature is for another namespace: \"%s\"", shown);
}

/* Does the signature hold for standard input? Whose key it is nobody asks. */
static int
check(struct keygen *k)
{
	char whose[KEYGEN_FINGERPRINT_MAX] = "";
	nacre_sshsig *sig = NULL;
	int rc;

	if (k->names == NULL)
		return say_failure("keygen: -Y %s wants a namespace (-n)", k->operation);
	if ((rc = keygen_read_signature(k, &sig)) != 0)
		return rc;
	if ((rc = keygen_feed(sig, stdin, "standard input")) != 0)
		goto out;
	if ((rc = keygen_hold(k, sig)) == 0 && (rc = keygen_describe(k, nacre_sshsig_key(sig), " key ", whose)) == 0 &&
	    !k->quiet)
		printf("Good \"%s\" signature with %s\n", k->names, whose);
out:
	nacre_sshsig_free(sig);
	return rc;
}

int
keygen_operate(struct keygen *k)
{
	static const struct {
		const char *name;
		keygen_fn *run;
	} rows[] = {
	    {"sign", sign},
	    {"check-novalidate", check},
	    {"verify", keygen_verify},
	    {"find-principals", keygen_find_principals},
	    {"match-principals", keygen_match_principals},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, k->operation) == 0)
			return rows[i].run(k);
	}
	fprintf(stderr, "nacre: keygen: -Y %s: not served\n", k->operation);
	return KEYGEN_REFUSED;
}
