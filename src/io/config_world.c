/* config_world: the answers to a configuration's questions. Knows: files, users, names, the shell. Must not know:
 * keywords. Serves: nothing on the wire; ssh_config(5) says what is asked. */
#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nacre/config.h>
#include <nacre/version.h>
#include "algorithm_list.h"
#include "file.h"
#include "spawn.h"
#include "user.h"

#define RECORD_MAX 16384

/* 0 where the text fits with its NUL. */
static int
give(const char *text, char *out, size_t cap)
{
	int n = snprintf(out, cap, "%s", text);

	return n >= 0 && (size_t)n < cap ? NACRE_OK : NACRE_E_LIMIT;
}

static int
world_fact(void *ctx, enum nacre_config_fact fact, char *out, size_t cap)
{
	(void)ctx;
	switch (fact) {
	case NACRE_CONFIG_USER:
		return user_name(out, cap);
	case NACRE_CONFIG_HOME:
		return user_home(out, cap);
	case NACRE_CONFIG_UID:
		snprintf(out, cap, "%lu", (unsigned long)getuid());
		return NACRE_OK;
	case NACRE_CONFIG_HOSTNAME:
		return gethostname(out, cap) == 0 && memchr(out, 0, cap) != NULL ? NACRE_OK : NACRE_E_SYSTEM;
	case NACRE_CONFIG_VERSION:
		snprintf(out, cap, "Nacre_%s", nacre_version());
		return NACRE_OK;
	}
	return NACRE_E_ARGUMENT;
}

static int
world_variable(void *ctx, const char *name, char *out, size_t cap)
{
	const char *value = user_variable(name);

	(void)ctx;
	return value == NULL ? 1 : give(value, out, cap);
}

static int
world_home_of(void *ctx, const char *user, char *out, size_t cap)
{
	struct passwd record, *found = NULL;
	char *text = malloc(RECORD_MAX);
	int rc = 1;

	(void)ctx;
	if (text == NULL)
		return NACRE_E_NOMEM;
	if (getpwnam_r(user, &record, text, RECORD_MAX, &found) == 0 && found != NULL)
		rc = give(found->pw_dir, out, cap);
	free(text);
	return rc;
}

static int
world_read(void *ctx, const struct nacre_env *env, const char *path, bool careful, uint8_t **p, size_t *n, char *why,
    size_t why_size)
{
	struct failure failure = {.code = 0};
	struct file_bytes bytes;
	int rc;

	(void)ctx;
	if (strcmp(path, "/dev/null") == 0) { /* no regular file, but what people name when they mean an empty one */
		*n = 0;
		*p = mem_new(env, 1);
		return *p == NULL ? NACRE_E_NOMEM : NACRE_OK;
	}
	rc = file_read(env, path, NACRE_CONFIG_FILE_MAX, careful ? FILE_OWN : FILE_PUBLIC, &bytes, &failure);
	*p = bytes.p;
	*n = bytes.n;
	if (rc == NACRE_OK || rc == NACRE_E_FILE_MISSING)
		return rc == NACRE_OK ? rc : 1;
	snprintf(why, why_size, "%s", failure.text);
	return rc;
}

static int
world_glob(void *ctx, const char *pattern, nacre_config_each_fn *each, void *each_ctx)
{
	glob_t found;
	int k = glob(pattern, 0, NULL, &found), rc = NACRE_OK;

	(void)ctx;
	if (k == GLOB_NOMATCH)
		return NACRE_OK;
	if (k != 0)
		return k == GLOB_NOSPACE ? NACRE_E_NOMEM : NACRE_E_FILE;
	for (size_t i = 0; rc == NACRE_OK && i < found.gl_pathc; i++)
		rc = each(each_ctx, found.gl_pathv[i]);
	globfree(&found);
	return rc;
}

/* What it writes is nobody's: as with OpenSSH, only the status counts. False: the stream has ended. */
static bool
drain(int fd)
{
	char dropped[512];
	ssize_t k = read(fd, dropped, sizeof(dropped));

	return k > 0 || (k < 0 && (errno == EAGAIN || errno == EINTR));
}

static int
wait_for(struct spawn *child)
{
	struct pollfd fds[] = {{child->out, POLLIN, 0}, {child->err, POLLIN, 0}, {child->alive, POLLIN, 0}};
	int patience = child->alive < 0 ? 20 : -1; /* where the system cannot tell us of its end we look */
	struct spawn_end end;

	while (spawn_poll(child, &end) == 0) {
		(void)poll(fds, 3, patience);
		for (int i = 0; i < 2; i++)
			if (fds[i].revents != 0 && !drain(fds[i].fd))
				fds[i].fd = -1;
	}
	return end.by_signal ? NACRE_E_SYSTEM : end.status;
}

/* By the user's own shell, as ssh_config(5) has it: sh hands the command over as it is. */
static int
world_run(void *ctx, const char *command)
{
	static const char name[] = "NACRE_MATCH_EXEC=", start[] = "exec \"${SHELL:-/bin/sh}\" -c \"$NACRE_MATCH_EXEC\"";
	size_t size = sizeof(name) + strlen(command);
	struct failure unheard = {.code = 0};
	char *variable = malloc(size);
	const char *env[] = {variable, NULL};
	struct spawn child;
	int rc = NACRE_E_NOMEM;

	(void)ctx;
	if (variable == NULL)
		return rc;
	snprintf(variable, size, "%s%s", name, command);
	if ((rc = spawn_shell(&child, slice_str(start), env, &unheard)) == NACRE_OK) {
		spawn_close_in(&child);
		rc = wait_for(&child);
	}
	spawn_free(&child);
	free(variable);
	return rc;
}

/* 1: the callback wants no more. */
static int
tell_address(const struct ifaddrs *one, nacre_config_each_fn *each, void *each_ctx)
{
	char text[INET6_ADDRSTRLEN];
	int family = one->ifa_addr == NULL ? AF_UNSPEC : one->ifa_addr->sa_family;
	const void *address = NULL;

	if ((one->ifa_flags & IFF_UP) == 0)
		return 0;
	if (family == AF_INET)
		address = &((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr;
	if (family == AF_INET6)
		address = &((const struct sockaddr_in6 *)(const void *)one->ifa_addr)->sin6_addr;
	if (address == NULL || inet_ntop(family, address, text, sizeof(text)) == NULL)
		return 0;
	return each(each_ctx, text);
}

static int
world_addresses(void *ctx, nacre_config_each_fn *each, void *each_ctx)
{
	struct ifaddrs *list, *one;
	int rc = NACRE_OK;

	(void)ctx;
	if (getifaddrs(&list) != 0)
		return NACRE_E_SYSTEM;
	for (one = list; rc == NACRE_OK && one != NULL; one = one->ifa_next)
		rc = tell_address(one, each, each_ctx);
	freeifaddrs(list);
	return rc;
}

static int
family_of(const char *name)
{
	return strcmp(name, "inet") == 0 ? AF_INET : strcmp(name, "inet6") == 0 ? AF_INET6 : AF_UNSPEC;
}

static int
world_name(void *ctx, enum nacre_config_name how, const char *name, const char *family, char *out, size_t cap)
{
	bool numeric = how == NACRE_CONFIG_NUMERIC;
	struct addrinfo wanted = {.ai_family = family_of(family),
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = numeric ? AI_NUMERICHOST : AI_CANONNAME};
	struct addrinfo *list = NULL;
	int rc = 1;

	(void)ctx;
	out[0] = '\0';
	if (getaddrinfo(name, NULL, &wanted, &list) != 0)
		return 1;
	if (!numeric)
		rc = give(list->ai_canonname == NULL ? "" : list->ai_canonname, out, cap);
	else if (getnameinfo(list->ai_addr, list->ai_addrlen, out, (socklen_t)cap, NULL, 0, NI_NUMERICHOST) == 0)
		rc = NACRE_OK;
	freeaddrinfo(list);
	return rc;
}

static int
world_algorithms(void *ctx, const struct nacre_env *env, enum nacre_algorithm_kind kind, const char *list, char *out,
    size_t cap, char *why, size_t why_size)
{
	static const char *const options[] = {
	    [NACRE_ALGORITHM_KEX] = "KexAlgorithms",
	    [NACRE_ALGORITHM_HOST_KEY] = "HostKeyAlgorithms",
	    [NACRE_ALGORITHM_PUBKEY] = "PubkeyAcceptedAlgorithms",
	    [NACRE_ALGORITHM_CIPHER] = "Ciphers",
	    [NACRE_ALGORITHM_MAC] = "MACs",
	    [NACRE_ALGORITHM_COMPRESSION] = "Compression",
	};
	struct list_wish wish = {.kind = kind, .option = options[kind], .preset = NACRE_PRESET_DEFAULT, .edit = list};
	struct failure failure = {.code = 0};
	char *made = NULL;
	int rc = algorithm_list_make(&wish, env, &made, &failure);

	(void)ctx;
	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", failure.text);
	if (rc == NACRE_OK)
		rc = give(made, out, cap);
	mem_free_str(env, made);
	return rc;
}

const struct nacre_config_world *
nacre_config_system(void)
{
	static const struct nacre_config_world world = {
	    .size = sizeof(world),
	    .fact = world_fact,
	    .variable = world_variable,
	    .home_of = world_home_of,
	    .read = world_read,
	    .glob = world_glob,
	    .run = world_run,
	    .addresses = world_addresses,
	    .name = world_name,
	    .algorithms = world_algorithms,
	};

	return &world;
}
