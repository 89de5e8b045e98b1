/* gate_text: see gate_text.h. One line for each run of numbers with the same verdict. */
#include "gate_text.h"
#include "gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct text {
	char *p;
	size_t n, cap;
};

static void
put(struct text *t, const char *format, ...)
{
	char line[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(line))
		abort();
	if (t->n + (size_t)n + 1 > t->cap) {
		t->cap = (t->cap + 4096) * 2;
		if ((t->p = realloc(t->p, t->cap)) == NULL)
			abort();
	}
	memcpy(t->p + t->n, line, (size_t)n + 1);
	t->n += (size_t)n;
}

static const char *
message_name(const struct gate *g, unsigned number)
{
	enum msg_id id = msg_find((uint8_t)number, number < 50 ? g->kex_family : g->auth_family);

	return id == MSG_none ? "-" : msg_rows[id].name;
}

/* Numbers without a name that follow each other with one verdict share a line. */
static void
put_verdicts(struct text *t, const struct gate *g)
{
	unsigned first = 0, last;

	while (first <= 255) {
		enum gate_verdict verdict = gate_check(g, (uint8_t)first);
		const char *name = message_name(g, first);

		last = first;
		while (name[0] == '-' && last < 255 && message_name(g, last + 1)[0] == '-' &&
		       gate_check(g, (uint8_t)(last + 1)) == verdict)
			last++;
		if (first == last)
			put(t, "  %3u      %-28s %s\n", first, name, gate_verdict_name(verdict));
		else
			put(t, "  %3u-%-3u  %-28s %s\n", first, last, name, gate_verdict_name(verdict));
		first = last + 1;
	}
}

static void
put_state(struct text *t, const struct gate *g)
{
	put(t, "%s: kex=%s%s%s service=%s%s family=%s\n", g->role == NACRE_CLIENT ? "client" : "server",
	    gate_kex_name(g->kex), g->first ? " first" : "", g->strict ? " strict" : "", gate_service_name(g->service),
	    g->ext_info ? " ext-info" : "",
	    g->auth_family == FAMILY_PUBKEY ? "publickey" : g->auth_family == FAMILY_PASSWORD ? "password" : "none");
	put_verdicts(t, g);
}

/* States that cannot be reached are left out: a service exists only once the first exchange is over. */
static bool
is_reachable(const struct gate *g)
{
	if (g->first)
		return g->service == GATE_NO_SERVICE && g->kex != GATE_OPEN && !g->ext_info &&
		       g->auth_family == FAMILY_GENERIC;
	if (g->kex == GATE_START || (g->role == NACRE_SERVER && g->service == GATE_REQUESTED))
		return false;
	if (g->ext_info && g->kex != GATE_OPEN)
		return false;
	if (g->auth_family != FAMILY_GENERIC)
		return g->role == NACRE_CLIENT && g->service == GATE_AUTH && g->kex == GATE_OPEN && !g->ext_info;
	return true;
}

static void
put_families(struct text *t, struct gate g)
{
	static const enum msg_family families[] = {FAMILY_GENERIC, FAMILY_PUBKEY, FAMILY_PASSWORD};
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		g.auth_family = families[i];
		g.ext_info = false;
		if (is_reachable(&g))
			put_state(t, &g);
		g.ext_info = true;
		if (is_reachable(&g))
			put_state(t, &g);
	}
}

static void
put_role(struct text *t, enum nacre_role role)
{
	unsigned first, strict, kex, service;

	for (first = 0; first <= 1; first++)
		for (strict = 0; strict <= 1; strict++)
			for (kex = GATE_START; kex <= GATE_OPEN; kex++)
				for (service = GATE_NO_SERVICE; service <= GATE_CONNECTION; service++)
					put_families(t, (struct gate){.role = role, .first = first == 0, .strict = strict == 1,
						.kex = (enum gate_kex)kex, .service = (enum gate_service)service,
						.kex_family = FAMILY_KEX_ECDH});
}

char *
gate_text(size_t *n)
{
	struct text t = {NULL, 0, 0};

	put_role(&t, NACRE_CLIENT);
	put_role(&t, NACRE_SERVER);
	*n = t.n;
	return t.p;
}
