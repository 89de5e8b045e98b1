/* demo: a server and a client on this machine, with throwaway keys; shows what happened. Knows: the facade, the server,
 * a directory of its own. Must not know: the protocol. README, "Two commands". */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tool.h"

#define DEMO_USER "visitor"
#define DEMO_COMMAND "greet reef"
#define DEMO_PATIENCE_MS 60000 /* a server whose client never came goes away by itself */

struct demo {
	nacre_key *host_key, *user_key;
	unsigned port;
	char directory[256], known_hosts[288];
};

/* The demo's one command: a function of ours, run by the server. */
static void
greet(nacre_task *task, void *ctx)
{
	static const char aside[] = "this came by the other stream\n";
	struct nacre_bytes name = nacre_task_arguments(task);
	char line[128];
	int n = snprintf(line, sizeof(line), "hello, %.*s\n", (int)(name.n < 64 ? name.n : 64), (const char *)name.p);

	(void)ctx;
	(void)nacre_task_write(task, NACRE_STDOUT, line, (size_t)n);
	(void)nacre_task_write(task, NACRE_STDERR, aside, sizeof(aside) - 1);
	nacre_task_exit(task, 0);
}

static bool
may_enter(void *ctx, struct nacre_bytes user, const nacre_key *key, bool probe)
{
	const struct demo *demo = ctx;

	(void)probe;
	return user.n == strlen(DEMO_USER) && memcmp(user.p, DEMO_USER, user.n) == 0 &&
	       nacre_key_equal(key, demo->user_key);
}

/* The child: serves one connection to its end. */
_Noreturn static void
serve_once(nacre_server *server)
{
	int64_t end = nacre_clock_ms() + DEMO_PATIENCE_MS;
	bool came = false;

	while (nacre_server_turn(server, 1000) == NACRE_OK && nacre_clock_ms() < end) {
		if (came && nacre_server_connections(server) == 0)
			break;
		came |= nacre_server_connections(server) > 0;
	}
	nacre_server_free(server);
	_exit(0);
}

/* Listens before the fork: the port is known, and a client that is quick finds it open. */
static pid_t
start_server(struct demo *demo)
{
	static const struct nacre_command command = {.name = "greet", .step = greet};
	struct nacre_server_options options = {
	    .size = sizeof(options),
	    .host_keys = (const nacre_key *const *)&demo->host_key,
	    .n_host_keys = 1,
	    .ctx = demo,
	    .key = may_enter,
	    .commands = &command,
	    .n_commands = 1,
	};
	nacre_server *server = NULL;
	pid_t child = -1;

	if (nacre_server_new(NULL, &options, &server) == NACRE_OK &&
	    nacre_server_listen(server, NULL, 0, &demo->port, NULL, 0) == NACRE_OK) {
		(void)fflush(NULL);
		child = fork();
	}
	if (child == 0)
		serve_once(server);
	nacre_server_free(server);
	return child;
}

static int
make_keys(struct demo *demo)
{
	const struct nacre_env *env = nacre_env_default();

	if (env == NULL || nacre_key_generate(env, "ssh-ed25519", 0, &demo->host_key) != NACRE_OK ||
	    nacre_key_generate(env, "ssh-ed25519", 0, &demo->user_key) != NACRE_OK)
		return say_failure("the throwaway keys cannot be made");
	return 0;
}

static int
write_known_hosts(struct demo *demo)
{
	const struct nacre_env *env = nacre_env_default();
	const char *tmp = getenv("TMPDIR");
	char *line = NULL;
	size_t n;
	FILE *file;
	bool good;

	snprintf(demo->directory, sizeof(demo->directory), "%.200s/nacre-demo-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(demo->directory) == NULL) {
		demo->directory[0] = '\0';
		return say_failure("a directory for known_hosts: %s", strerror(errno));
	}
	snprintf(demo->known_hosts, sizeof(demo->known_hosts), "%s/known_hosts", demo->directory);
	if (nacre_known_hosts_line(env, "127.0.0.1", demo->port, demo->host_key, false, &line, &n) != NACRE_OK)
		return say_failure("out of memory");
	file = fopen(demo->known_hosts, "w");
	good = file != NULL && fprintf(file, "%s\n", line) > 0;
	good = file != NULL && fclose(file) == 0 && good;
	nacre_known_hosts_line_free(env, line, n);
	return good ? 0 : say_failure("%s: %s", demo->known_hosts, strerror(errno));
}

static void
indent(const char *what, const char *text)
{
	printf("%-20s %s%s", what, text, text[0] == '\0' || text[strlen(text) - 1] != '\n' ? "\n" : "");
}

static void
show(nacre_client *client, const struct nacre_result *result)
{
	char address[96] = "";
	struct nacre_conn_info info;

	nacre_conn_get_info(nacre_client_conn(client), &info);
	if (nacre_client_peer_address(client, address, sizeof(address)) == NACRE_OK)
		indent("server", address);
	say_key(stdout, "host key (known)     ", info.server_key);
	indent("authenticated by", nacre_client_auth_method(client));
	indent("command", DEMO_COMMAND);
	indent("stdout", result->out);
	indent("stderr", result->err);
	printf("%-20s %lu\n\nwhat was negotiated\n", "exit status", (unsigned long)result->exit.status);
	say_negotiated(stdout, nacre_client_conn(client));
}

static int
visit_failed(nacre_client *client)
{
	struct nacre_error error;

	nacre_client_error(client, &error);
	return say_error(&error);
}

static int
visit(const struct demo *demo, bool trace)
{
	struct nacre_connect_options options = {
	    .size = sizeof(options), .port = demo->port, .user = DEMO_USER, .key = demo->user_key};
	struct nacre_result result = {.out = NULL};
	struct nacre_env room;
	nacre_client *client = nacre_client_new(say_env(trace ? SAY_TRACE : SAY_NO_TRACE, &room));
	int code = 0;

	if (nacre_client_load_host_keys(client, demo->known_hosts) != NACRE_OK ||
	    nacre_client_connect(client, "127.0.0.1", &options) != NACRE_OK ||
	    nacre_client_run(client, DEMO_COMMAND, NULL, &result) != NACRE_OK)
		code = visit_failed(client);
	else
		show(client, &result);
	if (code == 0 && (result.exit.kind != NACRE_EXIT_STATUS || result.exit.status != 0))
		code = say_failure("the command did not end as it should");
	nacre_result_free(&result);
	nacre_client_free(client);
	return code;
}

static void
clean_up(struct demo *demo, pid_t server)
{
	if (server > 0) {
		(void)kill(server, SIGTERM);
		while (waitpid(server, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	if (demo->directory[0] != '\0') {
		(void)unlink(demo->known_hosts);
		(void)rmdir(demo->directory);
	}
	nacre_key_free(demo->host_key);
	nacre_key_free(demo->user_key);
}

int
demo_main(int argc, char **argv)
{
	bool trace = argc == 2 && strcmp(argv[1], "--trace") == 0;
	struct demo demo = {.port = 0};
	pid_t server = -1;
	int code;

	if (argc > 1 && !trace)
		return say_failure("usage: nacre demo [--trace]");
	code = make_keys(&demo);
	if (code == 0 && (server = start_server(&demo)) < 0)
		code = say_failure("the server cannot be started");
	if (code == 0)
		code = write_known_hosts(&demo);
	if (code == 0)
		code = visit(&demo, trace);
	clean_up(&demo, server);
	return code;
}
