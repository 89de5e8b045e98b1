/* pattern: see pattern.h. Knows: one place to go back to. Must not know: what the names are. ssh_config(5),
 * PATTERNS. */
#include "pattern.h"
#include "text.h"

typedef bool same_fn(struct slice a, struct slice b);

static bool
is_same(same_fn *same, uint8_t pattern, const uint8_t *text)
{
	return pattern == '?' || same(slice_of(&pattern, 1), slice_of(text, 1));
}

/* Going back to the last star alone is enough: what an earlier star took less of, the last one can take more of. */
static bool
match_one(same_fn *same, struct slice pattern, struct slice text)
{
	size_t p = 0, t = 0, after_star = 0, retry = 0;
	bool has_star = false;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			has_star = true;
			after_star = ++p;
			retry = t;
			continue;
		}
		if (p < pattern.n && is_same(same, pattern.p[p], text.p + t)) {
			p++;
			t++;
			continue;
		}
		if (!has_star)
			return false;
		p = after_star;
		t = ++retry;
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static enum pattern_verdict
match_list(same_fn *same, struct slice list, struct slice text)
{
	enum pattern_verdict verdict = PATTERN_NONE;
	struct slice pattern;

	while (slice_next_name(&list, &pattern)) {
		bool is_negated = slice_starts(pattern, SLICE_LIT("!"));

		if (is_negated)
			pattern = slice_from(pattern, 1);
		if (pattern.n == 0 || !match_one(same, pattern, text))
			continue;
		if (is_negated)
			return PATTERN_NEGATED;
		verdict = PATTERN_MATCH;
	}
	return verdict;
}

bool
pattern_match(struct slice pattern, struct slice text)
{
	return match_one(text_eq_nocase, pattern, text);
}

bool
pattern_match_exact(struct slice pattern, struct slice text)
{
	return match_one(slice_eq, pattern, text);
}

enum pattern_verdict
pattern_list_match(struct slice list, struct slice text)
{
	return match_list(text_eq_nocase, list, text);
}

enum pattern_verdict
pattern_list_match_exact(struct slice list, struct slice text)
{
	return match_list(slice_eq, list, text);
}
