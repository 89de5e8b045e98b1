/* mutate: see mutate.h. Knows: rows and kinds. Must not know: what a message does. */
#include "mutate.h"
#include "fuzz.h"

#define SCRATCH 8192 /* longer payloads are left to libFuzzer */

uint32_t
mutate_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed == 0 ? (*seed = 1) : *seed;
}

static uint64_t
other_number(uint64_t old, uint32_t *seed)
{
	static const uint64_t special[] = {
	    0, 1, 2, 255, 256, 32768, 35000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, UINT64_MAX};
	uint32_t r = mutate_random(seed);

	if (r % 4 == 0)
		return old + 1;
	if (r % 4 == 1)
		return old - 1;
	return r % 4 == 2 ? special[r / 4 % (sizeof(special) / sizeof(special[0]))] : r;
}

/* A tail's selector, some well-known name, or nothing. */
static struct slice
other_name(uint32_t *seed)
{
	static const char *const names[] = {
	    "ssh-userauth", "ssh-connection", "session", "ssh-ed25519", "keepalive@openssh.com", "user", ""};
	uint32_t r = mutate_random(seed);
	enum msg_id id = (enum msg_id)(r % MSG_COUNT);

	if (msg_rows[id].selector != NULL)
		return slice_str(msg_rows[id].selector);
	return slice_str(names[r / MSG_COUNT % (sizeof(names) / sizeof(names[0]))]);
}

/* Bytes that libFuzzer made from the old ones. */
static struct slice
other_bytes(struct slice old, uint8_t *scratch)
{
	size_t n = old.n < SCRATCH / 2 ? old.n : SCRATCH / 2;

	if (n > 0)
		memcpy(scratch, old.p, n);
	return slice_of(scratch, LLVMFuzzerMutate(scratch, n, SCRATCH / 2));
}

static struct slice
other_slice(const struct field_row *field, struct slice old, uint8_t *scratch, uint32_t *seed)
{
	if (field->kind == KIND_COOKIE)
		return old;
	if (mutate_random(seed) % 8 == 0)
		return SLICE_NONE;
	if (field->kind == KIND_TEXT && mutate_random(seed) % 2 == 0)
		return other_name(seed);
	return other_bytes(old, scratch);
}

static void
change_field(const struct field_row *field, void *msg, uint8_t *scratch, uint32_t *seed)
{
	void *member = (uint8_t *)msg + field->offset;

	switch (field->kind) {
	case KIND_U8:
		*(uint8_t *)member = (uint8_t)other_number(*(uint8_t *)member, seed);
		return;
	case KIND_BOOL:
		*(bool *)member = !*(bool *)member;
		return;
	case KIND_U32:
		*(uint32_t *)member = (uint32_t)other_number(*(uint32_t *)member, seed);
		return;
	case KIND_U64:
		*(uint64_t *)member = other_number(*(uint64_t *)member, seed);
		return;
	default:
		*(struct slice *)member = other_slice(field, *(struct slice *)member, scratch, seed);
	}
}

static size_t
write_row(enum msg_id id, const union msg_any *msg, uint8_t *p, size_t max)
{
	uint8_t built[2 * SCRATCH];
	size_t n = msg_size(id, msg);

	if (n == 0 || n > max || n > sizeof(built))
		return 0;
	msg_write(id, msg, built); /* not at p: the fields still point there */
	memcpy(p, built, n);
	return n;
}

/* The row of a payload: that of a random family where its number has several. */
static enum msg_id
row_of(struct slice payload, uint32_t *seed)
{
	static const enum msg_family families[] = {
	    FAMILY_KEX_ECDH, FAMILY_KEX_DH, FAMILY_KEX_GEX, FAMILY_PUBKEY, FAMILY_PASSWORD, FAMILY_KBDINT};
	const unsigned n = sizeof(families) / sizeof(families[0]);
	enum msg_id id = msg_find(payload.p[0], FAMILY_GENERIC);
	unsigned i, first = mutate_random(seed) % n;

	for (i = 0; i < n && id == MSG_none; i++)
		id = msg_find(payload.p[0], families[(first + i) % n]);
	return id;
}

/* A known tail is a row of its own, with fields to change. */
static bool
change_tail(
    enum msg_id parent, struct slice selector, struct slice *tail, uint8_t *built, uint8_t *scratch, uint32_t *seed)
{
	enum msg_id id = msg_find_tail(parent, selector);
	union msg_any msg;
	size_t n;

	if (id == MSG_none || msg_rows[id].n_fields == 0 || msg_parse(id, *tail, &msg) != 0)
		return false;
	change_field(&msg_rows[id].fields[mutate_random(seed) % msg_rows[id].n_fields], &msg, scratch, seed);
	if ((n = write_row(id, &msg, built, SCRATCH)) == 0)
		return false;
	*tail = slice_of(built, n);
	return true;
}

static bool
change_some_tail(enum msg_id id, union msg_any *msg, uint8_t *built, uint8_t *scratch, uint32_t *seed)
{
	if (id == MSG_userauth_request)
		return change_tail(id, msg->userauth_request.method, &msg->userauth_request.tail, built, scratch, seed);
	if (id == MSG_channel_request)
		return change_tail(id, msg->channel_request.request, &msg->channel_request.tail, built, scratch, seed);
	return false;
}

size_t
mutate_payload(uint8_t *p, size_t n, size_t max, uint32_t *seed)
{
	uint8_t scratch[SCRATCH], built[SCRATCH];
	union msg_any msg;
	enum msg_id id;

	if (n == 0 || (id = row_of(slice_of(p, n), seed)) == MSG_none || msg_rows[id].n_fields == 0 ||
	    msg_parse(id, slice_of(p, n), &msg) != 0)
		return 0;
	if (mutate_random(seed) % 2 == 0 || !change_some_tail(id, &msg, built, scratch, seed))
		change_field(&msg_rows[id].fields[mutate_random(seed) % msg_rows[id].n_fields], &msg, scratch, seed);
	return write_row(id, &msg, p, max);
}

size_t
mutate_new_payload(uint8_t *p, size_t max, uint32_t *seed)
{
	enum msg_id id = (enum msg_id)(mutate_random(seed) % MSG_COUNT), tail = MSG_none;
	union msg_any msg, tail_msg;
	uint8_t built[64];
	size_t n;

	if (msg_rows[id].parent != MSG_none) {
		tail = id;
		id = msg_rows[tail].parent;
	}
	memset(&msg, 0, sizeof(msg));
	memset(&tail_msg, 0, sizeof(tail_msg));
	if (tail == MSG_none)
		return write_row(id, &msg, p, max);
	n = write_row(tail, &tail_msg, built, sizeof(built));
	if (id == MSG_userauth_request)
		msg.userauth_request = (struct msg_userauth_request){.user = SLICE_LIT("user"),
		    .service = SLICE_LIT("ssh-connection"),
		    .method = slice_str(msg_rows[tail].selector),
		    .tail = slice_of(built, n)};
	else
		msg.channel_request = (struct msg_channel_request){
		    .request = slice_str(msg_rows[tail].selector), .want_reply = true, .tail = slice_of(built, n)};
	return write_row(id, &msg, p, max);
}
