/* config_kinds: words and numbers. Knows: how they are written. Must not know: which keyword has them. ssh_config(5);
 * sshd_config(5), TIME FORMATS. */
#include "config_kinds.h"
#include "config_reader.h"
#include "text.h"

#include <stdio.h>

#define NUMBER_TEXT_MAX 24

const char *
config_take(struct config_taking *t)
{
	if (t->n == 0)
		return NULL;
	t->n--;
	return *t->words++;
}

int
config_need(struct config_taking *t, const char **word)
{
	*word = config_take(t);
	if (*word == NULL || (*word)[0] == '\0')
		return config_fail(t->reader, NACRE_E_CONFIG, "a value is missing");
	return 0;
}

void
config_keep(struct config_taking *t, const char *word)
{
	buf_put(t->out, word, strlen(word) + 1);
	t->n_out++;
}

static void
keep_number(struct config_taking *t, int64_t number)
{
	char text[NUMBER_TEXT_MAX];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	config_keep(t, text);
}

int
kind_string(struct config_taking *t)
{
	const char *word;
	int r = config_need(t, &word);

	if (r == 0)
		config_keep(t, word);
	return r;
}

int
kind_lower(struct config_taking *t)
{
	size_t at = t->out->n, i;
	int r = kind_string(t);

	for (i = at; r == 0 && i < t->out->n; i++)
		if (t->out->p[i] >= 'A' && t->out->p[i] <= 'Z')
			t->out->p[i] = (uint8_t)(t->out->p[i] + ('a' - 'A'));
	return r;
}

int
kind_choice(struct config_taking *t)
{
	const struct config_choice *choice = t->row->choices;
	const char *word;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	while (choice->word != NULL && !text_eq_nocase(slice_str(word), slice_str(choice->word)))
		choice++;
	if (choice->word == NULL)
		return config_fail_word(t->reader, "this is no value for it:", word);
	config_keep(t, choice->means);
	return 0;
}

static int
take_number(struct config_taking *t, int64_t min)
{
	const char *word;
	int64_t number;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	number = text_number(slice_str(word), CONFIG_NUMBER_MAX);
	if (number < min)
		return config_fail_word(t->reader, "this is no number for it:", word);
	keep_number(t, number);
	return 0;
}

int
kind_number(struct config_taking *t)
{
	return take_number(t, 0);
}

int
kind_count(struct config_taking *t)
{
	return take_number(t, 1);
}

static int64_t
unit_seconds(uint8_t unit)
{
	static const struct {
		const char *letters;
		int64_t seconds;
	} units[] = {{"sS", 1}, {"mM", 60}, {"hH", 3600}, {"dD", 86400}, {"wW", 604800}};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (unit != '\0' && strchr(units[i].letters, unit) != NULL)
			return units[i].seconds;
	return -1;
}

static size_t
count_digits(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

int64_t
config_time(struct slice text)
{
	int64_t total = 0, part, unit;
	size_t n;

	if (text.n == 0)
		return -1;
	while (text.n > 0) {
		n = count_digits(text);
		part = text_number(slice_of(text.p, n), CONFIG_NUMBER_MAX);
		text = slice_from(text, n);
		unit = text.n == 0 ? 1 : unit_seconds(text.p[0]);
		text = slice_from(text, 1);
		/* Cannot wrap: a part is below 2^31, and so is the sum before it. */
		if (part < 0 || unit < 0 || part * unit > CONFIG_NUMBER_MAX - total)
			return -1;
		total += part * unit;
	}
	return total;
}

/* "none" sets nothing, as with OpenSSH: a later value still counts. */
int
kind_time(struct config_taking *t)
{
	const char *word;
	int64_t seconds;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	t->nothing = strcmp(word, "none") == 0;
	seconds = t->nothing ? 0 : config_time(slice_str(word));
	if (seconds < 0)
		return config_fail_word(t->reader, "this is no time:", word);
	keep_number(t, seconds);
	return 0;
}

int64_t
config_port(struct slice text)
{
	int64_t port = text_number(text, 65535);

	return port == 0 ? -1 : port;
}

int
kind_port(struct config_taking *t)
{
	const char *word;
	int64_t port;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	if ((port = config_port(slice_str(word))) < 0)
		return config_fail_word(t->reader, "this is no port:", word);
	keep_number(t, port);
	return 0;
}

/* Whether the names are known is found out by who uses them. */
int
kind_algorithms(struct config_taking *t)
{
	const char *word, *names;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	names = strchr("+-^", word[0]) != NULL ? word + 1 : word;
	if (names[0] == '\0')
		return config_fail(t->reader, NACRE_E_CONFIG, "the list is empty");
	config_keep(t, word);
	return 0;
}

static int
keep_rest(struct config_taking *t, struct slice rest)
{
	buf_put_slice(t->out, rest);
	buf_put_u8(t->out, 0);
	t->n_out++;
	t->n = 0; /* its words are the shell's business */
	return 0;
}

/* The line as it stands. */
int
kind_command(struct config_taking *t)
{
	while (t->rest.n > 0 && strchr(" \t=", t->rest.p[0]) != NULL)
		t->rest = slice_from(t->rest, 1);
	/* Whichever of the two comes first shuts the other out. */
	t->nothing = t->id == CONFIG_ProxyCommand && config_first(t->reader->into, CONFIG_ProxyJump) != NULL &&
		     !config_is_none(t->reader->into, CONFIG_ProxyJump);
	if (t->rest.n == 0)
		return config_fail(t->reader, NACRE_E_CONFIG, "a value is missing");
	return keep_rest(t, t->rest);
}

/* RFC 4253 4.2: the identification is one line. */
int
kind_addendum(struct config_taking *t)
{
	const uint8_t *comment = memchr(t->rest.p, '#', t->rest.n);

	if (comment != NULL)
		t->rest.n = (size_t)(comment - t->rest.p);
	while (t->rest.n > 0 && strchr(" \t", t->rest.p[t->rest.n - 1]) != NULL)
		t->rest.n--;
	if (t->rest.n > 0 && memchr(t->rest.p, '\r', t->rest.n) != NULL)
		return config_fail(t->reader, NACRE_E_CONFIG, "a carriage return in the text");
	if (t->rest.n == 0)
		return config_fail(t->reader, NACRE_E_CONFIG, "a value is missing");
	return keep_rest(t, t->rest);
}

int
kind_refuse(struct config_taking *t)
{
	const char *word;
	char shown[128];
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	if (!t->reader->active) {
		t->nothing = true;
		return 0;
	}
	(void)text_escape(shown, sizeof(shown), slice_str(word), false);
	return config_fail(t->reader, NACRE_E_CONFIG_REFUSED, "%s", shown);
}
