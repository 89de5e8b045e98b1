/* auth_prefix: see auth_prefix.h. */
#include "auth_prefix.h"
#include "fuzz.h"

#include <stdlib.h>

#define HEADER_LEN 3

size_t
auth_prefix_len(struct slice script)
{
	struct reader r = reader_of(script);
	struct script_step step;

	(void)script_header(&r);
	while (script_next(&r, &step)) {
		if (step.operation == SCRIPT_PACKET && step.bytes.n > 0 && step.bytes.p[0] == NUM_newkeys)
			return script.n - r.n;
	}
	return 0;
}

/* Without what the application does: that is the input's to say. */
static struct slice
keep_packets(struct slice script)
{
	struct reader r = reader_of(slice_of(script.p, auth_prefix_len(script)));
	static struct test_env t;
	struct script_step step;
	struct buf b;

	test_env_init(&t, 1);
	buf_init(&b, &t.env, script.n);
	(void)script_header(&r);
	while (script_next(&r, &step)) {
		if (step.operation == SCRIPT_PACKET || step.operation == SCRIPT_RAW)
			script_put(&b, &step);
	}
	FUZZ_CHECK(b.bad == 0 && b.n > 0);
	return buf_slice(&b); /* for the process's life */
}

static struct slice
record(enum nacre_role role, unsigned flags)
{
	struct duo s;
	struct slice kept;

	duo_init(&s, role == NACRE_CLIENT ? flags : 0, role == NACRE_SERVER ? flags : 0, NULL);
	duo_run(&s);
	kept = keep_packets(buf_slice(role == NACRE_CLIENT ? &s.client.script : &s.server.script));
	duo_end(&s);
	return kept;
}

struct slice
auth_prefix(enum nacre_role role, unsigned flags)
{
	static struct slice prefixes[2][2];
	struct slice *prefix = &prefixes[role == NACRE_SERVER][flags != 0];

	if (prefix->n == 0)
		*prefix = record(role, flags);
	return *prefix;
}
