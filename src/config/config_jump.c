/* config_jump: ProxyJump's hops. Knows: "[user@]host[:port]" and "ssh://". Must not know: how one gets there.
 * ssh_config(5), ProxyJump. */
#include "config_kinds.h"
#include "config_reader.h"
#include "config_token.h"
#include "text.h"

#include <stdio.h>

struct hop {
	struct slice user, host, port; /* user, port: p is NULL where there is none */
	bool is_uri;
};

static const uint8_t *
last_of(struct slice s, uint8_t c)
{
	size_t n = s.n;

	while (n > 0 && s.p[n - 1] != c)
		n--;
	return n == 0 ? NULL : s.p + n - 1;
}

/* "host", "host:port", "[address]:port". */
static bool
split_port(struct slice s, struct hop *hop)
{
	const uint8_t *end = s.n == 0 ? NULL : memchr(s.p, s.p[0] == '[' ? ']' : ':', s.n);
	size_t n = end == NULL ? s.n : (size_t)(end - s.p);

	hop->host = slice_of(s.p, n);
	if (s.n > 0 && s.p[0] == '[') {
		if (end == NULL || (n + 1 < s.n && s.p[n + 1] != ':'))
			return false;
		hop->host = slice_of(s.p + 1, n - 1);
		n++;
	}
	if (n < s.n)
		hop->port = slice_from(s, n + 1);
	return hop->host.n > 0 && (hop->port.n == 0 || config_port(hop->port) > 0);
}

static bool
read_hop(struct slice s, struct hop *hop)
{
	const uint8_t *at;

	*hop = (struct hop){.is_uri = slice_starts(s, SLICE_LIT("ssh://"))};
	if (hop->is_uri)
		s = slice_from(s, 6);
	if (hop->is_uri && s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	if ((at = last_of(s, '@')) != NULL) {
		hop->user = slice_of(s.p, (size_t)(at - s.p));
		s = slice_from(s, hop->user.n + 1);
		if (hop->user.n == 0 || (hop->is_uri && memchr(hop->user.p, '%', hop->user.n) != NULL))
			return false;
	}
	return split_port(s, hop) && (!hop->is_uri || config_is_domain(hop->host));
}

static bool
is_address(struct slice host)
{
	size_t i;

	if (memchr(host.p, ':', host.n) != NULL)
		return true;
	for (i = 0; i < host.n; i++)
		if (host.p[i] != '.' && !(host.p[i] >= '0' && host.p[i] <= '9'))
			return false;
	return true;
}

/* The last hop in one spelling; those before it are shown as they are. */
static void
put_hop(struct buf *out, const struct hop *hop)
{
	bool brackets = is_address(hop->host);

	if (hop->user.p != NULL) {
		buf_put_slice(out, hop->user);
		buf_put_u8(out, '@');
	}
	if (brackets)
		buf_put_u8(out, '[');
	buf_put_slice(out, hop->host);
	if (brackets)
		buf_put_u8(out, ']');
	if (hop->port.n > 0) {
		buf_put_u8(out, ':');
		buf_put_slice(out, hop->port);
	}
}

static struct slice
without_comment(struct slice s)
{
	const uint8_t *comment = s.n == 0 ? NULL : memchr(s.p, '#', s.n);

	if (comment != NULL)
		s.n = (size_t)(comment - s.p);
	while (s.n > 0 && strchr(" \t", s.p[s.n - 1]) != NULL)
		s.n--;
	return s;
}

/* A hop goes into no shell of ours, but a word of the user's (or of whoever made them click) decides where a connection
 * goes: on the command line it must look like a name. */
static bool
is_fit(const struct config_reader *r, const struct hop *hop)
{
	return config_host_is_fit(hop->host) && (!r->is_option || hop->user.p == NULL || config_user_is_fit(hop->user));
}

int
kind_jump(struct config_taking *t)
{
	struct slice all = without_comment(t->rest), rest = all;
	const uint8_t *comma;
	struct hop hop;
	bool more = true;

	t->n = 0;
	if (all.n == 0)
		return config_fail(t->reader, NACRE_E_CONFIG, "a value is missing");
	t->nothing = config_first(t->reader->into, CONFIG_ProxyCommand) != NULL;
	if (text_eq_nocase(all, SLICE_LIT("none"))) {
		config_keep(t, "none");
		return 0;
	}
	while (more) {
		comma = memchr(rest.p, ',', rest.n);
		more = comma != NULL;
		if (!read_hop(more ? slice_of(rest.p, (size_t)(comma - rest.p)) : rest, &hop) ||
		    !is_fit(t->reader, &hop))
			return config_fail(t->reader, NACRE_E_CONFIG, "a hop is no [user@]host[:port]");
		rest = more ? slice_from(rest, (size_t)(comma - rest.p) + 1) : rest;
		if (more && rest.n == 0)
			return config_fail(t->reader, NACRE_E_CONFIG, "a hop is no [user@]host[:port]");
	}
	buf_put(t->out, all.p, (size_t)(rest.p - all.p));
	put_hop(t->out, &hop);
	buf_put_u8(t->out, 0);
	t->n_out++;
	return 0;
}

/* The hop that is next to the host. */
static bool
last_hop(const struct nacre_config_host *host, struct hop *hop)
{
	struct slice s = slice_str(config_shown(host, CONFIG_ProxyJump));
	const uint8_t *comma = last_of(s, ',');

	if (s.n == 0 || config_is_none(host, CONFIG_ProxyJump))
		return false;
	return read_hop(comma == NULL ? s : slice_from(s, (size_t)(comma - s.p) + 1), hop);
}

struct slice
config_jump_host(const struct nacre_config_host *host)
{
	struct hop hop;

	return last_hop(host, &hop) ? hop.host : SLICE_NONE;
}

bool
config_jump_is_loop(const struct nacre_config_host *host)
{
	struct slice user = slice_str(config_user(host)), port = slice_str(config_port_text(host));
	struct hop hop;

	if (!last_hop(host, &hop) || !slice_eq(hop.host, slice_str(host->hostname)))
		return false;
	return slice_eq(hop.port.n == 0 ? SLICE_LIT("22") : hop.port, port) &&
	       (hop.user.p == NULL || slice_eq(hop.user, user));
}
