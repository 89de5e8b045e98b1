/* config_kinds_odd: values that one keyword has. Knows: their forms. Must not know: what they are for.
 * ssh_config(5). */
#include "config_kinds.h"
#include "config_reader.h"
#include "text.h"

#include <stdio.h>

#define TEXT_MAX 64
#define REKEY_BYTES_MIN 16
#define TUNNEL_MAX 0x7ffffffd
#define MASK_MAX 0777

static bool
is_word(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* The power of two that a unit stands for, or -1. */
static int
unit_shift(struct slice unit)
{
	static const char letters[] = "BKMGTPE";
	const char *at;

	if (unit.n == 0)
		return 0;
	at = unit.n == 1 ? strchr(letters, unit.p[0] >= 'a' ? unit.p[0] - ('a' - 'A') : unit.p[0]) : NULL;
	return at == NULL || *at == '\0' ? -1 : (int)(at - letters) * 10;
}

/* "1G", "1.5M"; -1 where it is no size, or too large for 63 bits. */
static int64_t
read_size(struct slice text)
{
	int64_t whole, part = 0, ten = 1;
	size_t n = 0, from;
	int shift;

	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	whole = text_number(slice_of(text.p, n), INT64_MAX);
	text = slice_from(text, n);
	if (text.n > 1 && text.p[0] == '.') {
		for (from = 1; from < text.n && from <= 9 && text.p[from] >= '0' && text.p[from] <= '9'; from++) {
			part = part * 10 + (text.p[from] - '0'); /* cannot wrap: at most 9 digits */
			ten *= 10;
		}
		text = slice_from(text, from);
	}
	shift = unit_shift(text);
	if (whole < 0 || shift < 0 || whole > INT64_MAX >> (shift + 1))
		return -1;
	return (whole << shift) + (shift <= 30 ? (part << shift) / ten : (part << 30) / ten << (shift - 30));
}

/* "1G", "default", "512M 1h", "default none". */
int
kind_rekey(struct config_taking *t)
{
	char text[TEXT_MAX];
	const char *word, *time;
	int64_t n = 0;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	if (strcmp(word, "default") != 0 && (n = read_size(slice_str(word))) < 0)
		return config_fail_word(t->reader, "this is no number of bytes:", word);
	if (n > 0 && n < REKEY_BYTES_MIN)
		return config_fail_word(t->reader, "too small:", word);
	snprintf(text, sizeof(text), "%lld", (long long)n);
	config_keep(t, text);
	if ((time = config_take(t)) == NULL || strcmp(time, "none") == 0)
		return 0;
	if ((n = config_time(slice_str(time))) < 0)
		return config_fail_word(t->reader, "this is no time:", time);
	snprintf(text, sizeof(text), "%lld", (long long)n);
	config_keep(t, text);
	return 0;
}

/* Then it is kept. */
static bool
is_yes_or_no(struct config_taking *t, const char *word)
{
	const bool is_yes = is_word(word, "yes", "true");

	if (!is_yes && !is_word(word, "no", "false"))
		return false;
	config_keep(t, is_yes ? "yes" : "no");
	return true;
}

int
kind_persist(struct config_taking *t)
{
	char text[TEXT_MAX];
	const char *word;
	int64_t seconds;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	if (is_yes_or_no(t, word))
		return 0;
	if ((seconds = config_time(slice_str(word))) < 0)
		return config_fail_word(t->reader, "neither yes, no nor a time:", word);
	snprintf(text, sizeof(text), "%lld", (long long)seconds);
	config_keep(t, seconds == 0 ? "yes" : text);
	return 0;
}

/* As vis(3) shows a character. */
static void
show_character(unsigned c, char *out, size_t cap)
{
	if (c == '\\')
		snprintf(out, cap, "\\\\");
	else if (c == ' ')
		snprintf(out, cap, "\\040");
	else if (c < 0x20 || c == 0x7f)
		snprintf(out, cap, "\\^%c", (int)(c ^ 0x40));
	else if (c < 0x80)
		snprintf(out, cap, "%c", (int)c);
	else
		snprintf(out, cap, "\\%03o", c);
}

int
kind_escape(struct config_taking *t)
{
	char text[TEXT_MAX];
	const char *word;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	if (strcmp(word, "none") == 0) {
		config_keep(t, word);
		return 0;
	}
	if (word[1] == '\0')
		show_character((unsigned char)word[0], text, sizeof(text));
	else if (word[0] == '^' && word[2] == '\0' && (unsigned char)word[1] >= 64 && (unsigned char)word[1] < 128)
		show_character((unsigned char)word[1] & 31u, text, sizeof(text));
	else
		return config_fail_word(t->reader, "this is no character:", word);
	config_keep(t, text);
	return 0;
}

static const struct {
	const char *name;
	int value;
} classes[] = {{"af11", 0x28}, {"af12", 0x30}, {"af13", 0x38}, {"af21", 0x48}, {"af22", 0x50}, {"af23", 0x58},
    {"af31", 0x68}, {"af32", 0x70}, {"af33", 0x78}, {"af41", 0x88}, {"af42", 0x90}, {"af43", 0x98}, {"cs0", 0x00},
    {"cs1", 0x20}, {"cs2", 0x40}, {"cs3", 0x60}, {"cs4", 0x80}, {"cs5", 0xa0}, {"cs6", 0xc0}, {"cs7", 0xe0},
    {"ef", 0xb8}, {"le", 0x04}, {"lowdelay", 0x10}, {"throughput", 0x08}, {"reliability", 0x04}};

#define N_CLASSES (sizeof(classes) / sizeof(classes[0]))
#define CLASS_NONE (-2)

/* 0x.. and 0.. are taken as in C. */
static int
read_digits(struct slice s)
{
	int base = 10, digit, v = 0;
	size_t i;

	if (s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x') {
		base = 16;
		s = slice_from(s, 2);
	} else if (s.n > 1 && s.p[0] == '0') {
		base = 8;
	}
	for (i = 0; i < s.n && v <= 255; i++) {
		digit = s.p[i] <= '9' ? s.p[i] - '0' : (s.p[i] | 0x20) - 'a' + 10;
		if (s.p[i] < '0' || digit < 0 || digit >= base)
			return -1;
		v = v * base + digit;
	}
	return s.n == 0 || v > 255 ? -1 : v;
}

static int
read_class(const char *word)
{
	size_t i;

	if (text_eq_nocase(slice_str(word), SLICE_LIT("none")))
		return CLASS_NONE;
	for (i = 0; i < N_CLASSES; i++)
		if (text_eq_nocase(slice_str(word), slice_str(classes[i].name)))
			return classes[i].value;
	return read_digits(slice_str(word));
}

static void
keep_class(struct config_taking *t, int value)
{
	char text[TEXT_MAX];
	size_t i = 0;

	while (i < N_CLASSES && classes[i].value != value)
		i++;
	snprintf(text, sizeof(text), "0x%02x", (unsigned)value & 0xffu);
	config_keep(t, value == CLASS_NONE ? "none" : i < N_CLASSES ? classes[i].name : text);
}

/* One class for everything, or one for people and one for bulk. */
int
kind_qos(struct config_taking *t)
{
	const char *word, *second;
	int r = config_need(t, &word), value, bulk;

	if (r != 0)
		return r;
	if ((value = read_class(word)) == -1)
		return config_fail_word(t->reader, "this is no class of service:", word);
	second = config_take(t);
	if ((bulk = second == NULL ? value : read_class(second)) == -1)
		return config_fail_word(t->reader, "this is no class of service:", second);
	keep_class(t, value);
	keep_class(t, bulk);
	return 0;
}

int
kind_mask(struct config_taking *t)
{
	char text[TEXT_MAX];
	const char *word;
	unsigned mask = 0;
	size_t i;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	for (i = 0; word[i] >= '0' && word[i] <= '7' && mask <= MASK_MAX; i++)
		mask = mask * 8 + (unsigned)(word[i] - '0');
	if (word[i] != '\0' || mask > MASK_MAX)
		return config_fail_word(t->reader, "this is no mask in octal:", word);
	snprintf(text, sizeof(text), "0%o", mask);
	config_keep(t, text);
	return 0;
}

static bool
show_tunnel(struct slice text, char *out, size_t cap)
{
	int64_t n = text_number(text, TUNNEL_MAX);
	bool any = text_eq_nocase(text, SLICE_LIT("any"));

	snprintf(out, cap, "%lld", (long long)n);
	if (any)
		snprintf(out, cap, "any");
	return any || n >= 0;
}

int
kind_tunnel_device(struct config_taking *t)
{
	char local[TEXT_MAX / 2], remote[TEXT_MAX / 2] = "any", text[TEXT_MAX];
	const char *word, *colon;
	bool good;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	colon = strchr(word, ':');
	good = show_tunnel(slice_of(word, colon == NULL ? strlen(word) : (size_t)(colon - word)), local, sizeof(local));
	if (good && colon != NULL)
		good = show_tunnel(slice_str(colon + 1), remote, sizeof(remote));
	if (!good)
		return config_fail_word(t->reader, "this is no tunnel device:", word);
	snprintf(text, sizeof(text), "%s:%s", local, remote);
	config_keep(t, text);
	return 0;
}

static const struct config_choice add_words[] = {{"yes", "true"}, {"no", "false"}, {"true", "true"}, {"false", "false"},
    {"ask", "ask"}, {"confirm", "confirm"}, {NULL, NULL}};

/* "yes", "confirm", "confirm 5m", "5m". */
int
kind_add_keys(struct config_taking *t)
{
	const struct config_choice *choice = add_words;
	char text[TEXT_MAX];
	const char *word, *time;
	int64_t seconds = 0;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	while (choice->word != NULL && !text_eq_nocase(slice_str(word), slice_str(choice->word)))
		choice++;
	time = choice->word == NULL ? word : config_take(t);
	if (time != NULL && (seconds = config_time(slice_str(time))) < 0)
		return config_fail_word(t->reader, "this is no value for it:", time);
	if (choice->word != NULL && time != NULL && strcmp(choice->means, "confirm") != 0)
		return config_fail_word(t->reader, "no time goes with this:", word);
	snprintf(text, sizeof(text), "%lld", (long long)seconds);
	if (choice->word != NULL)
		config_keep(t, choice->means);
	if (seconds > 0)
		config_keep(t, text);
	else if (choice->word == NULL)
		config_keep(t, "true");
	return 0;
}

int
kind_keystrokes(struct config_taking *t)
{
	static const char interval[] = "interval:";
	char text[TEXT_MAX];
	const char *word;
	int64_t ms;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	if (is_yes_or_no(t, word))
		return 0;
	ms = strncmp(word, interval, sizeof(interval) - 1) == 0
		 ? text_number(slice_str(word + sizeof(interval) - 1), 1000)
		 : -1;
	if (ms <= 0)
		return config_fail_word(t->reader, "this is no value for it:", word);
	snprintf(text, sizeof(text), "%lld", (long long)ms);
	config_keep(t, ms == 20 ? "yes" : text); /* the interval that "yes" stands for */
	return 0;
}
