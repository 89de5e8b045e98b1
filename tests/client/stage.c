/* stage: see stage.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "stage.h"

nacre_key *stage_keys[STAGE_KEYS];
char stage_dir[STAGE_PATH_MAX];

int
stage_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(stage_dir, sizeof(stage_dir), "%s/nacre-client-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(stage_dir) == NULL)
		return -1;
	(void)unsetenv("SSH_AUTH_SOCK");
	if (setenv("HOME", stage_dir, 1) != 0) /* where keys are looked for */
		return -1;
	for (int i = 0; i < STAGE_KEYS; i++) {
		if (nacre_key_generate(nacre_env_default(), "ssh-ed25519", 0, &stage_keys[i]) != NACRE_OK)
			return -1;
	}
	return 0;
}

int
stage_teardown(void **state)
{
	char command[STAGE_PATH_MAX + 16];

	(void)state;
	for (int i = 0; i < STAGE_KEYS; i++)
		nacre_key_free(stage_keys[i]);
	snprintf(command, sizeof(command), "rm -rf '%s'", stage_dir);
	return system(command);
}

const char *
stage_path(const char *name)
{
	static char paths[2][STAGE_PATH_MAX * 2];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", stage_dir, name);
	return paths[turn];
}

const char *
stage_file(const char *name, const char *text, size_t n, unsigned mode)
{
	const char *path = stage_path(name);
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

const char *
stage_key_file(const char *name, const nacre_key *key)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .comment = name};
	const char *path;
	char *text;
	size_t n;

	assert_int_equal(nacre_key_write_private(nacre_env_default(), key, &options, &text, &n, NULL, 0), NACRE_OK);
	path = stage_file(name, text, n, 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
	return path;
}

void
stage_line(char *out, size_t cap, const char *prefix, const char *host, const nacre_key *key)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .comment = ""};
	char *text;
	size_t n;

	assert_int_equal(nacre_key_write_public(nacre_env_default(), key, &options, &text, &n, NULL, 0), NACRE_OK);
	snprintf(out, cap, "%s%s %s", prefix, host, text);
	nacre_key_text_free(nacre_env_default(), text, n);
}

void
stage_slurp(const char *path, char *out, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0;

	if (f != NULL) {
		n = fread(out, 1, cap - 1, f);
		fclose(f);
	}
	out[n] = '\0';
}

static void
keep_line(void *ctx, enum nacre_log_level level, const char *channel, const char *message)
{
	struct stage *s = ctx;
	size_t n = strlen(s->log);

	snprintf(s->log + n, sizeof(s->log) - n, "%c %s %s\n", "DIWE"[level], channel, message);
}

void
stage_init(struct stage *s)
{
	char line[1024];

	memset(s, 0, sizeof(*s));
	test_env_init(&s->env, 7);
	s->peer.joined = true;
	s->peer.client_fd = -1;
	s->script = (struct peer_script){
	    .host_key = stage_keys[STAGE_HOST], .user_key = stage_keys[STAGE_USER], .password = "secret"};
	s->options =
	    (struct nacre_connect_options){.size = sizeof(s->options), .user = "diver", .key = stage_keys[STAGE_USER]};
	s->client = nacre_client_new(&s->env.env);
	assert_non_null(s->client);
	nacre_client_set_log(s->client, keep_line, s);
	stage_line(line, sizeof(line), "", "reef", stage_keys[STAGE_HOST]);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s->client, stage_file("known_hosts", line, strlen(line), 0600)),
	    NACRE_OK);
}

int
stage_connect(struct stage *s)
{
	peer_join(&s->peer);
	peer_start(&s->peer, &s->script);
	s->options.sock = &s->peer.client_fd;
	return nacre_client_connect(s->client, "reef", &s->options);
}

struct nacre_error
stage_error(const struct stage *s)
{
	struct nacre_error error;

	nacre_client_error(s->client, &error);
	return error;
}

void
stage_open(struct stage *s)
{
	stage_init(s);
	if (stage_connect(s) != NACRE_OK)
		fail_msg("connect: %s", stage_error(s).message);
}

void
stage_close(struct stage *s)
{
	nacre_client_close(s->client);
	peer_join(&s->peer);
}

void
stage_end(struct stage *s)
{
	nacre_client_free(s->client);
	peer_join(&s->peer);
	assert_int_equal(s->env.live_blocks, 0);
	assert_int_equal(s->env.wrong_sizes, 0);
}
