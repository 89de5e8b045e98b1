/* plan_prompts: what the server asks a person. Knows: whom to ask instead. Must not know: messages.
 * Serves: RFC 4256 3.2-3.4, RFC 4252 8. */
#include <sodium.h>
#include "clock.h"
#include "facade.h"

static void
note_give_up(nacre_client *c, int error)
{
	struct nacre_attempt *attempt = auth_record_open(&c->record);

	if (attempt == NULL)
		return;
	attempt->result = NACRE_ATTEMPT_GIVEN_UP;
	attempt->error = error;
}

static bool
is_one_secret(const struct nacre_prompts *prompts)
{
	return prompts->n == 1 && !prompts->prompts[0].echo;
}

static void
answer(nacre_client *c, uint64_t token, const char *const *answers, size_t n)
{
	int rc = nacre_conn_answer_prompts(c->conn, token, answers, n);

	if (rc != NACRE_E_ARGUMENT)
		return;
	note_give_up(c, rc); /* longer than a response may be */
	(void)nacre_conn_answer_prompts(c->conn, token, NULL, 0);
}

static void
give_up(nacre_client *c, uint64_t token, int error)
{
	if (client_is_cancelled(c))
		return;
	note_give_up(c, error);
	(void)nacre_conn_answer_prompts(c->conn, token, NULL, 0);
}

/* The prompts live as long as the question is open, which nothing but its answer ends. */
static void
ask_caller(nacre_client *c, uint64_t token, const struct nacre_prompts *prompts)
{
	const struct nacre_connect_options *options = &c->plan->options;
	const char *answers[NACRE_PROMPTS_MAX] = {NULL};
	char *rooms[NACRE_PROMPTS_MAX] = {NULL}, *memory = NULL;
	size_t n = prompts->n, i;
	int rc;

	if (n > 0 && (memory = mem_new(c->env, n * PLAN_SECRET_MAX)) == NULL) {
		give_up(c, token, NACRE_E_NOMEM);
		return;
	}
	for (i = 0; i < n; i++)
		answers[i] = rooms[i] = memory + i * PLAN_SECRET_MAX;
	c->in_callback++;
	rc = options->prompts(options->prompts_ctx, prompts, rooms, PLAN_SECRET_MAX);
	c->in_callback--;
	for (i = 0; i < n; i++)
		rooms[i][PLAN_SECRET_MAX - 1] = '\0';
	if (!client_is_cancelled(c))
		(void)nacre_conn_tick(c->conn, nacre_clock_ms());
	if (rc == 0 && !client_is_cancelled(c))
		answer(c, token, answers, n);
	else
		give_up(c, token, NACRE_E_CANCELLED);
	mem_wipe_free(c->env, memory, n * PLAN_SECRET_MAX);
}

static void
ask_for_password(nacre_client *c, uint64_t token)
{
	char typed[PLAN_SECRET_MAX];
	const char *answers[1] = {typed};

	if (plan_ask_password(c, typed))
		answer(c, token, answers, 1);
	else
		give_up(c, token, NACRE_E_CANCELLED);
	sodium_memzero(typed, sizeof(typed));
}

void
auth_plan_prompts(nacre_client *c, const struct nacre_event *event)
{
	struct auth_plan *plan = c->plan;
	const char *fallback = plan->fallback;

	plan->fallback = NULL; /* once, and in the first round */
	if (fallback != NULL && is_one_secret(event->prompts))
		answer(c, event->token, &fallback, 1);
	else if (plan->options.prompts != NULL)
		ask_caller(c, event->token, event->prompts);
	else if (event->prompts->n == 0)
		answer(c, event->token, NULL, 0);
	else if (plan->options.ask != NULL && is_one_secret(event->prompts))
		ask_for_password(c, event->token);
	else
		give_up(c, event->token, NACRE_E_UNSUPPORTED);
}

/* Declined, it is a refusal like any other, and the core says so. */
void
auth_plan_new_password(nacre_client *c, const struct nacre_event *event)
{
	const struct nacre_connect_options *options = &c->plan->options;
	char typed[PLAN_SECRET_MAX] = "";
	uint64_t token = event->token;
	int rc = -1;

	client_log_peer(c, NACRE_LOG_WARNING, "the password has expired", event->data);
	if (options->new_password != NULL && c->plan->password != NULL) {
		c->in_callback++;
		rc = options->new_password(options->new_password_ctx, event->data, typed, sizeof(typed));
		c->in_callback--;
		typed[sizeof(typed) - 1] = '\0';
	}
	if (!client_is_cancelled(c)) {
		(void)nacre_conn_tick(c->conn, nacre_clock_ms());
		if (rc != 0)
			note_give_up(c, NACRE_E_CANCELLED);
		(void)nacre_conn_answer_new_password(c->conn, token, c->plan->password, rc == 0 ? typed : NULL);
	}
	sodium_memzero(typed, sizeof(typed));
}
