/* make_key_corpus: writes the seeds of fuzz_key and fuzz_known_hosts, with real keys: one of each type in each form
 * that is read, and a file for each shape of line.
 *
 *   make_key_corpus DIR */
#include "corpus_file.h"
#include "fuzz.h"
#include "key.h"
#include "test_env.h"
#include <nacre/known_hosts.h>

#include <sodium.h>

/* The first byte of a seed: which reader. */
enum reader_choice { READ_PRIVATE, READ_PRIVATE_WITH_PASSPHRASE, READ_PEEK, READ_LINE, READ_BLOB, READ_SIGNATURE };

static void
seed(const char *dir, const struct nacre_env *env, enum reader_choice which, const char *type, struct slice bytes)
{
	static const char *const names[] = {"private", "passphrase", "peek", "line", "blob", "signature"};
	struct buf b;
	char name[80];

	buf_init(&b, env, 65536);
	buf_put_u8(&b, (uint8_t)which);
	buf_put_slice(&b, bytes);
	FUZZ_CHECK(b.bad == 0);
	snprintf(name, sizeof(name), "%s-%s", names[which], type);
	corpus_file(dir, "key", name, buf_slice(&b));
	buf_free(&b);
}

static void
signature_seed(const char *dir, const struct nacre_env *env, const nacre_key *key)
{
	const struct sigalg *algorithm;
	struct buf b;

	for (algorithm = sigalg_table; strcmp(algorithm->key_type, nacre_key_type(key)) != 0; algorithm++)
		continue;
	buf_init(&b, env, 8192);
	buf_put_string(&b, key_blob(key));
	FUZZ_CHECK(key_sign(key, env, algorithm, SLICE_LIT("another text"), &b) == 0 && b.bad == 0);
	seed(dir, env, READ_SIGNATURE, nacre_key_type(key), buf_slice(&b));
	buf_free(&b);
}

static void
key_seeds(const char *dir, const struct nacre_env *env, const char *type, unsigned bits)
{
	static const struct nacre_key_write_options commented = {.size = sizeof(commented), .comment = "a comment"};
	nacre_key *key;
	char *text;
	size_t n;

	FUZZ_CHECK(nacre_key_generate(env, type, bits, &key) == 0);
	FUZZ_CHECK(nacre_key_write_private(env, key, &commented, &text, &n, NULL, 0) == 0);
	seed(dir, env, READ_PRIVATE, type, slice_of(text, n));
	seed(dir, env, READ_PRIVATE_WITH_PASSPHRASE, type, slice_of(text, n));
	seed(dir, env, READ_PEEK, type, slice_of(text, n));
	nacre_key_text_free(env, text, n);
	FUZZ_CHECK(nacre_key_write_public(env, key, &commented, &text, &n, NULL, 0) == 0);
	seed(dir, env, READ_LINE, type, slice_of(text, n));
	nacre_key_text_free(env, text, n);
	seed(dir, env, READ_BLOB, type, key_blob(key));
	signature_seed(dir, env, key);
	nacre_key_free(key);
}

/* fuzz_known_hosts looks for 32 bytes of 41, and for 42 in vain. */
#define KEY_41 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
#define KEY_42 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC"

static void
known_hosts_seeds(const char *dir)
{
	static const struct {
		const char *name, *text;
	} files[] = {
	    {"plain", "example.org " KEY_41 " a comment\n"},
	    {"changed", "example.org " KEY_42 "\n"},
	    {"port", "[example.org]:2222 " KEY_41 "\n[192.0.2.1]:22 " KEY_42 "\n"},
	    {"list", "a,example.org,192.0.2.1 " KEY_41 "\n"},
	    {"patterns", "*.org,!www.example.org,?x?mple.* " KEY_41 "\n*a*a*a*a*a*b " KEY_42 "\n"},
	    {"negated", "*,!example.org " KEY_41 "\n"},
	    {"revoked", "@revoked * " KEY_41 "\nexample.org " KEY_41 "\n"},
	    {"authority", "@cert-authority *.org " KEY_41 "\n"},
	    {"unknown-marker", "@other example.org " KEY_41 "\n"},
	    {"unknown-type", "example.org x-ssh-new@nacre AAAAC3gtc3NoLW5ldw==\n"},
	    {"truncated", "example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFB\n"},
	    {"no-key", "example.org\nexample.org ssh-ed25519\n \t\n"},
	    {"comments", "# a comment\r\n\r\n  example.org " KEY_41 "\r\n#last"},
	    {"no-newline", "example.org " KEY_41},
	    {"hashed-broken", "|1|AAAA|AAAA " KEY_41 "\n|1||| " KEY_41 "\n|2|x|y " KEY_41 "\n"},
	};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		corpus_file(dir, "known_hosts", files[i].name, slice_str(files[i].text));
}

static void
authorized_keys_seeds(const char *dir)
{
	static const struct {
		const char *name, *text;
	} files[] = {
	    {"plain", "# who may enter\n\n" KEY_41 " diver@reef\n\t" KEY_42 "\n"},
	    {"options", "restrict,pty " KEY_41 "\nno-touch-required,from=\"10.0.0.0/8,!10.1.*\" " KEY_42 " two\n"},
	    {"quoted", "command=\"echo \\\"a b\\\" ssh-ed25519 AAAA\",environment=\"A=b c\" " KEY_41 "\n"},
	    {"open-quotes", "command=\"echo " KEY_41 "\ncommand=\"a\"b\" " KEY_42 "\n\"\" " KEY_41 "\n"},
	    {"authority", "cert-authority,principals=\"a,b\",expiry-time=\"20991231Z\" " KEY_41 "\n"},
	    {"broken", "ssh-ed25519\nssh-ed25519 !!!!\noptions only\nssh-rsa " KEY_41 "\n,, " KEY_41 "\n"},
	    {"no-newline", "permitopen=\"reef:22\",tunnel=\"0\" " KEY_41},
	    {"carriage", KEY_41 "\r\nrestrict " KEY_42 "\r\n\r\n"},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		corpus_file(dir, "authorized_keys", files[i].name, slice_str(files[i].text));
}

/* A name that is hidden, of this host and of another. */
static void
hashed_seed(const char *dir, const struct nacre_env *env)
{
	nacre_key *key;
	struct buf file;
	char *line;
	size_t n, i;
	static const char *const hosts[] = {"other.example.org", "example.org"};

	buf_init(&file, env, 4096);
	FUZZ_CHECK(nacre_key_parse_public(env, KEY_41, sizeof(KEY_41) - 1, &key, NULL, 0) == 0);
	for (i = 0; i < 2; i++) {
		FUZZ_CHECK(nacre_known_hosts_line(env, hosts[i], 22, key, true, &line, &n) == 0);
		buf_put(&file, line, n);
		buf_put_u8(&file, '\n');
		nacre_known_hosts_line_free(env, line, n);
	}
	FUZZ_CHECK(file.bad == 0);
	corpus_file(dir, "known_hosts", "hashed", buf_slice(&file));
	buf_free(&file);
	nacre_key_free(key);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *type;
		unsigned bits;
	} types[] = {
	    {"ssh-ed25519", 0},
	    {"ecdsa-sha2-nistp256", 0},
	    {"ecdsa-sha2-nistp384", 0},
	    {"ecdsa-sha2-nistp521", 0},
	    {"ssh-rsa", 2048},
	};
	struct test_env t;
	size_t i;

	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: make_key_corpus DIR\n");
		return 1;
	}
	test_env_init(&t, 71);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		key_seeds(argv[1], &t.env, types[i].type, types[i].bits);
	known_hosts_seeds(argv[1]);
	hashed_seed(argv[1], &t.env);
	authorized_keys_seeds(argv[1]);
	FUZZ_CHECK(t.live_blocks == 0);
	return 0;
}
