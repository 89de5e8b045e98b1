/* sftp_memory_tree: see sftp_memory.h. Knows: how nodes hang together. Must not know: requests. docs/design.md,
 * "SFTP". */
#include "sftp_memory.h"

#define HOPS_MAX 40 /* of links in one path, as Linux has it */
#define WALK_MAX 8192u /* bytes of a path with the links in it written out */
#define FIRST_CAP 4096u

uint32_t
memory_now(const struct nacre_sftp_memory *m)
{
	return m->options.clock == NULL ? 0 : (uint32_t)m->options.clock(m->options.clock_ctx);
}

struct memory_node *
memory_node_new(struct nacre_sftp_memory *m, uint32_t mode)
{
	struct memory_node *node;

	if (m->n_nodes >= m->options.nodes_max || (node = mem_new(m->env, sizeof(*node))) == NULL)
		return NULL;
	m->n_nodes++;
	node->mode = mode;
	node->atime = node->mtime = memory_now(m);
	return node;
}

void
memory_node_drop(struct nacre_sftp_memory *m, struct memory_node *node)
{
	if (node->links > 0 || node->opens > 0)
		return;
	m->bytes -= node->n;
	m->n_nodes--;
	mem_wipe_free(m->env, node->p, node->cap);
	mem_free(m->env, node, sizeof(*node));
}

static struct memory_entry *
entry_find(const struct memory_node *dir, struct slice name)
{
	struct memory_entry *e = dir->first;

	while (e != NULL && !slice_eq(slice_of(e->name, e->name_n), name))
		e = e->next;
	return e;
}

bool
memory_link(struct nacre_sftp_memory *m, struct memory_node *dir, struct slice name, struct memory_node *node)
{
	struct memory_entry *e = mem_new(m->env, sizeof(*e) + name.n);

	if (e == NULL)
		return false;
	e->node = node;
	e->serial = ++m->serial;
	e->name_n = name.n;
	memcpy(e->name, name.p, name.n);
	if (dir->last == NULL)
		dir->first = e;
	else
		dir->last->next = e;
	dir->last = e;
	dir->mtime = memory_now(m);
	node->links++;
	if (memory_is(node, MEMORY_DIR)) {
		node->links++; /* "." */
		dir->links++;
		node->parent = dir;
	}
	return true;
}

void
memory_unlink(struct nacre_sftp_memory *m, struct memory_node *dir, struct slice name)
{
	struct memory_entry **at = &dir->first, *e, *before = NULL;
	struct memory_node *node;

	while (!slice_eq(slice_of((*at)->name, (*at)->name_n), name)) {
		before = *at;
		at = &(*at)->next;
	}
	e = *at;
	node = e->node;
	*at = e->next;
	if (dir->last == e)
		dir->last = before;
	mem_free(m->env, e, sizeof(*e) + e->name_n);
	dir->mtime = memory_now(m);
	node->links--;
	if (memory_is(node, MEMORY_DIR)) {
		node->links--;
		dir->links--;
		node->parent = NULL;
	}
	memory_node_drop(m, node);
}

/* The path that is still to be gone, and how many links were followed. */
struct walk {
	uint8_t path[WALK_MAX];
	size_t n, at;
	unsigned hops;
};

static struct slice
next_component(struct walk *w)
{
	size_t from;

	while (w->at < w->n && w->path[w->at] == '/')
		w->at++;
	from = w->at;
	while (w->at < w->n && w->path[w->at] != '/')
		w->at++;
	return slice_of(w->path + from, w->at - from);
}

static bool
is_last(const struct walk *w)
{
	size_t at = w->at;

	while (at < w->n && w->path[at] == '/')
		at++;
	return at == w->n;
}

/* The link's target comes in place of what was gone. */
static int
follow_link(struct walk *w, const struct memory_node *link)
{
	size_t rest = w->n - w->at;

	if (++w->hops > HOPS_MAX || link->n + rest > sizeof(w->path))
		return NACRE_SFTP_FAILURE;
	memmove(w->path + link->n, w->path + w->at, rest);
	memcpy(w->path, link->p, link->n);
	w->n = link->n + rest;
	w->at = 0;
	return NACRE_SFTP_OK;
}

/* One component. */
static int
step(struct nacre_sftp_memory *m, struct walk *w, bool follow, struct slice name, struct memory_place *out)
{
	struct memory_node *dir = out->node;
	struct memory_entry *e;
	int status;

	if (!memory_is(dir, MEMORY_DIR))
		return NACRE_SFTP_NO_SUCH_FILE;
	if (slice_is(name, ".") || slice_is(name, "..")) {
		out->node = name.n == 2 && dir->parent != NULL ? dir->parent : dir;
		out->name = SLICE_NONE;
		return NACRE_SFTP_OK;
	}
	if (name.n > MEMORY_NAME_MAX)
		return NACRE_SFTP_BAD_MESSAGE;
	e = entry_find(dir, name);
	if (e != NULL && memory_is(e->node, MEMORY_LINK) && (follow || !is_last(w))) {
		if ((status = follow_link(w, e->node)) == NACRE_SFTP_OK && w->n > 0 && w->path[0] == '/')
			out->node = m->root;
		return status;
	}
	out->dir = dir;
	out->node = e == NULL ? NULL : e->node;
	memcpy(out->room, name.p, name.n);
	out->name = slice_of(out->room, name.n);
	return NACRE_SFTP_OK;
}

int
memory_walk(struct nacre_sftp_memory *m, struct nacre_bytes path, bool follow, struct memory_place *out)
{
	struct walk w = {.n = path.n};
	struct slice name;
	int status = NACRE_SFTP_OK;

	*out = (struct memory_place){.node = m->root};
	if (path.n > sizeof(w.path))
		return NACRE_SFTP_BAD_MESSAGE;
	memcpy(w.path, path.p, path.n);
	while (status == NACRE_SFTP_OK && (name = next_component(&w)).n > 0)
		status = step(m, &w, follow, name, out);
	return status;
}

int
memory_find(struct nacre_sftp_memory *m, struct nacre_bytes path, bool follow, struct memory_node **node)
{
	struct memory_place place;
	int status = memory_walk(m, path, follow, &place);

	*node = status == NACRE_SFTP_OK ? place.node : NULL;
	return status == NACRE_SFTP_OK && place.node == NULL ? NACRE_SFTP_NO_SUCH_FILE : status;
}

static bool
grow(struct nacre_sftp_memory *m, struct memory_node *node, size_t n)
{
	size_t cap = node->cap == 0 ? FIRST_CAP : node->cap;
	uint8_t *p;

	while (cap < n)
		cap *= 2; /* cannot wrap: n is at most half of the address space, by bytes_max */
	if ((p = mem_new(m->env, cap)) == NULL)
		return false;
	if (node->n > 0)
		memcpy(p, node->p, node->n);
	mem_wipe_free(m->env, node->p, node->cap);
	node->p = p;
	node->cap = cap;
	return true;
}

bool
memory_resize(struct nacre_sftp_memory *m, struct memory_node *node, uint64_t n)
{
	size_t others = m->bytes - node->n;

	if (n > m->options.bytes_max || n > m->options.bytes_max - others)
		return false;
	if (n > node->cap && !grow(m, node, (size_t)n))
		return false;
	if (n > node->n)
		memset(node->p + node->n, 0, (size_t)n - node->n);
	node->n = (size_t)n;
	m->bytes = others + node->n;
	return true;
}
