/* random_message: see random_message.h. */
#include "random_message.h"

static uint8_t *
take(struct message_store *store, size_t n)
{
	uint8_t *p = store->bytes + store->used;

	store->used += n;
	return p;
}

static struct slice
random_bytes(struct test_env *t, struct message_store *store, size_t n)
{
	uint8_t *p = take(store, n);
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)test_random(t);
	return slice_of(p, n);
}

/* "abc,d,ef": letters, with a comma between two of them now and then. */
static struct slice
random_names(struct test_env *t, struct message_store *store, size_t n)
{
	uint8_t *p = take(store, n);
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)('a' + test_below(t, 26));
	for (i = 1; i + 1 < n; i += 2)
		if (test_below(t, 3) == 0)
			p[i] = ',';
	return slice_of(p, n);
}

/* A magnitude in its shortest form. */
static struct slice
random_mpint(struct test_env *t, struct message_store *store, size_t n)
{
	struct slice s = random_bytes(t, store, n);

	while (s.n > 0 && s.p[0] == 0)
		s = slice_from(s, 1);
	return s;
}

static struct slice
random_slice(struct test_env *t, struct message_store *store, enum field_kind kind)
{
	size_t n = test_below(t, 24);

	switch (kind) {
	case KIND_COOKIE:
		return random_bytes(t, store, FIELD_COOKIE_LEN);
	case KIND_NAMES:
		return random_names(t, store, n);
	case KIND_MPINT:
		return random_mpint(t, store, n);
	default:
		return random_bytes(t, store, n);
	}
}

static void
fill_field(struct test_env *t, const struct field_row *row, void *out, struct message_store *store)
{
	void *member = (uint8_t *)out + row->offset;

	switch (row->kind) {
	case KIND_U8:
		*(uint8_t *)member = (uint8_t)test_random(t);
		return;
	case KIND_BOOL:
		*(bool *)member = test_below(t, 2) == 1;
		return;
	case KIND_U32:
		*(uint32_t *)member = (uint32_t)test_random(t);
		return;
	case KIND_U64:
		*(uint64_t *)member = test_random(t);
		return;
	default:
		*(struct slice *)member = random_slice(t, store, row->kind);
	}
}

void
message_random(struct test_env *t, enum msg_id id, union msg_any *out, struct message_store *store)
{
	const struct msg_row *row = &msg_rows[id];
	size_t i;

	memset(out, 0, sizeof(*out));
	store->used = 0;
	memcpy(out, &row->number, 1);
	for (i = 0; i < row->n_fields; i++)
		fill_field(t, &row->fields[i], out, store);
}

static bool
field_equal(const struct field_row *row, const void *a, const void *b)
{
	const void *x = (const uint8_t *)a + row->offset, *y = (const uint8_t *)b + row->offset;

	switch (row->kind) {
	case KIND_U8:
		return *(const uint8_t *)x == *(const uint8_t *)y;
	case KIND_BOOL:
		return *(const bool *)x == *(const bool *)y;
	case KIND_U32:
		return *(const uint32_t *)x == *(const uint32_t *)y;
	case KIND_U64:
		return *(const uint64_t *)x == *(const uint64_t *)y;
	default:
		return slice_eq(*(const struct slice *)x, *(const struct slice *)y);
	}
}

bool
message_equal(enum msg_id id, const union msg_any *a, const union msg_any *b)
{
	size_t i;

	if (*(const uint8_t *)a != *(const uint8_t *)b)
		return false;
	for (i = 0; i < msg_rows[id].n_fields; i++)
		if (!field_equal(&msg_rows[id].fields[i], a, b))
			return false;
	return true;
}

size_t
message_prefix(enum msg_id id, const union msg_any *msg, size_t k)
{
	return (msg_rows[id].number != 0 ? 1 : 0) + fields_size(msg_rows[id].fields, k, msg);
}
