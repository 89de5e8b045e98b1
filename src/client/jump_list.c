/* jump_list: see jump_list.h. */
#include <string.h>
#include "jump_list.h"

#define PORT_MAX 65535

static int
copy(char *out, size_t cap, struct slice s)
{
	if (s.n == 0 || s.n >= cap || memchr(s.p, 0, s.n) != NULL)
		return NACRE_E_ARGUMENT;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return NACRE_OK;
}

static int
read_port(struct slice s, unsigned *port)
{
	unsigned v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || v > PORT_MAX)
			return NACRE_E_ARGUMENT;
		v = v * 10 + (unsigned)(s.p[i] - '0');
	}
	*port = v;
	return v == 0 || v > PORT_MAX ? NACRE_E_ARGUMENT : NACRE_OK;
}

static const uint8_t *
find(struct slice s, char what)
{
	return s.n == 0 ? NULL : memchr(s.p, what, s.n);
}

/* "host", "host:port", "[::1]", "[::1]:port", and "::1", which can have no port. */
static int
read_host(struct slice s, struct hop *hop)
{
	const uint8_t *end = s.p + s.n, *close = find(s, ']'), *colon;

	if (s.n > 0 && s.p[0] == '[') {
		if (close == NULL || (close + 1 < end && close[1] != ':'))
			return NACRE_E_ARGUMENT;
		if (close + 1 < end && read_port(slice_of(close + 2, (size_t)(end - close - 2)), &hop->port) != 0)
			return NACRE_E_ARGUMENT;
		return copy(hop->host, sizeof(hop->host), slice_of(s.p + 1, (size_t)(close - s.p - 1)));
	}
	colon = find(s, ':');
	if (colon == NULL || memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL)
		return copy(hop->host, sizeof(hop->host), s);
	if (read_port(slice_of(colon + 1, (size_t)(end - colon - 1)), &hop->port) != NACRE_OK)
		return NACRE_E_ARGUMENT;
	return copy(hop->host, sizeof(hop->host), slice_of(s.p, (size_t)(colon - s.p)));
}

/* The last '@' divides: a user's name may hold one. */
static int
read_hop(struct slice s, struct hop *hop)
{
	static const char scheme[] = "ssh://";
	size_t n = sizeof(scheme) - 1, at = s.n;

	if (s.n >= n && memcmp(s.p, scheme, n) == 0) {
		s = slice_of(s.p + n, s.n - n);
		if (s.n > 0 && s.p[s.n - 1] == '/')
			s.n--;
		at = s.n;
	}
	while (at > 0 && s.p[at - 1] != '@')
		at--;
	if (at == 0)
		return read_host(s, hop);
	if (copy(hop->user, sizeof(hop->user), slice_of(s.p, at - 1)) != NACRE_OK)
		return NACRE_E_ARGUMENT;
	return read_host(slice_of(s.p + at, s.n - at), hop);
}

int
jump_list_next(const char **list, struct hop *hop)
{
	size_t n = strcspn(*list, ",");
	const char *p = *list;

	*hop = (struct hop){.port = 0};
	*list += n;
	if (p[n] == ',')
		(*list)++;
	/* A comma promises another hop. */
	if (p[n] == ',' && p[n + 1] == '\0')
		return NACRE_E_ARGUMENT;
	return read_hop(slice_of(p, n), hop);
}
