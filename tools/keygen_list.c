/* keygen_list: -L: what certificates say. Knows: how ssh-keygen lays it out. Must not know: whether they are any good.
 * ssh-keygen(1), -L. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "keygen.h"

#define SHOWN_MAX 4096

static const char *const known[] = {"force-command", "source-address", "verify-required", "no-touch-required",
    "permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty", "permit-user-rc"};

static bool
is_known(struct nacre_bytes name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (name.n == strlen(known[i]) && memcmp(name.p, known[i], name.n) == 0)
			return true;
	}
	return false;
}

/* Bytes of a certificate between two texts; what a terminal would obey is escaped. */
static void
print_bytes(const char *before, struct nacre_bytes bytes, const char *behind)
{
	char shown[SHOWN_MAX];

	(void)nacre_text_escape(shown, sizeof(shown), bytes, false);
	printf("%s%s%s", before, shown, behind);
}

static void
print_options(const nacre_key *cert, enum nacre_cert_options kind, const char *title)
{
	struct nacre_bytes name, value;
	size_t i;

	printf("        %s: ", title);
	for (i = 0; nacre_cert_option(cert, kind, i, &name, &value); i++) {
		print_bytes(i == 0 ? "\n                " : "                ", name, "");
		if (is_known(name)) {
			print_bytes(value.n > 0 ? " " : "", value, "\n");
			continue;
		}
		printf(value.n > 0 ? " UNKNOWN OPTION: " : " UNKNOWN FLAG OPTION\n");
		for (size_t j = 0; j < value.n; j++)
			printf("%02x", value.p[j]);
		if (value.n > 0)
			printf(" (len %zu)\n", value.n);
	}
	if (i == 0)
		printf("(none)\n");
}

static void
print_moment(const char *before, uint64_t seconds)
{
	time_t t = seconds > INT64_MAX ? (time_t)INT64_MAX : (time_t)seconds;
	char text[64] = "UNKNOWN-TIME";
	struct tm tm;

	if (localtime_r(&t, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("%s%s", before, text);
}

static void
print_validity(const struct nacre_cert_info *info)
{
	bool has_start = info->valid_after != 0, has_end = info->valid_before != NACRE_CERT_FOREVER;

	printf("        Valid: ");
	if (!has_start && !has_end)
		printf("forever");
	if (has_start)
		print_moment(has_end ? "from " : "after ", info->valid_after);
	if (has_end)
		print_moment(has_start ? " to " : "before ", info->valid_before);
	printf("\n");
}

static void
print_principals(const nacre_key *cert)
{
	struct nacre_bytes name;
	size_t i;

	printf("        Principals: ");
	for (i = 0; nacre_cert_principal(cert, i, &name); i++)
		print_bytes("\n                ", name, "");
	printf(i == 0 ? "(none)\n" : "\n");
}

static int
print_cert(const struct keygen *k, const nacre_key *cert)
{
	char subject[KEYGEN_FINGERPRINT_MAX], authority[KEYGEN_FINGERPRINT_MAX];
	struct nacre_cert_info info;

	if (nacre_cert_get_info(cert, &info) != NACRE_OK || keygen_describe(k, cert, " ", subject) != 0 ||
	    keygen_describe(k, info.authority, " ", authority) != 0)
		return TOOL_FAILED;
	printf(
	    "        Type: %s %s certificate\n", nacre_key_type(cert), info.type == NACRE_CERT_USER ? "user" : "host");
	printf("        Public key: %s\n        Signing CA: %s", subject, authority);
	print_bytes(" (using ", info.signature_algorithm, ")\n");
	print_bytes("        Key ID: \"", info.key_id, "\"\n");
	printf("        Serial: %llu\n", (unsigned long long)info.serial);
	print_validity(&info);
	print_principals(cert);
	print_options(cert, NACRE_CERT_CRITICAL, "Critical Options");
	print_options(cert, NACRE_CERT_EXTENSIONS, "Extensions");
	return 0;
}

/* Says which line it is, and what stands there. False where that is no certificate, which is told. */
static bool
print_line(const struct keygen *k, const char *path, unsigned long number, const char *line)
{
	bool is_input = strcmp(path, "-") == 0, is_shown = false;
	nacre_key *key = NULL;
	char why[256] = "";

	if (nacre_key_parse_public(k->env, line, strlen(line), &key, why, sizeof(why)) != NACRE_OK)
		(void)say_failure("keygen: %s:%lu: %s", is_input ? "(stdin)" : path, number, why);
	else if (!nacre_key_is_certificate(key))
		(void)say_failure("keygen: %s:%lu is not a certificate", is_input ? "(stdin)" : path, number);
	else if (!is_input && number == 1)
		printf("%s:\n", path);
	else
		printf("%s:%lu:\n", is_input ? "(stdin)" : path, number);
	if (nacre_key_is_certificate(key))
		is_shown = print_cert(k, key) == 0;
	nacre_key_free(key);
	return is_shown;
}

/* ssh-keygen ends with 1 where there was no certificate. */
int
keygen_list(struct keygen *k)
{
	char path[KEYGEN_PATH_MAX], *text, *rest, *line;
	unsigned long number = 0;
	bool is_any = false;
	size_t n;
	int rc;

	if (!keygen_path(k, "~/.ssh/id_ed25519-cert.pub", path))
		return TOOL_FAILED;
	if ((rc = keygen_read(path, &text, &n)) != 0)
		return rc;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		number++;
		line += strspn(line, " \t\r");
		if (*line != '\0' && *line != '#' && print_line(k, path, number, line))
			is_any = true;
	}
	free(text);
	return is_any ? 0 : KEYGEN_REFUSED;
}
