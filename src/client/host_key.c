/* host_key: the server's key is shown: is it the right one? Knows: what pins, known hosts and the policy say together.
 * Must not know: how they say it (trust.c, policy.c), or how the connection came about. Serves: RFC 4253 8 (host key
 * verification), RFC 4251 4.1; the manual is <nacre/trust.h>. */
#include <stdio.h>
#include <string.h>
#include <nacre/cert.h>
#include "clock.h"
#include "dial.h"
#include "facade.h"

static int
keep(struct nacre_client *c, const struct trust_target *at, const nacre_key *key, const struct trust_found *found)
{
	trust_result_set(&c->trust.result, c->env, at, key, found);
	return found->code;
}

static int
ask_policy(struct nacre_client *c, const nacre_key *key)
{
	char name[TRUST_NAME_MAX];
	int verdict;

	trust_name(&c->trust.target, name);
	c->in_callback++;
	verdict = c->trust.policy(c->trust.policy_ctx, c, name, key);
	c->in_callback--;
	c->trust.result.view.accepted = verdict == 0;
	return verdict == 0 ? NACRE_OK : NACRE_E_HOST_KEY_UNKNOWN;
}

/* The address alone, in digits; false where there is none that was dialled. */
static bool
address_target(struct nacre_client *c, struct trust_target *at)
{
	*at = (struct trust_target){.port = c->trust.target.port};
	return c->trust.check_ip && c->dialled &&
	       dial_peer_host(c->io.carrier.fd, at->host, sizeof(at->host)) == NACRE_OK &&
	       strcmp(at->host, c->trust.target.host) != 0;
}

/* CheckHostIP of ssh_config(5): does its address speak against a key that its name does not? */
static int
ask_address(struct nacre_client *c, const nacre_key *key)
{
	struct trust_target at;
	struct trust_found found;

	if (!address_target(c, &at))
		return NACRE_OK;
	found = trust_check(&c->trust, &at, key);
	if (found.code == NACRE_OK || found.verdict == NACRE_HOST_KEY_UNKNOWN)
		return NACRE_OK;
	return keep(c, &at, key, &found);
}

static int
learn_address(struct nacre_client *c, const nacre_key *key)
{
	struct trust_target at;

	if (client_is_cancelled(c) || !address_target(c, &at) ||
	    trust_check(&c->trust, &at, key).verdict != NACRE_HOST_KEY_UNKNOWN)
		return NACRE_OK;
	return policy_learn_address(c, &at, key);
}

/* NoHostAuthenticationForLocalhost of ssh_config(5). The address is the socket's, not what a name or a file says. */
static bool
is_free_here(const struct nacre_client *c)
{
	char host[TRUST_HOST_MAX];

	if (!c->trust.any_local || !c->dialled || dial_peer_host(c->io.carrier.fd, host, sizeof(host)) != NACRE_OK)
		return false;
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* Known keys never ask anybody; changed and revoked ones neither. */
static int
judge_plain_key(struct nacre_client *c, const nacre_key *key)
{
	struct trust_found found = trust_check(&c->trust, &c->trust.target, key);
	int rc, address;

	if (c->trust.pins != NULL && found.verdict != NACRE_HOST_KEY_REVOKED &&
	    found.verdict != NACRE_HOST_KEY_UNDECIDED) {
		bool is_pinned = trust_has_pin(&c->trust, key);

		found = (struct trust_found){.verdict = is_pinned ? NACRE_HOST_KEY_PINNED : NACRE_HOST_KEY_NOT_PINNED,
		    .code = is_pinned ? NACRE_OK : NACRE_E_HOST_KEY_PIN};
		return keep(c, &c->trust.target, key, &found);
	}
	rc = keep(c, &c->trust.target, key, &found);
	if ((rc == NACRE_E_HOST_KEY_UNKNOWN || rc == NACRE_E_HOST_KEY_CHANGED) && is_free_here(c)) {
		client_log(c, NACRE_LOG_INFO, "the host key is taken as it is: this is a loopback address");
		c->trust.result.view.accepted = true;
		return NACRE_OK;
	}
	if (rc != NACRE_OK && rc != NACRE_E_HOST_KEY_UNKNOWN)
		return rc;
	if ((address = ask_address(c, key)) != NACRE_OK)
		return address;
	if (rc != NACRE_OK && (rc = ask_policy(c, key)) != NACRE_OK)
		return rc;
	return learn_address(c, key);
}

/* A certificate that proves nothing here is a key like any other. */
static int
judge_certificate(struct nacre_client *c, const nacre_key *cert)
{
	struct failure why = {.code = 0};
	struct trust_found found = trust_check_certificate(&c->trust, cert, &why);
	nacre_key *plain;
	int rc;

	if (found.code != NACRE_E_CERTIFICATE && (c->trust.pins == NULL || found.code != NACRE_OK))
		return keep(c, &c->trust.target, cert, &found);
	if (found.code == NACRE_E_CERTIFICATE)
		client_log(c, NACRE_LOG_DEBUG, "%s: what is known of its key decides", why.text);
	if ((rc = nacre_cert_plain(c->env, cert, &plain)) != NACRE_OK)
		return rc;
	rc = judge_plain_key(c, plain);
	nacre_key_free(plain);
	return rc;
}

bool
client_key_is_short(const nacre_key *key, unsigned bits_min)
{
	static const char rsa[] = "ssh-rsa"; /* and its certificates */

	return strncmp(nacre_key_type(key), rsa, sizeof(rsa) - 1) == 0 && nacre_key_bits(key) < bits_min;
}

static int
judge(struct nacre_client *c, const nacre_key *key)
{
	char name[TRUST_NAME_MAX];
	int rc;

	if (client_key_is_short(key, c->trust.rsa_bits_min)) {
		trust_name(&c->trust.target, name);
		return failure_set(&c->key_problem, NACRE_E_KEY_TYPE, NACRE_ORIGIN_LOCAL,
		    "the RSA host key of %s has %u bits, and %u are wanted", name, nacre_key_bits(key),
		    c->trust.rsa_bits_min);
	}
	rc = nacre_key_is_certificate(key) ? judge_certificate(c, key) : judge_plain_key(c, key);
	if (rc != NACRE_OK && !client_is_cancelled(c))
		(void)trust_result_explain(&c->trust.result, rc, &c->key_problem);
	return rc;
}

void
client_on_host_key(struct nacre_client *c, const struct nacre_event *event)
{
	uint64_t token = event->token;
	int rc;

	rc = judge(c, event->key);
	if (client_is_cancelled(c))
		return;
	/* The question was open while somebody thought; what follows is timed from now. */
	(void)nacre_conn_tick(c->conn, nacre_clock_ms());
	(void)nacre_conn_answer_host_key(c->conn, token, rc);
}

static int
check_pins(struct nacre_client *c, const char *const *pins)
{
	for (; pins != NULL && *pins != NULL; pins++)
		if (!fingerprint_is_one(*pins))
			return client_fail(c, NACRE_E_ARGUMENT, "host_key_fingerprints: not SHA256:... or MD5:...");
	return NACRE_OK;
}

int
client_expect_host_key(struct nacre_client *c, const struct nacre_connect_options *options)
{
	const char *alias = options->host_key_alias;
	struct trust *trust = &c->trust;

	trust_result_clear(&trust->result, c->env);
	if (alias != NULL && !client_host_is_fit(alias))
		return client_fail(c, NACRE_E_ARGUMENT, "host_key_alias: not a host's name");
	snprintf(trust->target.host, sizeof(trust->target.host), "%s", alias == NULL ? c->host : alias);
	trust->target.port = alias == NULL ? c->port : TRUST_PORT;
	trust->pins = options->host_key_fingerprints;
	trust->any_local = options->no_host_auth_for_localhost && alias == NULL;
	trust->rsa_bits_min = options->rsa_bits_min;
	trust->check_ip = options->check_host_ip && alias == NULL;
	return check_pins(c, trust->pins);
}

const struct nacre_host_key_result *
nacre_client_host_key_result(const nacre_client *c)
{
	static const struct nacre_host_key_result none = {
	    .name = "", .type = "", .fingerprint = "", .known_type = "", .known_fingerprint = ""};

	return c == NULL ? &none : &c->trust.result.view;
}
