/* reef: see reef.h. */
#include "reef.h"

#include <string.h>
#include <sys/socket.h>

static bool
everybody(void *ctx, struct nacre_bytes user, struct nacre_bytes password)
{
	(void)ctx;
	(void)user;
	return nacre_server_password_is(password, "pearl");
}

static bool
memory_for_all(void *ctx, struct nacre_bytes user, struct nacre_sftp_server_options *sftp)
{
	struct reef *r = ctx;

	(void)user;
	r->sessions++;
	sftp->handler = &r->handler;
	sftp->ctx = r->memory;
	return true;
}

static void *
serve(void *arg)
{
	struct reef *r = arg;

	(void)!nacre_server_run(r->server);
	return NULL;
}

void
reef_init(struct reef *r)
{
	memset(r, 0, sizeof(*r));
	test_env_init(&r->client_env, 21);
	test_env_init(&r->server_env, 22);
	r->handler = *nacre_sftp_memory_handler();
	assert_int_equal(nacre_key_generate(nacre_env_default(), "ssh-ed25519", 0, &r->host_key), NACRE_OK);
	assert_int_equal(nacre_sftp_memory_new(&r->server_env.env, NULL, &r->memory), NACRE_OK);
}

void
reef_begin(struct reef *r)
{
	const struct nacre_server_options options = {.size = sizeof(options),
	    .host_keys = (const nacre_key *const *)&r->host_key,
	    .n_host_keys = 1,
	    .ctx = r,
	    .password = everybody,
	    .sftp = memory_for_all};
	int ends[2];
	struct nacre_connect_options connect = {.size = sizeof(connect),
	    .user = "diver",
	    .password = "pearl",
	    .kex = "curve25519-sha256", /* the fastest */
	    .sock = &ends[0]};

	assert_int_equal(nacre_server_new(&r->server_env.env, &options, &r->server), NACRE_OK);
	if (r->link != NULL)
		r->link(r->link_ctx, ends);
	else
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(nacre_server_serve_fd(r->server, ends[1]), NACRE_OK);
	assert_int_equal(pthread_create(&r->thread, NULL, serve, r), 0);
	r->client = nacre_client_new(&r->client_env.env);
	nacre_client_set_missing_host_key_policy(r->client, nacre_policy_warn, NULL);
	assert_int_equal(nacre_client_connect(r->client, "reef", &connect), NACRE_OK);
	assert_int_equal(nacre_client_open_sftp(r->client, &r->sftp), NACRE_OK);
}

void
reef_hang_up(struct reef *r)
{
	nacre_sftp_close(r->sftp);
	nacre_client_free(r->client);
	assert_int_equal(pthread_join(r->thread, NULL), 0);
	nacre_server_free(r->server);
}

void
reef_end(struct reef *r)
{
	reef_hang_up(r);
	nacre_sftp_memory_free(r->memory);
	nacre_key_free(r->host_key);
	assert_int_equal(r->client_env.live_blocks, 0);
	assert_int_equal(r->server_env.live_blocks, 0);
	assert_int_equal(r->client_env.wrong_sizes, 0);
	assert_int_equal(r->server_env.wrong_sizes, 0);
}

struct nacre_sftp_error
reef_error(const struct reef *r)
{
	struct nacre_sftp_error error;

	nacre_sftp_error(r->sftp, &error);
	return error;
}

void
reef_put(struct reef *r, const char *path, const void *p, size_t n)
{
	nacre_sftp_file *file;

	assert_done(r, nacre_sftp_open(r->sftp, path, "w", &file));
	assert_int_equal(nacre_sftp_write(file, p, n), n);
	assert_done(r, nacre_sftp_file_close(file));
}

bool
reef_holds(struct reef *r, const char *path, const void *p, size_t n)
{
	uint8_t *room = test_malloc(n + 1);
	nacre_sftp_file *file;
	bool same;

	assert_done(r, nacre_sftp_open(r->sftp, path, "r", &file));
	same = nacre_sftp_read(file, room, n + 1) == (int64_t)n && (n == 0 || memcmp(room, p, n) == 0);
	assert_done(r, nacre_sftp_file_close(file));
	test_free(room);
	return same;
}

bool
reef_is_there(struct reef *r, const char *path)
{
	struct nacre_sftp_attrs attrs;

	return nacre_sftp_lstat(r->sftp, path, &attrs) == NACRE_OK;
}
