/* The README's example: one command on a server whose key is known. usage: readme [HOST [PORT]], with the files
 * known_hosts and id_ed25519 in the current directory. */
#include <nacre/nacre.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	nacre_client *client = nacre_client_new(NULL);
	struct nacre_connect_options options = {.size = sizeof(options), .key_file = "id_ed25519"};
	struct nacre_result result = {.out = NULL};
	struct nacre_error error;
	options.port = argc > 2 ? (unsigned)atoi(argv[2]) : 22;
	if (nacre_client_load_host_keys(client, "known_hosts") == NACRE_OK &&
	    nacre_client_connect(client, argc > 1 ? argv[1] : "localhost", &options) == NACRE_OK &&
	    nacre_client_run(client, "uname -a", NULL, &result) == NACRE_OK)
		printf("%s", result.out);
	nacre_client_error(client, &error); /* code 0 where nothing failed */
	if (error.code != NACRE_OK)
		fprintf(stderr, "%s: %s\n%s\n", nacre_status_name(error.code), error.message, error.hint);
	nacre_result_free(&result);
	nacre_client_free(client); /* closes */
	return error.code == NACRE_OK ? 0 : 1;
}
