/* keygen_file: keys and passphrases from and to where they are kept. Knows: files, the terminal. Must not know: what is
 * done with a key. ssh-keygen(1). */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "keygen.h"
#include "terminal.h"
#include "trust.h"

#define READ_MAX ((size_t)64 << 20)

bool
keygen_path(const struct keygen *k, const char *usual, char path[KEYGEN_PATH_MAX])
{
	char question[KEYGEN_PATH_MAX + 64], whole[KEYGEN_PATH_MAX];

	if (k->file != NULL) {
		snprintf(path, KEYGEN_PATH_MAX, "%s", k->file);
		return strlen(k->file) < KEYGEN_PATH_MAX;
	}
	if (!trust_path(usual, whole, sizeof(whole))) {
		(void)say_failure("keygen: there is no home directory; name the file with -f");
		return false;
	}
	snprintf(question, sizeof(question), "The file of the key (%s): ", whole);
	if (!terminal_ask(question, false, path, KEYGEN_PATH_MAX)) {
		(void)say_failure("keygen: nobody can be asked for the file; name it with -f");
		return false;
	}
	if (path[0] == '\0')
		memcpy(path, whole, sizeof(whole));
	return true;
}

/* The passphrase of a key that turned out to be locked. */
static int
load_asking(const struct keygen *k, const char *path, nacre_key **key, char *why, size_t why_size)
{
	char question[KEYGEN_PATH_MAX + 64], passphrase[KEYGEN_PASSPHRASE_MAX];
	int rc = NACRE_E_KEY_PASSPHRASE;

	snprintf(question, sizeof(question), "Passphrase for key %s: ", path);
	if (terminal_ask(question, true, passphrase, sizeof(passphrase)))
		rc = nacre_key_load(k->env, path, passphrase, key, why, why_size);
	explicit_bzero(passphrase, sizeof(passphrase));
	return rc;
}

int
keygen_load(const struct keygen *k, const char *path, nacre_key **key)
{
	char why[512] = "";
	int rc = nacre_key_load(k->env, path, k->passphrase, key, why, sizeof(why));

	if (rc == NACRE_E_KEY_PASSPHRASE && k->passphrase == NULL)
		rc = load_asking(k, path, key, why, sizeof(why));
	if (rc == NACRE_OK)
		return 0;
	/* A file's own failures name it already. */
	if (rc == NACRE_E_FILE || rc == NACRE_E_FILE_MISSING)
		return say_failure("keygen: %s", why);
	return say_failure("keygen: %s: %s", path, why[0] != '\0' ? why : nacre_status_text(rc));
}

int
keygen_load_signer(const struct keygen *k, const char *path, nacre_key **key)
{
	int rc = keygen_load(k, path, key);

	if (rc != 0 || nacre_key_can_sign(*key))
		return rc;
	nacre_key_free(*key);
	*key = NULL;
	return say_failure("keygen: %s: only its security key can sign, and those are not reached from here", path);
}

int
keygen_new_passphrase(const struct keygen *k, char passphrase[KEYGEN_PASSPHRASE_MAX])
{
	char again[KEYGEN_PASSPHRASE_MAX];
	int rc = 0;

	if (k->new_passphrase != NULL) {
		if (strlen(k->new_passphrase) >= KEYGEN_PASSPHRASE_MAX)
			return say_failure("keygen: the passphrase is too long");
		memcpy(passphrase, k->new_passphrase, strlen(k->new_passphrase) + 1);
		return 0;
	}
	if (!terminal_ask("New passphrase (empty for none): ", true, passphrase, KEYGEN_PASSPHRASE_MAX) ||
	    !terminal_ask("The same passphrase again: ", true, again, sizeof(again)))
		rc = say_failure("keygen: nobody can be asked for a passphrase; give it with -N (\"\" for none)");
	else if (strcmp(passphrase, again) != 0)
		rc = say_failure("keygen: the passphrases differ; nothing was changed");
	explicit_bzero(again, sizeof(again));
	return rc;
}

/* 0 or an errno. */
static int
fill(int fd, const char *text, size_t n, mode_t mode)
{
	ssize_t written;

	while (n > 0) {
		written = write(fd, text, n);
		if (written < 0 && errno != EINTR)
			return errno;
		text += written < 0 ? 0 : written;
		n -= written < 0 ? 0 : (size_t)written;
	}
	return fchmod(fd, mode) == 0 && fsync(fd) == 0 ? 0 : errno;
}

/* link, unlike rename, does not take the place of a file that is there. */
static int
put_in_place(const char *from, const char *path, bool over)
{
	int error;

	if (over)
		return rename(from, path) == 0 ? 0 : errno;
	error = link(from, path) == 0 ? 0 : errno;
	(void)unlink(from);
	return error;
}

/* The file is made beside its place, with mode 0600 from the start, and appears there whole. */
int
keygen_write(const char *path, const char *text, size_t n, mode_t mode, bool over)
{
	char beside[KEYGEN_PATH_MAX + 16];
	int fd, error;

	snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
	if ((fd = mkostemp(beside, O_CLOEXEC)) < 0)
		return say_failure("keygen: %s: %s", path, strerror(errno));
	error = fill(fd, text, n, mode);
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0)
		error = put_in_place(beside, path, over);
	else
		(void)unlink(beside);
	return error == 0 ? 0 : say_failure("keygen: %s: %s", path, strerror(error));
}

/* What -m says of a private key; ssh-keygen takes RFC4716 for its own format there. */
static const struct {
	const char *name;
	enum nacre_key_format format;
} formats[] = {
    {"RFC4716", NACRE_KEY_FORMAT_OPENSSH},
    {"OPENSSH", NACRE_KEY_FORMAT_OPENSSH},
    {"PEM", NACRE_KEY_FORMAT_PEM},
    {"PKCS8", NACRE_KEY_FORMAT_PKCS8},
};

static int
find_format(const char *name, enum nacre_key_format *format)
{
	*format = NACRE_KEY_FORMAT_OPENSSH;
	if (name == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcasecmp(formats[i].name, name) != 0)
			continue;
		*format = formats[i].format;
		return 0;
	}
	return say_failure("keygen: -m %s: no such format of a private key", name);
}

int
keygen_write_private(const struct keygen *k, const nacre_key *key, const char *comment, const char *passphrase,
    const char *path, bool over)
{
	struct nacre_key_write_options options = {
	    .size = sizeof(options),
	    .comment = comment,
	    .passphrase = passphrase,
	    .cipher = k->cipher,
	    .rounds = k->rounds,
	};
	char *text, why[256] = "";
	size_t n;
	int rc;

	if (find_format(k->format, &options.format) != 0)
		return TOOL_FAILED;
	if ((rc = nacre_key_write_private(k->env, key, &options, &text, &n, why, sizeof(why))) != NACRE_OK)
		return say_failure("keygen: %s: %s", path, why[0] != '\0' ? why : nacre_status_text(rc));
	rc = keygen_write(path, text, n, 0600, over);
	nacre_key_text_free(k->env, text, n);
	return rc;
}

int
keygen_write_public(const struct keygen *k, const nacre_key *key, const char *comment, const char *path, bool over)
{
	struct nacre_key_write_options options = {.size = sizeof(options), .comment = comment};
	char *text, why[256] = "";
	size_t n;
	int rc = nacre_key_write_public(k->env, key, &options, &text, &n, why, sizeof(why));

	if (rc != NACRE_OK)
		return say_failure("keygen: the public key: %s", why[0] != '\0' ? why : nacre_status_text(rc));
	if (path == NULL)
		fputs(text, stdout);
	else
		rc = keygen_write(path, text, n, 0644, over);
	nacre_key_text_free(k->env, text, n);
	return rc;
}

static int
read_all(FILE *from, const char *name, char **p, size_t *n)
{
	size_t cap = 4096, used = 0, k;
	char *grown, *room = malloc(cap + 1);

	while (room != NULL && (k = fread(room + used, 1, cap - used, from)) > 0) {
		used += k;
		if (used < cap)
			continue;
		cap *= 2;
		if (cap > READ_MAX || (grown = realloc(room, cap + 1)) == NULL) {
			free(room);
			return say_failure("keygen: %s: too large", name);
		}
		room = grown;
	}
	if (room == NULL || ferror(from)) {
		free(room);
		return say_failure("keygen: %s: %s", name, strerror(errno));
	}
	room[used] = '\0';
	*p = room;
	*n = used;
	return 0;
}

int
keygen_read(const char *path, char **p, size_t *n)
{
	FILE *file;
	int rc;

	if (strcmp(path, "-") == 0)
		return read_all(stdin, "standard input", p, n);
	if ((file = fopen(path, "rbe")) == NULL)
		return say_failure("keygen: %s: %s", path, strerror(errno));
	rc = read_all(file, path, p, n);
	(void)fclose(file);
	return rc;
}

/* What follows a first word, in which quotes may keep blanks together: options, or the names of hosts. */
static const char *
after_word(const char *line)
{
	bool quoted = false;

	for (; *line != '\0' && (quoted || !isspace((unsigned char)*line)); line++) {
		if (line[0] == '\\' && line[1] == '"')
			line++;
		else if (*line == '"')
			quoted = !quoted;
	}
	while (isspace((unsigned char)*line))
		line++;
	return line;
}

nacre_key *
keygen_parse_line(const struct keygen *k, const char *line)
{
	nacre_key *key = NULL;

	while (isspace((unsigned char)*line))
		line++;
	if (*line == '\0' || *line == '#')
		return NULL;
	if (*line == '@') /* known_hosts' markers */
		line = after_word(line);
	if (nacre_key_parse_public(k->env, line, strlen(line), &key, NULL, 0) == NACRE_OK)
		return key;
	line = after_word(line);
	return nacre_key_parse_public(k->env, line, strlen(line), &key, NULL, 0) == NACRE_OK ? key : NULL;
}
