/* apply_options: one value, one option; what the caller has set stays. Knows: the table of keywords. Must not know:
 * where the configuration comes from. ssh_config(5). */
#include <string.h>
#include "apply_config.h"
#include "text.h"

#define SECONDS_MAX 1000000

static int64_t
number(const char *text)
{
	return text_number(slice_str(text), INT32_MAX); /* the configuration has checked that it is one */
}

static int
apply_port(struct applying *a, const struct nacre_config_directive *d)
{
	if (a->options->port == 0)
		a->options->port = (unsigned)number(d->value);
	return NACRE_OK;
}

static int
apply_connect_timeout(struct applying *a, const struct nacre_config_directive *d)
{
	int64_t seconds = number(d->value);
	int ms = (int)((seconds > SECONDS_MAX ? SECONDS_MAX : seconds) * 1000);

	if (a->options->connect_timeout_ms == 0)
		a->options->connect_timeout_ms = ms == 0 ? -1 : ms;
	if (a->options->banner_timeout_ms == 0)
		a->options->banner_timeout_ms = ms == 0 ? -1 : ms;
	return NACRE_OK;
}

static int
apply_alive_interval(struct applying *a, const struct nacre_config_directive *d)
{
	int64_t seconds = number(d->value);

	if (a->options->keepalive_ms == 0)
		a->options->keepalive_ms = (int)((seconds > SECONDS_MAX ? SECONDS_MAX : seconds) * 1000);
	return NACRE_OK;
}

static int
apply_alive_count(struct applying *a, const struct nacre_config_directive *d)
{
	a->served = number(d->value) > 0;
	if (a->options->keepalive_max == 0)
		a->options->keepalive_max = (unsigned)number(d->value);
	return NACRE_OK;
}

static int
apply_rekey(struct applying *a, const struct nacre_config_directive *d)
{
	int64_t bytes = text_number(slice_str(d->words[0]), INT64_MAX), seconds = number(d->words[1]);

	if (a->options->rekey_bytes == 0 && bytes > 0)
		a->options->rekey_bytes = (uint64_t)bytes;
	if (a->options->rekey_ms == 0 && seconds > 0)
		a->options->rekey_ms = seconds * 1000;
	return NACRE_OK;
}

static int
apply_compression(struct applying *a, const struct nacre_config_directive *d)
{
	a->options->compress = a->options->compress || apply_is(d, "yes");
	return NACRE_OK;
}

/* 0 is no question at all: then only what was given counts. */
static int
apply_prompts(struct applying *a, const struct nacre_config_directive *d)
{
	int64_t n = number(d->value);

	if (a->options->password_prompts == 0)
		a->options->password_prompts = (unsigned)n;
	if (n > 0)
		return NACRE_OK;
	a->options->prompts = NULL;
	a->options->ask = NULL;
	return NACRE_OK;
}

/* Nobody is there to be asked. */
static int
apply_batch(struct applying *a, const struct nacre_config_directive *d)
{
	if (!apply_is(d, "yes"))
		return NACRE_OK;
	a->options->ask = NULL;
	a->options->prompts = NULL;
	a->options->new_password = NULL;
	return NACRE_OK;
}

static int
apply_identities_only(struct applying *a, const struct nacre_config_directive *d)
{
	a->options->identities_only = a->options->identities_only || apply_is(d, "yes");
	return NACRE_OK;
}

static int
apply_check_ip(struct applying *a, const struct nacre_config_directive *d)
{
	a->options->check_host_ip = a->options->check_host_ip || apply_is(d, "yes");
	return NACRE_OK;
}

static int
apply_localhost(struct applying *a, const struct nacre_config_directive *d)
{
	a->options->no_host_auth_for_localhost = a->options->no_host_auth_for_localhost || apply_is(d, "yes");
	return NACRE_OK;
}

/* One connection may ask for more than the environment does, and never for less; nor for less than the caller does. */
static int
apply_rsa_size(struct applying *a, const struct nacre_config_directive *d)
{
	unsigned least = (unsigned)number(d->value);

	if (a->options->rsa_bits_min < least)
		a->options->rsa_bits_min = least;
	return NACRE_OK;
}

static int
apply_family(struct applying *a, const struct nacre_config_directive *d)
{
	if (a->options->address_family != NACRE_FAMILY_ANY)
		return NACRE_OK;
	if (apply_is(d, "inet"))
		a->options->address_family = NACRE_FAMILY_INET;
	if (apply_is(d, "inet6"))
		a->options->address_family = NACRE_FAMILY_INET6;
	return NACRE_OK;
}

static int
apply_attempts(struct applying *a, const struct nacre_config_directive *d)
{
	if (a->options->connection_attempts == 0)
		a->options->connection_attempts = (unsigned)number(d->value);
	return NACRE_OK;
}

static int
apply_tcp_keepalive(struct applying *a, const struct nacre_config_directive *d)
{
	a->options->no_tcp_keepalive = a->options->no_tcp_keepalive || apply_is(d, "no");
	return NACRE_OK;
}

/* Does the caller bring a way of their own? Then the configuration's is not wanted. */
static bool
has_way(const struct nacre_connect_options *o)
{
	return o->sock != NULL || o->unix_path != NULL || o->carrier != NULL || o->transport != NULL ||
	       o->proxy_command != NULL || o->jump != NULL || o->jump_client != NULL || o->jump_channel != NULL;
}

/* Expanded here, where the alias is still known; what goes in was checked, and the option's own tokens are not wanted
 * any more. */
static int
apply_proxy(struct applying *a, const struct nacre_config_directive *d)
{
	const char *command;
	struct buf doubled;
	int rc = NACRE_OK;

	a->served = !has_way(a->options);
	if (!a->served)
		return NACRE_OK;
	if ((command = apply_expanded(a, d, 0)) == NULL)
		return a->c->failure.code;
	buf_init(&doubled, a->c->env, 2 * NACRE_CONFIG_TEXT_MAX + 1);
	for (; *command != '\0'; command++) {
		if (*command == '%')
			buf_put_u8(&doubled, '%');
		buf_put_u8(&doubled, (uint8_t)*command);
	}
	buf_put_u8(&doubled, 0);
	if (doubled.bad != 0 || (a->options->proxy_command = apply_keep(a, (const char *)doubled.p)) == NULL)
		rc = client_fail(a->c, NACRE_E_NOMEM, "out of memory");
	buf_free(&doubled);
	return rc;
}

static int
apply_jump(struct applying *a, const struct nacre_config_directive *d)
{
	a->served = !has_way(a->options);
	if (!a->served)
		return NACRE_OK;
	a->options->jump = apply_expanded(a, d, 0);
	return a->options->jump == NULL ? a->c->failure.code : NACRE_OK;
}

/* Sent with each session (client_config_env). */
static int
apply_env(struct applying *a, const struct nacre_config_directive *d)
{
	(void)a;
	(void)d;
	return NACRE_OK;
}

/* Options that are a text, word for word. */
static const struct {
	const char *keyword;
	size_t offset;
} text_rows[] = {
#define TEXT(keyword, field)                                                                                           \
	{                                                                                                              \
		keyword, offsetof(struct nacre_connect_options, field)                                                 \
	}
    TEXT("User", user),
    TEXT("Preset", preset),
    TEXT("Ciphers", ciphers),
    TEXT("MACs", macs),
    TEXT("KexAlgorithms", kex),
    TEXT("HostKeyAlgorithms", host_key_algorithms),
    TEXT("PubkeyAcceptedAlgorithms", pubkey_algorithms),
    TEXT("HostKeyAlias", host_key_alias),
    TEXT("BindAddress", bind_address),
    TEXT("IPQoS", ip_qos),
#undef TEXT
};

static const struct {
	const char *keyword;
	apply_fn *apply;
} rows[] = {
    {"Port", apply_port},
    {"ConnectTimeout", apply_connect_timeout},
    {"ServerAliveInterval", apply_alive_interval},
    {"ServerAliveCountMax", apply_alive_count},
    {"RekeyLimit", apply_rekey},
    {"Compression", apply_compression},
    {"BatchMode", apply_batch},
    {"NumberOfPasswordPrompts", apply_prompts},
    {"IdentitiesOnly", apply_identities_only},
    {"IdentityFile", apply_identities},
    {"CertificateFile", apply_certificates},
    {"IdentityAgent", apply_agent},
    {"PreferredAuthentications", apply_methods},
    {"CheckHostIP", apply_check_ip},
    {"NoHostAuthenticationForLocalhost", apply_localhost},
    {"StrictHostKeyChecking", apply_checking},
    {"UserKnownHostsFile", apply_user_files},
    {"GlobalKnownHostsFile", apply_global_files},
    {"HashKnownHosts", apply_hashing},
    {"RevokedHostKeys", apply_revoked},
    {"UpdateHostKeys", apply_updates},
    {"RequiredRSASize", apply_rsa_size},
    {"AddressFamily", apply_family},
    {"ConnectionAttempts", apply_attempts},
    {"TCPKeepAlive", apply_tcp_keepalive},
    {"ProxyCommand", apply_proxy},
    {"ProxyJump", apply_jump},
    {"SendEnv", apply_env},
    {"SetEnv", apply_env},
};

static void
apply_texts(struct applying *a)
{
	for (size_t i = 0; i < sizeof(text_rows) / sizeof(text_rows[0]); i++) {
		const char *value = nacre_config_value(a->applied->found, text_rows[i].keyword);
		const char **option = (const char **)(void *)((char *)a->options + text_rows[i].offset);

		if (value != NULL && *option == NULL)
			*option = value;
		if (value != NULL)
			nacre_config_mark(a->applied->found, text_rows[i].keyword);
	}
}

int
apply_options(struct applying *a)
{
	apply_texts(a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nacre_config_directive first;
		const void *at = NULL;
		int rc;

		if (!nacre_config_next_of(a->applied->found, rows[i].keyword, &at, &first))
			continue;
		a->served = true;
		if ((rc = rows[i].apply(a, &first)) != NACRE_OK)
			return rc;
		if (a->served)
			nacre_config_mark(a->applied->found, rows[i].keyword);
	}
	return NACRE_OK;
}
