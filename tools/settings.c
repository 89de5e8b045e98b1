/* settings: see settings.h. Knows: ssh_config's keywords, as far as the tool serves them, and one of our own (Preset).
 * Must not know: connections. ssh_config(5); RFC 4253 7.1 (algorithm lists). */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "settings.h"

#define KEYWORD_MAX 64
#define SECONDS_MAX 1000000

/* Puts a value into its place. False: it is not one. */
typedef bool settings_fn(struct settings *s, const char *value);

/* A decimal number up to max from the beginning of *text, which moves behind it; -1 where there is none. */
static int64_t
take_number(const char **text, int64_t max)
{
	int64_t v = 0;
	const char *p = *text;

	if (!isdigit((unsigned char)*p))
		return -1;
	for (; isdigit((unsigned char)*p); p++) {
		if (v > (max - (*p - '0')) / 10)
			return -1;
		v = v * 10 + (*p - '0');
	}
	*text = p;
	return v;
}

static int64_t
whole_number(const char *value, int64_t max)
{
	int64_t v = take_number(&value, max);

	return *value == '\0' ? v : -1;
}

static bool
set_port(struct settings *s, const char *value)
{
	int64_t port = whole_number(value, 65535);

	s->port = port < 0 ? 0 : (unsigned)port;
	return port >= 0;
}

static bool
set_user(struct settings *s, const char *value)
{
	s->user = value;
	return true;
}

static bool
add_identity(struct settings *s, const char *value)
{
	if (s->n_identities == SETTINGS_FILES_MAX)
		return false;
	s->identities[s->n_identities] = value;
	s->n_identities++;
	return true;
}

static bool
set_agent(struct settings *s, const char *value)
{
	s->agent = value;
	return value[0] != '\0';
}

/* Words with spaces between them; "none" is no file at all. */
static bool
set_files(char **piece, const char **files, const char *value)
{
	char *rest = NULL;
	size_t n = 0;

	if ((*piece = strdup(value)) == NULL)
		return false;
	for (char *word = strtok_r(*piece, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest)) {
		if (n == SETTINGS_FILES_MAX)
			return false;
		if (strcasecmp(word, "none") != 0)
			files[n++] = word;
	}
	return true;
}

static bool
set_user_files(struct settings *s, const char *value)
{
	return set_files(&s->pieces[0], s->user_files, value);
}

static bool
set_global_files(struct settings *s, const char *value)
{
	return set_files(&s->pieces[1], s->global_files, value);
}

struct word {
	const char *name;
	int value;
};

/* The value of a word, or -1. */
static int
find_word(const struct word *words, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(words[i].name, name) == 0)
			return words[i].value;
	}
	return -1;
}

#define FIND_WORD(words, name) find_word(words, sizeof(words) / sizeof((words)[0]), name)

static bool
set_checking(struct settings *s, const char *value)
{
	static const struct word words[] = {
	    {"ask", CHECK_ASK},
	    {"yes", CHECK_STRICT},
	    {"accept-new", CHECK_ACCEPT_NEW},
	    {"no", CHECK_OFF},
	    {"off", CHECK_OFF},
	};
	int word = FIND_WORD(words, value);

	s->checking = word < 0 ? CHECK_STRICT : (enum host_key_checking)word;
	return word >= 0;
}

static bool
set_update(struct settings *s, const char *value)
{
	static const struct word words[] = {{"no", UPDATE_NO}, {"yes", UPDATE_YES}, {"ask", UPDATE_ASK}};
	int word = FIND_WORD(words, value);

	s->update = word < 0 ? UPDATE_NO : (enum host_key_update)word;
	return word >= 0;
}

static bool
set_hash_known_hosts(struct settings *s, const char *value)
{
	static const struct word words[] = {{"yes", 1}, {"no", 0}};
	int word = FIND_WORD(words, value);

	s->hash_known_hosts = word == 1;
	return word >= 0;
}

static bool
set_check_host_ip(struct settings *s, const char *value)
{
	static const struct word words[] = {{"yes", 1}, {"no", 0}};
	int word = FIND_WORD(words, value);

	s->check_host_ip = word == 1;
	return word >= 0;
}

static bool
set_host_key_alias(struct settings *s, const char *value)
{
	s->host_key_alias = value;
	return true;
}

static bool
set_revoked_host_keys(struct settings *s, const char *value)
{
	s->revoked_host_keys = value;
	return true;
}

static bool
set_log_level(struct settings *s, const char *value)
{
	static const struct word words[] = {
	    {"QUIET", LOG_QUIET},
	    {"FATAL", LOG_ERROR},
	    {"ERROR", LOG_ERROR},
	    {"INFO", LOG_INFO},
	    {"VERBOSE", LOG_VERBOSE},
	    {"DEBUG", LOG_DEBUG},
	    {"DEBUG1", LOG_DEBUG},
	    {"DEBUG2", LOG_DEBUG},
	    {"DEBUG3", LOG_DEBUG},
	};
	int word = FIND_WORD(words, value);

	s->log_level = word < 0 ? LOG_INFO : (enum log_level)word;
	return word >= 0;
}

static bool
set_batch(struct settings *s, const char *value)
{
	static const struct word words[] = {{"yes", 1}, {"no", 0}};
	int word = FIND_WORD(words, value);

	s->batch = word == 1;
	return word >= 0;
}

static bool
set_identities_only(struct settings *s, const char *value)
{
	static const struct word words[] = {{"yes", 1}, {"no", 0}};
	int word = FIND_WORD(words, value);

	s->identities_only = word == 1;
	return word >= 0;
}

static bool
set_compression(struct settings *s, const char *value)
{
	static const struct word words[] = {{"yes", 1}, {"no", 0}};
	int word = FIND_WORD(words, value);

	s->compress = word == 1;
	return word >= 0;
}

static bool
set_preset(struct settings *s, const char *value)
{
	s->preset = value;
	return true;
}

static bool
set_ciphers(struct settings *s, const char *value)
{
	s->ciphers = value;
	return true;
}

static bool
set_macs(struct settings *s, const char *value)
{
	s->macs = value;
	return true;
}

static bool
set_kex(struct settings *s, const char *value)
{
	s->kex = value;
	return true;
}

static bool
set_host_key_algorithms(struct settings *s, const char *value)
{
	s->host_key_algorithms = value;
	return true;
}

static bool
set_pubkey_algorithms(struct settings *s, const char *value)
{
	s->pubkey_algorithms = value;
	return true;
}

/* Times may carry a unit, as in sshd_config(5), TIME FORMATS: "90", "90s", "2m". One unit is enough here. */
static int64_t
seconds(const char *value)
{
	static const struct word units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
	int64_t v = take_number(&value, SECONDS_MAX);
	int unit = FIND_WORD(units, value);

	return v < 0 || unit < 0 || v * unit > SECONDS_MAX ? -1 : v * unit;
}

static bool
set_connect_timeout(struct settings *s, const char *value)
{
	int64_t v = seconds(value);

	s->connect_timeout_ms = (int)(v * 1000);
	return v > 0;
}

/* "1G", "default", "512M 1h", "default none". */
static bool
set_rekey_limit(struct settings *s, const char *value)
{
	static const struct word units[] = {{"", 0}, {"K", 10}, {"M", 20}, {"G", 30}};
	char bytes[32] = "", time[32] = "", more[2] = "";
	const char *p = bytes;
	int64_t v;
	int unit, n = sscanf(value, "%31s %31s %1s", bytes, time, more);

	if (n < 1 || n > 2)
		return false;
	if (n == 2 && strcasecmp(time, "none") != 0) {
		s->rekey_ms = seconds(time) * 1000;
		if (s->rekey_ms <= 0)
			return false;
	}
	if (strcasecmp(bytes, "default") == 0)
		return true;
	v = take_number(&p, (int64_t)1 << 32);
	unit = FIND_WORD(units, p);
	s->rekey_bytes = v < 0 || unit < 0 ? 0 : (uint64_t)v << unit;
	return s->rekey_bytes >= 16; /* ssh_config(5)'s lower bound is small as well */
}

static bool
set_keepalive(struct settings *s, const char *value)
{
	int64_t v = seconds(value);

	s->keepalive_ms = (int)(v * 1000);
	return v >= 0;
}

static bool
set_keepalive_max(struct settings *s, const char *value)
{
	int64_t v = whole_number(value, 1000);

	s->keepalive_max = v < 0 ? 0 : (unsigned)v;
	return v > 0;
}

/* ProxyJump and ProxyCommand are two words for one thing: the first counts. */
static bool
set_jump(struct settings *s, const char *value)
{
	if (s->proxy_command == NULL)
		s->jump = value;
	return true;
}

static bool
set_proxy_command(struct settings *s, const char *value)
{
	if (s->jump == NULL)
		s->proxy_command = value;
	return true;
}

static bool
set_bind_address(struct settings *s, const char *value)
{
	s->bind_address = value;
	return true;
}

static bool
set_family(struct settings *s, const char *value)
{
	static const struct word words[] = {
	    {"any", NACRE_FAMILY_ANY}, {"inet", NACRE_FAMILY_INET}, {"inet6", NACRE_FAMILY_INET6}};
	int word = FIND_WORD(words, value);

	s->family = word < 0 ? NACRE_FAMILY_ANY : (enum nacre_address_family)word;
	return word >= 0;
}

static bool
set_ip_qos(struct settings *s, const char *value)
{
	s->ip_qos = value;
	return true;
}

static bool
set_tcp_keepalive(struct settings *s, const char *value)
{
	static const struct word words[] = {{"yes", 1}, {"no", 0}};
	int word = FIND_WORD(words, value);

	s->no_tcp_keepalive = word == 0;
	return word >= 0;
}

static bool
set_attempts(struct settings *s, const char *value)
{
	int64_t v = whole_number(value, 1000);

	s->attempts = v < 0 ? 0 : (unsigned)v;
	return v > 0;
}

static const struct {
	const char *keyword;
	settings_fn *set;
	unsigned who;
	bool adds; /* each value counts, not only the first */
} rows[] = {
    {"Port", set_port, FOR_EXEC, false},
    {"User", set_user, FOR_EXEC, false},
    {"IdentityFile", add_identity, FOR_EXEC, true},
    {"IdentityAgent", set_agent, FOR_EXEC, false},
    {"IdentitiesOnly", set_identities_only, FOR_EXEC, false},
    {"UserKnownHostsFile", set_user_files, FOR_EXEC, false},
    {"GlobalKnownHostsFile", set_global_files, FOR_EXEC, false},
    {"StrictHostKeyChecking", set_checking, FOR_EXEC, false},
    {"UpdateHostKeys", set_update, FOR_EXEC, false},
    {"HashKnownHosts", set_hash_known_hosts, FOR_EXEC, false},
    {"HostKeyAlias", set_host_key_alias, FOR_EXEC, false},
    {"CheckHostIP", set_check_host_ip, FOR_EXEC, false},
    {"RevokedHostKeys", set_revoked_host_keys, FOR_EXEC, false},
    {"BatchMode", set_batch, FOR_EXEC, false},
    {"Preset", set_preset, FOR_EXEC | FOR_SERVE, false},
    {"Ciphers", set_ciphers, FOR_EXEC | FOR_SERVE, false},
    {"MACs", set_macs, FOR_EXEC | FOR_SERVE, false},
    {"Compression", set_compression, FOR_EXEC | FOR_SERVE, false},
    {"KexAlgorithms", set_kex, FOR_EXEC | FOR_SERVE, false},
    {"HostKeyAlgorithms", set_host_key_algorithms, FOR_EXEC | FOR_SERVE, false},
    {"PubkeyAcceptedAlgorithms", set_pubkey_algorithms, FOR_EXEC | FOR_SERVE, false},
    {"ConnectTimeout", set_connect_timeout, FOR_EXEC, false},
    {"RekeyLimit", set_rekey_limit, FOR_EXEC | FOR_SERVE, false},
    {"ServerAliveInterval", set_keepalive, FOR_EXEC, false},
    {"ServerAliveCountMax", set_keepalive_max, FOR_EXEC, false},
    {"ProxyJump", set_jump, FOR_EXEC, false},
    {"ProxyCommand", set_proxy_command, FOR_EXEC, false},
    {"BindAddress", set_bind_address, FOR_EXEC, false},
    {"AddressFamily", set_family, FOR_EXEC, false},
    {"IPQoS", set_ip_qos, FOR_EXEC, false},
    {"TCPKeepAlive", set_tcp_keepalive, FOR_EXEC, false},
    {"ConnectionAttempts", set_attempts, FOR_EXEC, false},
    {"LogLevel", set_log_level, FOR_EXEC | FOR_SERVE, false},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(N_ROWS <= 64, "a bit of `seen` for each");

void
settings_init(struct settings *settings)
{
	*settings = (struct settings){.log_level = LOG_INFO};
}

void
settings_free(struct settings *settings)
{
	free(settings->pieces[0]);
	free(settings->pieces[1]);
}

static size_t
find_row(const char *keyword)
{
	size_t i = 0;

	while (i < N_ROWS && strcasecmp(rows[i].keyword, keyword) != 0)
		i++;
	return i;
}

static int
refuse_keyword(const char *keyword, enum settings_user who)
{
	(void)say_failure("-o %s: this keyword is not served; these are:", keyword);
	for (size_t i = 0; i < N_ROWS; i++) {
		if ((rows[i].who & (unsigned)who) != 0)
			fprintf(stderr, "       %s\n", rows[i].keyword);
	}
	return TOOL_FAILED;
}

int
settings_set(struct settings *settings, const char *keyword, const char *value, enum settings_user who)
{
	size_t i = find_row(keyword);
	uint64_t bit = (uint64_t)1 << (i % 64);

	if (i == N_ROWS || (rows[i].who & (unsigned)who) == 0)
		return refuse_keyword(keyword, who);
	if (!rows[i].adds && (settings->seen & bit) != 0)
		return 0;
	settings->seen |= bit;
	if (value[0] == '\0' || !rows[i].set(settings, value))
		return say_failure("%s: \"%s\" is not a value for it", rows[i].keyword, value);
	return 0;
}

int
settings_take(struct settings *settings, const char *text, enum settings_user who)
{
	size_t n = strcspn(text, "= \t");
	const char *value = text + n;
	char keyword[KEYWORD_MAX];

	if (n >= sizeof(keyword))
		return say_failure("-o %s: this keyword is not served", text);
	memcpy(keyword, text, n);
	keyword[n] = '\0';
	value += strspn(value, " \t");
	if (*value == '=')
		value++;
	value += strspn(value, " \t");
	return settings_set(settings, keyword, value, who);
}

bool
settings_has(const struct settings *settings, const char *keyword)
{
	size_t i = find_row(keyword);

	return i < N_ROWS && (settings->seen & (uint64_t)1 << i) != 0;
}
