/* exec_options: see exec_options.h. Knows: letters, the destination. Must not know: connections.
 * ssh(1). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "exec_options.h"

static const char usage[] =
    "usage: nacre exec|shell [-46C] [-p port] [-l user] [-i keyfile]... [-J [user@]host[:port],...]\n"
    "                        [-b address] [-F file] [-o Keyword=value]... [--preset NAME] [--trace | --trace-bytes]\n"
    "                        [-t | -tt | -T] [-e character | -e none] [user@]host [command...]";

static const struct {
	char letter;
	const char *keyword; /* NULL: the value is itself "Keyword=value" */
} letters[] = {
    {'p', "Port"}, {'l', "User"}, {'i', "IdentityFile"}, {'J', "ProxyJump"}, {'b', "BindAddress"}, {'o', NULL}};

/* ssh(1)'s -e: a character, "^" and a letter, or "none". */
static int
take_escape(struct exec_options *o, const char *value)
{
	if (strcmp(value, "none") == 0)
		o->escape = ESCAPE_NONE;
	else if (value[0] == '^' && value[1] >= '@' && value[1] <= '_' && value[2] == '\0')
		o->escape = value[1] - '@';
	else if (value[0] != '\0' && value[1] == '\0')
		o->escape = (unsigned char)value[0];
	else
		return say_failure("-e %s: one character, or none\n%s", value, usage);
	return 0;
}

/* -t, -tt or -t twice, -T: the last word counts. False: another letter. */
static bool
take_terminal(struct exec_options *o, const char *word)
{
	if (strcmp(word, "-T") == 0)
		o->terminal = TERMINAL_NEVER;
	else if (strcmp(word, "-tt") == 0 || (strcmp(word, "-t") == 0 && o->terminal == TERMINAL_WANTED))
		o->terminal = TERMINAL_FORCED;
	else if (strcmp(word, "-t") == 0)
		o->terminal = TERMINAL_WANTED;
	else
		return false;
	return true;
}

static int
take_letter(struct exec_options *o, char letter, const char *value)
{
	if (letter == 'e' && value != NULL)
		return take_escape(o, value);
	if (letter == 'F' && value != NULL) {
		o->settings.file = value;
		return 0;
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (letters[i].letter != letter)
			continue;
		if (value == NULL)
			return say_failure("-%c wants a value\n%s", letter, usage);
		if (letters[i].keyword == NULL)
			return settings_take(&o->settings, value);
		return settings_set(&o->settings, letters[i].keyword, value);
	}
	return say_failure("-%c is not an option\n%s", letter, usage);
}

/* Letters without a value. */
static const struct {
	char letter;
	const char *keyword, *value;
} flags[] = {{'C', "Compression", "yes"}, {'4', "AddressFamily", "inet"}, {'6', "AddressFamily", "inet6"}};

static const size_t n_flags = sizeof(flags) / sizeof(flags[0]);

static bool
is_flag(const char *word)
{
	size_t i = 0;

	while (i < n_flags && flags[i].letter != word[1])
		i++;
	return i < n_flags && word[2] == '\0';
}

static int
take_flag(struct exec_options *o, char letter)
{
	size_t i = 0;

	while (flags[i].letter != letter)
		i++;
	return settings_set(&o->settings, flags[i].keyword, flags[i].value);
}

/* Takes the options at argv[*at] and behind it, up to the first word that is none. */
static int
take_options(struct exec_options *o, int argc, char **argv, int *at)
{
	int rc = 0;

	while (rc == 0 && *at < argc && argv[*at][0] == '-' && argv[*at][1] != '\0') {
		const char *word = argv[(*at)++];

		if (strcmp(word, "--") == 0)
			break;
		if (strcmp(word, "--trace") == 0)
			o->trace = SAY_TRACE;
		else if (strcmp(word, "--trace-bytes") == 0)
			o->trace = SAY_TRACE_BYTES;
		else if (take_terminal(o, word))
			continue;
		else if (is_flag(word))
			rc = take_flag(o, word[1]);
		else if (strcmp(word, "--preset") == 0)
			rc = *at < argc ? settings_set(&o->settings, "Preset", argv[(*at)++])
					: say_failure("--preset wants a value\n%s", usage);
		else if (word[1] == '-')
			rc = say_failure("%s is not an option\n%s", word, usage);
		else if (word[2] != '\0')
			rc = take_letter(o, word[1], word + 2);
		else
			rc = take_letter(o, word[1], *at < argc ? argv[(*at)++] : NULL);
	}
	return rc;
}

static int
take_destination(struct exec_options *o, const char *text)
{
	if ((o->destination = strdup(text)) == NULL)
		return say_failure("out of memory");
	return config_source_destination(o->settings.config, o->destination, &o->host);
}

static int
take_command(struct exec_options *o, char *const *words, int n)
{
	size_t length = 1, used = 0;

	if (n == 0)
		return o->is_shell ? 0 : say_failure("a command is wanted\n%s", usage);
	for (int i = 0; i < n; i++)
		length += strlen(words[i]) + 1;
	if ((o->command = malloc(length)) == NULL)
		return say_failure("out of memory");
	for (int i = 0; i < n; i++)
		used += (size_t)snprintf(o->command + used, length - used, "%s%s", i == 0 ? "" : " ", words[i]);
	return 0;
}

/* As with OpenSSH's client, options may stand before and behind the destination. */
static int
read_words(struct exec_options *o, int argc, char **argv, bool is_shell)
{
	const char *destination;
	int at = 1, rc;

	*o = (struct exec_options){.is_shell = is_shell, .escape = '~'};
	if ((rc = settings_init(&o->settings)) != 0)
		return rc;
	if ((rc = take_options(o, argc, argv, &at)) != 0)
		return rc;
	if (at == argc)
		return say_failure("a host is wanted\n%s", usage);
	destination = argv[at++];
	if ((rc = take_options(o, argc, argv, &at)) != 0 || (rc = take_destination(o, destination)) != 0)
		return rc;
	if ((rc = take_command(o, argv + at, argc - at)) != 0)
		return rc;
	return settings_find(&o->settings, o->host, o->command);
}

int
exec_options_read(struct exec_options *o, int argc, char **argv)
{
	return read_words(o, argc, argv, false);
}

int
exec_options_read_shell(struct exec_options *o, int argc, char **argv)
{
	return read_words(o, argc, argv, true);
}

void
exec_options_free(struct exec_options *o)
{
	free(o->destination);
	free(o->command);
	settings_free(&o->settings);
}
