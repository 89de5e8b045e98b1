/* The files of known hosts: what is saved, what stays, and what is never touched. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "stage.h"

#define TEXT_MAX 4096

static void
assert_file(const char *name, const char *text)
{
	char is[TEXT_MAX];

	stage_slurp(stage_path(name), is, sizeof(is));
	assert_string_equal(is, text);
}

/* "host type base64\n", as a set writes it. */
static const char *
written(char *out, size_t cap, const char *host, const nacre_key *key)
{
	char *line;
	size_t n;

	assert_int_equal(nacre_known_hosts_line(nacre_env_default(), host, 22, key, false, &line, &n), NACRE_OK);
	snprintf(out, cap, "%s\n", line);
	nacre_known_hosts_line_free(nacre_env_default(), line, n);
	return out;
}

static int
add(const struct stage *s, const char *host, int key)
{
	return nacre_known_hosts_add(nacre_client_get_host_keys(s->client), host, 22, stage_keys[key]);
}

static void
what_was_added_and_removed_is_saved_and_everything_else_stays(void **state)
{
	char text[TEXT_MAX], expected[TEXT_MAX], line[512];
	struct stage s;

	(void)state;
	stage_init(&s);
	snprintf(text, sizeof(text), "# reefs\r\n\nnonsense\n@revoked * ssh-foo AAAA\n");
	snprintf(expected, sizeof(expected), "%s", text);
	written(text + strlen(text), sizeof(text) - strlen(text), "atoll", stage_keys[STAGE_HOST]);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "# last");
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_file("mine", text, strlen(text), 0644)), NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_OK);
	assert_file("mine", text);

	assert_int_equal(add(&s, "lagoon", STAGE_HOST_OTHER), NACRE_OK);
	assert_int_equal(
	    nacre_known_hosts_remove(nacre_client_get_host_keys(s.client), "atoll", 22, NULL, NULL), NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_OK);
	snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), "# last\n%s",
	    written(line, sizeof(line), "lagoon", stage_keys[STAGE_HOST_OTHER]));
	assert_file("mine", expected); /* and nothing of the system set, which knows "reef" */
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_OK);
	assert_file("mine", expected);
	stage_end(&s);
}

static void
it_goes_to_the_file_that_was_loaded_last_or_to_a_named_one(void **state)
{
	char line[512];
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_E_ARGUMENT);
	assert_failed(&s, NACRE_E_ARGUMENT);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("first")), NACRE_OK);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("second")), NACRE_OK);
	assert_int_equal(add(&s, "lagoon", STAGE_HOST), NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_OK);
	written(line, sizeof(line), "lagoon", stage_keys[STAGE_HOST]);
	assert_file("second", line);
	assert_int_not_equal(access(stage_path("first"), F_OK), 0);
	assert_int_equal(nacre_client_save_host_keys(s.client, stage_path("copy")), NACRE_OK);
	assert_file("copy", line);
	stage_end(&s);
}

static void
what_somebody_else_wrote_meanwhile_stays(void **state)
{
	char mine[512], theirs[512], text[TEXT_MAX], expected[TEXT_MAX];
	struct stage a, b;

	(void)state;
	stage_init(&a);
	stage_init(&b);
	assert_int_equal(nacre_client_load_host_keys(a.client, stage_path("ours")), NACRE_OK);
	assert_int_equal(nacre_client_load_host_keys(b.client, stage_path("ours")), NACRE_OK);
	assert_int_equal(add(&a, "lagoon", STAGE_HOST), NACRE_OK);
	assert_int_equal(add(&b, "atoll", STAGE_HOST_OTHER), NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(a.client, NULL), NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(b.client, NULL), NACRE_OK);
	snprintf(expected, sizeof(expected), "%s%s", written(mine, sizeof(mine), "lagoon", stage_keys[STAGE_HOST]),
	    written(theirs, sizeof(theirs), "atoll", stage_keys[STAGE_HOST_OTHER]));
	assert_file("ours", expected);
	assert_int_equal(nacre_client_save_host_keys(a.client, NULL), NACRE_OK);
	stage_slurp(stage_path("ours"), text, sizeof(text));
	assert_string_equal(text, expected);
	stage_end(&a);
	stage_end(&b);
}

static void
names_are_hidden_where_that_is_asked_for(void **state)
{
	struct nacre_known_hosts_match match;
	char text[TEXT_MAX];
	struct stage s;

	(void)state;
	stage_init(&s);
	nacre_client_set_hash_host_keys(s.client, true);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("hidden")), NACRE_OK);
	assert_int_equal(add(&s, "lagoon", STAGE_HOST_OTHER), NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_OK);
	stage_slurp(stage_path("hidden"), text, sizeof(text));
	assert_memory_equal(text, "|1|", 3);
	assert_null(strstr(text, "lagoon"));
	/* And by the policy. */
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_auto_add, NULL);
	s.options.host_key_alias = "trench";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_slurp(stage_path("hidden"), text, sizeof(text));
	assert_non_null(strstr(text, "\n|1|"));
	assert_null(strstr(text, "trench"));
	stage_end(&s);

	stage_init(&s);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("hidden")), NACRE_OK);
	assert_int_equal(
	    nacre_known_hosts_check(nacre_client_get_host_keys(s.client), "trench", 22, stage_keys[STAGE_HOST], &match),
	    NACRE_OK);
	assert_int_equal(match.result, NACRE_KNOWN_HOSTS_MATCH);
	stage_end(&s);
}

static void
a_line_that_somebody_else_added_is_not_added_twice(void **state)
{
	char line[512];
	struct stage s;

	(void)state;
	stage_init(&s);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_accept_new, NULL);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("race")), NACRE_OK);
	written(line, sizeof(line), "lagoon", stage_keys[STAGE_HOST]);
	(void)stage_file("race", line, strlen(line), 0600);
	s.options.host_key_alias = "lagoon";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_file("race", line);
	stage_end(&s);
}

/* Of two that meet a host for the first time at once, one has met somebody else. */
static void
another_key_that_somebody_else_added_meanwhile_counts(void **state)
{
	char line[512], both[1024];
	struct stage s;

	(void)state;
	stage_init(&s);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_accept_new, NULL);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("race2")), NACRE_OK);
	written(line, sizeof(line), "lagoon", stage_keys[STAGE_HOST_OTHER]);
	(void)stage_file("race2", line, strlen(line), 0600);
	s.options.host_key_alias = "lagoon";
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_non_null(strstr(s.log, "another key of the host by now"));
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN); /* nor is it remembered in memory */
	assert_file("race2", line);
	snprintf(both, sizeof(both), "@revoked * %s",
	    strchr(written(line, sizeof(line), "x", stage_keys[STAGE_HOST]), ' ') + 1);
	(void)stage_file("race2", both, strlen(both), 0600);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_file("race2", both);
	stage_end(&s);
}

static void
a_key_that_was_removed_and_not_saved_hinders_nobody(void **state)
{
	char line[512], both[1024];
	struct stage s;

	(void)state;
	stage_init(&s);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_accept_new, NULL);
	written(line, sizeof(line), "lagoon", stage_keys[STAGE_HOST_OTHER]);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_file("gone", line, strlen(line), 0600)), NACRE_OK);
	assert_int_equal(
	    nacre_known_hosts_remove(nacre_client_get_host_keys(s.client), "lagoon", 22, NULL, NULL), NACRE_OK);
	s.options.host_key_alias = "lagoon";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	snprintf(both, sizeof(both), "%s", line);
	written(both + strlen(both), sizeof(both) - strlen(both), "lagoon", stage_keys[STAGE_HOST]);
	assert_file("gone", both);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_OK);
	assert_file("gone", both + strlen(line));
	stage_end(&s);
}

static void
what_cannot_be_written_is_an_error_and_stays_as_it_is(void **state)
{
	struct stat st;
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(add(&s, "lagoon", STAGE_HOST), NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(s.client, stage_dir), NACRE_E_FILE);
	assert_failed(&s, NACRE_E_FILE);
	assert_int_equal(nacre_client_save_host_keys(s.client, stage_path("no/such/place")), NACRE_E_FILE);
	(void)stage_file("huge", "x\n", 2, 0600);
	assert_int_equal(truncate(stage_path("huge"), 100 << 20), 0);
	assert_int_equal(nacre_client_save_host_keys(s.client, stage_path("huge")), NACRE_E_LIMIT);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("huge")), NACRE_E_LIMIT);
	assert_int_equal(stat(stage_path("huge"), &st), 0);
	assert_int_equal(st.st_size, 100 << 20);
	/* What failed can be saved elsewhere. */
	assert_int_equal(nacre_client_save_host_keys(s.client, stage_path("elsewhere")), NACRE_OK);
	assert_int_equal(access(stage_path("elsewhere"), F_OK), 0);
	stage_end(&s);
}

static void
no_memory_loses_nothing(void **state)
{
	char before[TEXT_MAX], after[TEXT_MAX];
	struct stage s;
	uint64_t i;

	(void)state;
	stage_init(&s);
	written(before, sizeof(before), "atoll", stage_keys[STAGE_HOST]);
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, stage_file("tight", before, strlen(before), 0600)), NACRE_OK);
	assert_int_equal(add(&s, "lagoon", STAGE_HOST_OTHER), NACRE_OK);
	for (i = 1; i < 1000; i++) {
		s.env.fail_at = s.env.allocations + i;
		s.env.fail_once = true;
		if (nacre_client_save_host_keys(s.client, NULL) == NACRE_OK)
			break;
		stage_slurp(stage_path("tight"), after, sizeof(after));
		assert_memory_equal(after, before, strlen(before)); /* old, or new already */
	}
	assert_true(i > 3 && i < 1000);
	s.env.fail_at = 0;
	stage_slurp(stage_path("tight"), after, sizeof(after));
	written(before + strlen(before), sizeof(before) - strlen(before), "lagoon", stage_keys[STAGE_HOST_OTHER]);
	assert_string_equal(after, before);
	stage_end(&s);
}

#define WRITERS 4
#define ROUNDS 8

struct writer {
	pthread_t thread;
	int number, result;
	char path[STAGE_PATH_MAX * 2];
};

/* A client of its own, which adds a host and saves, again and again. */
static void *
write_hosts(void *arg)
{
	struct writer *w = arg;
	nacre_client *client = nacre_client_new(NULL);
	char host[32];

	w->result = nacre_client_load_host_keys(client, w->path);
	for (int i = 0; i < ROUNDS && w->result == NACRE_OK; i++) {
		snprintf(host, sizeof(host), "reef-%d-%d", w->number, i);
		w->result = nacre_known_hosts_add(nacre_client_get_host_keys(client), host, 22, stage_keys[w->number]);
		if (w->result == NACRE_OK)
			w->result = nacre_client_save_host_keys(client, NULL);
	}
	nacre_client_free(client);
	return NULL;
}

static void
writers_at_the_same_time_lose_nothing(void **state)
{
	struct writer writers[WRITERS] = {{.number = 0}};
	struct nacre_known_hosts_match match;
	char host[32];
	struct stage s;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		writers[i].number = i;
		snprintf(writers[i].path, sizeof(writers[i].path), "%s", stage_path("crowded"));
		assert_int_equal(pthread_create(&writers[i].thread, NULL, write_hosts, &writers[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
		assert_int_equal(writers[i].result, NACRE_OK);
	}
	stage_init(&s);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("crowded")), NACRE_OK);
	assert_int_equal(
	    nacre_known_hosts_count(nacre_client_get_host_keys(s.client), NACRE_KNOWN_HOSTS_KEY), WRITERS * ROUNDS);
	for (int i = 0; i < WRITERS * ROUNDS; i++) {
		snprintf(host, sizeof(host), "reef-%d-%d", i / ROUNDS, i % ROUNDS);
		assert_int_equal(nacre_known_hosts_check(
				     nacre_client_get_host_keys(s.client), host, 22, stage_keys[i / ROUNDS], &match),
		    NACRE_OK);
		assert_int_equal(match.result, NACRE_KNOWN_HOSTS_MATCH);
	}
	stage_end(&s);
}

/* Saves the one state and the other in turn, and says so each time, until it is killed. */
static void
flicker(const char *path, int say)
{
	nacre_client *client = nacre_client_new(NULL);
	nacre_known_hosts *set = nacre_client_get_host_keys(client);
	int rc = nacre_client_load_host_keys(client, path);

	while (rc == NACRE_OK) {
		if ((rc = nacre_known_hosts_add(set, "lagoon", 22, stage_keys[STAGE_HOST])) != NACRE_OK ||
		    (rc = nacre_client_save_host_keys(client, NULL)) != NACRE_OK || write(say, "+", 1) != 1)
			break;
		if ((rc = nacre_known_hosts_remove(set, "lagoon", 22, NULL, NULL)) != NACRE_OK ||
		    (rc = nacre_client_save_host_keys(client, NULL)) != NACRE_OK || write(say, "-", 1) != 1)
			break;
	}
	_exit(1);
}

static void
a_writer_that_dies_leaves_the_old_file_or_the_new_one(void **state)
{
	char first[1024] = "# reefs\n", second[2048], is[TEXT_MAX], said[16], path[STAGE_PATH_MAX * 2];
	int ends[2];

	(void)state;
	written(first + strlen(first), sizeof(first) - strlen(first), "atoll", stage_keys[STAGE_HOST_OTHER]);
	snprintf(second, sizeof(second), "%s", first);
	written(second + strlen(second), sizeof(second) - strlen(second), "lagoon", stage_keys[STAGE_HOST]);
	snprintf(path, sizeof(path), "%s", stage_file("mortal", first, strlen(first), 0600));
	for (size_t round = 1; round <= 12; round++) {
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			flicker(path, ends[1]);
		(void)close(ends[1]);
		for (size_t i = 0; i < round; i++)
			assert_int_equal(read(ends[0], said, 1), 1);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		(void)close(ends[0]);
		stage_slurp(path, is, sizeof(is));
		if (strcmp(is, first) != 0)
			assert_string_equal(is, second);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_added_and_removed_is_saved_and_everything_else_stays),
	    cmocka_unit_test(it_goes_to_the_file_that_was_loaded_last_or_to_a_named_one),
	    cmocka_unit_test(what_somebody_else_wrote_meanwhile_stays),
	    cmocka_unit_test(names_are_hidden_where_that_is_asked_for),
	    cmocka_unit_test(a_line_that_somebody_else_added_is_not_added_twice),
	    cmocka_unit_test(another_key_that_somebody_else_added_meanwhile_counts),
	    cmocka_unit_test(a_key_that_was_removed_and_not_saved_hinders_nobody),
	    cmocka_unit_test(what_cannot_be_written_is_an_error_and_stays_as_it_is),
	    cmocka_unit_test(writers_at_the_same_time_lose_nothing),
	    cmocka_unit_test(a_writer_that_dies_leaves_the_old_file_or_the_new_one),
	    cmocka_unit_test(no_memory_loses_nothing),
	};

	return cmocka_run_group_tests_name("client: files of known hosts", tests, stage_setup, stage_teardown);
}
