/* race: see race.h. */
#include "race.h"

/* The first index that is not taken yet and has, or has not, this family; n where there is none. */
static size_t
find(const int *families, const bool *taken, size_t n, int family, bool has)
{
	size_t i = 0;

	while (i < n && (taken[i] || (families[i] == family) != has))
		i++;
	return i;
}

void
race_order(const int *families, size_t n, size_t *order)
{
	bool taken[RACE_MAX] = {false}, first = true;
	size_t i;

	for (size_t k = 0; k < n; k++) {
		i = find(families, taken, n, families[0], first);
		if (i == n)
			i = find(families, taken, n, families[0], !first);
		taken[i] = true; /* one of the two finds it: k < n are taken */
		order[k] = i;
		first = families[i] != families[0];
	}
}

void
race_begin(struct race *race, size_t n, unsigned rounds, int64_t now)
{
	*race = (struct race){.n = n, .rounds_left = rounds > 1 ? rounds - 1 : 0, .next_at = now, .round_at = now};
}

static void
begin_round(struct race *race, int64_t now)
{
	race->rounds_left--;
	race->next = 0;
	race->round_at = now;
}

int
race_start(struct race *race, int64_t now)
{
	if (race_deadline(race) < 0 || now < race_deadline(race))
		return -1;
	if (race->next == race->n)
		begin_round(race, now);
	race->flying++;
	race->next_at = now + RACE_DELAY_MS;
	return (int)race->next++;
}

int64_t
race_deadline(const struct race *race)
{
	if (race->next < race->n)
		return race->next_at;
	/* A new round begins only after the last attempt of the old one has failed. */
	if (race->flying > 0 || race->rounds_left == 0 || race->n == 0)
		return -1;
	return race->round_at + RACE_ROUND_MS;
}

void
race_failed(struct race *race, int64_t now)
{
	race->flying--;
	race->next_at = now;
}

bool
race_is_lost(const struct race *race)
{
	return race->flying == 0 && race->next == race->n && (race->rounds_left == 0 || race->n == 0);
}
