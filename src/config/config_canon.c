/* config_canon: which name a host has in the end. Knows: Hostname, domains, aliases of the DNS. Must not know: how
 * names are looked up. ssh_config(5): Hostname, CanonicalizeHostname and what belongs to it. */
#include "config_kinds.h"
#include "config_token.h"
#include "pattern.h"
#include "text.h"

#include <stdio.h>

#define NAME_MAX_LEN 1025 /* of a host, with the NUL, as getaddrinfo has it */

/* Puts a new name in the place of the old one. */
static int
rename_to(struct config_reader *r, const char *text)
{
	char *name = mem_str(r->env, slice_str(text));

	if (name == NULL)
		return config_fail(r, NACRE_E_NOMEM, "out of memory");
	mem_free_str(r->env, r->into->hostname);
	r->into->hostname = name;
	return 0;
}

int
config_name_now(struct config_reader *r, char **name)
{
	const char *hostname = config_shown(r->into, CONFIG_Hostname);
	struct config_expansion e = {.host = r->into, .name = r->name, .alias = r->name, .flags = CONFIG_NAME};
	int code;

	if (r->final)
		hostname = NULL; /* r->name is canonical by now */
	if (hostname == NULL)
		*name = mem_str(r->env, slice_str(r->name));
	code = hostname != NULL ? config_expand(&e, hostname, name) : *name == NULL ? NACRE_E_NOMEM : 0;
	return code == 0 ? 0 : config_fail(r, code, "Hostname: %s", e.why[0] == '\0' ? nacre_status_text(code) : e.why);
}

/* What can only be an address, whether it is a good one or not. */
static bool
looks_numeric(const char *name)
{
	return strpbrk(name, "%:") != NULL || name[strspn(name, "0123456789.")] == '\0';
}

/* True: it was an address, which is spelled the usual way now; nothing further is to be done with it. */
static int
settle_address(struct config_reader *r, bool *is_address)
{
	const struct nacre_config_world *world = r->world;
	const char *family = config_shown(r->into, CONFIG_AddressFamily);
	char usual[NAME_MAX_LEN];
	int code = 1;

	if (world->name != NULL)
		code = world->name(world->ctx, NACRE_CONFIG_NUMERIC, r->into->hostname, family == NULL ? "any" : family,
		    usual, sizeof(usual));
	*is_address = code == 0 || looks_numeric(r->into->hostname);
	if (code == 0)
		return rename_to(r, usual);
	return code < 0 ? config_fail(r, code, "%s: %s", r->into->hostname, nacre_status_text(code)) : 0;
}

static void
lower(char *name)
{
	for (; *name != '\0'; name++)
		if (*name >= 'A' && *name <= 'Z')
			*name = (char)(*name + ('a' - 'A'));
}

static bool
is_direct(const struct nacre_config_host *into)
{
	return (config_first(into, CONFIG_ProxyCommand) == NULL || config_is_none(into, CONFIG_ProxyCommand)) &&
	       (config_first(into, CONFIG_ProxyJump) == NULL || config_is_none(into, CONFIG_ProxyJump));
}

/* Asks for a name: *found, and its canonical name where that is a fit one, else "". */
static int
look_up(struct config_reader *r, const char *name, bool *found, char canonical[NAME_MAX_LEN])
{
	const struct nacre_config_world *world = r->world;
	const char *family = config_shown(r->into, CONFIG_AddressFamily);
	int code;

	*found = false;
	canonical[0] = '\0';
	if (world->name == NULL)
		return config_fail(r, NACRE_E_CONFIG, "CanonicalizeHostname: nobody can look names up here");
	code = world->name(
	    world->ctx, NACRE_CONFIG_RESOLVED, name, family == NULL ? "any" : family, canonical, NAME_MAX_LEN);
	if (code < 0)
		return config_fail(r, code, "%s: %s", name, nacre_status_text(code));
	*found = code == 0;
	/* It comes from the network: only what can be a domain's name is taken. */
	if (!*found || !config_is_domain(slice_str(canonical)))
		canonical[0] = '\0';
	return 0;
}

/* The alias that a rule permits for this name, or NULL. */
static const char *
permitted_alias(const struct nacre_config_host *into, const char *name, const char *canonical)
{
	const struct config_value *value = config_first(into, CONFIG_CanonicalizePermittedCNAMEs);
	size_t i;

	for (i = 0; value != NULL && canonical[0] != '\0' && i < value->n_words; i++) {
		struct slice rule = slice_str(value->words[i]);
		struct slice from = slice_of(rule.p, strcspn(value->words[i], ":"));

		if (pattern_list_match(from, slice_str(name)) == PATTERN_MATCH &&
		    pattern_list_match(slice_from(rule, from.n + 1), slice_str(canonical)) == PATTERN_MATCH)
			return canonical;
	}
	return NULL;
}

/* Tries one full name, which ends in a dot. */
static int
try_name(struct config_reader *r, char *full, bool *found)
{
	char canonical[NAME_MAX_LEN];
	const char *alias;
	int code = look_up(r, full, found, canonical);

	if (code != 0 || !*found)
		return code;
	full[strlen(full) - 1] = '\0';
	alias = permitted_alias(r->into, full, canonical);
	return rename_to(r, alias != NULL ? alias : full);
}

static size_t
count_dots(const char *name)
{
	size_t n = 0;

	for (; *name != '\0'; name++)
		n += *name == '.';
	return n;
}

static bool
has_too_many_dots(const struct nacre_config_host *into)
{
	const char *max = config_shown(into, CONFIG_CanonicalizeMaxDots);

	return count_dots(into->hostname) > (size_t)(max == NULL ? 1 : text_number(slice_str(max), CONFIG_NUMBER_MAX));
}

/* The name with each domain behind it in turn. *tried: does it need one at all? */
static int
try_domains(struct config_reader *r, bool *found, bool *tried)
{
	const struct config_value *domains = config_first(r->into, CONFIG_CanonicalDomains);
	const char *name = r->into->hostname;
	char full[NAME_MAX_LEN];
	size_t i, n = strlen(name);
	int code = 0, length;

	*tried = true;
	if (n > 0 && n + 1 < sizeof(full) && name[n - 1] == '.') {
		snprintf(full, sizeof(full), "%s", name);
		return try_name(r, full, found);
	}
	*tried = !has_too_many_dots(r->into);
	for (i = 0; *tried && code == 0 && !*found && domains != NULL && i < domains->n_words; i++) {
		if (text_eq_nocase(slice_str(domains->words[i]), SLICE_LIT("none")))
			break;
		length = snprintf(full, sizeof(full), "%s.%s.", name, domains->words[i]);
		if (length > 0 && (size_t)length < sizeof(full))
			code = try_name(r, full, found);
	}
	return code;
}

/* No domain has it: the system's own search may, and then an alias that is permitted counts, too. */
static int
try_alone(struct config_reader *r)
{
	char canonical[NAME_MAX_LEN];
	const char *alias;
	bool found;
	int code;

	if (config_first(r->into, CONFIG_CanonicalizePermittedCNAMEs) == NULL ||
	    config_is_none(r->into, CONFIG_CanonicalizePermittedCNAMEs))
		return 0;
	if ((code = look_up(r, r->into->hostname, &found, canonical)) != 0)
		return code;
	if (!found)
		return is_direct(r->into)
			   ? config_fail(r, NACRE_E_RESOLVE, "%s: there is no such host", r->into->hostname)
			   : 0;
	alias = permitted_alias(r->into, r->into->hostname, canonical);
	return alias == NULL ? 0 : rename_to(r, alias);
}

int
config_canonicalize(struct config_reader *r)
{
	struct nacre_config_host *into = r->into;
	bool found = false, tried = false, is_address = false;
	int code = config_name_now(r, &into->hostname);

	if (code != 0 || (code = settle_address(r, &is_address)) != 0 || is_address)
		return code;
	lower(into->hostname);
	if (config_first(into, CONFIG_CanonicalizeHostname) == NULL ||
	    config_is(into, CONFIG_CanonicalizeHostname, "false"))
		return 0;
	/* A proxy would look the name up somewhere else. */
	if (!is_direct(into) && !config_is(into, CONFIG_CanonicalizeHostname, "always"))
		return 0;
	if ((code = try_domains(r, &found, &tried)) != 0 || found)
		return code;
	if (tried && config_is(into, CONFIG_CanonicalizeFallbackLocal, "no"))
		return config_fail(r, NACRE_E_CONFIG_NAME, "%s: not found in any of CanonicalDomains", into->hostname);
	return try_alone(r);
}
