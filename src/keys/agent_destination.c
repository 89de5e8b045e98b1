/* agent_destination: where a key of an agent may be used. Knows: hops, the host keys that stand for them. Must not
 * know: who asks. OpenSSH PROTOCOL.agent 2 (restrict-destination-v00@openssh.com). */
#include "agent_destination.h"
#include "pattern.h"
#include "reader.h"
#include <nacre/cert.h>

#define DESTINATIONS_MAX 1024
#define HOST_MAX 256 /* a host's name, with the NUL */

static bool
are_plain(const nacre_key *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (keys == NULL || keys[i] == NULL || nacre_key_is_certificate(keys[i]))
			return false;
	}
	return true;
}

static bool
has_name(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static bool
hop_is_usable(const struct nacre_agent_hop *hop)
{
	return are_plain(hop->keys, hop->n_keys) && are_plain(hop->authorities, hop->n_authorities) &&
	       has_name(hop->host) == (hop->n_keys + hop->n_authorities > 0);
}

bool
agent_destination_is_usable(const struct nacre_agent_destination *d)
{
	return !has_name(d->from.user) && hop_is_usable(&d->from) && has_name(d->to.host) && hop_is_usable(&d->to);
}

static void
put_text(struct buf *b, const char *text)
{
	buf_put_cstring(b, text == NULL ? "" : text);
}

static void
put_keys(struct buf *b, const nacre_key *const *keys, size_t n, bool are_authorities)
{
	for (size_t i = 0; i < n; i++) {
		buf_put_string(b, key_blob(keys[i]));
		buf_put_u8(b, are_authorities);
	}
}

static void
put_hop(struct buf *b, const struct nacre_agent_hop *hop)
{
	size_t mark = buf_begin_string(b);

	put_text(b, hop->user);
	put_text(b, hop->host);
	put_text(b, NULL); /* reserved */
	put_keys(b, hop->keys, hop->n_keys, false);
	put_keys(b, hop->authorities, hop->n_authorities, true);
	buf_end_string(b, mark);
}

void
agent_put_destinations(struct buf *b, const struct nacre_agent_destination *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t mark = buf_begin_string(b);

		put_hop(b, &list[i].from);
		put_hop(b, &list[i].to);
		put_text(b, NULL); /* reserved */
		buf_end_string(b, mark);
	}
}

/* As it stands in the list. */
struct hop {
	struct slice user, host;
	struct reader keys; /* string, byte; string, byte... */
};

struct destination {
	struct hop from, to;
};

/* What is reserved must be empty: it might restrict further. */
static bool
read_hop(struct slice s, struct hop *hop)
{
	struct reader r = reader_of(s);

	hop->user = reader_string(&r);
	hop->host = reader_string(&r);
	if (reader_string(&r).n != 0 || r.bad || hop->host.n >= HOST_MAX)
		return false;
	hop->keys = r;
	return true;
}

/* The next one; false at the end, and where the list is malformed (r->bad). */
static bool
next_destination(struct reader *r, struct destination *d)
{
	struct reader inside;
	struct slice from, to, reserved;

	if (r->bad || r->n == 0)
		return false;
	inside = reader_of(reader_string(r));
	from = reader_string(&inside);
	to = reader_string(&inside);
	reserved = reader_string(&inside);
	r->bad =
	    r->bad || !reader_end(&inside) || reserved.n != 0 || !read_hop(from, &d->from) || !read_hop(to, &d->to);
	return !r->bad;
}

/* The next key of a hop; NULL at the end, and where it is malformed (keys->bad). The caller's to free. */
static nacre_key *
next_key(const struct nacre_env *env, struct reader *keys, bool *is_authority)
{
	nacre_key *key = NULL;
	struct slice blob;

	if (keys->bad || keys->n == 0)
		return NULL;
	blob = reader_string(keys);
	*is_authority = reader_u8(keys) != 0;
	if (keys->bad || key_parse_blob(env, blob, &key) != 0 || nacre_key_is_certificate(key)) {
		nacre_key_free(key);
		keys->bad = true;
		return NULL;
	}
	return key;
}

static bool
keys_are_sound(const struct nacre_env *env, struct reader keys)
{
	bool is_authority;
	nacre_key *key;

	while ((key = next_key(env, &keys, &is_authority)) != NULL)
		nacre_key_free(key);
	return !keys.bad;
}

static bool
is_text(struct slice s)
{
	return s.n == 0 || memchr(s.p, 0, s.n) == NULL;
}

/* From here or from a host, never from somebody; to a host, by keys. */
static bool
is_sound(const struct nacre_env *env, const struct destination *d)
{
	if (!is_text(d->from.host) || !is_text(d->to.host) || !is_text(d->to.user))
		return false;
	if (d->from.user.n != 0 || (d->from.host.n == 0) != (d->from.keys.n == 0))
		return false;
	if (d->to.host.n == 0 || d->to.keys.n == 0)
		return false;
	return keys_are_sound(env, d->from.keys) && keys_are_sound(env, d->to.keys);
}

bool
agent_destinations_are_sound(const struct nacre_env *env, struct slice list)
{
	struct reader r = reader_of(list);
	struct destination d;
	size_t n = 0;

	while (next_destination(&r, &d)) {
		if (++n > DESTINATIONS_MAX || !is_sound(env, &d))
			return false;
	}
	return n > 0 && !r.bad;
}

/* A host's certificate stands for the name that the destination gives it, by an authority that is named there. */
static bool
is_certified(const nacre_key *shown, const nacre_key *authority, struct slice host, const uint64_t *now)
{
	struct nacre_cert_policy policy = {
	    .size = sizeof(policy), .type = NACRE_CERT_HOST, .authorities = &authority, .n_authorities = 1};
	char name[HOST_MAX];

	if (now == NULL || !nacre_key_is_certificate(shown))
		return false;
	memcpy(name, host.p, host.n); /* fits: looked at when it was read */
	name[host.n] = '\0';
	policy.principal = name;
	policy.now_s = *now;
	return nacre_cert_check(shown, &policy, NULL, 0) == NACRE_OK;
}

static bool
hop_is(const struct nacre_env *env, const struct hop *hop, const nacre_key *shown, const uint64_t *now)
{
	struct reader keys = hop->keys;
	bool is_authority = false, found = false;
	nacre_key *key;

	while (!found && (key = next_key(env, &keys, &is_authority)) != NULL) {
		found = is_authority ? is_certified(shown, key, hop->host, now) : nacre_key_equal(shown, key);
		nacre_key_free(key);
	}
	return found;
}

static bool
allows(const struct nacre_env *env, const struct destination *d, const struct agent_step *step)
{
	if (step->from == NULL ? d->from.host.n != 0 : !hop_is(env, &d->from, step->from, step->now))
		return false;
	if (step->to != NULL && !hop_is(env, &d->to, step->to, step->now))
		return false;
	return d->to.user.n == 0 || step->user == NULL || pattern_match_exact(d->to.user, *step->user);
}

bool
agent_destinations_allow(const struct nacre_env *env, struct slice list, const struct agent_step *step)
{
	struct reader r = reader_of(list);
	struct destination d;

	while (next_destination(&r, &d)) {
		if (allows(env, &d, step))
			return true;
	}
	return false;
}
