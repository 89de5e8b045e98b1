/* keygen_validity: -V: from when until when a certificate is good. Knows: ssh-keygen's ways of writing a time. Must not
 * know: certificates. ssh-keygen(1), -V; sshd_config(5), TIME FORMATS. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "keygen_cert.h"

#define TIME_MAX ((uint64_t)1 << 60)

static const struct {
	char letter;
	uint64_t seconds;
} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};

/* "52w", "1h30m", "90": the sum in seconds. */
static bool
parse_span(const char *text, uint64_t *out)
{
	uint64_t sum = 0, unit;
	char *end;

	if (*text == '\0')
		return false;
	while (*text != '\0') {
		uint64_t v = isdigit((unsigned char)*text) ? strtoull(text, &end, 10) : TIME_MAX;

		if (v >= TIME_MAX / 604800)
			return false;
		unit = *end == '\0' ? 1 : 0;
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
			if (tolower((unsigned char)*end) == units[i].letter)
				unit = units[i].seconds;
		}
		if (unit == 0 || (sum += v * unit) >= TIME_MAX)
			return false;
		text = *end == '\0' ? end : end + 1;
	}
	*out = sum;
	return true;
}

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, in local time, or in UTC with a Z behind it. */
bool
keygen_date(const char *text, uint64_t *out)
{
	static const char *const formats[] = {"%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S"};
	static const size_t lengths[] = {8, 12, 14};
	size_t n = strspn(text, "0123456789");
	bool is_utc = strcasecmp(text + n, "Z") == 0 || strcasecmp(text + n, "UTC") == 0;
	char digits[16];
	time_t t;

	if (n > 14 || (text[n] != '\0' && !is_utc))
		return false;
	memcpy(digits, text, n);
	digits[n] = '\0';
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *end = lengths[i] == n ? strptime(digits, formats[i], &tm) : NULL;

		if (end == NULL || *end != '\0')
			continue;
		tm.tm_isdst = -1;
		t = is_utc ? timegm(&tm) : mktime(&tm);
		*out = (uint64_t)t;
		return t >= 0;
	}
	return false;
}

static bool
parse_time(const char *text, uint64_t now, uint64_t *out)
{
	uint64_t span;
	char *end;

	if (text[0] == '+' || text[0] == '-') {
		if (!parse_span(text + 1, &span) || (text[0] == '-' && span > now))
			return false;
		*out = text[0] == '+' ? now + span : now - span;
		return true;
	}
	if (text[0] == '0' && text[1] == 'x') {
		errno = 0;
		*out = strtoull(text + 2, &end, 16);
		return errno == 0 && end != text + 2 && *end == '\0';
	}
	return keygen_date(text, out);
}

static bool
parse_bounds(const char *text, uint64_t now, uint64_t *after, uint64_t *before)
{
	const char *colon = strchr(text, ':');
	char from[64];

	/* From a minute ago: the clocks of others may be behind. */
	if (colon == NULL) {
		*after = (now - 59) / 60 * 60;
		return text[0] == '+' && parse_time(text, now, before);
	}
	if ((size_t)(colon - text) >= sizeof(from))
		return false;
	memcpy(from, text, (size_t)(colon - text));
	from[colon - text] = '\0';
	*after = 0;
	*before = NACRE_CERT_FOREVER;
	return (strcmp(from, "always") == 0 || parse_time(from, now, after)) &&
	       (strcmp(colon + 1, "forever") == 0 || parse_time(colon + 1, now, before));
}

int
keygen_validity(const char *text, uint64_t now, uint64_t *after, uint64_t *before)
{
	*after = 0;
	*before = NACRE_CERT_FOREVER;
	if (text == NULL)
		return 0;
	if (!parse_bounds(text, now, after, before))
		return say_failure("keygen: -V %s: not \"+time\" or \"from:to\"", text);
	if (*after >= *before)
		return say_failure("keygen: -V %s: it ends before it begins", text);
	return 0;
}
