/* serve: the embedded server on the command line. Knows: who may enter by its options. Must not know: connections.
 * RFC 4252 7, 8. */
#include <signal.h>
#include <string.h>
#include "serve_options.h"

/* What a shell should know of its user's language, and nothing else. */
static const char *const accepted_env[] = {"LANG", "LC_*", NULL};

static nacre_server *running; /* for the signal handler */

static void
on_signal(int number)
{
	(void)number;
	if (running != NULL)
		nacre_server_stop(running);
}

static bool
is_user(const struct serve_options *o, struct nacre_bytes user)
{
	return o->user == NULL || (strlen(o->user) == user.n && memcmp(o->user, user.p, user.n) == 0);
}

static bool
may_by_password(void *ctx, struct nacre_bytes user, struct nacre_bytes password)
{
	const struct serve_options *o = ctx;

	return o->has_password && is_user(o, user) && nacre_server_password_is(password, o->password);
}

static bool
may_by_key(void *ctx, struct nacre_bytes user, const nacre_key *key, bool probe)
{
	const struct serve_options *o = ctx;

	(void)probe;
	return is_user(o, user) && authorized_has(&o->authorized, key);
}

/* Whoever may enter may have the one directory. */
static bool
may_have_sftp(void *ctx, struct nacre_bytes user, struct nacre_sftp_server_options *sftp)
{
	const struct serve_options *o = ctx;

	(void)user;
	sftp->handler = nacre_sftp_dir_handler();
	sftp->ctx = o->sftp;
	sftp->read_only = o->sftp_read_only;
	return true;
}

static bool
may_by_certificate(void *ctx, struct nacre_bytes user, const nacre_key *cert, bool probe)
{
	(void)cert;
	(void)probe;
	return is_user(ctx, user);
}

static void
serve_log(void *ctx, const char *line)
{
	const struct serve_options *o = ctx;

	if (o->settings.log_level >= LOG_INFO)
		fprintf(stderr, "%s\n", line);
}

static struct nacre_conn_options
connection_options(const struct serve_options *o, char *why, size_t why_size)
{
	const struct settings *s = &o->settings;
	const char *compression = settings_text(s, "Compression");

	return (struct nacre_conn_options){
	    .size = sizeof(struct nacre_conn_options),
	    .preset = settings_text(s, "Preset"),
	    .kex = settings_text(s, "KexAlgorithms"),
	    .host_key_algorithms = settings_text(s, "HostKeyAlgorithms"),
	    .ciphers = settings_text(s, "Ciphers"),
	    .macs = settings_text(s, "MACs"),
	    .compression = compression != NULL && strcmp(compression, "yes") == 0
			       ? "none,zlib@openssh.com"
			       : NULL, /* the client's order counts */
	    .pubkey_algorithms = settings_text(s, "PubkeyAcceptedAlgorithms"),
	    .rekey_bytes = settings_rekey(s, 0),
	    .rekey_ms = (int64_t)settings_rekey(s, 1) * 1000,
	    .moduli = o->moduli,
	    .n_moduli = o->n_moduli,
	    .why = why,
	    .why_size = why_size,
	};
}

static struct nacre_server_options
server_options(struct serve_options *o, const struct nacre_conn_options *connection)
{
	struct nacre_server_options options = {
	    .size = sizeof(options),
	    .host_keys = (const nacre_key *const *)o->host_keys,
	    .n_host_keys = o->n_host_keys,
	    .ctx = o,
	    .password = o->has_password ? may_by_password : NULL,
	    .key = o->has_authorized ? may_by_key : NULL,
	    .user_authorities = (const nacre_key *const *)o->user_cas.keys,
	    .n_user_authorities = o->user_cas.n,
	    .certificate = may_by_certificate,
	    .log = serve_log,
	    .sftp = o->sftp != NULL ? may_have_sftp : NULL,
	    .shell = o->shell,
	    .accept_env = accepted_env,
	    .connection = connection,
	};

	/* With a shell its own `echo` and `cat` are meant. */
	if (!o->shell)
		options.commands = nacre_server_builtins(&options.n_commands);
	return options;
}

static int
serve_listen(nacre_server *server, const struct serve_options *o)
{
	struct nacre_error error;
	char text[128];

	if (nacre_server_listen(server, o->address, o->port, NULL, text, sizeof(text)) != NACRE_OK) {
		nacre_server_error(server, &error);
		return say_error(&error);
	}
	for (size_t i = 0; i < o->n_host_keys; i++)
		say_key(stderr, "host key ", o->host_keys[i]);
	printf("listening on %s\n", text);
	(void)fflush(stdout);
	return 0;
}

static int
serve_until_signal(nacre_server *server)
{
	struct sigaction action = {.sa_handler = on_signal};
	int rc;

	sigemptyset(&action.sa_mask);
	running = server;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	rc = nacre_server_run(server);
	running = NULL;
	return rc == NACRE_OK ? 0 : say_failure("%s", nacre_status_text(rc));
}

int
serve_main(int argc, char **argv)
{
	struct nacre_server_options options;
	struct nacre_conn_options connection;
	const struct nacre_env *env;
	nacre_server *server = NULL;
	struct serve_options o;
	struct nacre_env room;
	char why[256] = "";
	int rc, code = serve_options_read(&o, argc, argv);

	if (code != 0 || (env = say_env(o.trace ? SAY_TRACE : SAY_NO_TRACE, &room)) == NULL)
		goto out;
	connection = connection_options(&o, why, sizeof(why));
	options = server_options(&o, &connection);
	rc = nacre_server_new(env, &options, &server);
	if (rc != NACRE_OK)
		code = say_failure("the server cannot be made: %s", why[0] != '\0' ? why : nacre_status_text(rc));
	else if ((code = serve_listen(server, &o)) == 0)
		code = serve_until_signal(server);
out:
	nacre_server_free(server);
	serve_options_free(&o);
	return code;
}
