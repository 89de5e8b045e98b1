/* Target: the conversation of authentication, from the first encrypted byte on, as either role. The input is a script
 * (script.h) whose header's strict flag means: as the server. A handshake that was recorded once stands before it, so
 * that each step is one of authentication; a policy that is the script's first step holds from the first request on.
 * Under the fuzz suites (suite_null.c, suite_fixed.c). */
#include "auth_prefix.h"
#include "fuzz.h"
#include "reached.h"

static void
on_trace(void *ctx, const struct nacre_trace *line)
{
	(void)ctx;
	reached_line(line);
}

static void
play_all(struct actor *a, struct reader *r)
{
	struct script_step step;

	while (!a->closed && script_next(r, &step))
		actor_step(a, &step);
}

/* Who refuses or holds everything would not get past the host key. */
static void
open_with(struct actor *a, enum actor_policy policy, struct slice prefix)
{
	struct reader r = reader_of(prefix);

	a->policy = policy == POLICY_REFUSE || policy == POLICY_HOLD ? POLICY_PASSWORD : policy;
	play_all(a, &r);
	FUZZ_CHECK(a->keyed);
	a->policy = policy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(slice_of(data, size)), ahead;
	struct script_header given = script_header(&r), header = {.flags = given.flags & SCRIPT_OTHER};
	enum nacre_role role = (given.flags & SCRIPT_STRICT) != 0 ? NACRE_SERVER : NACRE_CLIENT;
	enum actor_policy policy = POLICY_PASSWORD;
	struct script_step first;
	struct actor a;

	r.bad = false;
	ahead = r;
	if (script_next(&ahead, &first) && first.operation == SCRIPT_POLICY) {
		policy = (enum actor_policy)(first.argument % POLICY_COUNT);
		r = ahead;
	}
	actor_init(&a, role, &header, NULL, on_trace);
	actor_settle(&a);
	open_with(&a, policy, auth_prefix(role, header.flags));
	a.header.in_step = given.in_step;
	a.header.out_step = given.out_step;
	play_all(&a, &r);
	actor_end(&a);
	return 0;
}
