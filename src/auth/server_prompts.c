/* server_prompts: the server's side of "keyboard-interactive": questions, and how many answers they get. Knows: counts
 * and sizes. Must not know: right answers. RFC 4256 3.1-3.4. */
#include "auth_internal.h"

/* The submethods are a hint that nothing here follows (CVE-2015-5600: they multiplied the tries). */
int
auth_server_read_kbdint(struct auth_server *a, const struct auth_request *request, bool *ask)
{
	struct msg_userauth_request_kbdint msg;
	int r;

	if ((r = auth_server_parse(a, MSG_userauth_request_kbdint, request->head.tail, &msg)) != 0)
		return r;
	*ask = true;
	return 0;
}

static void
put_prompts(struct buf *b, const struct nacre_prompts *prompts)
{
	size_t i;

	for (i = 0; i < prompts->n; i++) {
		buf_put_string(b, slice_of(prompts->prompts[i].text.p, prompts->prompts[i].text.n));
		buf_put_u8(b, prompts->prompts[i].echo ? 1 : 0);
	}
}

/* NACRE_E_ARGUMENT where it would not fit a packet that every client takes. */
static int
send_prompts(struct auth_server *a, const struct nacre_prompts *prompts)
{
	struct msg_userauth_info_request msg = {
	    .name = slice_of(prompts->name.p, prompts->name.n),
	    .instruction = slice_of(prompts->instruction.p, prompts->instruction.n),
	    .n_prompts = (uint32_t)prompts->n, /* at most NACRE_PROMPTS_MAX */
	};
	struct buf b;
	int r;

	buf_init(&b, a->setup.env, AUTH_REQUEST_MAX);
	put_prompts(&b, prompts);
	msg.prompts = buf_slice(&b);
	if (b.bad == NACRE_E_LIMIT || msg.name.n > AUTH_REQUEST_MAX || msg.instruction.n > AUTH_REQUEST_MAX ||
	    msg_size(MSG_userauth_info_request, &msg) > AUTH_REQUEST_MAX)
		r = NACRE_E_ARGUMENT;
	else if (b.bad != 0)
		r = auth_server_fail(a, b.bad, "userauth_info_request: no memory");
	else if ((r = msg_send(a->setup.outbox, MSG_userauth_info_request, &msg)) != 0)
		r = auth_server_fail(a, r, "userauth_info_request: cannot be sent");
	buf_free(&b);
	return r;
}

int
auth_server_ask_prompts(struct auth_server *a, uint64_t token, const struct nacre_prompts *prompts)
{
	const struct auth_method *method = a->method;
	int r;

	if (!auth_server_is_open(a, token) || method != &auth_method_kbdint)
		return NACRE_E_MISUSE;
	if (prompts->n > NACRE_PROMPTS_MAX || a->rounds == AUTH_ROUNDS_MAX)
		return NACRE_E_ARGUMENT;
	if ((r = send_prompts(a, prompts)) != 0)
		return r;
	auth_server_close_request(a);
	a->method = method; /* the attempt goes on */
	a->n_prompts = (uint32_t)prompts->n;
	a->rounds++;
	auth_server_go(a, AUTHD_PROMPTING);
	return 0;
}

/* As many strings as it says, and nothing else. */
static bool
is_whole(struct slice responses, uint32_t n)
{
	struct reader r = reader_of(responses);
	uint32_t i;

	for (i = 0; i < n && !r.bad; i++)
		(void)reader_string(&r);
	return reader_end(&r);
}

int
auth_server_on_info_response(struct auth_server *a, struct slice payload)
{
	struct msg_userauth_info_response msg;
	int r;

	if ((r = auth_server_parse(a, MSG_userauth_info_response, payload, &msg)) != 0)
		return r;
	if (!is_whole(msg.responses, msg.n_responses))
		return auth_server_fail(a, NACRE_E_FORMAT, "userauth_info_response: malformed at responses");
	/* RFC 4256 3.4: another number of responses than of prompts is a failure. */
	if (msg.n_responses != a->n_prompts)
		return auth_server_refuse(a, NULL);
	a->n_responses = msg.n_responses;
	if ((r = auth_server_keep(a, &a->responses, msg.responses)) != 0)
		return r;
	return auth_server_question(a);
}

struct slice
auth_server_response(const struct auth_server *a, uint64_t token, unsigned i)
{
	struct reader r = reader_of(buf_slice(&a->responses));
	struct slice response = SLICE_NONE;
	unsigned k;

	if (!auth_server_is_open(a, token) || i >= a->n_responses)
		return SLICE_NONE;
	for (k = 0; k <= i; k++)
		response = reader_string(&r);
	return response;
}
