/* jump: the way through other servers, each a client of its own in this process. Knows: what a jump host gets of the
 * caller's options, and that each hop carries the next. Must not know: bytes, windows.
 * Serves: ssh_config(5), ProxyJump; RFC 4254 7.2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "apply_config.h"
#include "clock.h"
#include "jump_list.h"

#define JUMP_PORT 22
#define JUMP_DEPTH_MAX 8 /* jump hosts that are reached through jump hosts of their own */

/* Asks for passphrases only: whoever answers without looking would give the target's password to a hop. */
struct hop_ask {
	nacre_ask_fn *ask;
	void *ctx;
};

struct hop_plan {
	const char *host;
	struct nacre_connect_options options;
	nacre_config_host
	    *found; /* what the files say of it, until the hop's client owns it; NULL: nobody has looked */
};

struct jump {
	struct nacre_client *c; /* whose way it is */
	const struct nacre_connect_options *options;
	struct hop_ask ask;
	struct hop hops[NACRE_JUMPS_MAX];
	struct hop_plan plans[NACRE_JUMPS_MAX];
	unsigned n, planned, used; /* hops; those with a plan; those whose plan went into a connect */
	struct nacre_carrier carrier; /* how far we are; all zero before the first */
};

static int
read_hops(struct jump *jump, const char *list)
{
	struct nacre_client *c = jump->c;

	do {
		if (jump->n == NACRE_JUMPS_MAX)
			return client_fail(c, NACRE_E_ARGUMENT, "jump: more than %d hosts", NACRE_JUMPS_MAX);
		if (jump_list_next(&list, &jump->hops[jump->n]) != NACRE_OK ||
		    !client_host_is_fit(jump->hops[jump->n].host))
			return client_fail(c, NACRE_E_ARGUMENT, "jump: host %u is not [user@]host[:port]", jump->n + 1);
		jump->n++;
	} while (*list != '\0');
	return NACRE_OK;
}

/* What the configuration says of the target is not meant for a hop. */
static const char *
unless_configured(const struct jump *jump, const char *keyword, const char *value)
{
	const nacre_config_host *found = nacre_client_config(jump->c);

	return found != NULL && value == nacre_config_value(found, keyword) ? NULL : value;
}

/* What it gets is listed, so that nothing else reaches it: above all no password, and nobody who might give one. */
static struct nacre_connect_options
hop_options(const struct jump *jump, unsigned i)
{
	const struct nacre_connect_options *o = jump->options;
	const struct hop *hop = &jump->hops[i];

	return (struct nacre_connect_options){
	    .size = sizeof(struct nacre_connect_options),
	    .port = hop->port,
	    .user = hop->user[0] == '\0' ? NULL : hop->user,
	    .key = o->key,
	    .key_file = o->key_file,
	    .key_files = o->key_files,
	    .certificate_files = o->certificate_files,
	    /* To open locked keys, which the password does where there is no passphrase. */
	    .passphrase = o->passphrase != NULL ? o->passphrase : o->password,
	    .agent = o->agent,
	    .agent_path = o->agent_path,
	    .agent_timeout_ms = o->agent_timeout_ms,
	    .agent_refuse_foreign = o->agent_refuse_foreign,
	    .agent_comments = o->agent_comments,
	    .no_agent = o->no_agent,
	    .no_look_for_keys = o->no_look_for_keys,
	    .identities_only = o->identities_only,
	    .connect_timeout_ms = o->connect_timeout_ms,
	    .banner_timeout_ms = o->banner_timeout_ms,
	    .kex_timeout_ms = o->kex_timeout_ms,
	    .auth_timeout_ms = o->auth_timeout_ms,
	    .channel_timeout_ms = o->channel_timeout_ms,
	    .preset = unless_configured(jump, "Preset", o->preset),
	    .kex = unless_configured(jump, "KexAlgorithms", o->kex),
	    .host_key_algorithms = unless_configured(jump, "HostKeyAlgorithms", o->host_key_algorithms),
	    .ciphers = unless_configured(jump, "Ciphers", o->ciphers),
	    .macs = unless_configured(jump, "MACs", o->macs),
	    .pubkey_algorithms = unless_configured(jump, "PubkeyAcceptedAlgorithms", o->pubkey_algorithms),
	    .disabled = o->disabled,
	    .require_strict_kex = o->require_strict_kex,
	    .rsa_bits_min = o->rsa_bits_min,
	    .rekey_bytes = o->rekey_bytes,
	    .rekey_packets = o->rekey_packets,
	    .rekey_ms = o->rekey_ms,
	    .keepalive_ms = o->keepalive_ms,
	    .keepalive_max = o->keepalive_max,
	    .window = o->window,
	    .window_max = o->window_max,
	    .memory_max = o->memory_max,
	    .check_host_ip = o->check_host_ip,
	    .address_family = o->address_family,
	    .bind_address = i == 0 ? o->bind_address : NULL,
	    .connection_attempts = o->connection_attempts,
	    .no_tcp_keepalive = o->no_tcp_keepalive,
	    .ip_qos = o->ip_qos,
	    .use_config = o->use_config,
	    .config_file = o->config_file,
	    .config_allow_exec = o->config_allow_exec,
	};
}

static int
ask_passphrase(void *ctx, enum nacre_ask what, const char *about, char *answer, size_t cap)
{
	const struct hop_ask *ask = ctx;

	return what == NACRE_ASK_PASSPHRASE ? ask->ask(ask->ctx, what, about, answer, cap) : -1;
}

static unsigned
port_of(const struct hop_plan *plan)
{
	return plan->options.port == 0 ? JUMP_PORT : plan->options.port;
}

/* The failure of a hop becomes ours, with its name in front; so does what it showed and what we tried there. */
static int
hop_failed(struct jump *jump, struct nacre_client *hop, unsigned i, int rc)
{
	struct nacre_client *c = jump->c;
	struct auth_record record = c->record;
	char text[FAILURE_TEXT_MAX];

	c->failed_hop = i + 1;
	if (client_is_cancelled(c))
		return NACRE_E_CANCELLED;
	failure_clear(&c->failure, c->env);
	c->failure = hop->failure;
	hop->failure = (struct failure){.code = 0};
	snprintf(text, sizeof(text), "jump host %.80s port %u: %.130s", jump->plans[i].host, port_of(&jump->plans[i]),
	    c->failure.text);
	memcpy(c->failure.text, text, sizeof(text));
	c->record = hop->record;
	hop->record = record;
	trust_result_take(&c->trust.result, &hop->trust.result, c->env);
	return rc;
}

/* The outer client's known hosts and policy are the hop's while it connects; the policy that the caller has set, since
 * what a configuration says of the server's key it does not say of a hop's. So are the files that it names for the
 * server, but not those for a hop that is reached through others. */
static int
connect_hop(struct jump *jump, struct nacre_client *hop, const struct hop_plan *plan)
{
	struct nacre_client *c = jump->c;
	struct trust_files *lent = c->outer == NULL ? &c->trust.own : &c->trust.lent;
	int rc;

	client_config_swap_policy(c);
	trust_lend(&hop->trust, &c->trust, lent);
	c->in_callback++; /* a callback of the hop's may not use the outer client, but end it */
	rc = nacre_client_connect(hop, plan->host, &plan->options);
	c->in_callback--;
	trust_lend(&hop->trust, &c->trust, lent);
	client_config_swap_policy(c);
	if (c->deadline >= 0)
		c->deadline += hop->paused_ms;
	return rc;
}

/* Who is dialled first tells what became of the addresses. */
static void
take_dial_log(struct nacre_client *c, struct nacre_client *hop)
{
	c->dial_log = hop->dial_log;
	hop->dial_log = NULL;
}

static struct nacre_client *
hop_new(struct nacre_client *c, unsigned i)
{
	struct nacre_client *hop = nacre_client_new(c->env);

	if (hop == NULL)
		return NULL;
	hop->outer = c;
	hop->log = c->log;
	hop->log_ctx = c->log_ctx;
	hop->log_level = c->log_level;
	snprintf(hop->log_channel, sizeof(hop->log_channel), "%.48s.hop%u", c->log_channel, i + 1);
	return hop;
}

/* A client for the hop, connected over how far we are; *out is NULL on failure, and nothing is left open. */
static int
reach_hop(struct jump *jump, unsigned i, struct nacre_client **out)
{
	struct nacre_client *c = jump->c, *hop;
	struct hop_plan *plan = &jump->plans[i];
	struct nacre_carrier carrier = jump->carrier;
	int rc;

	*out = NULL;
	plan->options.timeout_ms = c->deadline < 0 ? -1 : clock_left(c->deadline, nacre_clock_ms());
	if (plan->options.timeout_ms == 0)
		return client_fail(c, NACRE_E_DEADLINE, "nothing is left of it for jump host %s", plan->host);
	if ((hop = hop_new(c, i)) == NULL)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	if (i > 0) {
		plan->options.carrier = &carrier;
		jump->carrier = (struct nacre_carrier){.fd = -1}; /* the hop's, whatever the result */
	}
	jump->used = i + 1;
	rc = connect_hop(jump, hop, plan);
	if (hop->config != NULL && hop->config->found == plan->found) {
		hop->config->owned = true;
		plan->found = NULL;
	}
	if (i == 0)
		take_dial_log(c, hop);
	if (rc == NACRE_OK && !client_is_cancelled(c)) {
		*out = hop;
		return NACRE_OK;
	}
	rc = hop_failed(jump, hop, i, rc);
	nacre_client_free(hop);
	return rc;
}

/* From a connected hop to the next host. The hop is the carrier's from here on, or gone. */
static int
go_on_from(struct jump *jump, struct nacre_client *hop, unsigned i)
{
	struct nacre_client *c = jump->c;
	bool is_last = i + 1 == jump->n;
	const char *host = is_last ? c->host : jump->plans[i + 1].host;
	unsigned port = is_last ? c->port : port_of(&jump->plans[i + 1]);
	char name[CLIENT_PEER_MAX];
	nacre_channel *channel;
	int rc;

	c->in_callback++;
	rc = open_tcp(hop, host, port, ways_deadline(c, jump->options), &channel);
	c->in_callback--;
	if (rc == NACRE_E_TIMEOUT_CHANNEL) {
		failure_clear(&hop->failure, hop->env);
		rc = client_fail(hop, NACRE_E_TIMEOUT_CONNECT, "%s port %u: not reached in time", host, port);
	}
	if (rc != NACRE_OK || client_is_cancelled(c)) {
		rc = hop_failed(jump, hop, i, rc);
		nacre_client_free(hop);
		return rc;
	}
	snprintf(name, sizeof(name), "%.160s port %u through %.160s", host, port, hop->host);
	rc = over_channel(c, channel, hop, name, &jump->carrier);
	return rc == NACRE_OK ? rc : client_fail(c, rc, "out of memory");
}

/* A jump host that is reached through others, by what the files say, must not need itself. */
static int
check_loop(struct nacre_client *c, const struct hop_plan *plan)
{
	unsigned depth = 0;

	for (const struct nacre_client *on = c; c->outer != NULL && on != NULL; on = on->outer) {
		if (strcasecmp(on->host, plan->host) == 0 && on->port == port_of(plan))
			return client_fail(c, NACRE_E_ARGUMENT, "jump: the way to %s port %u leads through itself",
			    plan->host, on->port);
		if (++depth > JUMP_DEPTH_MAX)
			return client_fail(
			    c, NACRE_E_ARGUMENT, "jump: hosts lead through others more than %d deep", JUMP_DEPTH_MAX);
	}
	return NACRE_OK;
}

/* What the files say of a hop counts for it, the name and port included, by which the hop before finds it. Only the
 * first may have a way of its own: the others are reached through the one before. */
static int
look_up(struct jump *jump, unsigned i)
{
	struct nacre_client *c = jump->c;
	struct hop_plan *plan = &jump->plans[i];
	const char *port;
	int rc;

	if (i > 0)
		plan->options.jump = "none";
	if (!plan->options.use_config && plan->options.config_file == NULL)
		return NACRE_OK;
	if ((rc = client_find_config(c, plan->host, &plan->options, &plan->found)) != NACRE_OK)
		return rc;
	plan->options.config = plan->found;
	plan->host = nacre_config_hostname(plan->found);
	if (!client_host_is_fit(plan->host))
		return client_fail(c, NACRE_E_ARGUMENT, "jump: the Hostname of %s is none", jump->hops[i].host);
	if (plan->options.port == 0 && (port = nacre_config_value(plan->found, "Port")) != NULL)
		plan->options.port = (unsigned)strtoul(port, NULL, 10);
	return check_loop(c, plan);
}

/* The caller may change what each hop gets, before anything is connected: a port is dialled from the hop before. */
static int
plan_hop(struct jump *jump, unsigned i)
{
	struct nacre_client *c = jump->c;
	struct hop_plan *plan = &jump->plans[i];
	const char *host;
	int rc;

	plan->host = jump->hops[i].host;
	plan->options = hop_options(jump, i);
	if (jump->ask.ask != NULL) {
		plan->options.ask = ask_passphrase;
		plan->options.ask_ctx = &jump->ask;
	}
	if ((rc = look_up(jump, i)) != NACRE_OK)
		return rc;
	host = plan->host;
	if (jump->options->hop != NULL) {
		c->in_callback++;
		rc = jump->options->hop(jump->options->hop_ctx, i, &plan->host, &plan->options);
		c->in_callback--;
	}
	plan->options.size = sizeof(plan->options);
	if (plan->host != host && plan->options.config == plan->found)
		plan->options.config = NULL; /* that was another host's */
	jump->planned = i + 1;
	if (rc == 0 && !client_is_cancelled(c))
		return NACRE_OK;
	return client_fail(c, NACRE_E_CANCELLED, "the callback for jump hosts gave up");
}

static int
go_all_hops(struct jump *jump)
{
	struct nacre_client *hop;
	int rc = NACRE_OK;

	for (unsigned i = 0; i < jump->n && rc == NACRE_OK; i++)
		rc = plan_hop(jump, i);
	for (unsigned i = 0; i < jump->n && rc == NACRE_OK; i++) {
		if ((rc = reach_hop(jump, i, &hop)) == NACRE_OK)
			rc = go_on_from(jump, hop, i);
	}
	/* What the callback handed over for hops that nobody came to. */
	for (unsigned i = jump->used; i < jump->planned; i++)
		ways_drop(&jump->plans[i].options);
	return rc;
}

int
jump_go(struct nacre_client *c, const struct nacre_connect_options *options)
{
	struct jump *jump;
	char *list = proxy_line(c, options->jump);
	int rc;

	if (list == NULL)
		return c->failure.code;
	if ((jump = mem_new(c->env, sizeof(*jump))) == NULL) {
		mem_free_str(c->env, list);
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	}
	jump->c = c;
	jump->options = options;
	jump->ask = (struct hop_ask){options->ask, options->ask_ctx};
	if ((rc = read_hops(jump, list)) == NACRE_OK)
		rc = go_all_hops(jump);
	if (rc == NACRE_OK)
		c->io.carrier = jump->carrier;
	else
		carrier_close(&jump->carrier);
	for (unsigned i = 0; i < jump->n; i++)
		nacre_config_host_free(jump->plans[i].found);
	mem_free_str(c->env, list);
	mem_wipe_free(c->env, jump, sizeof(*jump));
	return rc;
}
