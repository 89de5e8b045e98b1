/* vectors: see vectors.h. */
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void
vectors_open(struct vectors *v, const char *name)
{
	char path[512];
	FILE *f;
	long n = 0;

	*v = (struct vectors){.name = name};
	(void)snprintf(path, sizeof(path), "%s/%s", VECTORS_DIR, name);
	if ((f = fopen(path, "rb")) == NULL)
		fail_msg("%s: cannot be opened", path);
	if (fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) <= 0 || fseek(f, 0, SEEK_SET) != 0)
		fail_msg("%s: is empty", path);
	v->text = malloc((size_t)n + 1);
	assert_non_null(v->text);
	if (fread(v->text, 1, (size_t)n, f) != (size_t)n)
		fail_msg("%s: cannot be read", path);
	(void)fclose(f);
	v->text[n] = '\0';
	v->next = v->text;
}

static void
forget_fields(struct vectors *v)
{
	size_t i;

	for (i = 0; i < VECTOR_WORDS; i++) {
		free(v->bytes[i]);
		v->bytes[i] = NULL;
	}
	v->n = 0;
}

static void
split(struct vectors *v, char *at)
{
	while (*at != '\0') {
		if (v->n == VECTOR_WORDS)
			fail_msg("%s:%u: too many fields", v->name, v->line);
		v->word[v->n++] = at;
		at += strcspn(at, " ");
		if (*at == ' ')
			*at++ = '\0';
	}
}

bool
vectors_next(struct vectors *v)
{
	char *line, *end;

	forget_fields(v);
	while (v->n == 0 && *v->next != '\0') {
		line = v->next;
		end = line + strcspn(line, "\n");
		v->next = *end == '\0' ? end : end + 1;
		*end = '\0';
		v->line++;
		if (*line != '#')
			split(v, line);
	}
	v->cases += v->n > 0;
	return v->n > 0;
}

bool
vectors_is(const struct vectors *v, const char *word)
{
	return strcmp(v->word[0], word) == 0;
}

static uint8_t
digit(const struct vectors *v, char c)
{
	const char *digits = "0123456789abcdef", *at = c == '\0' ? NULL : strchr(digits, c);

	if (at == NULL)
		fail_msg("%s:%u: not hexadecimal", v->name, v->line);
	return (uint8_t)(at - digits);
}

struct slice
vectors_field(struct vectors *v, size_t i)
{
	const char *text = i < v->n ? v->word[i] : NULL;
	size_t n, j;

	if (text == NULL)
		fail_msg("%s:%u: too few fields", v->name, v->line);
	n = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
	if (v->bytes[i] == NULL) {
		v->bytes[i] = malloc(n == 0 ? 1 : n);
		assert_non_null(v->bytes[i]);
		for (j = 0; j < n; j++)
			v->bytes[i][j] = (uint8_t)(digit(v, text[2 * j]) << 4 | digit(v, text[2 * j + 1]));
	}
	return slice_of(v->bytes[i], n);
}

void
vectors_close(struct vectors *v)
{
	if (v->cases == 0)
		fail_msg("%s: no cases", v->name);
	forget_fields(v);
	free(v->text);
}

void
vectors_expect(const struct vectors *v, int got, int wanted)
{
	if (got != wanted)
		fail_msg("%s:%u: %d where %d is right", v->name, v->line, got, wanted);
}

void
vectors_expect_bytes(const struct vectors *v, const void *got, struct slice wanted)
{
	if (wanted.n > 0 && memcmp(got, wanted.p, wanted.n) != 0)
		fail_msg("%s:%u: other bytes than the right ones", v->name, v->line);
}
