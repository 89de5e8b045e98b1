/* known_hosts_write: a file anew, with what has changed. Knows: which lines stay as they are, byte for byte. Must not
 * know: where the file is. sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
#include "armor.h"
#include "host_name.h"
#include "known_lines.h"
#include "publine.h"
#include "text.h"

#include <stdlib.h>

#define TEXT_MAX ((size_t)128 << 20)

/* What the file holds, and what is made of it. */
struct writer {
	const struct nacre_env *env;
	struct known_list kept; /* the lines of the old text, edited */
	const struct known_line **sorted; /* by their blobs; NULL until somebody asks */
	size_t n_sorted;
	struct buf text;
};

static int
apply_removals(struct known_list *list, const struct nacre_known_hosts *set)
{
	const struct known_removal *removal;
	size_t lines;
	int r = 0;

	for (removal = set->removals; removal != NULL && r == 0; removal = removal->next)
		r = known_list_remove(list, set->env, removal, &lines);
	return r;
}

int
known_hosts_check_text(const struct nacre_known_hosts *set, struct slice text, const char *host, unsigned port,
    const nacre_key *key, struct nacre_known_hosts_match *match)
{
	struct nacre_known_hosts now = {.env = set->env};
	int r = known_list_parse(&now.list, set->env, NULL, text);

	*match = (struct nacre_known_hosts_match){.result = NACRE_KNOWN_HOSTS_UNKNOWN};
	if (r == 0)
		r = apply_removals(&now.list, set);
	known_list_sweep(&now.list, set->env);
	if (r == 0)
		r = nacre_known_hosts_check(&now, host, port, key, match);
	/* What was found is told, not the lines, which go. */
	*match = (struct nacre_known_hosts_match){.result = match->result};
	known_list_free(&now.list, set->env);
	return r;
}

/* Only lines of plain keys are ever edited: the hosts are their first word. */
static void
put_edited(struct buf *text, struct slice raw, struct slice hosts)
{
	struct slice rest = raw, word;

	(void)publine_word(&rest, &word);
	buf_put(text, raw.p, (size_t)(word.p - raw.p));
	buf_put_slice(text, hosts);
	buf_put_slice(text, slice_from(raw, (size_t)(word.p - raw.p) + word.n));
}

/* With its line end, whatever that is. */
static struct slice
next_raw(struct slice *text)
{
	struct slice before = *text, line;

	if (!armor_next_line(text, &line))
		return SLICE_NONE;
	return slice_of(before.p, before.n - text->n);
}

static void
put_kept(struct writer *w, struct slice old)
{
	const struct known_line *line = w->kept.first;
	unsigned long number = 0;
	struct slice raw;

	while ((raw = next_raw(&old)).n > 0) {
		bool is_line;

		number++;
		is_line = line != NULL && line->number == number;
		if (!is_line || line->state == KNOWN_AS_IT_WAS)
			buf_put_slice(&w->text, raw);
		else if (line->state == KNOWN_EDITED)
			put_edited(&w->text, raw, line->hosts);
		if (is_line)
			line = line->next;
	}
}

static int
compare_blobs(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n == 0 ? 0 : memcmp(a.p, b.p, a.n);
}

static int
compare_lines(const void *a, const void *b)
{
	return compare_blobs(
	    (*(const struct known_line *const *)a)->blob, (*(const struct known_line *const *)b)->blob);
}

static int
sort_kept(struct writer *w)
{
	const struct known_line *line;
	size_t i = 0;

	for (line = w->kept.first; line != NULL; line = line->next)
		w->n_sorted++;
	if (w->n_sorted == 0)
		return 0;
	if ((w->sorted = mem_new(w->env, w->n_sorted * sizeof(struct known_line *))) == NULL)
		return NACRE_E_NOMEM;
	for (line = w->kept.first; line != NULL; line = line->next)
		w->sorted[i++] = line;
	qsort(w->sorted, w->n_sorted, sizeof(struct known_line *), compare_lines);
	return 0;
}

/* The first line whose blob is not before this one. */
static size_t
find_blob(const struct writer *w, struct slice blob)
{
	size_t low = 0, high = w->n_sorted;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_blobs(w->sorted[middle]->blob, blob) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A key that was added is there where any line has it for its host; a line of another file, where it stands so. */
static int
says_the_same(const struct known_line *kept, const struct known_line *line, bool *answer)
{
	struct host_name name = {.n = line->hosts.n};

	*answer = false;
	if (kept->state == KNOWN_GONE || kept->kind != line->kind)
		return 0;
	*answer = slice_eq(kept->hosts, line->hosts);
	if (*answer || line->number != 0)
		return 0;
	memcpy(name.text, line->hosts.p, line->hosts.n); /* made of a host_name: it fits */
	return host_field_match(kept->hosts, &name, answer);
}

static int
is_kept(struct writer *w, const struct known_line *line, bool *answer)
{
	size_t i;
	int r = w->sorted == NULL ? sort_kept(w) : 0;

	*answer = false;
	if (r != 0)
		return r;
	for (i = find_blob(w, line->blob); i < w->n_sorted && slice_eq(w->sorted[i]->blob, line->blob); i++)
		if ((r = says_the_same(w->sorted[i], line, answer)) != 0 || *answer)
			return r;
	return 0;
}

static int
put_hosts(struct buf *text, const struct known_line *line, bool hashed)
{
	struct host_hash hash;
	int r;

	if (!hashed || line->number != 0) {
		buf_put_slice(text, line->hosts);
		return 0;
	}
	if ((r = mem_random(text->env, hash.salt, sizeof(hash.salt))) != 0)
		return r;
	if ((r = host_hash_compute(&hash, line->hosts)) == 0)
		host_hash_put(text, &hash);
	return r;
}

static const char *const marks[] = {
    [NACRE_KNOWN_HOSTS_KEY] = "",
    [NACRE_KNOWN_HOSTS_REVOKED_KEY] = "@revoked ",
    [NACRE_KNOWN_HOSTS_AUTHORITY] = "@cert-authority ",
};

static int
put_line(struct buf *text, const struct known_line *line, bool hashed)
{
	int r;

	if (text->n > 0 && text->p[text->n - 1] != '\n')
		buf_put_u8(text, '\n');
	buf_put_slice(text, slice_str(marks[line->kind]));
	if ((r = put_hosts(text, line, hashed)) != 0)
		return r;
	buf_put_u8(text, ' ');
	buf_put_slice(text, slice_str(line->type));
	buf_put_u8(text, ' ');
	armor_encode(text, line->blob, 0);
	if (line->comment.n > 0) {
		buf_put_u8(text, ' ');
		buf_put_slice(text, line->comment);
	}
	buf_put_u8(text, '\n');
	return text->bad;
}

/* Lines that were read from this file and are not there any more were taken out by somebody else: they stay out. */
static bool
is_wanted(const struct known_line *line, const char *source, enum known_share share)
{
	if (line->kind == NACRE_KNOWN_HOSTS_UNREADABLE || (share == KNOWN_ADDED && line->source != NULL))
		return false;
	return source == NULL || line->source == NULL || strcmp(line->source, source) != 0;
}

static int
put_missing(
    struct writer *w, const struct nacre_known_hosts *set, const char *source, bool hashed, enum known_share share)
{
	const struct known_line *line;
	bool there;
	int r = 0;

	for (line = set->list.first; line != NULL && r == 0; line = line->next) {
		if (!is_wanted(line, source, share))
			continue;
		if ((r = is_kept(w, line, &there)) == 0 && !there)
			r = put_line(&w->text, line, hashed);
	}
	return r;
}

static int
copy_text(const struct buf *b, char **text, size_t *n)
{
	if (b->bad != 0)
		return b->bad;
	if ((*text = mem_new(b->env, b->n + 1)) == NULL)
		return NACRE_E_NOMEM;
	if (b->n > 0)
		memcpy(*text, b->p, b->n);
	*n = b->n;
	return 0;
}

int
known_hosts_write_share(const nacre_known_hosts *set, enum known_share share, const char *source, struct slice old,
    bool hashed, char **text, size_t *n)
{
	struct writer w = {.kept = {.first = NULL}};
	int r;

	*text = NULL;
	*n = 0;
	if (set == NULL || (old.p == NULL && old.n > 0))
		return NACRE_E_ARGUMENT;
	w.env = set->env;
	buf_init(&w.text, set->env, TEXT_MAX);
	if ((r = known_list_parse(&w.kept, set->env, NULL, old)) != 0)
		goto out;
	if ((r = apply_removals(&w.kept, set)) != 0)
		goto out;
	put_kept(&w, old);
	if ((r = put_missing(&w, set, source, hashed, share)) == 0)
		r = copy_text(&w.text, text, n);
out:
	mem_free(set->env, w.sorted, w.n_sorted * sizeof(struct known_line *));
	known_list_free(&w.kept, set->env);
	buf_free(&w.text);
	return r;
}

int
nacre_known_hosts_write(const nacre_known_hosts *set, const char *source, const uint8_t *old, size_t old_n, bool hashed,
    char **text, size_t *n)
{
	return known_hosts_write_share(set, KNOWN_ALL, source, slice_of(old, old_n), hashed, text, n);
}

int
nacre_known_hosts_saved(nacre_known_hosts *set, const char *source)
{
	struct known_line *line;
	const char *kept;
	int r;

	if (set == NULL || source == NULL)
		return NACRE_E_ARGUMENT;
	if ((r = known_list_source(&set->list, set->env, source, &kept)) != 0)
		return r;
	known_removals_free(set);
	for (line = set->list.first; line != NULL; line = line->next)
		if (line->source == NULL)
			line->source = kept;
	return 0;
}
