/* Target: known_hosts files. The input is a file; the same hosts and keys are looked up in it whatever it holds, added and
 * removed, and the file is written anew. Reading it never fails, what a set says of itself must agree, and what was written
 * says the same as the set. */
#include "fuzz.h"
#include "test_env.h"
#include <nacre/known_hosts.h>

#include <sodium.h>
#include <string.h>

/* The key that the seeds know: ssh-ed25519, 32 bytes of 41. */
static nacre_key *
known_key(const struct nacre_env *env)
{
	uint8_t blob[51] = "\0\0\0\x0bssh-ed25519\0\0\0\x20";
	nacre_key *key;

	memset(blob + 19, 0x41, 32);
	FUZZ_CHECK(nacre_key_from_blob(env, blob, sizeof(blob), &key) == 0);
	return key;
}

static void
count_type(void *ctx, const char *type)
{
	FUZZ_CHECK(type != NULL && type[0] != '\0');
	++*(size_t *)ctx;
}

static void
look_up(const nacre_known_hosts *set, const nacre_key *key)
{
	static const struct {
		const char *host;
		unsigned port;
	} hosts[] = {{"example.org", 22}, {"example.org", 2222}, {"192.0.2.1", 0}, {"a", 22}};
	struct nacre_known_hosts_match match;
	size_t i, n;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		n = 0;
		FUZZ_CHECK(nacre_known_hosts_check(set, hosts[i].host, hosts[i].port, key, &match) == 0);
		FUZZ_CHECK(nacre_known_hosts_key_types(set, hosts[i].host, hosts[i].port, count_type, &n) == 0);
		FUZZ_CHECK(match.result != NACRE_KNOWN_HOSTS_MATCH || n > 0);
		FUZZ_CHECK(match.result != NACRE_KNOWN_HOSTS_CHANGED || n > 0);
		FUZZ_CHECK(!match.other_types || (match.result == NACRE_KNOWN_HOSTS_UNKNOWN && n > 0));
	}
}

/* Every line has one kind, and the counts know them all. */
static void
walk(const nacre_known_hosts *set, size_t input_n)
{
	size_t counts[NACRE_KNOWN_HOSTS_UNREADABLE + 1] = {0};
	struct nacre_known_hosts_entry entry;
	const void *at = NULL;
	unsigned kind;

	while (nacre_known_hosts_next(set, &at, &entry)) {
		FUZZ_CHECK(entry.kind <= NACRE_KNOWN_HOSTS_UNREADABLE && entry.line >= 1);
		FUZZ_CHECK(entry.hosts_n <= input_n && entry.type != NULL);
		counts[entry.kind]++;
	}
	for (kind = 0; kind <= NACRE_KNOWN_HOSTS_UNREADABLE; kind++)
		FUZZ_CHECK(nacre_known_hosts_count(set, (enum nacre_known_hosts_kind)kind) == counts[kind]);
}

/* A line that was made for a key is found, in a set of its own. */
static void
check_line(struct test_env *t, const nacre_key *key, bool hashed)
{
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	char *line;
	size_t n;

	FUZZ_CHECK(nacre_known_hosts_line(&t->env, "Example.org", 2222, key, hashed, &line, &n) == 0);
	FUZZ_CHECK(nacre_known_hosts_new(&t->env, &set) == 0);
	FUZZ_CHECK(nacre_known_hosts_parse(set, "line", (const uint8_t *)line, n) == 0);
	FUZZ_CHECK(nacre_known_hosts_check(set, "example.org", 2222, key, &match) == 0);
	FUZZ_CHECK(match.result == NACRE_KNOWN_HOSTS_MATCH);
	nacre_known_hosts_free(set);
	nacre_known_hosts_line_free(&t->env, line, n);
}

static size_t
look(const nacre_known_hosts *set, const char *host)
{
	struct nacre_known_hosts_entry entry;
	const void *at = NULL;
	bool found = true;
	size_t n = 0;

	for (;; n++) {
		FUZZ_CHECK(nacre_known_hosts_lookup(set, host, 22, &at, &entry, &found) == 0);
		if (!found)
			return n;
		FUZZ_CHECK(entry.kind != NACRE_KNOWN_HOSTS_UNREADABLE);
	}
}

/* What was written is read again: the same answers, and nothing of it is lost a second time. */
static void
check_written(struct test_env *t, const nacre_known_hosts *set, const nacre_key *key, const char *text, size_t n)
{
	struct nacre_known_hosts_match a, b;
	nacre_known_hosts *again;
	char *same;
	size_t same_n;

	FUZZ_CHECK(nacre_known_hosts_new(&t->env, &again) == 0);
	FUZZ_CHECK(nacre_known_hosts_parse(again, "input", (const uint8_t *)text, n) == 0);
	FUZZ_CHECK(nacre_known_hosts_check(set, "example.org", 22, key, &a) == 0);
	FUZZ_CHECK(nacre_known_hosts_check(again, "example.org", 22, key, &b) == 0);
	FUZZ_CHECK(a.result == b.result && a.other_types == b.other_types);
	FUZZ_CHECK(look(set, "example.org") == look(again, "example.org"));
	FUZZ_CHECK(nacre_known_hosts_write(again, "input", (const uint8_t *)text, n, false, &same, &same_n) == 0);
	FUZZ_CHECK(same_n == n && memcmp(same, text, n) == 0);
	nacre_known_hosts_line_free(&t->env, same, same_n);
	nacre_known_hosts_free(again);
}

static void
write_and_check(
    struct test_env *t, const nacre_known_hosts *set, const nacre_key *key, const uint8_t *data, size_t size)
{
	char *text;
	size_t n;

	FUZZ_CHECK(nacre_known_hosts_write(set, "input", data, size, false, &text, &n) == 0);
	check_written(t, set, key, text, n);
	nacre_known_hosts_line_free(&t->env, text, n);
}

/* Removed, the host has keys by patterns and markers alone; added, it has this one, and no other of its type by its name. */
static void
edit(struct test_env *t, nacre_known_hosts *set, const nacre_key *key, const uint8_t *data, size_t size)
{
	struct nacre_known_hosts_match match;
	size_t removed, again;

	FUZZ_CHECK(nacre_known_hosts_remove(set, "example.org", 22, NULL, &removed) == 0);
	FUZZ_CHECK(nacre_known_hosts_remove(set, "example.org", 22, NULL, &again) == 0 && again == 0);
	write_and_check(t, set, key, data, size);
	FUZZ_CHECK(nacre_known_hosts_add(set, "example.org", 22, key) == 0);
	FUZZ_CHECK(nacre_known_hosts_check(set, "example.org", 22, key, &match) == 0);
	FUZZ_CHECK(match.result == NACRE_KNOWN_HOSTS_MATCH || match.result == NACRE_KNOWN_HOSTS_REVOKED);
	write_and_check(t, set, key, data, size);
	FUZZ_CHECK(nacre_known_hosts_remove_key(set, "example.org", 22, key, &removed) == 0 && removed <= size + 1);
	write_and_check(t, set, key, data, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *key;

	if (sodium_init() < 0)
		return 0;
	test_env_init(&t, 1);
	key = known_key(&t.env);
	FUZZ_CHECK(nacre_known_hosts_new(&t.env, &set) == 0);
	FUZZ_CHECK(nacre_known_hosts_parse(set, "input", data, size) == 0);
	walk(set, size);
	look_up(set, key);
	write_and_check(&t, set, key, data, size);
	edit(&t, set, key, data, size);
	if (size % 16 == 0) { /* the same for every input: not each time */
		check_line(&t, key, false);
		check_line(&t, key, true);
	}
	nacre_known_hosts_free(set);
	nacre_key_free(key);
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
