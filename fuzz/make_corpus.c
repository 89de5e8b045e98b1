/* make_corpus: writes the seeds of fuzz_message, fuzz_sftp, fuzz_sftp_server, fuzz_client and fuzz_server into a
 * directory. The last two
 * are made by playing two actors against each other and writing down, for each, what reached it (scenes.c says what is
 * played).
 *
 *   make_corpus DIR */
#include "corpus_file.h"
#include "fuzz.h"
#include "random_message.h"
#include "scenes.h"
#include "sftp_list.h"
#include "sftp_message.h"
#include "sftp_scene.h"

#define TWO_EACH 2

static void
message_seeds(const char *dir)
{
	struct message_store store;
	uint8_t bytes[1 + MESSAGE_MAX];
	union msg_any msg;
	struct test_env t;
	char name[80];
	unsigned id, i;

	test_env_init(&t, 51);
	for (id = 0; id < MSG_COUNT; id++)
		for (i = 0; i < TWO_EACH; i++) {
			const struct msg_row *row = &msg_rows[id];

			message_random(&t, (enum msg_id)id, &msg, &store);
			bytes[0] = (uint8_t)(row->number != 0 ? (unsigned)row->family : 128 + id);
			msg_write((enum msg_id)id, &msg, bytes + 1);
			snprintf(name, sizeof(name), "%s-%u", row->name, i);
			corpus_file(dir, "message", name, slice_of(bytes, 1 + msg_size((enum msg_id)id, &msg)));
		}
}

/* What a field of each kind and flag holds in a seed. */
static struct slice
sftp_value(const struct field_row *field)
{
	if ((field->flags & SFTP_FLAG_ATTRS) != 0)
		return SLICE_LIT("\x80\0\0\x0d\0\0\0\0\0\0\0\7\0\0\x81\xa4\0\0\0\1\0\0\0\2\0\0\0\1\0\0\0\1x\0\0\0\1y");
	if ((field->flags & SFTP_FLAG_NAME_LIST) != 0)
		return SLICE_LIT("\0\0\0\2\0\0\0\1a\0\0\0\2-a\0\0\0\0\0\0\0\1b\0\0\0\2-b\0\0\0\4\0\0\x81\xa4");
	if ((field->flags & SFTP_FLAG_PAIRS) != 0)
		return SLICE_LIT("\0\0\0\x18posix-rename@openssh.com\0\0\0\1"
				 "1");
	return field->kind == KIND_TEXT ? SLICE_LIT("/tmp/a") : SLICE_LIT("bytes");
}

static void
sftp_fill(const struct sftp_row *row, union sftp_any *msg)
{
	struct slice value;
	size_t i;

	memset(msg, 0, sizeof(*msg));
	for (i = 0; i < row->n_fields; i++) {
		if (row->fields[i].kind < KIND_STRING)
			continue;
		value = sftp_value(&row->fields[i]);
		memcpy((uint8_t *)msg + row->fields[i].offset, &value, sizeof(value));
	}
}

static void
sftp_seeds(const char *dir)
{
	struct buf frame, all;
	union sftp_any msg;
	struct test_env t;
	unsigned id;

	test_env_init(&t, 52);
	buf_init(&frame, &t.env, 4096);
	buf_init(&all, &t.env, 65536);
	for (id = 0; id < SFTP_COUNT; id++) {
		sftp_fill(&sftp_rows[id], &msg);
		buf_reset(&frame);
		sftp_put(&frame, (enum sftp_id)id, &msg);
		FUZZ_CHECK(frame.bad == 0);
		buf_put_slice(&all, buf_slice(&frame));
		corpus_file(dir, "sftp", sftp_rows[id].name, buf_slice(&frame));
	}
	corpus_file(dir, "sftp", "all", buf_slice(&all));
	buf_free(&frame);
	buf_free(&all);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: make_corpus DIR\n");
		return 1;
	}
	message_seeds(argv[1]);
	sftp_seeds(argv[1]);
	sftp_scene_write(argv[1]);
	scenes_write(argv[1]);
	return 0;
}
