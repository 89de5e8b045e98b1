/* serve_options: see serve_options.h. Knows: letters, key files, a password on a descriptor. Must not know:
 * connections. sshd(8). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <nacre/cert.h>
#include "serve_options.h"

static const char usage[] =
    "usage: nacre serve [-p port] [-h hostkey]... [--host-cert FILE]... [--authorized-keys FILE]... [--user-ca FILE]... "
    "[--user NAME --password-fd N] [--shell]\n"
    "                   [--sftp-root DIR [--sftp-read-only]] [--listen ADDRESS] [--preset NAME]\n"
    "                   [--moduli FILE] [-o Keyword=value]... [--trace]";

/* The file that a system brings is of half a mebibyte. */
#define MODULI_MAX ((size_t)8 << 20)

typedef int option_fn(struct serve_options *o, const char *value);

static int
take_number(const char *value, long max, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || *out < 0 || *out > max)
		return say_failure("\"%s\" is not a number up to %ld", value, max);
	return 0;
}

static int
take_port(struct serve_options *o, const char *value)
{
	long port;
	int rc = take_number(value, 65535, &port);

	o->port = rc == 0 ? (unsigned)port : 0;
	return rc;
}

static int
take_host_key(struct serve_options *o, const char *value)
{
	char why[256] = "";

	if (o->n_host_keys == SERVE_HOST_KEYS_MAX)
		return say_failure("at most %d host keys", SERVE_HOST_KEYS_MAX);
	if (nacre_key_load(NULL, value, NULL, &o->host_keys[o->n_host_keys], why, sizeof(why)) != NACRE_OK)
		return say_failure("host key: %s", why);
	o->n_host_keys++;
	return 0;
}

static int
take_host_cert(struct serve_options *o, const char *value)
{
	char why[256] = "";

	if (o->n_host_certs == SERVE_HOST_KEYS_MAX)
		return say_failure("at most %d host certificates", SERVE_HOST_KEYS_MAX);
	if (nacre_key_load_public(NULL, value, &o->host_certs[o->n_host_certs], why, sizeof(why)) != NACRE_OK)
		return say_failure("--host-cert: %s", why);
	if (!nacre_key_is_certificate(o->host_certs[o->n_host_certs++]))
		return say_failure("--host-cert %s: that is no certificate", value);
	return 0;
}

static int
take_authorized(struct serve_options *o, const char *value)
{
	o->has_authorized = true;
	return authorized_load(&o->authorized, value);
}

static int
take_user_ca(struct serve_options *o, const char *value)
{
	return authorized_load(&o->user_cas, value);
}

static int
take_user(struct serve_options *o, const char *value)
{
	o->user = value;
	return 0;
}

/* The first line of what can be read there. */
static int
take_password(struct serve_options *o, const char *value)
{
	size_t n = 0;
	ssize_t k = 0;
	long fd;

	if (take_number(value, 65535, &fd) != 0)
		return TOOL_FAILED;
	while (n < sizeof(o->password) - 1 && (k = read((int)fd, o->password + n, sizeof(o->password) - 1 - n)) != 0) {
		if (k < 0 && errno != EINTR)
			return say_failure("--password-fd %ld: %s", fd, strerror(errno));
		n += k < 0 ? 0 : (size_t)k;
		if (memchr(o->password, '\n', n) != NULL)
			break;
	}
	o->password[strcspn(o->password, "\r\n")] = '\0';
	o->has_password = o->password[0] != '\0';
	return o->has_password ? 0 : say_failure("--password-fd %ld: there is no password", fd);
}

static int
take_address(struct serve_options *o, const char *value)
{
	o->address = value;
	return 0;
}

static int
take_setting(struct serve_options *o, const char *value)
{
	return settings_take(&o->settings, value);
}

static int
take_preset(struct serve_options *o, const char *value)
{
	return settings_set(&o->settings, "Preset", value);
}

static int
take_shell(struct serve_options *o, const char *value)
{
	(void)value;
	o->shell = true;
	return 0;
}

static int
take_sftp_root(struct serve_options *o, const char *value)
{
	if (o->sftp != NULL)
		return say_failure("--sftp-root can be given once");
	if (nacre_sftp_dir_open(NULL, value, &o->sftp) != NACRE_OK)
		return say_failure("--sftp-root %s: %s", value, strerror(errno));
	return 0;
}

static int
take_sftp_read_only(struct serve_options *o, const char *value)
{
	(void)value;
	o->sftp_read_only = true;
	return 0;
}

static int
take_moduli(struct serve_options *o, const char *value)
{
	char why[256] = "";

	if (o->moduli != NULL)
		return say_failure("--moduli can be given once");
	if (nacre_file_read(NULL, value, MODULI_MAX, &o->moduli, &o->n_moduli, why, sizeof(why)) != NACRE_OK)
		return say_failure("--moduli: %s", why);
	return 0;
}

static int
take_trace(struct serve_options *o, const char *value)
{
	(void)value;
	o->trace = true;
	return 0;
}

static const struct {
	const char *name;
	option_fn *take;
	bool has_value;
} rows[] = {
    {"-p", take_port, true},
    {"-h", take_host_key, true},
    {"--host-cert", take_host_cert, true},
    {"-o", take_setting, true},
    {"--authorized-keys", take_authorized, true},
    {"--user-ca", take_user_ca, true},
    {"--user", take_user, true},
    {"--password-fd", take_password, true},
    {"--listen", take_address, true},
    {"--preset", take_preset, true},
    {"--moduli", take_moduli, true},
    {"--shell", take_shell, false},
    {"--sftp-root", take_sftp_root, true},
    {"--sftp-read-only", take_sftp_read_only, false},
    {"--trace", take_trace, false},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static int
take_option(struct serve_options *o, int argc, char **argv, int *at)
{
	const char *word = argv[(*at)++];
	size_t i = 0;

	while (i < N_ROWS && strcmp(rows[i].name, word) != 0)
		i++;
	if (i == N_ROWS)
		return say_failure("%s is not an option\n%s", word, usage);
	if (!rows[i].has_value)
		return rows[i].take(o, NULL);
	if (*at == argc)
		return say_failure("%s wants a value\n%s", word, usage);
	return rows[i].take(o, argv[(*at)++]);
}

/* A server that nobody could enter, or that everybody could try by the same password under any name, is a mistake. */
static int
check(const struct serve_options *o)
{
	if (o->has_password && o->user == NULL)
		return say_failure("--password-fd wants --user\n%s", usage);
	if (o->sftp_read_only && o->sftp == NULL)
		return say_failure("--sftp-read-only wants --sftp-root\n%s", usage);
	if (!o->has_password && !o->has_authorized && o->user_cas.n == 0)
		return say_failure(
		    "nobody could enter: --authorized-keys, --user-ca or --password-fd is wanted\n%s", usage);
	return 0;
}

static int
make_host_key(struct serve_options *o)
{
	if (o->n_host_keys > 0)
		return 0;
	if (nacre_key_generate(nacre_env_default(), "ssh-ed25519", 0, &o->host_keys[0]) != NACRE_OK)
		return say_failure("a host key cannot be made");
	o->n_host_keys = 1;
	return 0;
}

/* Each certificate to the key that it is for; joined it is a host key more. */
static int
join_host_certs(struct serve_options *o)
{
	size_t plain = o->n_host_keys, i, k;
	int rc;

	for (i = 0; i < o->n_host_certs; i++) {
		rc = NACRE_E_KEY_TYPE;
		for (k = 0; k < plain && rc == NACRE_E_KEY_TYPE; k++)
			rc = nacre_cert_with_key(nacre_env_default(), o->host_certs[i], o->host_keys[k],
			    &o->host_keys[o->n_host_keys]);
		if (rc != NACRE_OK)
			return say_failure("--host-cert: certificate %zu is for none of the host keys (-h)", i + 1);
		o->n_host_keys++;
	}
	return 0;
}

int
serve_options_read(struct serve_options *o, int argc, char **argv)
{
	int at = 1, rc = 0;

	*o = (struct serve_options){.trace = false};
	if ((rc = settings_init(&o->settings)) != 0)
		return rc;
	while (rc == 0 && at < argc)
		rc = take_option(o, argc, argv, &at);
	if (rc != 0 || (rc = settings_find_server(&o->settings)) != 0 || (rc = check(o)) != 0)
		return rc;
	return (rc = make_host_key(o)) != 0 ? rc : join_host_certs(o);
}

void
serve_options_free(struct serve_options *o)
{
	volatile char *password = o->password; /* volatile: the wiping must not be optimised away */

	for (size_t i = 0; i < sizeof(o->password); i++)
		password[i] = '\0';
	for (size_t i = 0; i < o->n_host_keys; i++)
		nacre_key_free(o->host_keys[i]);
	for (size_t i = 0; i < o->n_host_certs; i++)
		nacre_key_free(o->host_certs[i]);
	nacre_sftp_dir_free(o->sftp);
	nacre_file_free(NULL, o->moduli, o->n_moduli);
	authorized_free(&o->authorized);
	authorized_free(&o->user_cas);
	settings_free(&o->settings);
}
