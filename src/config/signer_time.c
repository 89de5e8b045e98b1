/* signer_time: see signer_time.h. Knows: digits, the calendar. Must not know: time zones, clocks.
 * ssh-keygen(1), ALLOWED SIGNERS (valid-after). */
#include "signer_time.h"
#include "text.h"

#define YEAR_MIN 1970
#define DAY_S 86400u

static bool
is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned
month_days(unsigned year, unsigned month)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

static bool
is_time(const struct nacre_local_time *t)
{
	return t->year >= YEAR_MIN && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
	       t->day <= month_days(t->year, t->month) && t->hour <= 23 && t->minute <= 59 && t->second <= 59;
}

static uint64_t
utc_seconds(const struct nacre_local_time *t)
{
	uint64_t days = t->day - 1;

	for (unsigned year = YEAR_MIN; year < t->year; year++)
		days += is_leap(year) ? 366 : 365;
	for (unsigned month = 1; month < t->month; month++)
		days += month_days(t->year, month);
	return days * DAY_S + t->hour * 3600u + t->minute * 60u + t->second;
}

/* The next n digits, which the caller knows are there and are digits. */
static unsigned
take(struct slice *digits, size_t n)
{
	int64_t value = text_number(slice_of(digits->p, n), 9999);

	*digits = slice_from(*digits, n);
	return (unsigned)value;
}

static bool
read_digits(struct slice s, struct nacre_local_time *t)
{
	size_t n = s.n;

	if (n != 8 && n != 12 && n != 14)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	*t = (struct nacre_local_time){.year = take(&s, 4)};
	t->month = take(&s, 2);
	t->day = take(&s, 2);
	if (n >= 12) {
		t->hour = take(&s, 2);
		t->minute = take(&s, 2);
	}
	if (n == 14)
		t->second = take(&s, 2);
	return is_time(t);
}

/* Takes a suffix off that says UTC. */
static bool
take_utc(struct slice *text)
{
	static const char *const suffixes[] = {"Z", "UTC"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		struct slice suffix = slice_str(suffixes[i]);

		if (text->n < suffix.n || !text_eq_nocase(slice_from(*text, text->n - suffix.n), suffix))
			continue;
		text->n -= suffix.n;
		return true;
	}
	return false;
}

bool
signer_time_parse(struct slice text, nacre_local_time_fn *local, void *ctx, uint64_t *seconds)
{
	bool is_utc = take_utc(&text);
	struct nacre_local_time t;

	*seconds = 0;
	if (!read_digits(text, &t))
		return false;
	if (is_utc)
		*seconds = utc_seconds(&t);
	else if (local == NULL || local(ctx, &t, seconds) != 0)
		*seconds = 0;
	return *seconds != 0;
}
