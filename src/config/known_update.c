/* known_update: see known_update.h. Knows: lines. Must not know: messages. draft-ietf-sshm-hostkey-update 2.1;
 * ssh_config(5), UpdateHostKeys. */
#include "known_update.h"
#include "host_name.h"
#include "host_proof.h"
#include "known_lines.h"

static int
names_itself(const nacre_known_hosts *set, const struct known_line *line, const struct host_name *name, bool *answer)
{
	struct buf rest;
	int r;

	*answer = false;
	if (line->kind != NACRE_KNOWN_HOSTS_KEY)
		return 0;
	buf_init(&rest, set->env, line->hosts.n + 1);
	r = host_field_without(line->hosts, name, &rest, answer);
	buf_free(&rest);
	return r;
}

int
known_update_is_own(const nacre_known_hosts *set, const char *host, unsigned port, struct slice blob, bool *answer)
{
	const struct known_line *line;
	struct host_name name;
	int r = host_name_set(&name, host, port);

	*answer = false;
	for (line = set->list.first; line != NULL && r == 0 && !*answer; line = line->next)
		if (slice_eq(line->blob, blob))
			r = names_itself(set, line, &name, answer);
	return r;
}

/* The first one of these, counted from `line` on; NULL: there is none. */
static int
find_old(const nacre_known_hosts *set, const struct host_name *name, struct slice list, struct slice used,
    const struct known_line **line)
{
	bool is_own = false;
	int r = 0;

	for (; *line != NULL; *line = (*line)->next) {
		if (slice_eq((*line)->blob, used) || host_proof_has(list, (*line)->blob))
			continue;
		if ((r = names_itself(set, *line, name, &is_own)) != 0 || is_own)
			break;
	}
	return r;
}

int
known_update_count_old(
    const nacre_known_hosts *set, const char *host, unsigned port, struct slice list, struct slice used, size_t *n)
{
	const struct known_line *line = set->list.first;
	struct host_name name;
	int r = host_name_set(&name, host, port);

	*n = 0;
	while (r == 0 && (r = find_old(set, &name, list, used, &line)) == 0 && line != NULL) {
		line = line->next;
		++*n;
	}
	return r;
}

/* The lines are swept each time: the search begins anew. */
int
known_update_drop_old(nacre_known_hosts *set, const char *host, unsigned port, struct slice list, struct slice used)
{
	const struct known_line *line = set->list.first;
	struct host_name name;
	size_t lines;
	int r = host_name_set(&name, host, port);

	while (r == 0 && (r = find_old(set, &name, list, used, &line)) == 0 && line != NULL) {
		r = known_hosts_remove_blob(set, &name, line->blob, &lines);
		line = set->list.first;
	}
	return r;
}
