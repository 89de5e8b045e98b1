/* fuzz_sftp_client: the client's half of SFTP before a server that says anything. Knows: what every answer must leave
 * true. Serves draft-ietf-secsh-filexfer-02 3, 4, 6, 7.
 *
 * Input: a byte for the size of the pieces in which the rest arrives, a byte for the requests, then the server's bytes.
 */
#include "fuzz.h"
#include "sftp_client.h"
#include "test_env.h"

#define ASKED 24

static const enum sftp_id types[] = {
    SFTP_open, SFTP_read, SFTP_write, SFTP_stat, SFTP_readdir, SFTP_realpath, SFTP_close, SFTP_extended};

struct asked {
	unsigned times;
	size_t got;
};

static void
on_answer(void *ctx, const struct sftp_answer *answer)
{
	struct asked *asked = ctx;

	FUZZ_CHECK(++asked->times == 1);
	FUZZ_CHECK(answer->code != 0 || answer->msg != NULL);
}

static void
on_data(void *ctx, size_t at, struct slice bytes)
{
	struct asked *asked = ctx;

	FUZZ_CHECK(at == asked->got && bytes.n > 0);
	asked->got += bytes.n;
	FUZZ_CHECK(asked->got <= 1000);
}

static void
fill(void *ctx, size_t at, uint8_t *p, size_t n)
{
	(void)ctx;
	(void)at;
	memset(p, 'w', n);
}

static void
ask_all(struct sftp_client *s, struct asked *asked, uint8_t which)
{
	static const struct sftp_ext_statvfs vfs = {.path = {NULL, 0}};
	union sftp_any msg;
	size_t i;

	for (i = 0; i < ASKED; i++) {
		struct sftp_ask ask = {.type = types[(i + which) % 8],
		    .ext = SFTP_EXT_statvfs,
		    .done = on_answer,
		    .data = on_data,
		    .fill = fill,
		    .ctx = &asked[i]};
		uint32_t id;
		int r;

		memset(&msg, 0, sizeof(msg));
		if (ask.type == SFTP_read)
			msg.read.len = 1000;
		if (ask.type == SFTP_write)
			ask.fill_len = 100;
		ask.msg = ask.type == SFTP_extended ? (const void *)&vfs : (const void *)&msg;
		r = sftp_client_submit(s, &ask, &id);
		FUZZ_CHECK(r == 0 || s->state == SFTP_CLIENT_FAILED);
		if (r == 0 && which > 200 && i % 5 == 0 && ask.type != SFTP_write) {
			sftp_client_abandon(s, id);
			asked[i].times = 1; /* nothing may be heard of it */
		}
	}
}

static void
take_output(struct sftp_client *s)
{
	uint8_t room[97];

	while (sftp_client_send(s, room, sizeof(room)) > 0)
		continue;
	FUZZ_CHECK(!sftp_client_has_output(s));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct asked asked[ASKED] = {{.times = 0}};
	struct sftp_client s;
	struct test_env t;
	size_t step, n, i;
	bool ready = false;

	if (size < 2)
		return 0;
	test_env_init(&t, 1);
	FUZZ_CHECK(sftp_client_init(&s, &t.env) == 0);
	step = data[0] == 0 ? size : data[0];
	take_output(&s);
	for (i = 2; i < size; i += n) {
		n = size - i < step ? size - i : step;
		if (sftp_client_receive(&s, slice_of(data + i, n)) != 0)
			break;
		if (!ready && s.state == SFTP_CLIENT_READY) {
			ready = true;
			ask_all(&s, asked, data[1]);
		}
		take_output(&s);
	}
	sftp_client_end(&s, NACRE_E_CHANNEL_CLOSED, "the end");
	for (i = 0; ready && i < ASKED; i++)
		FUZZ_CHECK(asked[i].times == 1 || s.failure.code != 0);
	FUZZ_CHECK(s.n_requests == 0 && s.in_flight == 0);
	sftp_client_free(&s);
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
