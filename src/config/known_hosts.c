/* known_hosts: a set of lines, its life and its iteration. Knows: lines. Must not know: matching (known_hosts_check.c).
 * sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
#include "host_name.h"
#include "known_lines.h"

int
nacre_known_hosts_new(const struct nacre_env *env, nacre_known_hosts **set)
{
	*set = NULL;
	if (env == NULL)
		return NACRE_E_ARGUMENT;
	if ((*set = mem_new(env, sizeof(**set))) == NULL)
		return NACRE_E_NOMEM;
	(*set)->env = env;
	(*set)->removals_end = &(*set)->removals;
	return 0;
}

void
nacre_known_hosts_free(nacre_known_hosts *set)
{
	if (set == NULL)
		return;
	known_list_free(&set->list, set->env);
	known_removals_free(set);
	mem_free(set->env, set, sizeof(*set));
}

int
nacre_known_hosts_parse(nacre_known_hosts *set, const char *source, const uint8_t *p, size_t n)
{
	struct known_list more = {.first = NULL};
	int r;

	if (set == NULL || (p == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if ((r = known_list_parse(&more, set->env, source, slice_of(p, n))) == 0)
		known_list_join(&set->list, &more);
	known_list_free(&more, set->env);
	return r;
}

static void
fill_entry(struct nacre_known_hosts_entry *entry, const struct known_line *line)
{
	*entry = (struct nacre_known_hosts_entry){
	    .kind = line->kind,
	    .source = line->source,
	    .line = line->number,
	    .hosts = line->hosts.p,
	    .hosts_n = line->hosts.n,
	    .type = line->type,
	    .blob = line->blob.p,
	    .blob_n = line->blob.n,
	    .comment = line->comment.p,
	    .comment_n = line->comment.n,
	};
}

bool
nacre_known_hosts_next(const nacre_known_hosts *set, const void **at, struct nacre_known_hosts_entry *entry)
{
	const struct known_line *line = *at == NULL ? set->list.first : ((const struct known_line *)*at)->next;

	*entry = (struct nacre_known_hosts_entry){.kind = NACRE_KNOWN_HOSTS_UNREADABLE};
	if (line == NULL)
		return false;
	*at = line;
	fill_entry(entry, line);
	return true;
}

int
nacre_known_hosts_lookup(const nacre_known_hosts *set, const char *host, unsigned port, const void **at,
    struct nacre_known_hosts_entry *entry, bool *found)
{
	const struct known_line *line;
	struct host_name name;
	bool is_named;
	int r;

	if (set == NULL || at == NULL || entry == NULL || found == NULL || host_name_set(&name, host, port) != 0)
		return NACRE_E_ARGUMENT;
	*found = false;
	line = *at == NULL ? set->list.first : ((const struct known_line *)*at)->next;
	for (; line != NULL; line = line->next) {
		if (line->kind == NACRE_KNOWN_HOSTS_UNREADABLE)
			continue;
		if ((r = host_field_match(line->hosts, &name, &is_named)) != 0)
			return r;
		if (!is_named)
			continue;
		*at = line;
		fill_entry(entry, line);
		*found = true;
		return 0;
	}
	return 0;
}

size_t
nacre_known_hosts_count(const nacre_known_hosts *set, enum nacre_known_hosts_kind kind)
{
	return (unsigned)kind > NACRE_KNOWN_HOSTS_UNREADABLE ? 0 : set->list.counts[kind];
}
