/* algorithm_list: see algorithm_list.h. Knows: what ssh_config(5) says of algorithm lists. Must not know: which
 * algorithms there are (catalogue.c). RFC 4253 7.1, RFC 4251 6. */
#include "algorithm_list.h"
#include "bounds.h"
#include "compress.h"
#include "buf.h"
#include "pattern.h"

#define SHOWN_MAX 64 /* bytes of a name that a failure repeats */

/* The list while it is made. */
struct making {
	const struct list_wish *wish;
	const struct nacre_env *env;
	struct failure *failure;
	struct buf out;
};

static int
refuse(const struct making *m, const char *why)
{
	return failure_set(m->failure, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "%s: %s", m->wish->option, why);
}

static int
refuse_name(const struct making *m, struct slice name)
{
	const char *nearest = catalogue_nearest(m->wish->kind, name);
	int n = (int)(name.n < SHOWN_MAX ? name.n : SHOWN_MAX);

	if (m->wish->kind == NACRE_ALGORITHM_COMPRESSION && compression_is_left_out(name))
		return failure_set(m->failure, NACRE_E_UNSUPPORTED, NACRE_ORIGIN_LOCAL,
		    "%s: \"%.*s\" is not built in: this build is without zlib", m->wish->option, n,
		    (const char *)name.p);
	if (nearest == NULL)
		return failure_set(m->failure, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "%s: unknown algorithm \"%.*s\"",
		    m->wish->option, n, (const char *)name.p);
	return failure_set(m->failure, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL,
	    "%s: unknown algorithm \"%.*s\"; did you mean \"%s\"?", m->wish->option, n, (const char *)name.p, nearest);
}

static void
put_once(struct making *m, struct slice name)
{
	if (!slice_has_name(buf_slice(&m->out), name))
		buf_put_name(&m->out, 0, name);
}

/* In the order of a preset: sound ones first, and fast ones first among them. */
static unsigned
order_of(const struct making *m, const struct catalogue_row *row)
{
	bool is_slow = row->slow && (m->env->cpu & NACRE_CPU_AES) == 0;

	return (row->legacy ? 2u : 0u) + (is_slow ? 1u : 0u);
}

static void
put_preset(struct making *m)
{
	struct catalogue_row row;
	unsigned order;
	size_t i;

	for (order = 0; order < 4; order++)
		for (i = 0; (row = catalogue_at(m->wish->kind, i)).name != NULL; i++)
			if ((row.presets & m->wish->preset) != 0 && order_of(m, &row) == order)
				put_once(m, slice_str(row.name));
}

static bool
is_pattern(struct slice name)
{
	return name.n > 0 && (memchr(name.p, '*', name.n) != NULL || memchr(name.p, '?', name.n) != NULL);
}

/* Every algorithm that matches, legacy ones too: who writes a wildcard wants them all. */
static int
put_matching(struct making *m, struct slice pattern)
{
	const char *known;
	bool any = false;
	size_t i;

	for (i = 0; (known = catalogue_at(m->wish->kind, i).name) != NULL; i++) {
		if (!pattern_match(pattern, slice_str(known)))
			continue;
		put_once(m, slice_str(known));
		any = true;
	}
	return any ? 0 : refuse_name(m, pattern);
}

static int
put_named(struct making *m, struct slice list)
{
	struct slice name;
	int r;

	while (slice_next_name(&list, &name)) {
		if (is_pattern(name)) {
			if ((r = put_matching(m, name)) != 0)
				return r;
			continue;
		}
		if (!catalogue_has(m->wish->kind, name))
			return refuse_name(m, name);
		put_once(m, name);
	}
	return 0;
}

static bool
is_listed(struct slice patterns, struct slice name)
{
	struct slice pattern;

	while (slice_next_name(&patterns, &pattern))
		if (pattern_match(pattern, name))
			return true;
	return false;
}

/* Names that match nothing are ignored: a list of what is not wanted may be older or newer than this library. */
static int
take_out(struct making *m, struct slice patterns)
{
	struct slice rest, name;
	struct buf before = m->out;
	int r = before.bad;

	buf_init(&m->out, m->env, LIMIT_NAME_LIST);
	rest = buf_slice(&before);
	while (slice_next_name(&rest, &name))
		if (!is_listed(patterns, name))
			put_once(m, name);
	buf_free(&before);
	return r != 0 ? r : m->out.bad;
}

/* The names of an edit, without its sign. */
static int
check_names(const struct making *m, struct slice names)
{
	size_t i;

	if (names.n == 0)
		return refuse(m, "the list is empty");
	for (i = 0; i < names.n; i++)
		if (names.p[i] == ',' && (i == 0 || i == names.n - 1 || names.p[i - 1] == ','))
			return refuse(m, "the list has an empty name");
	return 0;
}

static int
edit(struct making *m, struct slice text)
{
	char sign = text.n > 0 && strchr("+-^", text.p[0]) != NULL ? (char)text.p[0] : '=';
	struct slice names = sign == '=' ? text : slice_from(text, 1);
	int r;

	if ((r = check_names(m, names)) != 0)
		return r;
	if (sign == '+' || sign == '-')
		put_preset(m);
	if ((r = sign == '-' ? take_out(m, names) : put_named(m, names)) != 0)
		return r;
	if (sign == '^')
		put_preset(m);
	return 0;
}

static int
make(struct making *m)
{
	const struct list_wish *wish = m->wish;
	int r = 0;

	if (wish->edit == NULL)
		put_preset(m);
	else
		r = edit(m, slice_str(wish->edit));
	if (r == 0 && wish->disabled != NULL)
		r = take_out(m, slice_str(wish->disabled));
	if (r == 0)
		r = m->out.bad;
	if (r == 0 && m->out.n == 0)
		r = refuse(m, "no algorithm is left");
	return r;
}

int
algorithm_list_make(const struct list_wish *wish, const struct nacre_env *env, char **out, struct failure *failure)
{
	struct making m = {.wish = wish, .env = env, .failure = failure};
	int r;

	*out = NULL;
	buf_init(&m.out, env, LIMIT_NAME_LIST);
	r = make(&m);
	if (r == 0 && (*out = mem_str(env, buf_slice(&m.out))) == NULL)
		r = NACRE_E_NOMEM;
	buf_free(&m.out);
	return r;
}
