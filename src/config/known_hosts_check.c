/* known_hosts_check: what a set says of a host and a key. Knows: matching, and what wins over what. Must not know: what
 * the caller does about it. RFC 4251 4.1; sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
#include "host_name.h"
#include "key.h"
#include "known_lines.h"
#include <nacre/cert.h>

static void
decide(struct nacre_known_hosts_match *match, enum nacre_known_hosts_result result, const struct known_line *line)
{
	match->result = result;
	match->source = line->source;
	match->line = line->number;
	match->type = line->type;
	match->blob = line->blob.p;
	match->blob_n = line->blob.n;
}

/* Revoked wins over everything, a match over a change; among equals the first line is told. */
static void
weigh(struct nacre_known_hosts_match *match, const struct known_line *line, const nacre_key *key)
{
	bool is_same = slice_eq(line->blob, key_blob(key));

	if (match->result == NACRE_KNOWN_HOSTS_REVOKED)
		return;
	if (line->kind == NACRE_KNOWN_HOSTS_REVOKED_KEY) {
		if (is_same)
			decide(match, NACRE_KNOWN_HOSTS_REVOKED, line);
		return;
	}
	if (match->result == NACRE_KNOWN_HOSTS_MATCH)
		return;
	if (is_same)
		decide(match, NACRE_KNOWN_HOSTS_MATCH, line);
	else if (strcmp(line->type, nacre_key_type(key)) != 0)
		match->other_types = true;
	else if (match->result == NACRE_KNOWN_HOSTS_UNKNOWN)
		decide(match, NACRE_KNOWN_HOSTS_CHANGED, line);
}

static bool
is_plain(const struct known_line *line)
{
	return line->kind == NACRE_KNOWN_HOSTS_KEY || line->kind == NACRE_KNOWN_HOSTS_REVOKED_KEY;
}

int
nacre_known_hosts_check(const nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key,
    struct nacre_known_hosts_match *match)
{
	struct nacre_known_hosts_match found = {.result = NACRE_KNOWN_HOSTS_UNKNOWN};
	const struct known_line *line;
	struct host_name name;
	bool is_named;
	int r;

	if (match == NULL)
		return NACRE_E_ARGUMENT;
	*match = found;
	if (set == NULL || key == NULL || nacre_key_is_certificate(key) || host_name_set(&name, host, port) != 0)
		return NACRE_E_ARGUMENT;
	for (line = set->list.first; line != NULL; line = line->next) {
		if (!is_plain(line))
			continue;
		if ((r = host_field_match(line->hosts, &name, &is_named)) != 0)
			return r;
		if (is_named)
			weigh(&found, line, key);
	}
	found.other_types = found.other_types && found.result == NACRE_KNOWN_HOSTS_UNKNOWN;
	*match = found;
	return 0;
}

int
nacre_known_hosts_key_types(
    const nacre_known_hosts *set, const char *host, unsigned port, nacre_known_hosts_type_fn *fn, void *ctx)
{
	const struct known_line *line;
	struct host_name name;
	bool is_named;
	int r;

	if (set == NULL || fn == NULL || host_name_set(&name, host, port) != 0)
		return NACRE_E_ARGUMENT;
	for (line = set->list.first; line != NULL; line = line->next) {
		if (line->kind != NACRE_KNOWN_HOSTS_KEY)
			continue;
		if ((r = host_field_match(line->hosts, &name, &is_named)) != 0)
			return r;
		if (is_named)
			fn(ctx, line->type);
	}
	return 0;
}
