/* The README's example of SFTP: sends a file, says how large it is there, fetches it back. usage: sftp HOST PORT, with
 * the files known_hosts, id_ed25519 and pearls.txt in the current directory. */
#include <nacre/nacre.h>
#include <stdio.h>
#include <stdlib.h>

static int
carry(nacre_sftp *sftp)
{
	struct nacre_sftp_transfer options = {.size = sizeof(options), .preserve = true, .atomic = true};
	struct nacre_sftp_attrs attrs;
	int rc;

	if ((rc = nacre_sftp_put(sftp, "pearls.txt", "pearls-there.txt", &options)) != NACRE_OK)
		return rc;
	if ((rc = nacre_sftp_stat(sftp, "pearls-there.txt", &attrs)) != NACRE_OK)
		return rc;
	printf("%llu bytes are there\n", (unsigned long long)attrs.size);
	return nacre_sftp_get(sftp, "pearls-there.txt", "pearls-again.txt", &options);
}

int
main(int argc, char **argv)
{
	nacre_client *client = nacre_client_new(NULL);
	struct nacre_connect_options options = {.size = sizeof(options), .key_file = "id_ed25519"};
	struct nacre_sftp_error problem = {.path = ""};
	nacre_sftp *sftp = NULL;
	int rc;

	options.port = argc > 2 ? (unsigned)atoi(argv[2]) : 22;
	if ((rc = nacre_client_load_host_keys(client, "known_hosts")) == NACRE_OK &&
	    (rc = nacre_client_connect(client, argc > 1 ? argv[1] : "localhost", &options)) == NACRE_OK &&
	    (rc = nacre_client_open_sftp(client, &sftp)) == NACRE_OK && (rc = carry(sftp)) != NACRE_OK)
		nacre_sftp_error(sftp, &problem);
	else
		nacre_client_error(client, &problem.error);
	if (rc != NACRE_OK)
		fprintf(stderr, "%s: %s %s\n", nacre_status_name(rc), problem.error.message, problem.path);
	nacre_sftp_close(sftp);
	nacre_client_free(client);
	return rc == NACRE_OK ? 0 : 1;
}
