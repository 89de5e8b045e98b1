/* vectors: published cases from a text file. A line is a word and fields, most of them hexadecimal; # opens a comment.
 * Each field lives in memory of exactly its size, so that a sanitizer sees a read past its end. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include "slice.h"

#define VECTOR_WORDS 10

struct vectors {
	char *text, *next; /* the whole file, and the line after this one */
	const char *name;
	unsigned line; /* its number */
	unsigned cases; /* lines given out */
	size_t n; /* words in this line */
	const char *word[VECTOR_WORDS];
	uint8_t *bytes[VECTOR_WORDS]; /* decoded fields, NULL before they are asked for */
};

/* A file of the folder of vectors. The test fails, and names the file, where it cannot be read. */
void vectors_open(struct vectors *v, const char *name);
/* The next line with at least one word. False at the end of the file. */
bool vectors_next(struct vectors *v);
/* Is the first word of this line `word`? */
bool vectors_is(const struct vectors *v, const char *word);
/* Field i (0 is the first word), decoded; valid until the next line. */
struct slice vectors_field(struct vectors *v, size_t i);
void vectors_close(struct vectors *v);

/* Fail the test, and name file and line, unless both are the same. */
void vectors_expect(const struct vectors *v, int got, int wanted);
void vectors_expect_bytes(const struct vectors *v, const void *got, struct slice wanted);

#endif
