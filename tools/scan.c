/* scan: what servers show to anybody: nacre scan. Knows: ssh-keyscan's letters and format, and JSON for the rest. Must
 * not know: how it is found out. ssh-keyscan(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "json.h"
#include "scan.h"

static void
say_ident(const struct scan_options *o, const char *host, const nacre_probe *probe)
{
	if (!o->quiet && nacre_probe_ident(probe)[0] != '\0')
		fprintf(stderr, "# %s:%u %s\n", host, o->port, nacre_probe_ident(probe));
}

/* What the command line says and no server can mend. */
static bool misused;

static void
say_probe_error(const char *host, const nacre_probe *probe)
{
	struct nacre_error error;

	nacre_probe_error(probe, &error);
	misused = misused || error.code == NACRE_E_ARGUMENT;
	(void)say_failure("%s: %s", host, error.message[0] == '\0' ? nacre_status_text(error.code) : error.message);
}

/* One line of known_hosts(5). */
static int
print_key(const struct scan_options *o, const char *host, const nacre_key *key)
{
	char *line;
	size_t n;
	int rc = nacre_known_hosts_line(nacre_env_default(), host, o->port, key, o->hashed, &line, &n);

	if (rc != NACRE_OK)
		return say_failure("%s: %s", host, nacre_status_text(rc));
	printf("%s\n", line);
	nacre_known_hosts_line_free(nacre_env_default(), line, n);
	return 0;
}

/* How many keys were shown. */
static size_t
scan_keys(const struct scan_options *o, const char *host, nacre_probe *probe)
{
	const nacre_key *const *keys;
	size_t n, shown = 0;
	int rc = nacre_probe_host_keys(probe, o->types, &keys, &n);

	say_ident(o, host, probe);
	for (size_t i = 0; i < n; i++)
		shown += print_key(o, host, keys[i]) == 0;
	if (rc != NACRE_OK)
		say_probe_error(host, probe);
	return shown;
}

static void
json_error(struct json *json, const nacre_probe *probe)
{
	struct nacre_error error;

	nacre_probe_error(probe, &error);
	json_open(json, "error", '{');
	json_text(json, "code", nacre_status_name(error.code));
	json_text(json, "message", error.message);
	json_text(json, "server_said", error.peer_text);
	json_close(json, '}');
}

static bool
json_algorithms(struct json *json, nacre_probe *probe)
{
	struct nacre_probe_algorithms a;
	int rc = nacre_probe_algorithms(probe, &a);

	json_open(json, "algorithms", '{');
	if (rc != NACRE_OK) {
		json_error(json, probe);
		json_close(json, '}');
		return false;
	}
	json_list(json, "kex", a.kex);
	json_list(json, "host_key", a.host_key);
	json_list(json, "cipher_client_to_server", a.cipher_c2s);
	json_list(json, "cipher_server_to_client", a.cipher_s2c);
	json_list(json, "mac_client_to_server", a.mac_c2s);
	json_list(json, "mac_server_to_client", a.mac_s2c);
	json_list(json, "compression_client_to_server", a.compression_c2s);
	json_list(json, "compression_server_to_client", a.compression_s2c);
	json_list(json, "server_sig_algs", a.server_sig_algs);
	json_bool(json, "strict_kex", a.strict_kex);
	json_bool(json, "first_kex_packet_follows", a.first_kex_follows);
	json_close(json, '}');
	json_open(json, "agreed", '{');
	json_text(json, "kex", a.agreed_kex);
	json_text(json, "host_key", a.agreed_host_key);
	json_text(json, "cipher", a.agreed_cipher);
	json_text(json, "mac", a.agreed_mac);
	json_close(json, '}');
	return true;
}

/* "type base64": a public key's line without a comment. */
static void
json_key(struct json *json, const nacre_key *key)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .comment = ""};
	char fingerprint[96] = "", *text = NULL;
	size_t n = 0;

	if (nacre_key_fingerprint(key, "SHA256", fingerprint, sizeof(fingerprint)) != NACRE_OK ||
	    nacre_key_write_public(nacre_env_default(), key, &options, &text, &n, NULL, 0) != NACRE_OK)
		return;
	text[strcspn(text, "\n")] = '\0';
	json_open(json, NULL, '{');
	json_text(json, "type", nacre_key_type(key));
	json_number(json, "bits", nacre_key_bits(key));
	json_text(json, "fingerprint", fingerprint);
	json_text(json, "key", text);
	json_close(json, '}');
	nacre_key_text_free(nacre_env_default(), text, n);
}

static bool
json_keys(struct json *json, const struct scan_options *o, nacre_probe *probe)
{
	const nacre_key *const *keys;
	size_t n;
	int rc = nacre_probe_host_keys(probe, o->types, &keys, &n);

	json_open(json, "host_keys", '[');
	for (size_t i = 0; i < n; i++)
		json_key(json, keys[i]);
	json_close(json, ']');
	if (rc == NACRE_OK)
		return true;
	misused = misused || rc == NACRE_E_ARGUMENT;
	json_open(json, "host_keys_incomplete", '{');
	json_error(json, probe);
	json_close(json, '}');
	return n > 0;
}

static void
json_auth(struct json *json, const struct scan_options *o, nacre_probe *probe)
{
	struct nacre_probe_auth auth;
	int rc = nacre_probe_auth_methods(probe, o->user, &auth);

	json_open(json, "authentication", '{');
	if (rc != NACRE_OK) {
		json_error(json, probe);
	} else {
		json_list(json, "methods", auth.methods);
		json_bool(json, "none_accepted", auth.none_accepted);
		json_text(json, "banner", auth.banner);
	}
	json_close(json, '}');
}

/* One object on one line for each host. A server that did not tell its algorithms is asked nothing more. */
static size_t
scan_json(const struct scan_options *o, const char *host, nacre_probe *probe)
{
	struct json json = {.to = stdout};
	bool answered;

	json_open(&json, NULL, '{');
	json_text(&json, "host", host);
	json_number(&json, "port", o->port);
	answered = json_algorithms(&json, probe);
	json_text(&json, "address", nacre_probe_address(probe));
	json_text(&json, "ident", nacre_probe_ident(probe));
	if (answered) {
		answered = json_keys(&json, o, probe);
		json_auth(&json, o, probe);
	}
	json_close(&json, '}');
	putchar('\n');
	return answered;
}

static size_t
scan_host(const struct scan_options *o, const char *host)
{
	const struct nacre_probe_options options = {
	    .size = sizeof(options), .port = o->port, .timeout_ms = o->timeout_ms, .preset = o->preset};
	nacre_probe *probe;
	size_t found;
	int rc = nacre_probe_new(NULL, host, &options, &probe);

	if (rc != NACRE_OK) {
		(void)say_failure("%s: %s", host, nacre_status_text(rc));
		return 0;
	}
	found = o->json ? scan_json(o, host, probe) : scan_keys(o, host, probe);
	nacre_probe_free(probe);
	(void)fflush(stdout); /* whoever reads along need not wait for the next host */
	return found;
}

/* The first word of each line; '#' begins a comment. ssh-keyscan's second word, names beside the address, is not
 * served. */
static size_t
scan_file(const struct scan_options *o, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char line[4096];
	size_t found = 0;

	if (file == NULL) {
		(void)say_failure("%s: %s", path, strerror(errno));
		return 0;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "#\r\n")] = '\0';
		for (char *host = strtok(line, " \t,"); host != NULL; host = NULL)
			found += scan_host(o, host);
	}
	if (file != stdin)
		(void)fclose(file);
	return found;
}

int
scan_main(int argc, char **argv)
{
	struct scan_options o;
	size_t found = 0;
	int at = scan_options_read(&o, argc, argv);

	if (at < 0)
		return TOOL_FAILED;
	for (unsigned i = 0; i < o.n_files; i++)
		found += scan_file(&o, o.files[i]);
	for (; at < argc; at++)
		found += scan_host(&o, argv[at]);
	if (ferror(stdout) != 0 || fflush(stdout) != 0)
		return say_failure("standard output: %s", strerror(errno));
	if (misused)
		return TOOL_FAILED;
	return found > 0 ? 0 : 1; /* as ssh-keyscan has it */
}
