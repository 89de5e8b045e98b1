/* trust: see trust.h. Knows: where OpenSSH keeps known hosts. Must not know: the connection.
 * RFC 4251 4.1; ssh_config(5): UserKnownHostsFile, GlobalKnownHostsFile, StrictHostKeyChecking. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "terminal.h"
#include "trust.h"

#define PATH_LENGTH_MAX 4096

static const char *const global_default[] = {"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2", NULL};
static const char *const user_default[] = {"~/.ssh/known_hosts", "~/.ssh/known_hosts2", NULL};

static const char *
home(void)
{
	const char *dir = getenv("HOME");
	const struct passwd *record;

	if (dir != NULL && dir[0] == '/')
		return dir;
	record = getpwuid(getuid());
	return record == NULL ? NULL : record->pw_dir;
}

bool
trust_path(const char *path, char *out, size_t cap)
{
	const char *dir = "";
	int n;

	if (strncmp(path, "~/", 2) == 0) {
		if ((dir = home()) == NULL)
			return false;
		path++;
	}
	n = snprintf(out, cap, "%s%s", dir, path);
	return n > 0 && (size_t)n < cap;
}

static int
load_failed(nacre_client *client)
{
	struct nacre_error error;

	nacre_client_error(client, &error);
	return say_error(&error);
}

typedef int load_fn(nacre_client *client, const char *path);

/* A file that is not there knows nobody; /dev/null is the usual way of saying so. */
static int
load(nacre_client *client, const char *name, load_fn *fn)
{
	char path[PATH_LENGTH_MAX];

	if (!trust_path(name, path, sizeof(path)))
		return say_failure("%s: no such path can be made", name);
	if (strcmp(path, "/dev/null") == 0 || (fn == nacre_client_load_system_host_keys && access(path, F_OK) != 0))
		return 0;
	return fn(client, path) == NACRE_OK ? 0 : load_failed(client);
}

static size_t
count(const char *const *files)
{
	size_t n = 0;

	while (files[n] != NULL)
		n++;
	return n;
}

/* New keys go into the first of the user's files; the library appends to the one that was loaded last. */
static int
load_all(nacre_client *client, const char *const *global, const char *const *user)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && global[i] != NULL; i++)
		rc = load(client, global[i], nacre_client_load_system_host_keys);
	for (size_t i = count(user); rc == 0 && i > 0; i--)
		rc = load(client, user[i - 1], nacre_client_load_host_keys);
	return rc;
}

/* As ssh(1) does, the directory of the usual file is made for its first line. Where it cannot be made, the file cannot
 * either, and the library says so. */
static void
make_directory(const struct settings *settings)
{
	char dir[PATH_LENGTH_MAX];

	if (!settings_has(settings, "UserKnownHostsFile") && trust_path("~/.ssh", dir, sizeof(dir)))
		(void)mkdir(dir, 0700);
}

/* ctx is a struct settings. */
static int
remember(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	make_directory(ctx);
	return nacre_policy_auto_add(NULL, client, name, key);
}

static int
remember_new(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	make_directory(ctx);
	return nacre_policy_accept_new(NULL, client, name, key);
}

/* As OpenSSH asks: "yes" or the fingerprint itself; a mere Enter is no answer. */
static int
ask_person(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	const bool other_types = nacre_client_host_key_result(client)->other_types;
	char question[768], answer[128], fingerprint[64];

	if (nacre_key_fingerprint(key, "SHA256", fingerprint, sizeof(fingerprint)) != NACRE_OK)
		return NACRE_E_HOST_KEY_UNKNOWN;
	snprintf(question, sizeof(question),
	    "The host %s is not known%s.\nIts %s key has the fingerprint %s.\nGo on and remember it "
	    "(yes/no/fingerprint)? ",
	    name, other_types ? " by this kind of key, but by others" : "", nacre_key_type(key), fingerprint);
	while (terminal_ask(question, false, answer, sizeof(answer))) {
		if (strcasecmp(answer, "yes") == 0 || strcmp(answer, fingerprint) == 0)
			return remember(ctx, client, name, key);
		if (strcasecmp(answer, "no") == 0)
			break;
		snprintf(question, sizeof(question), "Please type yes, no or the fingerprint: ");
	}
	return NACRE_E_HOST_KEY_UNKNOWN;
}

static nacre_host_key_policy *
policy_of(const struct settings *settings)
{
	static nacre_host_key_policy *const policies[] = {
	    [CHECK_ASK] = ask_person,
	    [CHECK_STRICT] = nacre_policy_reject,
	    [CHECK_ACCEPT_NEW] = remember_new,
	    [CHECK_OFF] = remember,
	};

	return settings->checking == CHECK_ASK && settings->batch ? nacre_policy_reject : policies[settings->checking];
}

static int
load_revoked(nacre_client *client, const char *name)
{
	char path[PATH_LENGTH_MAX];

	if (name == NULL || strcasecmp(name, "none") == 0)
		return 0;
	if (!trust_path(name, path, sizeof(path)))
		return say_failure("%s: no such path can be made", name);
	return nacre_client_load_revoked_host_keys(client, path) == NACRE_OK ? 0 : load_failed(client);
}

static int
ask_update(void *ctx, nacre_client *client, const struct nacre_host_keys_update *update)
{
	char question[512], answer[16], fingerprint[64];

	(void)ctx;
	(void)client;
	for (size_t i = 0; i < update->n_added; i++) {
		if (nacre_key_fingerprint(update->added[i], "SHA256", fingerprint, sizeof(fingerprint)) != NACRE_OK)
			return NACRE_E_HOST_KEY_UNKNOWN;
		fprintf(stderr, "A new host key of %s: %s %s\n", update->name, nacre_key_type(update->added[i]),
		    fingerprint);
	}
	snprintf(question, sizeof(question),
	    "%s has %zu new host keys, and %zu that it has no more. Update them (yes/no)? ", update->name,
	    update->n_added, update->n_removed);
	return terminal_ask(question, false, answer, sizeof(answer)) && strcasecmp(answer, "yes") == 0 ? 0 : -1;
}

/* ssh_config(5), UpdateHostKeys: yes, unless the user has other files than the usual ones. */
void
trust_fill_options(const struct settings *settings, struct nacre_connect_options *options)
{
	static const enum nacre_update_host_keys modes[] = {
	    [UPDATE_DEFAULT] = NACRE_UPDATE_HOST_KEYS_YES,
	    [UPDATE_NO] = NACRE_UPDATE_HOST_KEYS_NO,
	    [UPDATE_YES] = NACRE_UPDATE_HOST_KEYS_YES,
	    [UPDATE_ASK] = NACRE_UPDATE_HOST_KEYS_ASK,
	};

	options->update_host_keys = modes[settings->update];
	if (settings->update == UPDATE_DEFAULT && settings_has(settings, "UserKnownHostsFile"))
		options->update_host_keys = NACRE_UPDATE_HOST_KEYS_NO;
	if (settings->update == UPDATE_ASK && settings->batch)
		options->update_host_keys = NACRE_UPDATE_HOST_KEYS_NO;
	options->update_host_keys_ask = ask_update;
	options->host_key_alias = settings->host_key_alias;
	options->check_host_ip = settings->check_host_ip;
}

int
trust_set_up(nacre_client *client, const struct settings *settings)
{
	const char *const *global = settings->global_files, *const *user = settings->user_files;

	if (!settings_has(settings, "GlobalKnownHostsFile"))
		global = global_default;
	if (!settings_has(settings, "UserKnownHostsFile"))
		user = user_default;
	nacre_client_set_missing_host_key_policy(client, policy_of(settings), (void *)(uintptr_t)settings);
	nacre_client_set_hash_host_keys(client, settings->hash_known_hosts);
	if (load_revoked(client, settings->revoked_host_keys) != 0)
		return TOOL_FAILED;
	return load_all(client, global, user);
}
