/* keygen_cert_options: -O of certificates. Knows: ssh-keygen's words for them. Must not know: what servers do with
 * them. ssh-keygen(1), CERTIFICATES. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "keygen_cert.h"

/* What a user may do unless it is taken away. */
static const char *const permitted[] = {
    "permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty", "permit-user-rc"};

#define N_PERMITTED (sizeof(permitted) / sizeof(permitted[0]))

/* Where one of that name goes: its own place, or a new one. */
static void
set(struct nacre_cert_option *list, size_t *n, const char *name, const char *value)
{
	size_t i = 0;

	while (i < *n && strcmp(list[i].name, name) != 0)
		i++;
	list[i] = (struct nacre_cert_option){name, value};
	*n += i == *n;
}

static void
unset(struct nacre_cert_option *list, size_t *n, const char *name)
{
	size_t i = 0;

	while (i < *n && strcmp(list[i].name, name) != 0)
		i++;
	if (i == *n)
		return;
	memmove(list + i, list + i + 1, (*n - i - 1) * sizeof(*list));
	(*n)--;
}

static void
permit_all(struct keygen_cert_options *o)
{
	for (size_t i = 0; i < N_PERMITTED; i++)
		set(o->extensions, &o->n_extensions, permitted[i], NULL);
}

/* "permit-pty" and "no-pty". */
static bool
take_permission(struct keygen_cert_options *o, const char *name)
{
	for (size_t i = 0; i < N_PERMITTED; i++) {
		const char *what = permitted[i] + strlen("permit");

		if (strncasecmp(name, "permit", strlen("permit")) == 0 &&
		    strcasecmp(name + strlen("permit"), what) == 0) {
			set(o->extensions, &o->n_extensions, permitted[i], NULL);
			return true;
		}
		if (strncasecmp(name, "no", strlen("no")) == 0 && strcasecmp(name + strlen("no"), what) == 0) {
			unset(o->extensions, &o->n_extensions, permitted[i]);
			return true;
		}
	}
	return false;
}

/* What a security key's user must do. */
static bool
take_demand(struct keygen_cert_options *o, const char *name)
{
	if (strcasecmp(name, "verify-required") == 0)
		set(o->critical, &o->n_critical, "verify-required", NULL);
	else if (strcasecmp(name, "no-verify-required") == 0)
		unset(o->critical, &o->n_critical, "verify-required");
	else if (strcasecmp(name, "no-touch-required") == 0)
		set(o->extensions, &o->n_extensions, "no-touch-required", NULL);
	else if (strcasecmp(name, "touch-required") == 0)
		unset(o->extensions, &o->n_extensions, "no-touch-required");
	else
		return false;
	return true;
}

/* Critical options that say something. */
static bool
take_critical(struct keygen_cert_options *o, const char *name, const char *value)
{
	static const char *const known[] = {"force-command", "source-address"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(known[i], name) != 0)
			continue;
		set(o->critical, &o->n_critical, known[i], value);
		return true;
	}
	return false;
}

/* "critical:name=value" and "extension:name=value". */
static bool
take_other(struct keygen_cert_options *o, const char *name, const char *value)
{
	static const char critical[] = "critical:", extension[] = "extension:";

	if (strncmp(name, critical, sizeof(critical) - 1) == 0) {
		name += sizeof(critical) - 1;
		if (value != NULL)
			return take_critical(o, name, value);
		return strcasecmp(name, "verify-required") == 0 && take_demand(o, name);
	}
	if (strncmp(name, extension, sizeof(extension) - 1) == 0 && name[sizeof(extension) - 1] != '\0') {
		set(o->extensions, &o->n_extensions, name + sizeof(extension) - 1, value);
		return true;
	}
	return false;
}

static int
take_option(struct keygen_cert_options *o, const char *text)
{
	char *name = strdup(text), *value;

	if (name == NULL)
		return say_failure("out of memory");
	o->text[o->n_text++] = name;
	if ((value = strchr(name, '=')) != NULL)
		*value++ = '\0';
	if (value == NULL && strcasecmp(name, "clear") == 0) {
		o->n_critical = o->n_extensions = 0;
		return 0;
	}
	if (value == NULL ? take_permission(o, name) || take_demand(o, name) : take_critical(o, name, value))
		return 0;
	if (take_other(o, name, value))
		return 0;
	if (strncmp(name, "critical:", strlen("critical:")) == 0)
		return say_failure(
		    "keygen: -O %s: whoever does not know a critical option refuses the certificate, and "
		    "nobody knows this one",
		    text);
	return say_failure("keygen: -O %s: no such option of a certificate", text);
}

int
keygen_cert_options_read(struct keygen_cert_options *o, const struct keygen *k)
{
	int rc = 0;

	*o = (struct keygen_cert_options){.n_text = 0};
	if (!k->is_host)
		permit_all(o);
	for (size_t i = 0; i < k->n_options && rc == 0; i++)
		rc = take_option(o, k->options[i]);
	return rc;
}

void
keygen_cert_options_free(struct keygen_cert_options *o)
{
	for (size_t i = 0; i < o->n_text; i++)
		free(o->text[i]);
}
