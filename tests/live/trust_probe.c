/* trust_probe: what known_hosts files say, many questions in one run. Each line of the input is
 *
 *   FILE HOST PORT PUBLIC-KEY-FILE
 *
 * and is answered by the numbers of the lines that speak of the host, and what is decided about the key:
 *
 *   lines=1,4 match=4
 *
 * "other" is an unknown key of a host that is known by keys of other types. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <nacre/nacre.h>

static const char *const results[] = {
    [NACRE_KNOWN_HOSTS_UNKNOWN] = "unknown",
    [NACRE_KNOWN_HOSTS_MATCH] = "match",
    [NACRE_KNOWN_HOSTS_CHANGED] = "changed",
    [NACRE_KNOWN_HOSTS_REVOKED] = "revoked",
};

static int
print_lines(const nacre_known_hosts *set, const char *host, unsigned port)
{
	struct nacre_known_hosts_entry entry;
	const void *at = NULL;
	const char *between = "lines=";
	bool found;
	int rc;

	while ((rc = nacre_known_hosts_lookup(set, host, port, &at, &entry, &found)) == NACRE_OK && found) {
		printf("%s%lu", between, entry.line);
		between = ",";
	}
	printf("%s", at == NULL ? "lines=" : "");
	return rc;
}

static int
answer(const nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key)
{
	struct nacre_known_hosts_match match;
	int rc;

	if ((rc = print_lines(set, host, port)) != NACRE_OK)
		return rc;
	if ((rc = nacre_known_hosts_check(set, host, port, key, &match)) != NACRE_OK)
		return rc;
	printf(" %s=%lu\n", match.other_types ? "other" : results[match.result], match.line);
	return NACRE_OK;
}

static int
ask(const char *file, const char *host, unsigned port, const char *key_file)
{
	nacre_known_hosts *set = NULL;
	nacre_key *key = NULL;
	uint8_t *text = NULL;
	size_t n = 0;
	int rc;

	if ((rc = nacre_file_read(NULL, file, (size_t)1 << 20, &text, &n, NULL, 0)) != NACRE_OK)
		return rc;
	if ((rc = nacre_key_load_public(NULL, key_file, &key, NULL, 0)) == NACRE_OK &&
	    (rc = nacre_known_hosts_new(nacre_env_default(), &set)) == NACRE_OK &&
	    (rc = nacre_known_hosts_parse(set, file, text, n)) == NACRE_OK)
		rc = answer(set, host, port, key);
	nacre_known_hosts_free(set);
	nacre_key_free(key);
	nacre_file_free(NULL, text, n);
	return rc;
}

int
main(void)
{
	char line[4096], file[1024], host[512], key_file[1024];
	unsigned port;
	int rc;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (sscanf(line, "%1023s %511s %u %1023s", file, host, &port, key_file) != 4) {
			fprintf(stderr, "trust_probe: four words are needed\n");
			return 2;
		}
		if ((rc = ask(file, host, port, key_file)) != NACRE_OK) {
			fprintf(stderr, "trust_probe: %s %s: %s\n", file, host, nacre_status_text(rc));
			return 1;
		}
	}
	return 0;
}
