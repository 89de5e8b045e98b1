/* connect: from a host's name to an authenticated connection. Knows: the order of the steps, and their failures' names.
 * Must not know: what the steps send.
 * Serves: RFC 4253 4, 7, RFC 4252. */
#include <stdio.h>
#include <string.h>
#include "apply_config.h"
#include "clock.h"
#include "facade.h"
#include "proposal.h"
#include "proxy.h"
#include "user.h"

#define DEFAULT_PORT 22
#define PORT_MAX 65535

bool
client_name_is_fit(const char *name)
{
	const uint8_t *p = (const uint8_t *)name;

	/* A leading '-' would be an option to any program that the name is ever handed to (CVE-2023-51385 and its
	 * kin). */
	if (name == NULL || name[0] == '\0' || name[0] == '-' || strlen(name) >= CLIENT_NAME_MAX)
		return false;
	for (; *p != 0; p++) {
		if (*p < 0x20 || *p == 0x7f)
			return false;
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f) /* C1 controls in UTF-8 */
			return false;
	}
	return true;
}

/* A host's name is also a pattern once it stands in known_hosts: what means more than itself there is refused. */
bool
client_host_is_fit(const char *host)
{
	return client_name_is_fit(host) && strpbrk(host, " ,#|*?![]\"'\\/@") == NULL;
}

static int
take_names(struct nacre_client *c, const char *host, const struct nacre_connect_options *options)
{
	char login[CLIENT_NAME_MAX];
	const char *user = options->user;

	if (!client_host_is_fit(host))
		return client_fail(c, NACRE_E_ARGUMENT, "host: empty, too long, or with a character that no host has");
	if (options->port > PORT_MAX)
		return client_fail(c, NACRE_E_ARGUMENT, "port: larger than %d", PORT_MAX);
	if (user == NULL && user_name(login, sizeof(login)) == NACRE_OK)
		user = login;
	if (!client_name_is_fit(user))
		return client_fail(c, NACRE_E_ARGUMENT, "user: empty, too long, a leading '-', or a control character");
	c->port = options->port == 0 ? DEFAULT_PORT : options->port;
	snprintf(c->host, sizeof(c->host), "%s", host);
	snprintf(c->user, sizeof(c->user), "%s", user);
	return NACRE_OK;
}

/* types: room for the list of known types of keys, which stays borrowed. */
static struct nacre_conn_options
core_options(const struct nacre_client *c, const struct nacre_connect_options *options, char types[TRUST_KEY_TYPES_MAX])
{
	trust_key_types(&c->trust, types, TRUST_KEY_TYPES_MAX);
	return (struct nacre_conn_options){
	    .size = sizeof(struct nacre_conn_options),
	    .role = NACRE_CLIENT,
	    .now_ms = nacre_clock_ms(),
	    .preset = options->preset,
	    .disabled = options->disabled,
	    .kex = options->kex,
	    .host_key_algorithms = options->host_key_algorithms,
	    .ciphers = options->ciphers,
	    .macs = options->macs,
	    .compression = options->compress ? "zlib@openssh.com,none" : NULL,
	    .pubkey_algorithms = options->pubkey_algorithms,
	    .require_strict_kex = options->require_strict_kex,
	    .ident_timeout_ms = options->banner_timeout_ms,
	    .kex_timeout_ms = options->kex_timeout_ms,
	    .auth_timeout_ms = options->auth_timeout_ms,
	    .rekey_bytes = options->rekey_bytes,
	    .rekey_packets = options->rekey_packets,
	    .rekey_ms = options->rekey_ms,
	    .keepalive_ms = options->keepalive_ms,
	    .keepalive_max = options->keepalive_max,
	    .memory_max = options->memory_max,
	    .window = options->window,
	    .window_max = options->window_max,
	    .host_certificates = trust_has_authority(&c->trust),
	    .known_key_types = types[0] == '\0' ? NULL : types,
	};
}

/* A name that nobody knows is told before anybody is called. */
static int
check_algorithms(struct nacre_client *c, const struct nacre_connect_options *options)
{
	char types[TRUST_KEY_TYPES_MAX];
	struct nacre_conn_options core = core_options(c, options, types);
	int rc = algorithms_check(c->env, &core, &c->failure);

	return rc == 0 || c->failure.code != 0 ? rc : client_fail(c, rc, "%s", nacre_status_text(rc));
}

static int
make_conn(struct nacre_client *c, const struct nacre_connect_options *options)
{
	char types[TRUST_KEY_TYPES_MAX], why[FAILURE_TEXT_MAX] = "";
	struct nacre_conn_options core = core_options(c, options, types);
	int rc;

	core.why = why;
	core.why_size = sizeof(why);
	if ((rc = nacre_conn_new(c->env, &core, &c->conn)) != NACRE_OK)
		return client_fail(c, rc, "%s", why);
	c->io.conn = c->conn;
	return NACRE_OK;
}

static bool
is_authenticated(struct nacre_client *c, void *arg)
{
	(void)arg;
	return c->authenticated;
}

/* Both fingerprints, and the line that decided. */
static void
add_host_key(struct nacre_client *c)
{
	const struct nacre_host_key_result *r = nacre_client_host_key_result(c);
	struct slice known = r->known_fingerprint[0] == '\0' ? SLICE_NONE : slice_str(r->known_fingerprint);

	failure_add_lists(&c->failure, c->env, known, slice_str(r->fingerprint));
	failure_add_file(&c->failure, c->env, r->file, r->line);
}

/* Where the connection only knows that we said no, we know why. */
static int
name_the_reason(struct nacre_client *c, int rc)
{
	char text[FAILURE_TEXT_MAX];

	if (rc != c->key_problem.code)
		return auth_plan_explain(c, rc);
	snprintf(text, sizeof(text), "%s", c->key_problem.text);
	failure_clear(&c->failure, c->env);
	(void)client_fail(c, rc, "%s", text);
	add_host_key(c);
	return rc;
}

static int
run_handshake(struct nacre_client *c)
{
	int rc;

	/* But for the time of the whole there is no deadline here: the core ends each stage by its own. */
	do
		rc = client_run_until(c, is_authenticated, NULL, c->deadline);
	while (rc == NACRE_E_TIMEOUT && c->failure.code == 0 && clock_left(c->deadline, nacre_clock_ms()) != 0);
	return rc == NACRE_OK || (rc == NACRE_E_TIMEOUT && c->failure.code == 0) ? rc : name_the_reason(c, rc);
}

/* Whatever waited in vain while the time of the whole ran out: that is why. */
static int
check_overdue(struct nacre_client *c, int rc, int timeout_ms)
{
	struct failure *f = &c->failure;
	char text[FAILURE_TEXT_MAX];

	if (!nacre_status_is_timeout(rc) || rc == NACRE_E_DEADLINE || c->deadline < 0 ||
	    clock_left(c->deadline, nacre_clock_ms()) != 0)
		return rc;
	(void)client_fail(c, NACRE_E_DEADLINE, "nothing that was waited for came");
	if (f->phase == NACRE_PHASE_NONE)
		f->phase = NACRE_PHASE_CONNECT;
	snprintf(text, sizeof(text), "not connected within %d ms (phase: %s): %.150s", timeout_ms,
	    nacre_phase_name(f->phase), f->text);
	memcpy(f->text, text, sizeof(text));
	f->hint[0] = '\0';
	f->code = NACRE_E_DEADLINE;
	if (proxy_stderr(&c->io.carrier).n > 0)
		failure_add_peer(f, c->env, 0, proxy_stderr(&c->io.carrier));
	return f->code;
}

static int
connect_steps(struct nacre_client *c, const char *host, const struct nacre_connect_options *options)
{
	int rc;

	if ((rc = take_names(c, host, options)) != NACRE_OK)
		return rc;
	if ((rc = check_algorithms(c, options)) != NACRE_OK)
		return rc;
	if ((rc = client_expect_host_key(c, options)) != NACRE_OK)
		return rc;
	if ((rc = host_key_update_new(c, options)) != NACRE_OK)
		return rc;
	if ((rc = auth_plan_new(c->env, options, &c->plan, &c->failure)) != NACRE_OK)
		return rc;
	plan_tell_agent(c);
	plan_tell_notes(c);
	if ((rc = ways_go(c, options)) != NACRE_OK)
		return rc;
	if (client_is_cancelled(c))
		return NACRE_E_CANCELLED;
	if ((rc = make_conn(c, options)) != NACRE_OK)
		return rc;
	c->channel_timeout_ms = client_timeout(options->channel_timeout_ms, CLIENT_CHANNEL_TIMEOUT_MS);
	return run_handshake(c);
}

/* What is left of a connection that has ended goes. */
static void
begin_anew(struct nacre_client *c, const struct nacre_connect_options *options)
{
	client_close(c);
	failure_clear(&c->key_problem, c->env);
	failure_clear(&c->way_problem, c->env);
	auth_record_free(&c->record, c->env);
	mem_free(c->env, c->dial_log, sizeof(*c->dial_log));
	c->dial_log = NULL;
	c->auth_trivial = c->dialled = false;
	c->failed_hop = 0;
	c->paused_ms = 0;
	c->deadline = options->timeout_ms > 0 ? clock_deadline(options->timeout_ms) : -1;
}

static int
connect_now(struct nacre_client *c, const char *host, const struct nacre_connect_options *options)
{
	int rc;

	begin_anew(c, options);
	if ((rc = ways_take(c, options)) == NACRE_OK)
		rc = check_overdue(c, connect_steps(c, host, options), options->timeout_ms);
	client_config_connected(c);
	auth_plan_free(c->plan, c->env);
	c->plan = NULL;
	c->trust.pins = NULL;
	c->deadline = -1;
	if (rc != NACRE_OK && rc != NACRE_E_CANCELLED)
		client_log(c, NACRE_LOG_ERROR, "no connection to %s: %s", host == NULL ? "" : host, c->failure.text);
	if (rc != NACRE_OK)
		client_close(c);
	return rc;
}

int
nacre_client_connect(nacre_client *c, const char *host, const struct nacre_connect_options *given)
{
	struct nacre_connect_options options = {.sock = NULL};
	int rc = client_enter(c);
	bool entered;

	if (rc == NACRE_OK)
		rc = client_options(c, &options, sizeof(options), given);
	if (rc == NACRE_OK && c->conn != NULL && !c->ended)
		rc = client_fail(c, NACRE_E_MISUSE, "connected already: close first");
	entered = rc == NACRE_OK;
	if (entered && (rc = client_apply_config(c, &host, &options)) == NACRE_OK)
		return client_leave(c, connect_now(c, host, &options));
	/* What was handed over is ours, whatever the result. */
	if (given != NULL && given->size >= sizeof(given->size)) {
		memcpy(&options, given, given->size < sizeof(options) ? given->size : sizeof(options));
		ways_drop(&options);
	}
	return entered ? client_leave(c, rc) : rc;
}
