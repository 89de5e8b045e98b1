/* apply_env: variables that a configuration sends with every session. Knows: SendEnv, SetEnv. Must not know: the
 * request. ssh_config(5); RFC 4254 6.4. */
#include <string.h>
#include "apply_config.h"
#include "pattern.h"
#include "user.h"

#define NAME_LEN_MAX 256
#define SENT_MAX 1024 /* of one session */

struct sending {
	struct nacre_channel *ch;
	const nacre_config_host *found;
	size_t n;
	int rc;
};

static void
send_one(struct sending *s, const char *name, const char *value)
{
	struct nacre_client *c = s->ch->client;

	if (s->rc != NACRE_OK || s->n++ >= SENT_MAX)
		return;
	s->rc = nacre_conn_channel_env(c->conn, s->ch->number, name, value, NULL);
	if (s->rc != NACRE_OK)
		s->rc = client_refused(c, s->rc, "env");
}

/* "NAME=value", from the configuration or the environment. */
static void
send_pair(struct sending *s, const char *pair)
{
	char name[NAME_LEN_MAX];
	size_t n = strcspn(pair, "=");

	if (n == 0 || n >= sizeof(name) || pair[n] != '=')
		return;
	memcpy(name, pair, n);
	name[n] = '\0';
	send_one(s, name, pair + n + 1);
}

static bool
is_named(const nacre_config_host *found, const char *pair)
{
	struct slice name = slice_of(pair, strcspn(pair, "="));
	struct nacre_config_directive d;
	const void *at = NULL;

	while (nacre_config_next_of(found, "SendEnv", &at, &d))
		if (pattern_match_exact(slice_str(d.value), name))
			return true;
	return false;
}

static bool
send_if_named(void *ctx, const char *pair)
{
	struct sending *s = ctx;

	if (is_named(s->found, pair))
		send_pair(s, pair);
	return s->rc == NACRE_OK;
}

int
client_config_env(struct nacre_channel *ch)
{
	struct sending s = {.ch = ch};
	struct nacre_config_directive d;
	const void *at = NULL;

	if (ch->client->config == NULL)
		return NACRE_OK;
	s.found = ch->client->config->found;
	if (nacre_config_value(s.found, "SendEnv") != NULL)
		user_each_variable(send_if_named, &s);
	if (nacre_config_next_of(s.found, "SetEnv", &at, &d))
		for (size_t i = 0; i < d.n_words; i++)
			send_pair(&s, d.words[i]);
	return s.rc;
}
