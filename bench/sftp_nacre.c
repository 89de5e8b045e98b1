/* sftp_nacre: one SFTP transfer over the facade, to be measured. Knows: the facade, an allocator that counts. Must not
 * know: what is measured of it. Serves: no RFC. Prints "idle BYTES most BYTES counter BYTES": what was allocated before
 * the session and at most, and the most that the connection's own counter showed. usage: sftp_nacre JOB LOCAL REMOTE
 * HOST PORT USER KEY KNOWN_HOSTS CIPHER; JOB: get, put, put-striped, get-tree, put-tree, none */
#include <nacre/nacre.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRIPES 8 /* channels; sshd allows 10 sessions */

struct held {
	const struct nacre_env *env; /* who really does it */
	size_t now, most, counter;
	nacre_client *client;
};

static void *
counted_alloc(void *ctx, size_t n)
{
	struct held *held = ctx;
	void *p = held->env->alloc(held->env->ctx, n);

	if (p == NULL)
		return NULL;
	held->now += n;
	if (held->now > held->most)
		held->most = held->now;
	return p;
}

static void
counted_free(void *ctx, void *p, size_t n)
{
	struct held *held = ctx;

	held->now -= n;
	held->env->free(held->env->ctx, p, n);
}

static int
passed_random(void *ctx, void *out, size_t n)
{
	struct held *held = ctx;

	return held->env->random(held->env->ctx, out, n);
}

static int
look(void *ctx, const struct nacre_sftp_progress *progress)
{
	struct held *held = ctx;
	struct nacre_conn_info info;

	(void)progress;
	nacre_conn_get_info(nacre_client_conn(held->client), &info);
	if (info.memory > held->counter)
		held->counter = info.memory;
	return 0;
}

static void
must(nacre_client *client, const nacre_sftp *sftp, int rc)
{
	struct nacre_sftp_error problem = {.path = ""};

	if (rc == NACRE_OK)
		return;
	if (sftp != NULL)
		nacre_sftp_error(sftp, &problem);
	else
		nacre_client_error(client, &problem.error);
	fprintf(stderr, "nacre: %s: %s %s\n", nacre_status_name(rc), problem.error.message, problem.path);
	exit(1);
}

static int
none(nacre_sftp *sftp, const char *from, const char *to, const struct nacre_sftp_transfer *options)
{
	(void)sftp;
	(void)from;
	(void)to;
	(void)options;
	return NACRE_OK;
}

static const struct {
	const char *name;
	bool put;
	int (*run)(nacre_sftp *sftp, const char *from, const char *to, const struct nacre_sftp_transfer *options);
} jobs[] = {
    {"none", false, none},
    {"get", false, nacre_sftp_get},
    {"put", true, nacre_sftp_put},
    {"put-striped", true, nacre_sftp_put},
    {"get-tree", false, nacre_sftp_get_tree},
    {"put-tree", true, nacre_sftp_put_tree},
};

static void
run_job(struct held *held, const char *name, const char *local, const char *remote)
{
	struct nacre_sftp_transfer options = {.size = sizeof(options), .progress = look, .progress_ctx = held};
	size_t idle = held->most = held->now;
	nacre_sftp *sftp;

	if (strcmp(name, "put-striped") == 0)
		options.channels = STRIPES;
	must(held->client, NULL, nacre_client_open_sftp(held->client, &sftp));
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		if (strcmp(name, jobs[i].name) == 0)
			must(held->client, sftp,
			    jobs[i].run(sftp, jobs[i].put ? local : remote, jobs[i].put ? remote : local, &options));
	nacre_sftp_close(sftp);
	printf("idle %zu most %zu counter %zu\n", idle, held->most, held->counter);
}

int
main(int argc, char **argv)
{
	struct nacre_connect_options options = {.size = sizeof(options)};
	struct held held = {.env = nacre_env_default()};
	struct nacre_env env;

	if (argc != 10 || held.env == NULL)
		return 2;
	env = *held.env;
	env.ctx = &held;
	env.alloc = counted_alloc;
	env.free = counted_free;
	env.random = passed_random;
	if ((held.client = nacre_client_new(&env)) == NULL)
		return 1;
	options.port = (unsigned)atoi(argv[5]);
	options.user = argv[6];
	options.key_file = argv[7];
	options.ciphers = argv[9];
	must(held.client, NULL, nacre_client_load_host_keys(held.client, argv[8]));
	must(held.client, NULL, nacre_client_connect(held.client, argv[4], &options));
	run_job(&held, argv[1], argv[2], argv[3]);
	nacre_client_free(held.client);
	return 0;
}
