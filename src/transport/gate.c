/* gate: see gate.h. Knows: rules, one function a phase. Must not know: contents. Clauses stand at the rules. */
#include "gate.h"

static bool
in_kex(const struct gate *g)
{
	return g->kex != GATE_OPEN && g->kex != GATE_START;
}

/* draft-ietf-sshm-strict-kex 3: in the first exchange nothing but the exchange, from the first packet on. */
static bool
is_strict_now(const struct gate *g)
{
	return g->strict && g->first;
}

static enum gate_verdict
deliver_if(bool ok)
{
	return ok ? VERDICT_DELIVER : VERDICT_REFUSE;
}

/* RFC 4253 10: one SERVICE_REQUEST, once keys are in use; RFC 4252 4: for ssh-userauth. */
static enum gate_verdict
check_service(const struct gate *g, uint8_t number)
{
	if (number == NUM_service_request)
		return deliver_if(g->kex == GATE_OPEN && g->service == GATE_NO_SERVICE);
	return deliver_if(g->kex == GATE_OPEN && g->service == GATE_REQUESTED);
}

static enum gate_verdict
check_transport(const struct gate *g, uint8_t number)
{
	switch (number) {
	case NUM_disconnect:
		return VERDICT_DELIVER;
	case NUM_ext_info:
		return deliver_if(g->kex == GATE_OPEN && g->ext_info);
	case NUM_service_request:
	case NUM_service_accept:
		return check_service(g, number);
	default: /* IGNORE, UNIMPLEMENTED, DEBUG */
		return deliver_if(!is_strict_now(g));
	}
}

/* RFC 4253 7.1: no second KEXINIT in an exchange; 7.3: NEWKEYS ends one. */
static enum gate_verdict
check_negotiation(const struct gate *g, uint8_t number)
{
	if (number == NUM_kexinit)
		return deliver_if(!in_kex(g));
	return deliver_if(g->kex == GATE_NEWKEYS);
}

/* RFC 4252 5.1: after SUCCESS further requests are ignored silently; nothing else may come. A late BANNER harms
 * nobody. */
static enum gate_verdict
check_auth(const struct gate *g, uint8_t number)
{
	if (g->kex != GATE_OPEN)
		return VERDICT_REFUSE;
	if (g->service == GATE_AUTH || (g->service == GATE_REQUESTED && number == NUM_userauth_banner))
		return VERDICT_DELIVER;
	if (g->service == GATE_CONNECTION && (number == NUM_userauth_request || number == NUM_userauth_banner))
		return VERDICT_IGNORE;
	return VERDICT_REFUSE;
}

static enum gate_verdict
check_connection(const struct gate *g)
{
	return deliver_if(g->kex == GATE_OPEN && g->service == GATE_CONNECTION);
}

/* PING is answered only after authentication, and never inside an exchange (CVE-2025-26466); PONG is never answered. */
static enum gate_verdict
check_extension(const struct gate *g, uint8_t number)
{
	if (g->kex != GATE_OPEN)
		return VERDICT_REFUSE;
	return number == NUM_ping && g->service == GATE_CONNECTION ? VERDICT_DELIVER : VERDICT_IGNORE;
}

/* RFC 4253 7.1: after KEXINIT only 1-49 may come; draft-ietf-sshm-strict-kex: in the first exchange not even unknown
 * ones. */
static enum gate_verdict
check_unknown(const struct gate *g, uint8_t number)
{
	if (is_strict_now(g) || (in_kex(g) && number >= 50))
		return VERDICT_REFUSE;
	return VERDICT_UNIMPLEMENTED;
}

/* Of a method with two messages each way, the one that this state waits for (RFC 4419 3). */
static enum gate_verdict
check_method(const struct gate *g, enum msg_id id)
{
	bool is_second = id == MSG_kex_gex_init || id == MSG_kex_gex_reply;

	return deliver_if(g->kex == (is_second ? GATE_METHOD_2 : GATE_METHOD));
}

static bool
is_method_number(uint8_t number)
{
	return number >= 30 && number <= 49;
}

static enum msg_family
family_of(const struct gate *g, uint8_t number)
{
	if (is_method_number(number))
		return g->kex_family;
	return number >= 60 && number <= 79 ? g->auth_family : FAMILY_GENERIC;
}

enum gate_verdict
gate_check(const struct gate *g, uint8_t number)
{
	enum msg_id id = msg_find(number, family_of(g, number));
	enum msg_from peer = g->role == NACRE_CLIENT ? FROM_SERVER : FROM_CLIENT;

	/* RFC 4253 7.1: the wrong guess, whatever method it was for, is one packet to drop. */
	if (g->kex == GATE_GUESS && is_method_number(number))
		return VERDICT_IGNORE;
	/* 30-41 and 60-66 are taken by methods: outside their method they are no unknown messages but misplaced
	 * ones. */
	if (id == MSG_none && ((number >= 30 && number <= 41) || (number >= 60 && number <= 66)))
		return VERDICT_REFUSE;
	if (id == MSG_none)
		return check_unknown(g, number);
	if ((msg_rows[id].from & peer) == 0)
		return VERDICT_REFUSE;
	switch (msg_rows[id].phase) {
	case PHASE_TRANSPORT:
		return check_transport(g, number);
	case PHASE_NEGOTIATION:
		return check_negotiation(g, number);
	case PHASE_METHOD:
		return check_method(g, id);
	case PHASE_AUTH:
		return check_auth(g, number);
	case PHASE_CONNECTION:
		return check_connection(g);
	case PHASE_EXTENSION:
		return check_extension(g, number);
	}
	return VERDICT_REFUSE;
}

const char *
gate_kex_name(enum gate_kex kex)
{
	static const char *const names[] = {"start", "guess", "method", "method 2", "newkeys", "open"};

	return names[kex];
}

const char *
gate_service_name(enum gate_service service)
{
	static const char *const names[] = {"none", "requested", "auth", "connection"};

	return names[service];
}
