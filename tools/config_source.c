/* config_source: see config_source.h. Knows: the library's config. Must not know: connections. ssh(1). */
#include <string.h>
#include <strings.h>
#include "config_source.h"

static int
failed(const nacre_config *config)
{
	struct nacre_error error;

	nacre_config_error(config, &error);
	return say_error(&error);
}

nacre_config *
config_source_new(const struct nacre_env *env)
{
	nacre_config *config = NULL;

	if (nacre_config_new(env, nacre_config_system(), &config) != NACRE_OK)
		(void)say_failure("out of memory");
	return config;
}

int
config_source_option(nacre_config *config, const char *text)
{
	return nacre_config_option(config, text) == NACRE_OK ? 0 : failed(config);
}

int
config_source_set(nacre_config *config, const char *keyword, const char *value)
{
	return nacre_config_set(config, keyword, value) == NACRE_OK ? 0 : failed(config);
}

int
config_source_files(nacre_config *config, const char *path)
{
	if (path == NULL)
		return nacre_config_default_files(config) == NACRE_OK ? 0 : failed(config);
	if (strcasecmp(path, "none") == 0)
		return 0;
	return nacre_config_file(config, path, NACRE_CONFIG_USER_FILE) == NACRE_OK ? 0 : failed(config);
}

int
config_source_destination(nacre_config *config, char *text, const char **host)
{
	char *at = strrchr(text, '@');

	*host = at == NULL ? text : at + 1;
	if (at == text || (*host)[0] == '\0')
		return say_failure("%s: not [user@]host", text);
	if (at == NULL)
		return 0;
	*at = '\0';
	return config_source_set(config, "User", text);
}

int
config_source_lookup(nacre_config *config, const char *host, const char *command, nacre_config_host **found)
{
	struct nacre_config_lookup how = {.size = sizeof(how), .command = command, .allow_exec = true};

	return nacre_config_lookup(config, host, &how, found) == NACRE_OK ? 0 : failed(config);
}
