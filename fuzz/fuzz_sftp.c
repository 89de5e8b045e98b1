/* Target: SFTP's frames, rows, attributes and lists, over a byte stream. What parses must build to the same frame. */
#include "fuzz.h"
#include "sftp_frame.h"
#include "sftp_list.h"
#include "sftp_message.h"
#include "test_env.h"

/* The pairs are as many as the count says, and written they are the same bytes. */
static void
walk_attrs(struct test_env *t, struct slice bytes)
{
	struct reader r = reader_of(bytes);
	struct slice pairs, name, data;
	struct sftp_attrs attrs;
	uint32_t n = 0;
	struct buf b;

	sftp_attrs_read(&r, &attrs);
	FUZZ_CHECK(reader_end(&r));
	pairs = attrs.extended;
	while (sftp_pair_next(&pairs, &name, &data))
		n++;
	FUZZ_CHECK(n == attrs.n_extended && pairs.n == 0);
	buf_init(&b, &t->env, SFTP_FRAME_MAX);
	sftp_attrs_put(&b, &attrs);
	FUZZ_CHECK(b.bad == 0 && b.n == bytes.n);
	FUZZ_CHECK(memcmp(b.p + 4, bytes.p + 4, b.n - 4) == 0); /* the flags may have lost unknown bits */
	buf_free(&b);
}

/* The tails of a parsed message are walked as an engine would. */
static void
walk_lists(struct test_env *t, enum sftp_id id, const union sftp_any *msg)
{
	struct sftp_name_entry entry;
	struct sftp_names names;
	struct slice pairs, name, data;

	if (id == SFTP_name) {
		names = sftp_names_of(msg->name.names);
		while (sftp_name_next(&names, &entry))
			FUZZ_CHECK(entry.filename.n <= msg->name.names.n);
		FUZZ_CHECK(names.left == 0 && reader_end(&names.r));
	}
	if (id == SFTP_attrs)
		walk_attrs(t, msg->attrs.attrs);
	if (id == SFTP_version) {
		pairs = msg->version.extensions;
		while (sftp_pair_next(&pairs, &name, &data))
			FUZZ_CHECK(name.n <= msg->version.extensions.n);
		FUZZ_CHECK(pairs.n == 0);
	}
}

static void
check_there_and_back(struct test_env *t, enum sftp_id id, const union sftp_any *msg)
{
	struct slice stream, payload;
	union sftp_any again;
	size_t missing;
	struct buf b;

	buf_init(&b, &t->env, 4 + SFTP_FRAME_MAX);
	sftp_put(&b, id, msg);
	if (b.bad == 0) {
		stream = buf_slice(&b);
		FUZZ_CHECK(sftp_frame_take(&stream, &payload, &missing) == 1 && stream.n == 0);
		FUZZ_CHECK(sftp_parse(id, payload, &again, NULL) == 0);
	}
	buf_free(&b);
}

static void
check_payload(struct test_env *t, struct slice payload)
{
	enum sftp_id id = sftp_find(payload.p[0]);
	const char *field = NULL;
	union sftp_any msg;
	uint32_t request;

	(void)sftp_request_id(payload, &request);
	if (id == SFTP_none)
		return;
	if (sftp_parse(id, payload, &msg, &field) != 0) {
		FUZZ_CHECK(field != NULL);
		return;
	}
	walk_lists(t, id, &msg);
	check_there_and_back(t, id, &msg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice stream = slice_of(data, size), payload;
	struct test_env t;
	size_t missing;

	test_env_init(&t, 1);
	while (sftp_frame_take(&stream, &payload, &missing) == 1)
		check_payload(&t, payload);
	/* A frame that is cut off: the parse of what is there must end with it. */
	if (stream.n > 4)
		check_payload(&t, slice_from(stream, 4));
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
