/* gate_text: see gate_text.h. A table for each role: a row for each message, a column for each state. */
#include "gate_text.h"
#include "gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define STATES_MAX 64

struct text {
	char *p;
	size_t n, cap;
};

struct states {
	struct gate at[STATES_MAX];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void
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

/* The method's family matters in its own states alone; there is a second one in group exchange only. That the service
 * is no matter there is seen with ECDH. */
static bool
is_worth_a_column(const struct gate *g)
{
	if (g->ext_info || g->auth_family != FAMILY_GENERIC)
		return false;
	if (g->kex != GATE_METHOD && (g->kex != GATE_METHOD_2 || g->kex_family != FAMILY_KEX_GEX))
		return false;
	return g->first ? g->service == GATE_NO_SERVICE : !g->strict && g->service == GATE_CONNECTION;
}

/* States that cannot be reached are left out: a service exists only once the first exchange is over, and strictness is
 * known (and matters) only inside it. */
static bool
is_reachable(const struct gate *g)
{
	if (g->kex_family != FAMILY_KEX_ECDH || g->kex == GATE_METHOD_2)
		return is_worth_a_column(g);
	if (g->first)
		return g->service == GATE_NO_SERVICE && g->kex != GATE_OPEN && !g->ext_info &&
		       g->auth_family == FAMILY_GENERIC && !(g->kex == GATE_START && g->strict);
	if (g->strict || g->kex == GATE_START || (g->role == NACRE_SERVER && g->service == GATE_REQUESTED))
		return false;
	if (g->ext_info && g->kex != GATE_OPEN)
		return false;
	if (g->auth_family != FAMILY_GENERIC)
		return (g->role == NACRE_CLIENT || g->auth_family == FAMILY_KBDINT) && g->service == GATE_AUTH && g->kex == GATE_OPEN && !g->ext_info;
	return true;
}

static void
add_state(struct states *s, struct gate g)
{
	if (!is_reachable(&g))
		return;
	if (s->n == STATES_MAX)
		abort();
	s->at[s->n++] = g;
}

static void
add_variants(struct states *s, struct gate g)
{
	static const enum msg_family families[] = {FAMILY_GENERIC, FAMILY_PUBKEY, FAMILY_PASSWORD, FAMILY_KBDINT};
	size_t i;

	for (g.kex_family = FAMILY_KEX_DH; g.kex_family <= FAMILY_KEX_GEX; g.kex_family++)
		add_state(s, g);
	g.kex_family = FAMILY_KEX_ECDH;
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		g.auth_family = families[i];
		g.ext_info = false;
		add_state(s, g);
		g.ext_info = true;
		add_state(s, g);
	}
}

static void
all_states(struct states *s, enum nacre_role role)
{
	unsigned first, strict, service, kex;

	s->n = 0;
	for (first = 0; first <= 1; first++)
		for (strict = 0; strict <= 1; strict++)
			for (service = GATE_NO_SERVICE; service <= GATE_CONNECTION; service++)
				for (kex = GATE_START; kex <= GATE_OPEN; kex++)
					add_variants(s, (struct gate){.role = role, .first = first == 0, .strict = strict == 1,
						.kex = (enum gate_kex)kex, .service = (enum gate_service)service});
}

static char
state_letter(size_t i)
{
	return (char)(i < 26 ? 'A' + (int)i : 'a' + (int)i - 26);
}

static const char *
family_name(enum msg_family family)
{
	if (family == FAMILY_KEX_DH)
		return " of a fixed group";
	return family == FAMILY_KEX_GEX ? " of group exchange" : "";
}

static void
put_legend(struct text *t, const struct states *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct gate *g = &s->at[i];
		const char *method = g->auth_family == FAMILY_PUBKEY     ? ", method publickey"
				     : g->auth_family == FAMILY_PASSWORD ? ", method password"
				     : g->auth_family == FAMILY_KBDINT   ? ", method keyboard-interactive"
									 : "";

		put(t, "  %c  %s exchange: %s%s%s, service: %s%s%s\n", state_letter(i), g->first ? "first" : "later",
		    gate_kex_name(g->kex), family_name(g->kex_family), g->strict ? " (strict)" : "", gate_service_name(g->service), method,
		    g->ext_info ? ", place for EXT_INFO" : "");
	}
}

/* The row of a number in any family: its cells say in which states that family runs. */
static const char *
number_name(unsigned number)
{
	static const enum msg_family families[] = {
	    FAMILY_GENERIC, FAMILY_KEX_ECDH, FAMILY_KEX_GEX, FAMILY_PUBKEY, FAMILY_PASSWORD, FAMILY_KBDINT};
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		enum msg_id id = msg_find((uint8_t)number, families[i]);

		if (id != MSG_none)
			return number == 30 || number == 31 || number == 60 ? "(method's own)" : msg_rows[id].name;
	}
	return "-";
}

static void
cells(const struct states *s, unsigned number, char *out)
{
	static const char letters[] = {[VERDICT_DELIVER] = 'D', [VERDICT_IGNORE] = 'i', [VERDICT_UNIMPLEMENTED] = 'u',
		[VERDICT_REFUSE] = '.'};
	size_t i;

	for (i = 0; i < s->n; i++)
		out[i] = letters[gate_check(&s->at[i], (uint8_t)number)];
	out[s->n] = '\0';
}

/* Numbers without a name that follow each other with the same cells share a row. */
static void
put_rows(struct text *t, const struct states *s)
{
	char row[STATES_MAX + 1], next[STATES_MAX + 1];
	unsigned first, last;

	for (first = 0; first <= 255; first = last + 1) {
		const char *name = number_name(first);

		cells(s, first, row);
		for (last = first; name[0] == '-' && last < 255 && number_name(last + 1)[0] == '-'; last++) {
			cells(s, last + 1, next);
			if (strcmp(row, next) != 0)
				break;
		}
		if (first == last)
			put(t, "  %3u      %-26s %s\n", first, name, row);
		else
			put(t, "  %3u-%-3u  %-26s %s\n", first, last, name, row);
	}
}

static void
put_role(struct text *t, enum nacre_role role)
{
	struct states s;
	size_t i;

	all_states(&s, role);
	put(t, "What a %s takes, by state:\n", role == NACRE_CLIENT ? "client" : "server");
	put_legend(t, &s);
	put(t, "\n  %-35s", "D deliver  i ignore  . refuse");
	put(t, "\n  %-35s ", "u answer UNIMPLEMENTED");
	for (i = 0; i < s.n; i++)
		put(t, "%c", state_letter(i));
	put(t, "\n");
	put_rows(t, &s);
	put(t, "\n");
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
