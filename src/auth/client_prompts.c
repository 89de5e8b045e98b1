/* client_prompts: the client's side of "keyboard-interactive": what the server asks, and the answers to it. Knows:
 * counts and sizes. Must not know: who is asked. RFC 4256 3.1-3.4. */
#include "auth_internal.h"

void
auth_client_forget_prompts(struct auth_client *a)
{
	mem_free(a->setup.env, a->prompt_list, a->prompts.n * sizeof(*a->prompt_list));
	a->prompt_list = NULL;
	a->prompts = (struct nacre_prompts){.n = 0};
	buf_free(&a->words);
}

int
auth_client_answer_interactive(struct auth_client *a, uint64_t token, const char *user, const char *submethods)
{
	const struct msg_userauth_request_kbdint tail = {.submethods = slice_str(submethods)};
	int r;

	if (tail.submethods.n > AUTH_SECRET_MAX)
		return NACRE_E_ARGUMENT;
	if ((r = auth_client_begin(a, token, user, &auth_method_kbdint)) != 0)
		return r;
	a->credential_sent = true;
	return auth_client_send(a, MSG_userauth_request_kbdint, &tail, AUTH_WAITING);
}

/* The count is believed only as far as we would answer, and only if so many prompts are there. */
static int
read_prompts(struct auth_client *a, struct slice bytes, uint32_t n)
{
	struct reader r = reader_of(bytes);
	uint32_t i;

	if (n > NACRE_PROMPTS_MAX)
		return auth_client_fail(a, NACRE_E_LIMIT, "userauth_info_request: n_prompts is above 32");
	if (n > 0 && (a->prompt_list = mem_new(a->setup.env, n * sizeof(*a->prompt_list))) == NULL)
		return auth_client_fail(a, NACRE_E_NOMEM, "userauth_info_request: no memory for the prompts");
	a->prompts.prompts = a->prompt_list;
	a->prompts.n = n;
	for (i = 0; i < n; i++) {
		a->prompt_list[i].text = bytes_of(reader_string(&r));
		a->prompt_list[i].echo = reader_bool(&r);
	}
	if (!reader_end(&r))
		return auth_client_fail(a, NACRE_E_FORMAT, "userauth_info_request: malformed at prompts");
	return 0;
}

/* The question outlives the packet: it points into a copy of it. */
static int
keep_words(struct auth_client *a, struct slice payload)
{
	auth_client_forget_prompts(a);
	buf_put_slice(&a->words, payload);
	if (a->words.bad == NACRE_E_LIMIT)
		return auth_client_fail(a, NACRE_E_LIMIT, "userauth_info_request: more than 65536 bytes");
	return a->words.bad == 0 ? 0 : auth_client_fail(a, a->words.bad, "userauth_info_request: no memory");
}

int
auth_client_on_info_request(struct auth_client *a, struct slice payload)
{
	struct nacre_event ask = {.type = NACRE_EVENT_PROMPTS, .prompts = &a->prompts};
	struct msg_userauth_info_request msg;
	int r;

	if (a->rounds == AUTH_ROUNDS_MAX)
		return auth_client_fail(a, NACRE_E_LIMIT, "userauth_info_request: more than 100 in one attempt");
	if ((r = keep_words(a, payload)) != 0 ||
	    (r = auth_client_parse(a, MSG_userauth_info_request, buf_slice(&a->words), &msg)) != 0 ||
	    (r = read_prompts(a, msg.prompts, msg.n_prompts)) != 0)
		return r;
	a->prompts.name = bytes_of(msg.name);
	a->prompts.instruction = bytes_of(msg.instruction);
	a->prompts.round = a->rounds++;
	auth_client_go(a, AUTH_PROMPTED);
	a->token = a->setup.sink->push(a->setup.sink->ctx, &ask, true);
	return 0;
}

static int
send_responses(struct auth_client *a, const char *const *answers, size_t n)
{
	struct msg_userauth_info_response msg = {.n_responses = (uint32_t)n}; /* at most NACRE_PROMPTS_MAX */
	struct buf b; /* secrets: buf_free wipes */
	size_t i;
	int r;

	buf_init(&b, a->setup.env, AUTH_REQUEST_MAX);
	for (i = 0; i < n; i++)
		buf_put_cstring(&b, answers[i]);
	msg.responses = buf_slice(&b);
	r = b.bad;
	if (r == 0 && (r = msg_send(a->setup.outbox, MSG_userauth_info_response, &msg)) != 0)
		r = auth_client_fail(a, r, "userauth_info_response: cannot be sent");
	else if (r == NACRE_E_LIMIT)
		r = NACRE_E_ARGUMENT;
	else if (r != 0)
		r = auth_client_fail(a, r, "userauth_info_response: no memory");
	buf_free(&b);
	return r;
}

static bool
is_fit(const char *const *answers, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (answers[i] == NULL || strlen(answers[i]) > AUTH_SECRET_MAX)
			return false;
	return true;
}

int
auth_client_answer_prompts(struct auth_client *a, uint64_t token, const char *const *answers, size_t n)
{
	int r;

	if (a->state != AUTH_PROMPTED || token == 0 || token != a->token)
		return NACRE_E_MISUSE;
	/* RFC 4252 5.1: another request may follow at any time, and abandons this one. */
	if (answers == NULL && a->prompts.n > 0)
		return n > 0 ? NACRE_E_ARGUMENT : auth_client_ask(a);
	if (n != a->prompts.n || !is_fit(answers, n))
		return NACRE_E_ARGUMENT;
	if ((r = send_responses(a, answers, n)) != 0)
		return r;
	a->prompt_answered = a->prompt_answered || n > 0;
	auth_client_go(a, AUTH_WAITING);
	return 0;
}
