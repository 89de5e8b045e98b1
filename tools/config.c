/* config: nacre config. Knows: ssh's letters, and its -G. Must not know: keywords. ssh(1). */
#include <stdlib.h>
#include <string.h>
#include "config_source.h"

static const char usage[] =
    "usage: nacre config [-F file] [-o Keyword=value]... [-p port] [-l user] [user@]host [command...]";

struct showing {
	nacre_config *config;
	const char *file; /* -F */
	char *command;
};

static int
take_letter(struct showing *s, char letter, const char *value)
{
	if (strchr("Fopl", letter) == NULL)
		return say_failure("-%c is not an option\n%s", letter, usage);
	if (value == NULL)
		return say_failure("-%c wants a value\n%s", letter, usage);
	if (letter == 'o')
		return config_source_option(s->config, value);
	if (letter != 'F')
		return config_source_set(s->config, letter == 'p' ? "Port" : "User", value);
	s->file = value;
	return 0;
}

static int
take_options(struct showing *s, int argc, char **argv, int *at)
{
	int rc = 0;

	while (rc == 0 && *at < argc && argv[*at][0] == '-' && argv[*at][1] != '\0') {
		const char *word = argv[(*at)++];

		if (strcmp(word, "--") == 0)
			break;
		rc = take_letter(s, word[1], word[2] != '\0' ? word + 2 : *at < argc ? argv[(*at)++] : NULL);
	}
	return rc;
}

static int
take_command(struct showing *s, char *const *words, int n)
{
	size_t length = 1, used = 0;

	for (int i = 0; i < n; i++)
		length += strlen(words[i]) + 1;
	if (n > 0 && (s->command = malloc(length)) == NULL)
		return say_failure("out of memory");
	for (int i = 0; i < n; i++)
		used += (size_t)snprintf(s->command + used, length - used, "%s%s", i == 0 ? "" : " ", words[i]);
	return 0;
}

static int
show(const struct showing *s, const char *host)
{
	nacre_config_host *found = NULL;
	char *text = NULL, why[256];
	size_t n;
	int rc;

	if (config_source_lookup(s->config, host, s->command, &found) != 0)
		return TOOL_FAILED;
	if ((rc = nacre_config_print(found, &text, &n, why, sizeof(why))) == NACRE_OK) {
		fwrite(text, 1, n, stdout);
		nacre_config_text_free(found, text);
	}
	nacre_config_host_free(found);
	return rc == NACRE_OK ? 0 : say_failure("%s", why[0] == '\0' ? nacre_status_text(rc) : why);
}

static int
run(struct showing *s, int argc, char **argv)
{
	const char *host;
	char *destination;
	int at = 1, rc;

	if ((rc = take_options(s, argc, argv, &at)) != 0)
		return rc;
	if (at == argc)
		return say_failure("a host is wanted\n%s", usage);
	destination = argv[at++];
	if ((rc = take_options(s, argc, argv, &at)) != 0)
		return rc;
	if ((rc = config_source_destination(s->config, destination, &host)) != 0 ||
	    (rc = take_command(s, argv + at, argc - at)) != 0 || (rc = config_source_files(s->config, s->file)) != 0)
		return rc;
	return show(s, host);
}

int
config_main(int argc, char **argv)
{
	struct showing s = {.config = NULL};
	struct nacre_env room;
	const struct nacre_env *env = say_env(false, &room);
	int rc;

	if (env == NULL || (s.config = config_source_new(env)) == NULL)
		return TOOL_FAILED;
	rc = run(&s, argc, argv);
	nacre_config_free(s.config);
	free(s.command);
	return rc;
}
