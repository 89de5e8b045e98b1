/* keygen_make: new keys, and new passphrases for old ones. Knows: types, sizes, the usual files. Must not know: how a
 * key is made. ssh-keygen(1). */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "keygen.h"
#include "terminal.h"
#include "trust.h"

/* What -t says, in short or in full. bits 0: any that the type takes. */
static const struct {
	const char *name;
	unsigned bits;
	const char *type, *file;
} types[] = {
    {"ed25519", 0, "ssh-ed25519", "~/.ssh/id_ed25519"},
    {"ssh-ed25519", 0, "ssh-ed25519", "~/.ssh/id_ed25519"},
    {"ecdsa", 256, "ecdsa-sha2-nistp256", "~/.ssh/id_ecdsa"},
    {"ecdsa", 384, "ecdsa-sha2-nistp384", "~/.ssh/id_ecdsa"},
    {"ecdsa", 521, "ecdsa-sha2-nistp521", "~/.ssh/id_ecdsa"},
    {"ecdsa-sha2-nistp256", 256, "ecdsa-sha2-nistp256", "~/.ssh/id_ecdsa"},
    {"ecdsa-sha2-nistp384", 384, "ecdsa-sha2-nistp384", "~/.ssh/id_ecdsa"},
    {"ecdsa-sha2-nistp521", 521, "ecdsa-sha2-nistp521", "~/.ssh/id_ecdsa"},
    {"rsa", 0, "ssh-rsa", "~/.ssh/id_rsa"},
    {"ssh-rsa", 0, "ssh-rsa", "~/.ssh/id_rsa"},
    {"mldsa44-ed25519", 0, "ssh-mldsa44-ed25519@openssh.com", "~/.ssh/id_mldsa44_ed25519"},
    {"ssh-mldsa44-ed25519@openssh.com", 0, "ssh-mldsa44-ed25519@openssh.com", "~/.ssh/id_mldsa44_ed25519"},
    {"rsa-sha2-256", 0, "ssh-rsa", "~/.ssh/id_rsa"},
    {"rsa-sha2-512", 0, "ssh-rsa", "~/.ssh/id_rsa"},
};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

static bool
is_on_a_device(const char *name)
{
	static const char *const names[] = {
	    "ed25519-sk", "ecdsa-sk", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

/* The row for -t and -b, or N_TYPES after saying why there is none. */
static size_t
find_type(const struct keygen *k)
{
	const char *name = k->type == NULL ? "ed25519" : k->type;
	bool is_known = false;
	size_t i;

	for (i = 0; i < N_TYPES; i++) {
		if (strcasecmp(types[i].name, name) != 0)
			continue;
		is_known = true;
		if (types[i].bits == 0 || k->bits == 0 || types[i].bits == k->bits)
			return i;
	}
	if (strcasecmp(name, "dsa") == 0 || strcasecmp(name, "ssh-dss") == 0)
		(void)say_failure("keygen: %s: old keys of this type are read, and no new ones made", name);
	else if (is_on_a_device(name))
		(void)say_failure("keygen: %s: a security key makes it, and those are not reached from here", name);
	else
		(void)say_failure(
		    is_known ? "keygen: %s: no key of this type has %u bits" : "keygen: %s: no such type of key", name,
		    k->bits);
	return N_TYPES;
}

static int
generate(const struct keygen *k, size_t type, nacre_key **key)
{
	unsigned bits = strcmp(types[type].type, "ssh-rsa") == 0 ? k->bits : 0;
	int rc = nacre_key_generate(k->env, types[type].type, bits, key);

	if (rc == NACRE_E_KEY_TYPE)
		return say_failure("keygen: an RSA key has an even number of bits from 2048 to 8192, not %u", bits);
	return rc == NACRE_OK ? 0 : say_failure("keygen: the key cannot be made: %s", nacre_status_text(rc));
}

/* "user@host", as ssh-keygen has it. */
static void
usual_comment(char *out, size_t cap)
{
	struct passwd *user = getpwuid(getuid());
	char host[256] = "";

	(void)gethostname(host, sizeof(host) - 1);
	snprintf(out, cap, "%s@%s", user == NULL ? "unknown" : user->pw_name, host);
}

/* May this file be written? A file that is there stays, unless a person says otherwise. */
static bool
may_replace(const char *path)
{
	char question[KEYGEN_PATH_MAX + 64], answer[16];

	if (access(path, F_OK) != 0)
		return true;
	snprintf(question, sizeof(question), "%s is there already.\nReplace it (y/n)? ", path);
	if (terminal_ask(question, false, answer, sizeof(answer)) && strcasecmp(answer, "y") == 0)
		return true;
	fprintf(stderr, "nacre: keygen: %s is there already, and stays as it is\n", path);
	return false;
}

/* Who makes a first key has no ~/.ssh yet. What is wrong with it is said when the key is written. */
static void
make_usual_place(const char *path)
{
	char dir[KEYGEN_PATH_MAX];

	if (trust_path("~/.ssh/", dir, sizeof(dir)) && strncmp(path, dir, strlen(dir)) == 0)
		(void)mkdir(dir, 0700);
}

static void
tell_made(const nacre_key *key, const char *path, const char *public_path, const char *comment)
{
	char fingerprint[64], art[NACRE_KEY_RANDOMART_SIZE];

	if (nacre_key_fingerprint(key, "SHA256", fingerprint, sizeof(fingerprint)) != NACRE_OK ||
	    nacre_key_randomart(key, "SHA256", art, sizeof(art)) != NACRE_OK)
		return;
	printf("Your identification has been saved in %s\n", path);
	printf("Your public key has been saved in %s\n", public_path);
	printf("The key fingerprint is:\n%s %s\nThe key's randomart image is:\n%s", fingerprint, comment, art);
}

/* The public key takes the place of an old one without a question: it belongs to the private key. */
static int
save_pair(const struct keygen *k, const nacre_key *key, const char *path, bool over)
{
	char public_path[KEYGEN_PATH_MAX + 8], passphrase[KEYGEN_PASSPHRASE_MAX], usual[512];
	const char *comment = k->comment == NULL ? usual : k->comment;
	int rc;

	usual_comment(usual, sizeof(usual));
	snprintf(public_path, sizeof(public_path), "%s.pub", path);
	if ((rc = keygen_new_passphrase(k, passphrase)) == 0 &&
	    (rc = keygen_write_private(k, key, comment, passphrase, path, over)) == 0)
		rc = keygen_write_public(k, key, comment, public_path, true);
	explicit_bzero(passphrase, sizeof(passphrase));
	if (rc == 0 && !k->quiet)
		tell_made(key, path, public_path, comment);
	return rc;
}

int
keygen_make(struct keygen *k)
{
	size_t type = find_type(k);
	char path[KEYGEN_PATH_MAX];
	nacre_key *key = NULL;
	bool is_there;
	int rc;

	if (type == N_TYPES || !keygen_path(k, types[type].file, path))
		return TOOL_FAILED;
	if (k->comment != NULL && strpbrk(k->comment, "\r\n") != NULL)
		return say_failure("keygen: -C: a comment is one line");
	is_there = access(path, F_OK) == 0;
	if (!may_replace(path))
		return KEYGEN_REFUSED;
	if (!k->quiet)
		printf("Making a key pair of type %s.\n", types[type].type);
	(void)fflush(stdout);
	make_usual_place(path);
	rc = generate(k, type, &key);
	if (rc == 0)
		rc = save_pair(k, key, path, is_there);
	nacre_key_free(key);
	return rc;
}

/* The file itself, where the path is a link to it: a new file in the link's place would leave the old passphrase good
 * for the old one. */
static void
follow_links(char path[KEYGEN_PATH_MAX])
{
	char *whole = realpath(path, NULL);

	if (whole != NULL && strlen(whole) < KEYGEN_PATH_MAX)
		memcpy(path, whole, strlen(whole) + 1);
	free(whole);
}

int
keygen_change_passphrase(struct keygen *k)
{
	char path[KEYGEN_PATH_MAX], passphrase[KEYGEN_PASSPHRASE_MAX];
	nacre_key *key = NULL;
	int rc;

	if (!keygen_path(k, types[0].file, path))
		return TOOL_FAILED;
	follow_links(path);
	if ((rc = keygen_load(k, path, &key)) == 0 && (rc = keygen_new_passphrase(k, passphrase)) == 0)
		rc = keygen_write_private(k, key, NULL, passphrase, path, true);
	explicit_bzero(passphrase, sizeof(passphrase));
	if (rc == 0 && !k->quiet)
		printf("Your identification has been saved with the new passphrase.\n");
	nacre_key_free(key);
	return rc;
}
