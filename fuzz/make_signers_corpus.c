/* make_signers_corpus: writes the seeds of fuzz_allowed_signers: a file for each shape of line, with the keys that the
 * target asks about.
 *
 *   make_signers_corpus DIR */
#include "cert_forge.h"
#include "corpus_file.h"
#include "fuzz.h"
#include "test_env.h"

#include <sodium.h>

/* $S and $A stand for the subject's and the authority's public key. */
static const struct {
	const char *name, *text;
} files[] = {
    {"plain", "alice $S a comment\n"},
    {"comments", "# x\r\n\r\n \t\nalice $S\r\n#last"},
    {"list", "bob@example.com,alice,carol $S"},
    {"patterns", "*@example.com,!eve@* $S\n*,!alice $S\na?ice $S\n"},
    {"quoted", "\"alice,bob@example.com\" $S\n\"alice $S\n\"alice\"x $S\n"},
    {"namespaces", "alice namespaces=\"git,f*\" $S\nalice NAMESPACES=\"*,!file\" $S\n"},
    {"namespace-quote", "alice namespaces=\"a\\\"b\" $S\nalice namespaces=\"\" $S\n"},
    {"times", "alice valid-after=\"19700101Z\",valid-before=\"20991231235959Z\" $S\n"},
    {"local-times", "alice valid-after=\"200001011200\" $S\nalice valid-before=\"20300229121213\" $S\n"},
    {"times-wrong", "alice valid-after=\"20231301Z\" $S\nalice valid-after=\"tomorrow\" $S\n"
		    "alice valid-after=\"20240101Z\",valid-before=\"20230101Z\" $S\n"},
    {"twice", "alice namespaces=\"file\",namespaces=\"file\" $S\nalice "
	      "valid-before=\"20301231Z\",valid-before=\"20301231Z\" $S\n"},
    {"authority", "alice cert-authority $A\n* cert-authority,namespaces=\"file\" $A\na,root cert-authority $A\n"},
    {"authority-pattern", "*@example.com CERT-AUTHORITY $A\n*,!alice cert-authority $A\n"},
    {"authority-plain", "alice cert-authority $S\nalice $A\n"},
    {"unknown-option", "alice no-pty $S\nalice x=\"y\" $S\nalice cert-authority=\"yes\" $A\n"},
    {"commas", "alice namespaces=\"file\", $S\nalice ,namespaces=\"file\" $S\n,alice, $S\n"},
    {"broken", "alice\nalice $S\nalice ssh-ed25519 AAAAC3Nz\nalice ssh-strange AAAAC3NzaC1zdHJhbmdlAAAABHh4eHg=\n$S\n"},
};

static void
put_key(struct buf *b, const struct nacre_env *env, enum forge_key which)
{
	char *text;
	size_t n;

	FUZZ_CHECK(nacre_key_write_public(env, forge_key(which), NULL, &text, &n, NULL, 0) == 0);
	buf_put(b, text, n > 0 && text[n - 1] == '\n' ? n - 1 : n);
	nacre_key_text_free(env, text, n);
}

static void
seed(const char *dir, const struct nacre_env *env, const char *name, const char *text)
{
	struct buf b;

	buf_init(&b, env, 65536);
	for (; *text != '\0'; text++) {
		if (*text == '$')
			put_key(&b, env, *++text == 'S' ? FORGE_SUBJECT : FORGE_AUTHORITY);
		else
			buf_put_u8(&b, (uint8_t)*text);
	}
	FUZZ_CHECK(b.bad == 0);
	corpus_file(dir, "allowed_signers", name, buf_slice(&b));
	buf_free(&b);
}

int
main(int argc, char **argv)
{
	struct test_env t;
	size_t i;

	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: make_signers_corpus DIR\n");
		return 1;
	}
	test_env_init(&t, 73);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		seed(argv[1], &t.env, files[i].name, files[i].text);
	FUZZ_CHECK(t.live_blocks == 0);
	return 0;
}
