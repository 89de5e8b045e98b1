/* Keys of the agent in this process that are restricted to destinations, who asks for them, and the filter that hears
 * of every request. OpenSSH PROTOCOL.agent 1, 2. */
#include "agent_destination.h"
#include "agent_message.h"
#include "test_env.h"
#include <nacre/cert.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { USER, REEF, WRECK, CAVE, AUTHORITY, N_KEYS };

#define CERT_END 2000

static struct {
	struct test_env env;
	nacre_key *keys[N_KEYS];
	nacre_key *certified; /* CAVE, as "cave" */
} world;

static nacre_key *
certify(const nacre_key *subject)
{
	static const char *const names[] = {"cave"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_HOST,
	    .principals = names,
	    .n_principals = 1,
	    .valid_before = CERT_END};
	nacre_key *cert, *joined;

	assert_int_equal(nacre_cert_issue(&world.env.env, &fields, subject, world.keys[AUTHORITY], &cert), 0);
	assert_int_equal(nacre_cert_with_key(&world.env.env, cert, subject, &joined), 0);
	nacre_key_free(cert);
	return joined;
}

static int
begin(void **state)
{
	(void)state;
	test_env_init(&world.env, 71);
	for (size_t i = 0; i < N_KEYS; i++)
		assert_int_equal(nacre_key_generate(&world.env.env, "ssh-ed25519", 0, &world.keys[i]), 0);
	world.certified = certify(world.keys[CAVE]);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEYS; i++)
		nacre_key_free(world.keys[i]);
	nacre_key_free(world.certified);
	return world.env.live_blocks == 0 ? 0 : -1;
}

/* --- an agent with callers --- */

struct harbour {
	struct test_env env;
	nacre_agent_memory *memory;
	nacre_agent_caller *callers[2];
	nacre_agent *agents[2];
	uint64_t now;
	/* the filter's */
	unsigned heard[NACRE_AGENT_EXTENSION + 1];
	int refused; /* an operation; -1: none */
	struct nacre_agent_request last;
};

static bool
filter(void *ctx, const struct nacre_agent_request *request)
{
	struct harbour *h = ctx;

	h->heard[request->operation]++;
	h->last = *request;
	return (int)request->operation != h->refused;
}

static uint64_t
tell_now(void *ctx)
{
	return ((struct harbour *)ctx)->now;
}

static void
harbour_begin(struct harbour *h, bool has_clock)
{
	const struct nacre_agent_memory_options options = {
	    .size = sizeof(options), .ctx = h, .filter = filter, .now = has_clock ? tell_now : NULL};

	*h = (struct harbour){.now = 1000, .refused = -1};
	test_env_init(&h->env, 72);
	assert_int_equal(nacre_agent_memory_new(&h->env.env, &options, &h->memory), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(nacre_agent_caller_new(h->memory, &h->callers[i], &h->callers[i]), 0);
		assert_int_equal(
		    nacre_agent_new(&h->env.env, nacre_agent_caller_answer, h->callers[i], &h->agents[i]), 0);
	}
}

static void
harbour_end(struct harbour *h)
{
	for (int i = 0; i < 2; i++) {
		nacre_agent_close(h->agents[i]);
		nacre_agent_caller_free(h->callers[i]);
	}
	nacre_agent_memory_free(h->memory);
	assert_int_equal(h->env.live_blocks, 0);
	assert_int_equal(h->env.wrong_sizes, 0);
}

static struct nacre_agent_hop
by_key(const char *user, const char *host, size_t key)
{
	return (struct nacre_agent_hop){
	    .user = user, .host = host, .keys = (const nacre_key *const *)&world.keys[key], .n_keys = 1};
}

static int
add(struct harbour *h, const struct nacre_agent_destination *list, size_t n)
{
	const struct nacre_agent_constraints constraints = {
	    .size = sizeof(constraints), .destinations = list, .n_destinations = n};

	return nacre_agent_add(h->agents[0], world.keys[USER], &constraints);
}

static int
bind_to(nacre_agent *agent, const nacre_key *host_key, const char *id, bool forwarding)
{
	struct nacre_bytes session_id = {(const uint8_t *)id, strlen(id)}, signature;
	uint8_t *made;
	size_t n;
	int rc;

	assert_int_equal(nacre_key_sign(&world.env.env, host_key, NULL, session_id.p, session_id.n, &made, &n), 0);
	signature = (struct nacre_bytes){made, n};
	rc = nacre_agent_session_bind(agent, host_key, session_id, signature, forwarding);
	nacre_key_signature_free(&world.env.env, made, n);
	return rc;
}

struct login {
	const char *id, *user, *service, *method;
	const nacre_key *host_key; /* named in the request; NULL: none */
	uint8_t number, with_signature;
	const char *behind;
};

static void
put_login(struct buf *b, const struct login *login)
{
	buf_init(b, &world.env.env, 4096);
	buf_put_cstring(b, login->id);
	buf_put_u8(b, login->number == 0 ? 50 : login->number);
	buf_put_cstring(b, login->user == NULL ? "diver" : login->user);
	buf_put_cstring(b, login->service == NULL ? "ssh-connection" : login->service);
	buf_put_cstring(b, login->method != NULL     ? login->method
			   : login->host_key != NULL ? "publickey-hostbound-v00@openssh.com"
						     : "publickey");
	buf_put_u8(b, login->with_signature == 0 ? 1 : 0);
	buf_put_cstring(b, "ssh-ed25519");
	buf_put_string(b, key_blob(world.keys[USER]));
	if (login->host_key != NULL)
		buf_put_string(b, key_blob(login->host_key));
	buf_put(b, login->behind, login->behind == NULL ? 0 : strlen(login->behind));
	assert_int_equal(b->bad, 0);
}

static int
sign(nacre_agent *agent, const struct login *login)
{
	uint8_t signature[200];
	struct buf data;
	size_t n;
	int rc;

	put_login(&data, login);
	rc = nacre_agent_sign(agent, world.keys[USER], "ssh-ed25519", data.p, data.n, signature, sizeof(signature), &n);
	if (rc == 0)
		assert_int_equal(nacre_key_verify(world.keys[USER], NULL, data.p, data.n, signature, n, 0, NULL), 0);
	buf_free(&data);
	return rc;
}

static size_t
count_seen(nacre_agent *agent)
{
	struct nacre_agent_list list;
	size_t n;

	assert_int_equal(nacre_agent_list(agent, &list), 0);
	n = list.n;
	nacre_agent_list_free(&list);
	return n;
}

/* --- one step --- */

static void
a_restricted_key_signs_a_login_where_it_may_and_nothing_else(void **state)
{
	static const struct {
		int bound_to; /* -1: to nothing */
		bool forwarding;
		struct login login;
		int result;
	} rows[] = {
	    {REEF, false, {.id = "one"}, NACRE_OK},
	    {-1, false, {.id = "one"}, NACRE_E_AGENT},
	    {WRECK, false, {.id = "one"}, NACRE_E_AGENT},
	    {REEF, true, {.id = "one"}, NACRE_E_AGENT},
	    {REEF, false, {.id = "two"}, NACRE_E_AGENT},
	    {REEF, false, {.id = "one", .user = "divar"}, NACRE_OK},
	    {REEF, false, {.id = "one", .user = "root"}, NACRE_E_AGENT},
	    {REEF, false, {.id = "one", .user = "diver2"}, NACRE_E_AGENT},
	    {REEF, false, {.id = "one", .service = "ssh-userauth"}, NACRE_E_AGENT},
	    {REEF, false, {.id = "one", .method = "hostbased"}, NACRE_E_AGENT},
	    {REEF, false, {.id = "one", .number = 51}, NACRE_E_AGENT},
	    {REEF, false, {.id = "one", .with_signature = 1}, NACRE_E_AGENT},
	    {REEF, false, {.id = "one", .behind = "more"}, NACRE_E_AGENT},
	    {REEF, false, {.id = "one", .method = "publickey-hostbound-v00@openssh.com"}, NACRE_E_AGENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct nacre_agent_destination here = {.to = by_key("div?r", "reef", REEF)};
		struct harbour h;

		harbour_begin(&h, false);
		assert_int_equal(add(&h, &here, 1), 0);
		if (rows[i].bound_to >= 0)
			assert_int_equal(
			    bind_to(h.agents[1], world.keys[rows[i].bound_to], "one", rows[i].forwarding), 0);
		if (sign(h.agents[1], &rows[i].login) != rows[i].result)
			fail_msg("row %zu", i);
		harbour_end(&h);
	}
}

static void
a_host_that_the_request_names_is_the_one_that_was_bound(void **state)
{
	const struct nacre_agent_destination both[] = {
	    {.to = by_key(NULL, "reef", REEF)}, {.to = by_key(NULL, "wreck", WRECK)}};
	struct harbour h;

	(void)state;
	harbour_begin(&h, false);
	assert_int_equal(add(&h, both, 2), 0);
	assert_int_equal(bind_to(h.agents[1], world.keys[WRECK], "one", false), 0);
	assert_int_equal(sign(h.agents[1], &(struct login){.id = "one", .host_key = world.keys[WRECK]}), 0);
	assert_int_equal(sign(h.agents[1], &(struct login){.id = "one", .host_key = world.keys[REEF]}), NACRE_E_AGENT);
	harbour_end(&h);
}

/* --- two steps --- */

static void
a_forwarded_key_goes_only_where_each_step_may(void **state)
{
	static const struct {
		int first, second; /* keys; second -1: no second step */
		bool names_host;
		int result;
	} rows[] = {
	    {REEF, WRECK, true, NACRE_OK},
	    {REEF, WRECK, false, NACRE_E_AGENT}, /* who is on REEF could say any session is WRECK's */
	    {REEF, CAVE, true, NACRE_E_AGENT},
	    {WRECK, REEF, true, NACRE_E_AGENT},
	    {CAVE, WRECK, true, NACRE_E_AGENT},
	    {WRECK, -1, true, NACRE_E_AGENT},
	    {REEF, -1, true, NACRE_OK},
	};
	const struct nacre_agent_destination way[] = {{.to = by_key(NULL, "reef", REEF)},
	    {.from = by_key(NULL, "reef", REEF), .to = by_key("diver", "wreck", WRECK)}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int last = rows[i].second < 0 ? rows[i].first : rows[i].second;
		struct login login = {.id = "last", .host_key = rows[i].names_host ? world.keys[last] : NULL};
		struct harbour h;

		harbour_begin(&h, false);
		assert_int_equal(add(&h, way, 2), 0);
		if (rows[i].second >= 0)
			assert_int_equal(bind_to(h.agents[1], world.keys[rows[i].first], "first", true), 0);
		assert_int_equal(bind_to(h.agents[1], world.keys[last], "last", false), 0);
		if (sign(h.agents[1], &login) != rows[i].result)
			fail_msg("row %zu", i);
		if (rows[i].result == NACRE_OK && rows[i].second >= 0) {
			login.user = "root"; /* the last step's user is looked at, the others' are not known */
			assert_int_equal(sign(h.agents[1], &login), NACRE_E_AGENT);
		}
		harbour_end(&h);
	}
}

static void
a_key_is_seen_and_taken_out_only_on_its_way(void **state)
{
	const struct nacre_agent_destination way[] = {{.to = by_key(NULL, "reef", REEF)},
	    {.from = by_key(NULL, "reef", REEF), .to = by_key(NULL, "wreck", WRECK)}};
	struct harbour h;

	(void)state;
	harbour_begin(&h, false);
	assert_int_equal(add(&h, way, 2), 0);
	assert_int_equal(count_seen(h.agents[1]), 1); /* here, where the agent is */
	assert_int_equal(bind_to(h.agents[1], world.keys[REEF], "one", true), 0);
	assert_int_equal(count_seen(h.agents[1]), 1); /* on REEF, from where it leads further */
	assert_int_equal(bind_to(h.agents[1], world.keys[WRECK], "two", true), 0);
	assert_int_equal(count_seen(h.agents[1]), 0); /* not on WRECK, from where it does not */
	assert_int_equal(nacre_agent_remove(h.agents[1], world.keys[USER]), NACRE_E_AGENT);
	assert_int_equal(count_seen(h.agents[0]), 1); /* another connection is not bound */
	assert_int_equal(nacre_agent_remove(h.agents[0], world.keys[USER]), 0);
	harbour_end(&h);
}

static void
a_key_without_destinations_goes_everywhere(void **state)
{
	struct harbour h;

	(void)state;
	harbour_begin(&h, false);
	assert_int_equal(nacre_agent_add(h.agents[0], world.keys[USER], NULL), 0);
	assert_int_equal(sign(h.agents[1], &(struct login){.id = "none"}), 0);
	assert_int_equal(bind_to(h.agents[1], world.keys[CAVE], "one", true), 0);
	assert_int_equal(sign(h.agents[1], &(struct login){.id = "other", .method = "hostbased"}), 0);
	harbour_end(&h);
}

/* --- certificates of hosts --- */

static void
a_hosts_certificate_counts_by_authority_name_and_time(void **state)
{
	static const struct {
		const char *host;
		int authority;
		bool has_clock;
		uint64_t now;
		int result;
	} rows[] = {
	    {"cave", AUTHORITY, true, CERT_END - 1, NACRE_OK},
	    {"cave", AUTHORITY, true, CERT_END, NACRE_E_AGENT},
	    {"cave", AUTHORITY, false, 0, NACRE_E_AGENT},
	    {"reef", AUTHORITY, true, 1000, NACRE_E_AGENT},
	    {"cave", REEF, true, 1000, NACRE_E_AGENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct nacre_agent_destination d = {
		    .to = {.host = rows[i].host,
			.authorities = (const nacre_key *const *)&world.keys[rows[i].authority],
			.n_authorities = 1}};
		struct harbour h;

		harbour_begin(&h, rows[i].has_clock);
		h.now = rows[i].now;
		assert_int_equal(add(&h, &d, 1), 0);
		assert_int_equal(bind_to(h.agents[1], world.certified, "one", false), 0);
		if (sign(h.agents[1], &(struct login){.id = "one"}) != rows[i].result)
			fail_msg("row %zu", i);
		harbour_end(&h);
	}
}

/* A plain key that is an authority's is no host of that name, nor is a certificate's key the plain one. */
static void
a_key_and_an_authority_are_not_taken_for_each_other(void **state)
{
	const struct nacre_agent_destination plain = {.to = by_key(NULL, "cave", CAVE)};
	const struct nacre_agent_destination certified = {
	    .to = {
		.host = "cave", .authorities = (const nacre_key *const *)&world.keys[AUTHORITY], .n_authorities = 1}};
	struct harbour h;

	(void)state;
	harbour_begin(&h, true);
	assert_int_equal(add(&h, &plain, 1), 0);
	assert_int_equal(bind_to(h.agents[1], world.certified, "one", false), 0);
	assert_int_equal(sign(h.agents[1], &(struct login){.id = "one"}), NACRE_E_AGENT);
	harbour_end(&h);

	harbour_begin(&h, true);
	assert_int_equal(add(&h, &certified, 1), 0);
	assert_int_equal(bind_to(h.agents[1], world.keys[AUTHORITY], "one", false), 0);
	assert_int_equal(sign(h.agents[1], &(struct login){.id = "one"}), NACRE_E_AGENT);
	harbour_end(&h);
}

/* --- what is not understood --- */

/* ADD_ID_CONSTRAINED, and behind it any constraints. */
static uint8_t
give_raw(struct harbour *h, struct slice constraints)
{
	uint8_t reply[16];
	struct buf b;
	size_t n;

	buf_init(&b, &world.env.env, 65536);
	buf_put_u8(&b, 25);
	agent_put_private(&b, world.keys[USER]);
	buf_put_cstring(&b, "comment");
	buf_put_slice(&b, constraints);
	assert_int_equal(nacre_agent_memory_answer(h->memory, b.p, b.n, reply, sizeof(reply), &n), 0);
	assert_int_equal(n, 1);
	buf_free(&b);
	return reply[0];
}

static void
put_extension(struct buf *b, const char *name, const struct nacre_agent_destination *list, size_t n)
{
	size_t mark;

	buf_put_u8(b, 255);
	buf_put_cstring(b, name);
	mark = buf_begin_string(b);
	agent_put_destinations(b, list, n);
	buf_end_string(b, mark);
}

static void
expect_raw(const char *name, const struct nacre_agent_destination *list, size_t n, unsigned times, uint8_t expected)
{
	struct harbour h;
	struct buf b;

	harbour_begin(&h, false);
	buf_init(&b, &world.env.env, 65536);
	while (times-- > 0)
		put_extension(&b, name, list, n);
	assert_int_equal(give_raw(&h, buf_slice(&b)), expected);
	assert_int_equal(nacre_agent_memory_count(h.memory), expected == 6);
	buf_free(&b);
	harbour_end(&h);
}

static void
a_restriction_that_is_not_understood_refuses_the_key(void **state)
{
	const struct nacre_agent_destination good = {.to = by_key(NULL, "reef", REEF)};
	const nacre_key *certified[] = {world.certified};
	const struct nacre_agent_destination bad[] = {
	    {.from = by_key("diver", "wreck", WRECK), .to = by_key(NULL, "reef", REEF)}, /* from somebody */
	    {.from = {.host = "wreck"}, .to = by_key(NULL, "reef", REEF)}, /* from a host without keys */
	    {.from = by_key(NULL, NULL, WRECK), .to = by_key(NULL, "reef", REEF)}, /* from keys without a host */
	    {.to = {.host = "reef"}},
	    {.to = by_key(NULL, NULL, REEF)},
	    {.to = {.host = "reef", .keys = certified, .n_keys = 1}},
	};

	(void)state;
	expect_raw(AGENT_RESTRICT_DESTINATION, &good, 1, 1, AGENT_SUCCESS);
	expect_raw(AGENT_RESTRICT_DESTINATION, &good, 1, 2, AGENT_FAILURE);
	expect_raw(AGENT_RESTRICT_DESTINATION, NULL, 0, 1, AGENT_FAILURE);
	expect_raw("restrict-destination-v01@openssh.com", &good, 1, 1, AGENT_FAILURE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct harbour h;

		expect_raw(AGENT_RESTRICT_DESTINATION, &bad[i], 1, 1, AGENT_FAILURE);
		harbour_begin(&h, false);
		assert_int_equal(add(&h, &bad[i], 1), NACRE_E_ARGUMENT); /* nor is it asked for */
		assert_int_equal(h.heard[NACRE_AGENT_ADD], 0);
		harbour_end(&h);
	}
}

static void
a_restriction_that_is_cut_or_longer_refuses_the_key(void **state)
{
	const struct nacre_agent_destination way[] = {{.to = by_key("diver", "reef", REEF)},
	    {.from = by_key(NULL, "reef", REEF), .to = by_key(NULL, "wreck", WRECK)}};
	struct harbour h;
	struct buf list, b;

	(void)state;
	harbour_begin(&h, false);
	buf_init(&list, &world.env.env, 65536);
	buf_init(&b, &world.env.env, 65536);
	agent_put_destinations(&list, way, 2);
	for (size_t n = 0; n <= list.n + 1; n++) {
		bool whole = n == list.n;
		size_t first = 4 + (size_t)get_be32(list.p);

		buf_reset(&b);
		buf_put_u8(&b, 255);
		buf_put_cstring(&b, AGENT_RESTRICT_DESTINATION);
		buf_put_u32(&b, (uint32_t)n);
		buf_put(&b, list.p, n < list.n ? n : list.n);
		if (n > list.n)
			buf_put_u8(&b, 0);
		/* The first destination alone is a list too. */
		if (give_raw(&h, buf_slice(&b)) != (whole || n == first ? AGENT_SUCCESS : AGENT_FAILURE))
			fail_msg("%zu of %zu bytes", n, list.n);
	}
	buf_free(&b);
	buf_free(&list);
	harbour_end(&h);
}

/* What is reserved is empty: in each place where it stands, one byte more in it refuses the key. */
static void
what_is_reserved_must_be_empty(void **state)
{
	const struct nacre_agent_destination way = {.to = by_key("diver", "reef", REEF)};
	struct slice key = key_blob(world.keys[REEF]);

	(void)state;
	for (int where = 0; where <= 3; where++) { /* nowhere; from; to; behind both */
		struct harbour h;
		struct buf b;
		size_t marks[3];

		harbour_begin(&h, false);
		buf_init(&b, &world.env.env, 65536);
		buf_put_u8(&b, 255);
		buf_put_cstring(&b, AGENT_RESTRICT_DESTINATION);
		marks[0] = buf_begin_string(&b);
		marks[1] = buf_begin_string(&b);
		marks[2] = buf_begin_string(&b);
		buf_put_cstring(&b, "");
		buf_put_cstring(&b, "");
		buf_put_cstring(&b, where == 1 ? "?" : "");
		buf_end_string(&b, marks[2]);
		marks[2] = buf_begin_string(&b);
		buf_put_cstring(&b, way.to.user);
		buf_put_cstring(&b, way.to.host);
		buf_put_cstring(&b, where == 2 ? "?" : "");
		buf_put_string(&b, key);
		buf_put_u8(&b, 0);
		buf_end_string(&b, marks[2]);
		buf_put_cstring(&b, where == 3 ? "?" : "");
		buf_end_string(&b, marks[1]);
		buf_end_string(&b, marks[0]);
		assert_int_equal(give_raw(&h, buf_slice(&b)), where == 0 ? AGENT_SUCCESS : AGENT_FAILURE);
		buf_free(&b);
		harbour_end(&h);
	}
}

/* --- binding --- */

static void
a_connection_is_bound_once_for_a_login_and_behind_that_to_nothing(void **state)
{
	struct harbour h;

	(void)state;
	harbour_begin(&h, false);
	assert_int_equal(bind_to(h.agents[1], world.keys[REEF], "one", true), 0);
	assert_int_equal(bind_to(h.agents[1], world.keys[REEF], "one", true), 0); /* again: the same */
	assert_int_equal(bind_to(h.agents[1], world.keys[WRECK], "one", true), NACRE_E_UNSUPPORTED);
	assert_int_equal(bind_to(h.agents[1], world.keys[WRECK], "two", false), 0);
	assert_int_equal(bind_to(h.agents[1], world.keys[REEF], "three", false), NACRE_E_UNSUPPORTED);
	assert_int_equal(bind_to(h.agents[0], world.keys[REEF], "", false), NACRE_E_UNSUPPORTED);
	harbour_end(&h);
}

static void
a_connection_whose_binding_failed_gets_no_restricted_key(void **state)
{
	const struct nacre_agent_destination here = {.to = by_key(NULL, "reef", REEF)};
	const struct nacre_bytes id = {(const uint8_t *)"one", 3};
	struct harbour h;

	(void)state;
	harbour_begin(&h, false);
	assert_int_equal(add(&h, &here, 1), 0);
	assert_int_equal(nacre_agent_session_bind(h.agents[1], world.keys[REEF], id, id, false), NACRE_E_UNSUPPORTED);
	assert_int_equal(count_seen(h.agents[1]), 0);
	assert_int_equal(bind_to(h.agents[1], world.keys[REEF], "one", false), 0);
	assert_int_equal(sign(h.agents[1], &(struct login){.id = "one"}), NACRE_E_AGENT);
	assert_int_equal(count_seen(h.agents[0]), 1);
	harbour_end(&h);
}

static void
sixteen_sessions_are_the_most(void **state)
{
	struct harbour h;
	char id[8];

	(void)state;
	harbour_begin(&h, false);
	for (int i = 0; i <= 16; i++) {
		snprintf(id, sizeof(id), "%d", i);
		assert_int_equal(
		    bind_to(h.agents[1], world.keys[REEF], id, true), i < 16 ? NACRE_OK : NACRE_E_UNSUPPORTED);
	}
	harbour_end(&h);
}

/* --- the filter --- */

static int
do_operation(struct harbour *h, enum nacre_agent_operation operation)
{
	nacre_agent *agent = h->agents[1];
	char names[64];

	switch (operation) {
	case NACRE_AGENT_LIST:
		return count_seen(agent) == 1 ? NACRE_OK : NACRE_E_AGENT;
	case NACRE_AGENT_SIGN:
		return sign(agent, &(struct login){.id = "one"});
	case NACRE_AGENT_ADD:
		return nacre_agent_add(agent, world.keys[USER], NULL);
	case NACRE_AGENT_REMOVE:
		return nacre_agent_remove(agent, world.keys[USER]);
	case NACRE_AGENT_REMOVE_ALL:
		return nacre_agent_remove_all(agent);
	case NACRE_AGENT_LOCK:
		return nacre_agent_lock(agent, "shut");
	case NACRE_AGENT_UNLOCK:
		return nacre_agent_unlock(agent, "shut");
	case NACRE_AGENT_EXTENSION:
		return nacre_agent_query(agent, names, sizeof(names)) == NACRE_OK ? NACRE_OK : NACRE_E_AGENT;
	}
	return NACRE_E_MISUSE;
}

static void
the_filter_hears_of_every_request_and_may_refuse_it(void **state)
{
	(void)state;
	for (int operation = NACRE_AGENT_LIST; operation <= NACRE_AGENT_EXTENSION; operation++) {
		for (int refused = 0; refused <= 1; refused++) {
			bool has_key = operation <= NACRE_AGENT_REMOVE;
			struct harbour h;

			harbour_begin(&h, false);
			assert_int_equal(nacre_agent_add(h.agents[0], world.keys[USER], NULL), 0);
			assert_ptr_equal(h.last.caller, &h.callers[0]);
			assert_int_equal(bind_to(h.agents[1], world.keys[REEF], "one", true), 0);
			if (operation == NACRE_AGENT_UNLOCK)
				assert_int_equal(nacre_agent_lock(h.agents[0], "shut"), 0);
			h.refused = refused ? operation : -1;
			h.heard[operation] = 0;
			assert_int_equal(do_operation(&h, (enum nacre_agent_operation)operation),
			    refused ? NACRE_E_AGENT : NACRE_OK);
			assert_int_equal(h.heard[operation], 1);
			assert_ptr_equal(h.last.caller, &h.callers[1]);
			assert_int_equal(h.last.key != NULL, has_key);
			assert_true(h.last.forwarding && nacre_key_equal(h.last.host_key, world.keys[REEF]));
			harbour_end(&h);
		}
	}
}

static void
each_allocation_may_fail(void **state)
{
	const struct nacre_agent_destination way[] = {{.to = by_key(NULL, "reef", REEF)},
	    {.from = by_key(NULL, "reef", REEF), .to = by_key(NULL, "wreck", WRECK)}};
	bool failed = true;

	(void)state;
	for (size_t nth = 1; failed; nth++) {
		struct harbour h;
		int rc;

		harbour_begin(&h, false);
		assert_int_equal(add(&h, way, 2), 0);
		h.env.fail_at = h.env.allocations + nth;
		rc = bind_to(h.agents[1], world.keys[REEF], "one", false);
		if (rc == NACRE_OK)
			rc = sign(h.agents[1], &(struct login){.id = "one"});
		if (rc == NACRE_OK)
			rc = add(&h, way, 2);
		failed = h.env.allocations >= h.env.fail_at;
		if (!failed)
			assert_int_equal(rc, NACRE_OK);
		h.env.fail_at = 0;
		harbour_end(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_restricted_key_signs_a_login_where_it_may_and_nothing_else),
	    cmocka_unit_test(a_host_that_the_request_names_is_the_one_that_was_bound),
	    cmocka_unit_test(a_forwarded_key_goes_only_where_each_step_may),
	    cmocka_unit_test(a_key_is_seen_and_taken_out_only_on_its_way),
	    cmocka_unit_test(a_key_without_destinations_goes_everywhere),
	    cmocka_unit_test(a_hosts_certificate_counts_by_authority_name_and_time),
	    cmocka_unit_test(a_key_and_an_authority_are_not_taken_for_each_other),
	    cmocka_unit_test(a_restriction_that_is_not_understood_refuses_the_key),
	    cmocka_unit_test(a_restriction_that_is_cut_or_longer_refuses_the_key),
	    cmocka_unit_test(what_is_reserved_must_be_empty),
	    cmocka_unit_test(a_connection_is_bound_once_for_a_login_and_behind_that_to_nothing),
	    cmocka_unit_test(a_connection_whose_binding_failed_gets_no_restricted_key),
	    cmocka_unit_test(sixteen_sessions_are_the_most),
	    cmocka_unit_test(the_filter_hears_of_every_request_and_may_refuse_it),
	    cmocka_unit_test(each_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("keys/agent_destination", tests, begin, end);
}
