/* pattern: '*' and '?' in names of hosts and of algorithms. Knows: one pattern, and lists of them. Must not know:
 * files, which names there are. ssh_config(5), PATTERNS. */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include "slice.h"

/* '*' stands for any bytes, '?' for one; letters match in any case. Takes at most pattern.n * text.n steps. */
bool pattern_match(struct slice pattern, struct slice text);

enum pattern_verdict {
	PATTERN_NONE, /* no element matches */
	PATTERN_MATCH, /* one matches, and none forbids */
	PATTERN_NEGATED /* an element with a '!' in front matches, which wins */
};

/* A comma-separated list of patterns. */
enum pattern_verdict pattern_list_match(struct slice list, struct slice text);

/* The same two with letters as they are: for names of people and purposes, where "Root" is not "root". */
bool pattern_match_exact(struct slice pattern, struct slice text);
enum pattern_verdict pattern_list_match_exact(struct slice list, struct slice text);

#endif
