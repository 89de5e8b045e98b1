/* deadline_probe: runs a command with exactly one deadline, and says how it ended. Knows: the facade. Must not know:
 * the server. usage: deadline_probe PORT USER KEY KNOWN_HOSTS STAGE MS COMMAND; STAGE: banner, kex, auth, channel, run.
 */
#include <nacre/nacre.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 1, USER, KEY, KNOWN_HOSTS, STAGE, MS, COMMAND, N_ARGS };

static int
limit(char **argv, const char *stage)
{
	return strcmp(argv[STAGE], stage) == 0 ? atoi(argv[MS]) : -1;
}

static int
attempt(nacre_client *client, char **argv, struct nacre_result *result)
{
	struct nacre_connect_options options = {
	    .size = sizeof(options),
	    .port = (unsigned)atoi(argv[PORT]),
	    .user = argv[USER],
	    .key_file = argv[KEY],
	    .connect_timeout_ms = -1,
	    .banner_timeout_ms = limit(argv, "banner"),
	    .kex_timeout_ms = limit(argv, "kex"),
	    .auth_timeout_ms = limit(argv, "auth"),
	    .channel_timeout_ms = limit(argv, "channel"),
	};
	struct nacre_run_options run = {.size = sizeof(run), .timeout_ms = limit(argv, "run")};
	int rc;

	if ((rc = nacre_client_load_host_keys(client, argv[KNOWN_HOSTS])) != NACRE_OK)
		return rc;
	if ((rc = nacre_client_connect(client, "127.0.0.1", &options)) != NACRE_OK)
		return rc;
	return nacre_client_run(client, argv[COMMAND], &run, result);
}

int
main(int argc, char **argv)
{
	nacre_client *client = argc == N_ARGS ? nacre_client_new(NULL) : NULL;
	struct nacre_result result = {.out = NULL};
	struct nacre_error error;
	int rc;

	if (client == NULL)
		return 2;
	rc = attempt(client, argv, &result);
	nacre_client_error(client, &error);
	printf("%s: %s\n", nacre_status_name(rc), rc == NACRE_OK ? result.out : error.message);
	nacre_result_free(&result);
	nacre_client_free(client);
	return rc == NACRE_OK ? 0 : 1;
}
