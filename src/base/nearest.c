/* nearest: see nearest.h. Knows: the distance of Damerau and Levenshtein, of which three rows are enough. Must not
 * know: which names there are. Serves: nothing on the wire. */
#include "nearest.h"

#define ROW_LEN (NEAREST_NAME_MAX + 1)
#define PART_MIN 4 /* a shorter part of a name says too little */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* rows[0] is the row of this letter of a, rows[1] that of the letter before it, rows[2] the one before that. */
static void
fill_row(size_t *const rows[3], struct slice a, size_t i, struct slice b)
{
	size_t j;

	rows[0][0] = i + 1;
	for (j = 0; j < b.n; j++) {
		size_t d = rows[1][j] + (a.p[i] != b.p[j]);

		d = least(d, least(rows[1][j + 1], rows[0][j]) + 1);
		if (i > 0 && j > 0 && a.p[i] == b.p[j - 1] && a.p[i - 1] == b.p[j])
			d = least(d, rows[2][j - 1] + 1);
		rows[0][j + 1] = d;
	}
}

size_t
nearest_distance(struct slice a, struct slice b)
{
	size_t room[3][ROW_LEN] = {{0}}, i, j;

	if (a.n > NEAREST_NAME_MAX || b.n > NEAREST_NAME_MAX)
		return NEAREST_FAR;
	for (j = 0; j <= b.n; j++)
		room[0][j] = j;
	for (i = 0; i < a.n; i++) {
		size_t *const rows[3] = {room[(i + 1) % 3], room[i % 3], room[(i + 2) % 3]};

		fill_row(rows, a, i, b);
	}
	return room[a.n % 3][b.n];
}

static bool
holds(struct slice whole, struct slice part)
{
	size_t i;

	for (i = 0; i + part.n <= whole.n; i++)
		if (slice_starts(slice_from(whole, i), part))
			return true;
	return false;
}

size_t
nearest_rank(struct slice typed, struct slice known)
{
	size_t d;

	if (typed.n >= PART_MIN && holds(known, typed))
		return 1;
	d = nearest_distance(typed, known);
	return d <= typed.n / 3 ? d : NEAREST_FAR;
}
