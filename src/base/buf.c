/* buf: see buf.h. Knows: growth within a bound. Must not know: what is written. RFC 4251 5. */
#include "buf.h"

#define FIRST_CAP 64

void
buf_init(struct buf *b, const struct nacre_env *env, size_t max)
{
	*b = (struct buf){.env = env, .max = max};
}

void
buf_free(struct buf *b)
{
	if (b->env != NULL)
		mem_wipe_free(b->env, b->p, b->cap);
	buf_init(b, b->env, b->max);
}

void
buf_reset(struct buf *b)
{
	if (b->n > 0)
		mem_wipe(b->p, b->n);
	b->n = 0;
	b->bad = 0;
}

static size_t
grown_cap(const struct buf *b, size_t needed)
{
	size_t cap = b->cap == 0 ? FIRST_CAP : b->cap;

	while (cap < needed)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	return cap > b->max ? b->max : cap;
}

/* Never realloc: the old block may hold a secret. */
static bool
grow(struct buf *b, size_t needed)
{
	size_t cap = grown_cap(b, needed);
	uint8_t *p = mem_new(b->env, cap);

	if (p == NULL)
		return false;
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	mem_wipe_free(b->env, b->p, b->cap);
	b->p = p;
	b->cap = cap;
	return true;
}

uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	if (b->bad != 0)
		return NULL;
	if (n > b->max || b->n > b->max - n) {
		b->bad = NACRE_E_LIMIT;
		return NULL;
	}
	if ((b->p == NULL || b->n + n > b->cap) && !grow(b, b->n + n)) {
		b->bad = NACRE_E_NOMEM;
		return NULL;
	}
	return b->p + b->n;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	uint8_t *to;

	if (n == 0 || (to = buf_reserve(b, n)) == NULL)
		return;
	memcpy(to, p, n);
	b->n += n;
}

void
buf_put_slice(struct buf *b, struct slice s)
{
	buf_put(b, s.p, s.n);
}

void
buf_put_u8(struct buf *b, uint8_t v)
{
	buf_put(b, &v, 1);
}

void
buf_put_u32(struct buf *b, uint32_t v)
{
	uint8_t be[4];

	put_be32(be, v);
	buf_put(b, be, sizeof(be));
}

void
buf_put_u64(struct buf *b, uint64_t v)
{
	buf_put_u32(b, (uint32_t)(v >> 32));
	buf_put_u32(b, (uint32_t)v);
}

void
buf_put_string(struct buf *b, struct slice s)
{
	if (s.n > UINT32_MAX) {
		b->bad = NACRE_E_LIMIT;
		return;
	}
	buf_put_u32(b, (uint32_t)s.n);
	buf_put_slice(b, s);
}

void
buf_put_cstring(struct buf *b, const char *s)
{
	buf_put_string(b, slice_str(s));
}

void
buf_put_mpint(struct buf *b, struct slice s)
{
	bool pad;

	while (s.n > 0 && s.p[0] == 0)
		s = slice_from(s, 1);
	pad = s.n > 0 && (s.p[0] & 0x80) != 0;
	buf_put_u32(b, (uint32_t)(s.n + (pad ? 1 : 0)));
	if (pad)
		buf_put_u8(b, 0);
	buf_put_slice(b, s);
}

void
buf_put_name(struct buf *b, size_t start, struct slice name)
{
	if (b->n > start)
		buf_put_u8(b, ',');
	buf_put_slice(b, name);
}

size_t
buf_begin_string(struct buf *b)
{
	size_t mark = b->n;

	buf_put_u32(b, 0);
	return mark;
}

void
buf_end_string(struct buf *b, size_t mark)
{
	if (b->bad == 0)
		put_be32(b->p + mark, (uint32_t)(b->n - mark - 4));
}
