/* A command on a host as ~/.ssh/config names it: address, user, keys, known hosts and jump hosts are what stands there,
 * and passwords are nobody's to ask for. usage: alias HOST COMMAND */
#include <nacre/nacre.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	struct nacre_connect_options options = {.size = sizeof(options), .use_config = true};
	struct nacre_result result = {.out = NULL};
	struct nacre_error error;
	nacre_client *client;
	int rc;

	if (argc != 3) {
		fprintf(stderr, "usage: alias HOST COMMAND\n");
		return 2;
	}
	client = nacre_client_new(NULL);
	rc = nacre_client_connect(client, argv[1], &options);
	if (rc == NACRE_OK)
		rc = nacre_client_run(client, argv[2], NULL, &result);
	if (rc == NACRE_OK)
		printf("%s", result.out);
	nacre_client_error(client, &error);
	if (rc != NACRE_OK && error.file != NULL)
		fprintf(stderr, "%s line %lu: ", error.file, error.line);
	if (rc != NACRE_OK)
		fprintf(stderr, "%s: %s\n%s\n", nacre_status_name(error.code), error.message, error.hint);
	nacre_result_free(&result);
	nacre_client_free(client);
	return rc == NACRE_OK ? 0 : 1;
}
