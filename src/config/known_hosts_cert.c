/* known_hosts_cert: what a set says of a host's certificate: its authority, and what was revoked. Knows: matching. Must
 * not know: whether the certificate is good. sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; OpenSSH PROTOCOL.certkeys. */
#include "host_name.h"
#include "key.h"
#include "known_lines.h"
#include <nacre/cert.h>

#define PLAIN_MAX NACRE_CERT_BLOB_MAX

/* The blobs by which a certificate can be named. */
struct names {
	struct slice cert, plain, authority;
};

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

/* CVE-2026-42508: an authority can be revoked as a key can; that wins over everything. */
static void
weigh(struct nacre_known_hosts_match *match, const struct known_line *line, const struct names *names)
{
	bool is_authority = slice_eq(line->blob, names->authority);

	if (match->result == NACRE_KNOWN_HOSTS_REVOKED)
		return;
	if (line->kind == NACRE_KNOWN_HOSTS_REVOKED_KEY &&
	    (is_authority || slice_eq(line->blob, names->plain) || slice_eq(line->blob, names->cert)))
		decide(match, NACRE_KNOWN_HOSTS_REVOKED, line);
	else if (line->kind == NACRE_KNOWN_HOSTS_AUTHORITY && is_authority &&
		 match->result == NACRE_KNOWN_HOSTS_UNKNOWN)
		decide(match, NACRE_KNOWN_HOSTS_MATCH, line);
}

static int
search(const nacre_known_hosts *set, const struct host_name *name, const struct names *names,
    struct nacre_known_hosts_match *found)
{
	const struct known_line *line;
	bool is_named;
	int r;

	for (line = set->list.first; line != NULL; line = line->next) {
		if (line->kind != NACRE_KNOWN_HOSTS_AUTHORITY && line->kind != NACRE_KNOWN_HOSTS_REVOKED_KEY)
			continue;
		if ((r = host_field_match(line->hosts, name, &is_named)) != 0)
			return r;
		if (is_named)
			weigh(found, line, names);
	}
	return 0;
}

int
nacre_known_hosts_check_certificate(const nacre_known_hosts *set, const char *host, unsigned port,
    const nacre_key *cert, struct nacre_known_hosts_match *match)
{
	struct nacre_known_hosts_match found = {.result = NACRE_KNOWN_HOSTS_UNKNOWN};
	struct nacre_cert_info info;
	struct host_name name;
	struct names names;
	struct buf plain;
	int r;

	if (match == NULL)
		return NACRE_E_ARGUMENT;
	*match = found;
	if (set == NULL || nacre_cert_get_info(cert, &info) != 0 || host_name_set(&name, host, port) != 0)
		return NACRE_E_ARGUMENT;
	buf_init(&plain, set->env, PLAIN_MAX);
	key_put_plain(&plain, cert);
	names = (struct names){key_blob(cert), buf_slice(&plain), key_blob(info.authority)};
	r = plain.bad != 0 ? plain.bad : search(set, &name, &names, &found);
	buf_free(&plain);
	if (r == 0)
		*match = found;
	return r;
}

int
nacre_known_hosts_has_authority(const nacre_known_hosts *set, const char *host, unsigned port, bool *answer)
{
	const struct known_line *line;
	struct host_name name;
	bool is_named = false;
	int r;

	if (set == NULL || answer == NULL || host_name_set(&name, host, port) != 0)
		return NACRE_E_ARGUMENT;
	*answer = false;
	for (line = set->list.first; line != NULL && !is_named; line = line->next) {
		if (line->kind != NACRE_KNOWN_HOSTS_AUTHORITY)
			continue;
		if ((r = host_field_match(line->hosts, &name, &is_named)) != 0)
			return r;
	}
	*answer = is_named;
	return 0;
}
