/* config_match: Match and its criteria. Knows: what each is compared with. Must not know: what the block sets.
 * ssh_config(5), Match. */
#include "config_token.h"
#include "netmask.h"
#include "pattern.h"
#include "text.h"

struct criterion {
	struct config_reader *r;
	const char *name; /* of the host, as far as it is known */
	const char *argument;
	bool so_far; /* did all before it match? */
};

/* Does it match? The answer goes to *yes. */
typedef int criterion_fn(const struct criterion *c, bool *yes);

static int
match_host(const struct criterion *c, bool *yes)
{
	*yes = pattern_list_match(slice_str(c->argument), slice_str(c->name)) == PATTERN_MATCH;
	return 0;
}

static int
match_original_host(const struct criterion *c, bool *yes)
{
	*yes = pattern_list_match(slice_str(c->argument), slice_str(c->r->into->original)) == PATTERN_MATCH;
	return 0;
}

/* Names of people and the like: letters as they are. What is empty is matched by "" alone. */
static int
match_text(const struct criterion *c, const char *text, bool *yes)
{
	if (text == NULL || text[0] == '\0')
		*yes = c->argument[0] == '\0';
	else
		*yes = pattern_list_match_exact(slice_str(c->argument), slice_str(text)) == PATTERN_MATCH;
	return 0;
}

static int
match_user(const struct criterion *c, bool *yes)
{
	return match_text(c, config_user(c->r->into), yes);
}

static int
match_local_user(const struct criterion *c, bool *yes)
{
	return match_text(c, c->r->into->facts[NACRE_CONFIG_USER], yes);
}

static int
match_tagged(const struct criterion *c, bool *yes)
{
	return match_text(c, config_shown(c->r->into, CONFIG_Tag), yes);
}

static int
match_command(const struct criterion *c, bool *yes)
{
	return match_text(c, c->r->command, yes);
}

static int
match_version(const struct criterion *c, bool *yes)
{
	return match_text(c, c->r->into->facts[NACRE_CONFIG_VERSION], yes);
}

static int
match_session_type(const struct criterion *c, bool *yes)
{
	const struct nacre_config_host *into = c->r->into;
	bool has_command = c->r->command != NULL && c->r->command[0] != '\0';

	if (config_is(into, CONFIG_SessionType, "subsystem") || config_is(into, CONFIG_SessionType, "none"))
		return match_text(c, config_shown(into, CONFIG_SessionType), yes);
	return match_text(c, has_command ? "exec" : "shell", yes);
}

struct networks {
	struct slice list;
	bool match;
};

static int
match_address(void *ctx, const char *text)
{
	struct networks *networks = ctx;
	struct netaddr address;

	if (netaddr_read(slice_str(text), &address))
		networks->match = netmask_list_match(networks->list, &address) == NETMASK_MATCH;
	return networks->match ? 1 : 0;
}

static int
match_local_network(const struct criterion *c, bool *yes)
{
	const struct nacre_config_world *world = c->r->world;
	struct networks networks = {.list = slice_str(c->argument)};
	struct netaddr any = {.is_v4 = true};
	int r;

	if (netmask_list_match(networks.list, &any) == NETMASK_MALFORMED)
		return config_fail_word(c->r, "these are no networks:", c->argument);
	if (world->addresses == NULL)
		return config_fail(c->r, NACRE_E_CONFIG, "nobody knows this machine's addresses");
	r = world->addresses(world->ctx, match_address, &networks);
	*yes = networks.match;
	return r < 0 ? config_fail(c->r, r, "this machine's addresses: %s", nacre_status_text(r)) : 0;
}

/* Run only where everything before it matched, and somebody allowed it. */
static int
match_exec(const struct criterion *c, bool *yes)
{
	struct config_expansion e = {
	    .host = c->r->into, .name = c->name, .alias = c->name, .flags = CONFIG_TOKENS | CONFIG_SHELL};
	const struct nacre_config_world *world = c->r->world;
	char *command;
	int r;

	*yes = false;
	if (!c->so_far)
		return 0;
	if (!c->r->allow_exec || world->run == NULL)
		return config_fail(c->r, NACRE_E_CONFIG_EXEC, "a command is to be run, which is not allowed");
	if ((r = config_expand(&e, c->argument, &command)) != 0)
		return config_fail(c->r, r, "exec: %s", e.why[0] == '\0' ? nacre_status_text(r) : e.why);
	r = world->run(world->ctx, command);
	mem_free_str(c->r->env, command);
	*yes = r == 0;
	return r < 0 ? config_fail(c->r, r, "exec: the command could not be run") : 0;
}

/* One reading after the names are settled; asking for it brings it about. */
static int
match_final(const struct criterion *c, bool *yes)
{
	*yes = c->r->final;
	return 0;
}

enum criterion_argument { NO_ARGUMENT, AN_ARGUMENT, MAY_BE_EMPTY };

static const struct {
	const char *name;
	criterion_fn *match;
	enum criterion_argument argument;
} criteria[] = {
    {"canonical", match_final, NO_ARGUMENT},
    {"final", match_final, NO_ARGUMENT},
    {"host", match_host, AN_ARGUMENT},
    {"originalhost", match_original_host, AN_ARGUMENT},
    {"user", match_user, AN_ARGUMENT},
    {"localuser", match_local_user, AN_ARGUMENT},
    {"localnetwork", match_local_network, AN_ARGUMENT},
    {"version", match_version, AN_ARGUMENT},
    {"tagged", match_tagged, MAY_BE_EMPTY},
    {"command", match_command, MAY_BE_EMPTY},
    {"sessiontype", match_session_type, AN_ARGUMENT},
    {"exec", match_exec, AN_ARGUMENT},
};

#define N_CRITERIA (sizeof(criteria) / sizeof(criteria[0]))

struct matching {
	struct criterion c;
	const struct config_words *words;
	size_t at; /* the next word */
	unsigned n; /* criteria so far */
};

/* "all" stands alone, or behind "canonical" or "final". */
static int
take_all(struct matching *m, bool negated)
{
	if (m->n > 1 || m->at < m->words->n)
		return config_fail(m->c.r, NACRE_E_CONFIG, "\"all\" goes with no other criterion");
	m->n++;
	m->c.so_far = m->c.so_far && !negated;
	return 0;
}

/* The argument is what follows "=" in the same word, or the next word. */
static int
take_argument(struct matching *m, struct slice rest, enum criterion_argument needs)
{
	m->c.argument = "";
	if (needs == NO_ARGUMENT)
		return 0;
	if (rest.n > 0)
		m->c.argument = (const char *)rest.p + 1;
	else if (m->at < m->words->n)
		m->c.argument = m->words->at[m->at++];
	else
		return config_fail(m->c.r, NACRE_E_CONFIG, "a criterion has no argument");
	if (m->c.argument[0] == '\0' && needs != MAY_BE_EMPTY)
		return config_fail(m->c.r, NACRE_E_CONFIG, "a criterion has an empty argument");
	return 0;
}

static int
take_criterion(struct matching *m, const char *word)
{
	bool negated = word[0] == '!', yes = false;
	const char *begin = negated ? word + 1 : word;
	struct slice name = slice_of(begin, strcspn(begin, "=")), rest = slice_from(slice_str(begin), name.n);
	size_t i = 0;
	int r;

	if (text_eq_nocase(slice_str(begin), SLICE_LIT("all")))
		return take_all(m, negated);
	while (i < N_CRITERIA && !text_eq_nocase(name, slice_str(criteria[i].name)))
		i++;
	if (i == N_CRITERIA || (criteria[i].argument == NO_ARGUMENT && rest.n > 0))
		return config_fail_word(m->c.r, "this is no criterion:", word);
	m->n++;
	if ((r = take_argument(m, rest, criteria[i].argument)) != 0 || (r = criteria[i].match(&m->c, &yes)) != 0)
		return r;
	if (strcmp(criteria[i].name, "final") == 0 && !negated)
		m->c.r->wants_final = true;
	m->c.so_far = m->c.so_far && yes != negated;
	return 0;
}

int
config_match(struct config_reader *r, const struct config_words *words, bool *matches)
{
	struct matching m = {.c = {.r = r, .so_far = !r->never}, .words = words};
	char *name = NULL;
	int code = config_name_now(r, &name);

	*matches = false;
	m.c.name = name;
	while (code == 0 && m.at < words->n)
		code = take_criterion(&m, words->at[m.at++]);
	mem_free_str(r->env, name);
	if (code != 0)
		return code;
	if (m.n == 0)
		return config_fail(r, NACRE_E_CONFIG, "a criterion is missing");
	*matches = m.c.so_far;
	return 0;
}
