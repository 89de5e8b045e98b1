/* trust: see trust.h. Knows: what a person is asked. Must not know: the connection.
 * RFC 4251 4.1; ssh_config(5): StrictHostKeyChecking, UpdateHostKeys. */
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

/* As ssh(1) does, the directory of the usual file is made for its first line. Where it cannot be made, the file cannot
 * either, and the library says so. */
static void
make_directory(const struct settings *settings)
{
	char dir[PATH_LENGTH_MAX];

	if (settings_text(settings, "UserKnownHostsFile") == NULL && trust_path("~/.ssh", dir, sizeof(dir)))
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

/* What is wanted for the server is not for a jump host, whose own configuration counts. ctx is a struct settings. */
static int
judge(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	static nacre_host_key_policy *const policies[] = {
	    [CHECK_ASK] = ask_person,
	    [CHECK_STRICT] = nacre_policy_reject,
	    [CHECK_ACCEPT_NEW] = remember_new,
	    [CHECK_OFF] = remember,
	};
	const struct settings *settings = ctx;
	enum host_key_checking checking = settings_checking(nacre_client_config(client));

	if (checking == CHECK_ASK && settings->batch)
		checking = CHECK_STRICT;
	return policies[checking](ctx, client, name, key);
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

/* ssh_config(5), UpdateHostKeys: yes, unless the user has other files than the usual ones, or says something else. */
void
trust_fill_options(const struct settings *settings, struct nacre_connect_options *options)
{
	if (settings_text(settings, "UpdateHostKeys") == NULL && settings_text(settings, "UserKnownHostsFile") == NULL)
		options->update_host_keys = NACRE_UPDATE_HOST_KEYS_YES;
	options->update_host_keys_ask = settings->batch ? NULL : ask_update;
}

void
trust_set_up(nacre_client *client, const struct settings *settings)
{
	nacre_client_set_missing_host_key_policy(client, judge, (void *)(uintptr_t)settings);
}
