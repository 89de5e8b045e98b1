/* settings: see settings.h. Knows: which keywords the tool itself looks at. Must not know: connections.
 * ssh_config(5). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "settings.h"

int
settings_init(struct settings *s)
{
	*s = (struct settings){.log_level = LOG_INFO};
	if (nacre_env_default() == NULL)
		return say_failure("there is no randomness on this system");
	s->config = config_source_new(nacre_env_default());
	return s->config == NULL ? TOOL_FAILED : 0;
}

void
settings_free(struct settings *s)
{
	nacre_config_host_free(s->found);
	nacre_config_free(s->config);
}

int
settings_take(struct settings *s, const char *text)
{
	return config_source_option(s->config, text);
}

int
settings_set(struct settings *s, const char *keyword, const char *value)
{
	return config_source_set(s->config, keyword, value);
}

const char *
settings_text(const struct settings *s, const char *keyword)
{
	return nacre_config_value(s->found, keyword);
}

uint64_t
settings_rekey(const struct settings *s, size_t part)
{
	struct nacre_config_directive d;
	const void *at = NULL;

	if (!nacre_config_next_of(s->found, "RekeyLimit", &at, &d) || part >= d.n_words)
		return 0;
	return strtoull(d.words[part], NULL, 10); /* the configuration has checked that it is a number */
}

/* The value of a word of the tool's own; -1: it is not set, or by another word. */
static int
find_word(const nacre_config_host *found, const char *keyword)
{
	static const struct {
		const char *keyword, *word;
		int value;
	} rows[] = {
	    {"StrictHostKeyChecking", "true", CHECK_STRICT},
	    {"StrictHostKeyChecking", "accept-new", CHECK_ACCEPT_NEW},
	    {"StrictHostKeyChecking", "false", CHECK_OFF},
	    {"LogLevel", "SILENT", LOG_QUIET},
	    {"LogLevel", "FATAL", LOG_ERROR},
	    {"LogLevel", "ERROR", LOG_ERROR},
	    {"LogLevel", "INFO", LOG_INFO},
	    {"LogLevel", "VERBOSE", LOG_VERBOSE},
	    {"LogLevel", "DEBUG", LOG_DEBUG},
	    {"LogLevel", "DEBUG2", LOG_DEBUG},
	    {"LogLevel", "DEBUG3", LOG_DEBUG},
	    {"BatchMode", "yes", 1},
	};
	const char *value = found == NULL ? NULL : nacre_config_value(found, keyword);

	for (size_t i = 0; value != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].keyword, keyword) == 0 && strcmp(rows[i].word, value) == 0)
			return rows[i].value;
	}
	return -1;
}

static void
take_own(struct settings *s)
{
	static const char *const own[] = {"StrictHostKeyChecking", "LogLevel", "BatchMode"};
	int level = find_word(s->found, "LogLevel");

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		nacre_config_mark(s->found, own[i]);
	s->log_level = level < 0 ? LOG_INFO : (enum log_level)level;
	s->batch = find_word(s->found, "BatchMode") == 1;
}

enum host_key_checking
settings_checking(const nacre_config_host *found)
{
	int checking = find_word(found, "StrictHostKeyChecking");

	return checking < 0 ? CHECK_ASK : (enum host_key_checking)checking;
}

int
settings_find(struct settings *s, const char *host, const char *command)
{
	if (config_source_files(s->config, s->file) != 0 ||
	    config_source_lookup(s->config, host, command, &s->found) != 0)
		return TOOL_FAILED;
	take_own(s);
	return 0;
}

static const char *const served[] = {"Preset", "Ciphers", "MACs", "Compression", "KexAlgorithms", "HostKeyAlgorithms",
    "PubkeyAcceptedAlgorithms", "RekeyLimit", "LogLevel"};

#define N_SERVED (sizeof(served) / sizeof(served[0]))

static int
refuse_unserved(const char *keyword)
{
	(void)say_failure("-o %s: a server does not serve this keyword; it serves these:", keyword);
	for (size_t i = 0; i < N_SERVED; i++)
		fprintf(stderr, "       %s\n", served[i]);
	return TOOL_FAILED;
}

int
settings_find_server(struct settings *s)
{
	struct nacre_config_directive d;
	const void *at = NULL;

	if (config_source_lookup(s->config, "server", NULL, &s->found) != 0)
		return TOOL_FAILED;
	while (nacre_config_next(s->found, &at, &d)) {
		size_t i = 0;

		while (i < N_SERVED && strcmp(served[i], d.keyword) != 0)
			i++;
		if (i == N_SERVED)
			return refuse_unserved(d.keyword);
	}
	take_own(s);
	return 0;
}
