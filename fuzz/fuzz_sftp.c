/* Target: SFTP's frames, rows, attributes and lists, over a byte stream. What parses must build to the same frame. */
#include "fuzz.h"
#include "sftp_frame.h"
#include "sftp_list.h"
#include "sftp_message.h"
#include "test_env.h"

/* The tails of a parsed message are walked as an engine would. */
static void
walk_lists(enum sftp_id id, const union sftp_any *msg)
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
	walk_lists(id, &msg);
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
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
