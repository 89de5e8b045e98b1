/* Two multiplexers joined in memory, under random operations and a model: what goes in at one end comes out at the
 * other, in order; neither end's window is ever exceeded (else the other end fails); memory is bounded, and flat once
 * warm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "end.h"

#define PIPES 3 /* channels, each with two streams both ways */

/* One stream in one direction: the n-th byte's value follows from the stream and n. */
struct pipe {
	uint64_t written, read;
};

struct world {
	struct end ends[2];
	uint32_t channels[2][PIPES];
	struct pipe pipes[2][PIPES][2]; /* by the writing end */
	struct test_env dice;
	size_t piece; /* bytes of one write at most */
	size_t room; /* of an output at most */
};

static struct world world; /* large */

static uint8_t
byte_at(size_t end, size_t pipe, size_t stream, uint64_t n)
{
	return (uint8_t)(n * 31 + (n >> 8) * 17 + end * 101 + pipe * 53 + stream * 7);
}

static void
world_init(struct world *w, uint64_t seed, uint32_t window, uint32_t window_max, size_t piece, size_t room)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	test_env_init(&w->dice, seed);
	w->piece = piece;
	w->room = room;
	end_init(&w->ends[0], NACRE_CLIENT, window, window_max, 0);
	end_init(&w->ends[1], NACRE_SERVER, window, window_max, 0);
	for (i = 0; i < PIPES; i++)
		end_open_pair(&w->ends[0], &w->ends[1], &w->channels[0][i], &w->channels[1][i]);
}

static void
write_some(struct world *w, size_t end, size_t pipe, enum nacre_stream stream)
{
	struct pipe *p = &w->pipes[end][pipe][stream];
	struct end *e = &w->ends[end];
	size_t room, n, i;
	uint8_t *space = mux_write_space(e->mux, w->channels[end][pipe], stream, &room);

	if (space == NULL)
		return;
	n = test_below(&w->dice, w->piece) + 1;
	n = n < room ? n : room;
	for (i = 0; i < n; i++)
		space[i] = byte_at(end, pipe, stream, p->written + i);
	/* Whatever happens while the area is lent, it stays. */
	if (test_below(&w->dice, 4) == 0)
		(void)end_carry(&w->ends[1 - end], e);
	assert_int_equal(mux_commit(e->mux, w->channels[end][pipe], stream, n), 0);
	p->written += n;
}

static void
read_some(struct world *w, size_t end, size_t pipe, enum nacre_stream stream)
{
	struct pipe *p = &w->pipes[1 - end][pipe][stream];
	struct end *e = &w->ends[end];
	struct slice there = mux_peek(e->mux, w->channels[end][pipe], stream);
	size_t n, i;

	if (there.n == 0)
		return;
	n = test_below(&w->dice, 3) == 0 ? test_below(&w->dice, there.n) + 1 : there.n;
	for (i = 0; i < n; i++)
		if (there.p[i] != byte_at(1 - end, pipe, stream, p->read + i))
			fail_msg("byte %llu is wrong", (unsigned long long)(p->read + i));
	p->read += n;
	assert_true(p->read <= p->written);
	assert_int_equal(mux_consume(e->mux, w->channels[end][pipe], stream, n), 0);
}

static void
carry_some(struct world *w, size_t end)
{
	size_t n = test_below(&w->dice, 8);

	while (n-- > 0 && end_carry(&w->ends[end], &w->ends[1 - end]))
		;
	w->ends[end].room = test_below(&w->dice, 4) == 0 ? 0 : test_below(&w->dice, w->room);
	assert_int_equal(mux_flush(w->ends[end].mux), 0);
}

static void
step(struct world *w)
{
	size_t end = test_below(&w->dice, 2), pipe = test_below(&w->dice, PIPES);
	enum nacre_stream stream = test_below(&w->dice, 3) == 0 ? NACRE_STDERR : NACRE_STDOUT;

	switch (test_below(&w->dice, 8)) {
	case 0:
	case 1:
		write_some(w, end, pipe, stream);
		break;
	case 2:
	case 3:
		read_some(w, end, pipe, stream);
		break;
	case 4:
		if (test_below(&w->dice, 50) == 0)
			mux_trim(w->ends[end].mux);
		break;
	default:
		carry_some(w, end);
	}
	end_forget_events(&w->ends[0]);
	end_forget_events(&w->ends[1]);
}

static bool
read_all(struct world *w)
{
	bool all = true;
	size_t end, pipe, stream;

	for (end = 0; end < 2; end++)
		for (pipe = 0; pipe < PIPES; pipe++)
			for (stream = 0; stream < 2; stream++) {
				read_some(w, end, pipe, (enum nacre_stream)stream);
				all = all &&
				      w->pipes[1 - end][pipe][stream].read == w->pipes[1 - end][pipe][stream].written;
			}
	return all;
}

/* Everything that was written arrives: the number of turns is bounded, so that a stall is a failure. */
static void
drain(struct world *w)
{
	unsigned turns = 0;

	do {
		assert_true(turns++ < 200000);
		w->ends[0].room = w->ends[1].room = SIZE_MAX;
		assert_int_equal(mux_flush(w->ends[0].mux), 0);
		assert_int_equal(mux_flush(w->ends[1].mux), 0);
		end_carry_all(&w->ends[0], &w->ends[1]);
	} while (!read_all(w));
}

static void
close_all(struct world *w)
{
	size_t i;

	for (i = 0; i < PIPES; i++) {
		assert_int_equal(mux_eof(w->ends[0].mux, w->channels[0][i]), 0);
		assert_int_equal(mux_close(w->ends[1].mux, w->channels[1][i]), 0);
	}
	end_carry_all(&w->ends[0], &w->ends[1]);
	for (i = 0; i < PIPES; i++)
		assert_int_equal(mux_close(w->ends[0].mux, w->channels[0][i]), 0);
	end_free(&w->ends[0]);
	end_free(&w->ends[1]);
}

static void
what_goes_in_comes_out_under_random_operations(void **state)
{
	static const struct {
		uint32_t window, window_max;
		size_t piece, room;
		unsigned steps;
	} rows[] = {
	    {2097152, 16777216, 32768, 262144, 20000},
	    {65536, 65536, 32768, 65536, 20000},
	    {40000, 100000, 5000, 3000, 20000},
	    {1000, 4000, 700, 500, 20000},
	    {7, 7, 40, 30, 20000},
	    {1, 1, 3, 5, 20000},
	};
	size_t i;
	unsigned n;
	uint64_t seed;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (seed = 1; seed <= 3; seed++) {
			world_init(&world, seed, rows[i].window, rows[i].window_max, rows[i].piece, rows[i].room);
			for (n = 0; n < rows[i].steps; n++)
				step(&world);
			drain(&world);
			assert_true(world.pipes[0][0][0].written > 0 && world.pipes[1][0][0].written > 0);
			close_all(&world);
		}
}

static void
read_out(struct world *w, size_t pipe, enum nacre_stream stream)
{
	while (mux_peek(w->ends[0].mux, w->channels[0][pipe], stream).n > 0)
		read_some(w, 0, pipe, stream);
}

/* Turns of a transfer from the server to the client, as a program drives it: a burst arrives, and is read. */
static uint64_t
transfer(struct world *w, unsigned turns)
{
	uint64_t before = w->pipes[1][0][0].read;

	while (turns-- > 0) {
		write_some(w, 1, 0, NACRE_STDOUT);
		write_some(w, 1, 1, NACRE_STDERR);
		end_carry_all(&w->ends[0], &w->ends[1]);
		read_out(w, 0, NACRE_STDOUT);
		read_out(w, 1, NACRE_STDERR);
		end_forget_events(&w->ends[0]);
		end_forget_events(&w->ends[1]);
	}
	return w->pipes[1][0][0].read - before;
}

static void
nothing_is_allocated_per_packet_once_warm(void **state)
{
	uint64_t allocations[2];

	(void)state;
	world_init(&world, 5, 2097152, 2097152, 32768, 0);
	(void)transfer(&world, 3000);
	allocations[0] = world.ends[0].te.allocations;
	allocations[1] = world.ends[1].te.allocations;
	assert_true(transfer(&world, 3000) > 1000000);
	assert_int_equal(world.ends[0].te.allocations, allocations[0]);
	assert_int_equal(world.ends[1].te.allocations, allocations[1]);
	drain(&world);
	close_all(&world);
}

static void
idle_channels_give_their_buffers_back(void **state)
{
	size_t idle;

	(void)state;
	world_init(&world, 6, 2097152, 2097152, 32768, 0);
	idle = world.ends[0].te.live_bytes;
	(void)transfer(&world, 100);
	drain(&world);
	assert_true(world.ends[0].te.live_bytes > idle);
	mux_trim(world.ends[0].mux);
	mux_trim(world.ends[1].mux);
	assert_int_equal(world.ends[0].te.live_bytes, idle);
	assert_in_range(world.ends[1].te.live_bytes, 1, 8192);
	(void)transfer(&world, 100);
	drain(&world);
	close_all(&world);
}

/* A peer that sends all it may, in packets of any size, to a reader that does not read. */
static void
unread_bytes_are_bounded_by_the_window(void **state)
{
	static const size_t sizes[] = {1, 100, 2047, 2049, 20000, 32768};
	static uint8_t block[32768];
	size_t i, left;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		static struct end e;
		uint32_t ch;

		end_init(&e, NACRE_CLIENT, 1000000, 2000000, 0);
		ch = end_open(&e, 1, 1, 1);
		for (left = 1000000; left > 0; left -= left < sizes[i] ? left : sizes[i])
			assert_int_equal(end_data(&e, ch, block, left < sizes[i] ? left : sizes[i]), 0);
		assert_in_range(e.te.live_bytes, 1000000, 1100000);
		assert_true(end_is_silent(&e));
		end_free(&e);
	}
}

static void
a_slow_reader_does_not_make_the_pool_keep_everything(void **state)
{
	static uint8_t block[32768];
	static struct end e;
	uint32_t ch;
	int i;

	(void)state;
	end_init(&e, NACRE_CLIENT, 16777216, 16777216, 0);
	ch = end_open(&e, 1, 1, 1);
	for (i = 0; i < 512; i++)
		assert_int_equal(end_data(&e, ch, block, 32768), 0);
	assert_int_equal(end_consume_all(&e, ch, NACRE_STDOUT), 0);
	assert_in_range(e.te.live_bytes, 1, 350000);
	end_free(&e);
}

/* Fault 48: numbers are reused only after both CLOSEs, whatever the order. */
static void
a_thousand_channels_close_in_random_order(void **state)
{
	static uint32_t at_a[1000], at_b[1000];
	static bool taken[1024];
	static struct end a, b;
	struct test_env dice;
	size_t i, j;
	uint32_t t;

	(void)state;
	test_env_init(&dice, 48);
	end_init(&a, NACRE_CLIENT, 0, 0, 0);
	end_init(&b, NACRE_SERVER, 0, 0, 0);
	for (i = 0; i < 1000; i++) {
		end_open_pair(&a, &b, &at_a[i], &at_b[i]);
		assert_false(taken[at_a[i]]);
		taken[at_a[i]] = true;
	}
	for (i = 999; i > 0; i--) {
		j = test_below(&dice, i + 1);
		t = at_a[i], at_a[i] = at_a[j], at_a[j] = t;
		t = at_b[i], at_b[i] = at_b[j], at_b[j] = t;
	}
	for (i = 0; i < 1000; i++) {
		bool b_first = test_below(&dice, 2) == 0;

		assert_int_equal(b_first ? mux_close(b.mux, at_b[i]) : mux_close(a.mux, at_a[i]), 0);
		end_carry_all(&a, &b);
		end_event(b_first ? &a : &b, NACRE_EVENT_CHANNEL_CLOSED);
		assert_int_equal(b_first ? mux_close(a.mux, at_a[i]) : mux_close(b.mux, at_b[i]), 0);
	}
	mux_trim(a.mux);
	mux_trim(b.mux);
	assert_int_equal(a.te.live_blocks, 1);
	assert_int_equal(b.te.live_blocks, 1);
	end_free(&a);
	end_free(&b);
}

/* CVE-2026-3982: opens that are refused leave nothing behind. */
static void
refused_opens_leave_memory_flat(void **state)
{
	static struct end e;
	struct msg_channel_open open = {.type = SLICE_LIT("session"), .window = 1, .max_packet = 1};
	size_t peak = 0;
	uint32_t i;

	(void)state;
	end_init(&e, NACRE_SERVER, 0, 0, 0);
	for (i = 0; i < 200000; i++) {
		open.sender = i;
		assert_int_equal(end_put(&e, MSG_channel_open, &open), 0);
		assert_int_equal(mux_answer_open(e.mux, e.last_token, 1, "no"), 0);
		end_hush(&e);
		end_forget_events(&e);
		if (i == 0)
			peak = e.te.peak_bytes;
	}
	assert_int_equal(e.te.peak_bytes, peak);
	end_free(&e);
}

/* A whole life of both ends, for the sweep: any step may end it. */
static int
live_once(struct end *a)
{
	static uint8_t block[40000];
	struct msg_channel_request exec = {.request = SLICE_LIT("exec"), .want_reply = true};
	struct msg_global_request global = {.request = SLICE_LIT("x"), .want_reply = true};
	struct msg_channel_open_confirmation confirm = {.sender = 4, .window = 100, .max_packet = 100};
	struct msg_channel_open open = {.type = SLICE_LIT("session"), .sender = 5, .window = 9, .max_packet = 9};
	uint8_t *space;
	size_t n;
	int r;

	if ((r = mux_open(a->mux, SLICE_LIT("session"), SLICE_NONE, &confirm.recipient)) != 0 ||
	    (r = end_put(a, MSG_channel_open_confirmation, &confirm)) != 0 ||
	    (r = end_put(a, MSG_channel_open, &open)) != 0)
		return r;
	exec.recipient = confirm.recipient;
	if ((r = end_data(a, confirm.recipient, block, 1000)) != 0 ||
	    (r = end_data(a, confirm.recipient, block, 30000)) != 0 ||
	    (r = end_put(a, MSG_channel_request, &exec)) != 0 || (r = end_put(a, MSG_global_request, &global)) != 0 ||
	    (r = end_put(a, MSG_global_request, &global)) != 0)
		return r;
	if ((r = mux_answer_global(a->mux, a->last_token, true, SLICE_LIT("data"))) != 0)
		return r;
	if ((space = mux_write_space(a->mux, confirm.recipient, NACRE_STDOUT, &n)) == NULL)
		return a->failure.code;
	if ((r = mux_commit(a->mux, confirm.recipient, NACRE_STDOUT, 200)) != 0)
		return r;
	return mux_close(a->mux, confirm.recipient);
}

static void
every_allocation_may_fail(void **state)
{
	static struct end a;
	uint64_t n = 0;
	bool reached;
	int r;

	(void)state;
	do {
		end_init(&a, NACRE_CLIENT, 0, 0, 0);
		a.te.allocations = 0;
		a.te.fail_at = ++n;
		r = live_once(&a);
		reached = a.te.allocations >= n;
		/* Without memory the peer's open is only refused: then the life goes on, and ends at what comes next.
		 */
		assert_int_equal(r, reached ? NACRE_E_NOMEM : 0);
		assert_true(a.failure.code == 0 || a.failure.origin == NACRE_ORIGIN_RESOURCE);
		end_free(&a);
	} while (reached);
	assert_in_range(n, 9, 100);
}

static void
a_peers_open_without_memory_is_refused_and_nothing_else_breaks(void **state)
{
	static struct end e;
	struct msg_channel_open open = {.type = SLICE_LIT("session"), .sender = 5, .window = 9, .max_packet = 9};
	struct msg_channel_open_failure no;

	(void)state;
	end_init(&e, NACRE_SERVER, 0, 0, 0);
	e.te.fail_at = e.te.allocations + 1;
	e.te.fail_once = true;
	assert_int_equal(end_put(&e, MSG_channel_open, &open), 0);
	end_take(&e, MSG_channel_open_failure, &no);
	assert_int_equal(no.recipient, 5);
	assert_int_equal(no.reason, 4);
	assert_true(end_is_quiet(&e));
	assert_int_equal(end_put(&e, MSG_channel_open, &open), 0);
	end_event(&e, NACRE_EVENT_CHANNEL_OPEN);
	end_free(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_goes_in_comes_out_under_random_operations),
	    cmocka_unit_test(nothing_is_allocated_per_packet_once_warm),
	    cmocka_unit_test(idle_channels_give_their_buffers_back),
	    cmocka_unit_test(unread_bytes_are_bounded_by_the_window),
	    cmocka_unit_test(a_slow_reader_does_not_make_the_pool_keep_everything),
	    cmocka_unit_test(refused_opens_leave_memory_flat),
	    cmocka_unit_test(a_thousand_channels_close_in_random_order),
	    cmocka_unit_test(every_allocation_may_fail),
	    cmocka_unit_test(a_peers_open_without_memory_is_refused_and_nothing_else_breaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
