/* sftp_scene: see sftp_scene.h. The target's randomness comes from a seed, so its handles are known: they are learned
 * here from an engine that is made alike. */
#include "sftp_scene.h"
#include <nacre/sftp_server.h>
#include "corpus_file.h"
#include "fuzz.h"
#include "sftp_extension.h"
#include "sftp_frame.h"
#include "test_env.h"

#define FEW_PIECES 0x3f /* the target's first byte: pieces of 2332 bytes */

struct scene {
	struct test_env t;
	nacre_sftp_memory *memory;
	nacre_sftp_server *server;
	struct buf said; /* by the client, with the target's first byte before it */
	uint32_t id;
	struct slice handle[2];
	uint8_t room[2][SFTP_HANDLE_MAX];
};

/* The engine hears what was added since `from`; the handle in its last reply, if there is one. */
static struct slice
hear(struct scene *s, size_t from, uint8_t room[SFTP_HANDLE_MAX])
{
	struct sftp_msg_handle reply;
	size_t taken, n, missing;
	struct slice in, payload;
	const uint8_t *p;

	FUZZ_CHECK(s->said.bad == 0);
	FUZZ_CHECK(nacre_sftp_server_receive(s->server, s->said.p + from, s->said.n - from, &taken) == NACRE_OK);
	p = nacre_sftp_server_output(s->server, &n);
	in = slice_of(p, n);
	reply.handle = SLICE_NONE;
	while (sftp_frame_take(&in, &payload, &missing) == 1)
		if (sftp_parse(SFTP_handle, payload, &reply, NULL) == 0)
			memcpy(room, reply.handle.p, reply.handle.n);
	FUZZ_CHECK(nacre_sftp_server_sent(s->server, n) == NACRE_OK);
	return slice_of(room, reply.handle.n);
}

static void
begin(struct scene *s)
{
	struct nacre_sftp_server_options o = {
	    .size = sizeof(o), .handler = nacre_sftp_memory_handler(), .handles_max = 8, .start = "/start"};
	static const uint8_t none[4];
	struct sftp_msg_open open = {.filename = SLICE_LIT("/f"), .pflags = 11, .attrs = slice_of(none, 4)};
	size_t from;

	memset(s, 0, sizeof(*s));
	test_env_init(&s->t, 1);
	FUZZ_CHECK(nacre_sftp_memory_new(&s->t.env, NULL, &s->memory) == NACRE_OK);
	o.ctx = s->memory;
	FUZZ_CHECK(nacre_sftp_server_new(&s->t.env, &o, &s->server) == NACRE_OK);
	buf_init(&s->said, &s->t.env, 65536);
	buf_put_u8(&s->said, FEW_PIECES);
	sftp_put(&s->said, SFTP_init, &(struct sftp_msg_init){.version = 3});
	open.id = s->id++;
	sftp_put(&s->said, SFTP_open, &open);
	s->handle[0] = hear(s, 1, s->room[0]);
	from = s->said.n;
	sftp_put(&s->said, SFTP_opendir, &(struct sftp_msg_opendir){.id = s->id++, .path = SLICE_LIT("/")});
	s->handle[1] = hear(s, from, s->room[1]);
	FUZZ_CHECK(s->handle[0].n > 0 && s->handle[1].n > 0);
}

/* Every member of a message: handles are real ones, paths such that they are there. */
static void
fill(const struct scene *s, const struct field_row *fields, size_t n_fields, void *msg, struct slice handle)
{
	struct slice value = SLICE_NONE;
	size_t i;

	(void)s;
	for (i = 0; i < n_fields; i++) {
		if (fields[i].kind < KIND_STRING)
			continue;
		value = SLICE_LIT("/f");
		if ((fields[i].flags & SFTP_FLAG_HANDLE) != 0)
			value = handle;
		else if ((fields[i].flags & SFTP_FLAG_ATTRS) != 0)
			value = SLICE_LIT("\0\0\0\1\0\0\0\0\0\0\0\7");
		else if (strstr(fields[i].name, "new") != NULL || strstr(fields[i].name, "link") != NULL)
			value = SLICE_LIT("/new");
		else if (fields[i].kind != KIND_TEXT)
			value = SLICE_LIT("\0\0\0\0");
		memcpy((uint8_t *)msg + fields[i].offset, &value, sizeof(value));
	}
}

static void
ask(struct scene *s, unsigned id)
{
	union sftp_any msg;

	memset(&msg, 0, sizeof(msg));
	fill(s, sftp_rows[id].fields, sftp_rows[id].n_fields, &msg, s->handle[id == SFTP_readdir ? 1 : 0]);
	msg.close.id = s->id++;
	if (id == SFTP_read)
		msg.read.len = 100;
	sftp_put(&s->said, (enum sftp_id)id, &msg);
}

static void
extend(struct scene *s, unsigned ext)
{
	union sftp_any_ext msg;

	memset(&msg, 0, sizeof(msg));
	fill(s, sftp_extension_rows[ext].fields, sftp_extension_rows[ext].n_fields, &msg, s->handle[0]);
	msg.id = s->id++;
	sftp_extension_put(&s->said, (enum sftp_extension_id)ext, &msg);
}

static void
end(struct scene *s, const char *dir, const char *name)
{
	FUZZ_CHECK(s->said.bad == 0);
	corpus_file(dir, "sftp_server", name, buf_slice(&s->said));
	buf_free(&s->said);
	nacre_sftp_server_free(s->server);
	nacre_sftp_memory_free(s->memory);
}

void
sftp_scene_write(const char *dir)
{
	struct scene s;
	unsigned id;

	for (id = SFTP_open; id <= SFTP_symlink; id++) {
		begin(&s);
		ask(&s, SFTP_write);
		ask(&s, id);
		ask(&s, SFTP_readdir);
		end(&s, dir, sftp_rows[id].name);
	}
	for (id = 0; id < SFTP_EXT_COUNT && sftp_extension_rows[id].name != NULL; id++) {
		begin(&s);
		extend(&s, id);
		ask(&s, SFTP_close);
		end(&s, dir, sftp_extension_rows[id].name);
	}
}
