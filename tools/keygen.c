/* keygen: ssh-keygen's command line. Knows: its letters, and who serves them. Must not know: keys. ssh-keygen(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "keygen.h"
#include "terminal.h"

static const char usage[] =
    "usage: nacre keygen [-q] [-t ed25519|ecdsa|rsa|mldsa44-ed25519] [-b bits] [-C comment] [-f file] [-N passphrase]\n"
    "                    [-a rounds] [-Z cipher] [-m format]\n"
    "       nacre keygen -p [-P old] [-N new] [-a rounds] [-Z cipher] [-m format] [-f file]\n"
    "       nacre keygen -y [-P passphrase] [-f file]\n"
    "       nacre keygen -l [-v] [-E sha256|md5] [-f file]\n"
    "       nacre keygen -e [-m RFC4716|PKCS8|PEM] [-f file]\n"
    "       nacre keygen -i [-m RFC4716|PKCS8|PEM] [-f file]\n"
    "       nacre keygen -s authority -I identity -n names [-h] [-V from:to] [-z serial] [-O option]... file...\n"
    "       nacre keygen -Y sign -f keyfile -n namespace [-O hashalg=name] [file...]\n"
    "       nacre keygen -Y check-novalidate -n namespace -s signature\n"
    "       nacre keygen -Y verify -f allowed_signers -I identity -n namespace -s signature [-r revoked_keys]\n"
    "       nacre keygen -Y find-principals -f allowed_signers -s signature\n"
    "       nacre keygen -Y match-principals -f allowed_signers -I identity\n"
    "       nacre keygen -Q -f revoked_keys file...\n"
    "       nacre keygen -L [-f certificate]";

/* Where a letter's value goes; SWITCH: it has none. */
struct letter {
	char letter;
	enum { SWITCH, TEXT, NUMBER, MANY } kind;
	size_t offset; /* in struct keygen */
};

#define AT(field) offsetof(struct keygen, field)

static const struct letter letters[] = {
    {'q', SWITCH, AT(quiet)},
    {'h', SWITCH, AT(is_host)},
    {'v', SWITCH, AT(verbose)},
    {'t', TEXT, AT(type)},
    {'f', TEXT, AT(file)},
    {'C', TEXT, AT(comment)},
    {'N', TEXT, AT(new_passphrase)},
    {'P', TEXT, AT(passphrase)},
    {'E', TEXT, AT(hash)},
    {'m', TEXT, AT(format)},
    {'Z', TEXT, AT(cipher)},
    {'b', NUMBER, AT(bits)},
    {'a', NUMBER, AT(rounds)},
    {'s', TEXT, AT(signer)},
    {'I', TEXT, AT(identity)},
    {'n', TEXT, AT(names)},
    {'V', TEXT, AT(validity)},
    {'z', TEXT, AT(serial)},
    {'O', MANY, AT(options)},
    {'r', TEXT, AT(revoked)},
    {'Y', TEXT, AT(operation)},
};

/* Letters that say what to do; without one of them a key is made. */
static const struct {
	char letter;
	keygen_fn *run;
} actions[] = {
    {'p', keygen_change_passphrase},
    {'l', keygen_fingerprint},
    {'L', keygen_list},
    {'Q', keygen_query_revoked},
    {'y', keygen_public},
    {'e', keygen_export},
    {'i', keygen_import},
};

#define N(a) (sizeof(a) / sizeof((a)[0]))

static int
refuse(const char *what, const char *about)
{
	fprintf(stderr, "nacre: keygen: %s%s\n%s\n", what, about, usage);
	return KEYGEN_REFUSED;
}

static int
take_number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || *out > max)
		return say_failure("keygen: \"%s\" is not a number up to %lu", text, max);
	return 0;
}

static int
take_value(struct keygen *k, const struct letter *letter, const char *value)
{
	char *at = (char *)k + letter->offset;
	unsigned long number = 0;
	int rc = 0;

	switch (letter->kind) {
	case SWITCH:
		*(bool *)at = true;
		break;
	case TEXT:
		*(const char **)(void *)at = value;
		break;
	case NUMBER:
		rc = take_number(value, 1u << 20, &number);
		*(unsigned *)(void *)at = (unsigned)number;
		break;
	case MANY:
		if (k->n_options == KEYGEN_OPTIONS_MAX)
			return say_failure("keygen: at most %d options", KEYGEN_OPTIONS_MAX);
		k->options[k->n_options++] = value;
		break;
	}
	return rc;
}

/* One letter; *at moves on where its value is the next word. Those that say what to do go to *run. */
static int
take_letter(struct keygen *k, const char *rest, char *const *argv, int *at, keygen_fn **run, bool *took_word)
{
	const char *value;

	*took_word = false;
	for (size_t i = 0; i < N(actions); i++) {
		if (actions[i].letter != rest[0])
			continue;
		if (*run != NULL && *run != actions[i].run)
			return refuse("only one thing can be done at a time: -", (const char[]){rest[0], '\0'});
		*run = actions[i].run;
		return 0;
	}
	for (size_t i = 0; i < N(letters); i++) {
		if (letters[i].letter != rest[0])
			continue;
		if (letters[i].kind == SWITCH)
			return take_value(k, &letters[i], NULL);
		*took_word = true;
		value = rest[1] != '\0' ? rest + 1 : argv[*at];
		if (value == NULL)
			return refuse("a value is wanted after -", (const char[]){rest[0], '\0'});
		*at += rest[1] == '\0';
		return take_value(k, &letters[i], value);
	}
	return refuse("this letter is not served: -", (const char[]){rest[0], '\0'});
}

/* Letters may stand together, as getopt has it: "-lf file". */
static int
take_word(struct keygen *k, const char *word, char *const *argv, int *at, keygen_fn **run)
{
	bool took_word = false;
	int rc = 0;

	for (const char *c = word + 1; *c != '\0' && rc == 0 && !took_word; c++)
		rc = take_letter(k, c, argv, at, run, &took_word);
	return rc;
}

int
keygen_main(int argc, char **argv)
{
	struct keygen k = {.env = nacre_env_default()};
	keygen_fn *run = NULL;
	int at = 1, rc = 0;

	if (k.env == NULL)
		return say_failure("there is no randomness on this system");
	while (rc == 0 && at < argc && argv[at][0] == '-' && argv[at][1] != '\0') {
		const char *word = argv[at++];

		if (strcmp(word, "--") == 0)
			break;
		rc = take_word(&k, word, argv, &at, &run);
	}
	k.words = argv + at;
	if (rc != 0)
		return rc;
	if (run == NULL && k.operation != NULL)
		run = keygen_operate;
	if (run == NULL)
		run = k.signer != NULL ? keygen_certify : keygen_make;
	rc = run(&k);
	terminal_done();
	return rc;
}
