/* config_print: what was found, as ssh -G shows it. Knows: order and form. Must not know: how it was found. ssh(1),
 * -G. */
#include "config_token.h"
#include "text.h"

#include <stdio.h>

struct printing {
	const struct nacre_config_host *host;
	struct buf out;
	char *why;
	size_t why_size;
};

#define PRINT_MAX ((size_t)16 << 20)
#define LIST_MAX 8192 /* bytes of a list of algorithms */

/* The manual's spelling in lower case, but for one that OpenSSH spells differently here. */
static void
put_keyword(struct printing *p, enum config_id id)
{
	const char *name = config_rows[id].name;

	if (id == CONFIG_CanonicalizePermittedCNAMEs) {
		buf_put_slice(&p->out, SLICE_LIT("canonicalizePermittedcnames"));
		return;
	}
	for (; *name != '\0'; name++)
		buf_put_u8(&p->out, (uint8_t)(*name >= 'A' && *name <= 'Z' ? *name + ('a' - 'A') : *name));
}

static void
put_line(struct printing *p, enum config_id id, const char *text)
{
	put_keyword(p, id);
	buf_put_u8(&p->out, ' ');
	buf_put_slice(&p->out, slice_str(text));
	buf_put_u8(&p->out, '\n');
}

/* A word as it is used. */
static int
put_expanded(struct printing *p, enum config_id id, const char *word)
{
	struct config_expansion e = {
	    .host = p->host, .name = p->host->hostname, .alias = p->host->original, .flags = config_rows[id].flags};
	char *text;
	int r = config_expand(&e, word, &text);

	if (r != 0 && p->why != NULL && p->why_size > 0)
		snprintf(p->why, p->why_size, "%s: %s", config_rows[id].name,
		    e.why[0] == '\0' ? nacre_status_text(r) : e.why);
	if (r != 0)
		return r;
	buf_put_slice(&p->out, slice_str(text));
	mem_free_str(p->host->env, text);
	return 0;
}

static int
put_words(struct printing *p, enum config_id id, const char *const *words, size_t n)
{
	size_t i;
	int r = 0;

	put_keyword(p, id);
	for (i = 0; r == 0 && i < n; i++) {
		buf_put_u8(&p->out, ' ');
		r = put_expanded(p, id, words[i]);
	}
	buf_put_u8(&p->out, '\n');
	return r;
}

static const struct {
	enum config_id id;
	enum nacre_algorithm_kind kind;
} lists[] = {
    {CONFIG_Ciphers, NACRE_ALGORITHM_CIPHER},
    {CONFIG_MACs, NACRE_ALGORITHM_MAC},
    {CONFIG_KexAlgorithms, NACRE_ALGORITHM_KEX},
    {CONFIG_HostKeyAlgorithms, NACRE_ALGORITHM_HOST_KEY},
    {CONFIG_PubkeyAcceptedAlgorithms, NACRE_ALGORITHM_PUBKEY},
    {CONFIG_HostbasedAcceptedAlgorithms, NACRE_ALGORITHM_PUBKEY},
};

#define N_LISTS (sizeof(lists) / sizeof(lists[0]))

/* Is it an edit, or does it have wildcards? A plain list is shown as it is: it may name what this build has not. */
static bool
needs_making(const char *list)
{
	return list == NULL || strpbrk(list, "+-^") == list || strpbrk(list, "*?") != NULL;
}

static int
put_list(struct printing *p, enum config_id id, enum nacre_algorithm_kind kind)
{
	const struct nacre_config_world *world = p->host->world;
	const char *list = config_shown(p->host, id);
	char made[LIST_MAX];
	int r = 0;

	if (needs_making(list) && world->algorithms != NULL) {
		r = world->algorithms(
		    world->ctx, p->host->env, kind, list, made, sizeof(made), p->why, p->why == NULL ? 0 : p->why_size);
		list = made;
	}
	if (r == 0 && list != NULL)
		put_line(p, id, list);
	return r;
}

static void
put_identities(struct printing *p)
{
	static const char *const names[] = {
	    "~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa", "~/.ssh/id_ecdsa_sk", "~/.ssh/id_ed25519_sk"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put_line(p, CONFIG_IdentityFile, names[i]);
}

static int
put_default(struct printing *p, enum config_id id)
{
	const char *rest = config_rows[id].fallback, *words[4];
	char room[256];
	size_t n = 0;

	if (id == CONFIG_IdentityFile)
		put_identities(p);
	if (rest == NULL)
		return 0;
	if ((config_rows[id].flags & CONFIG_SHOWN) == 0 || strchr(rest, '~') == NULL) {
		put_line(p, id, rest);
		return 0;
	}
	snprintf(room, sizeof(room), "%s", rest);
	for (char *word = room; word != NULL && n < 4;) {
		char *blank = strchr(word, ' ');

		words[n++] = word;
		if (blank != NULL)
			*blank++ = '\0';
		word = blank;
	}
	return put_words(p, id, words, n);
}

static int
put_value(struct printing *p, enum config_id id, const struct config_value *value)
{
	unsigned flags = config_rows[id].flags;
	bool is_none = value->n_words == 1 && text_eq_nocase(slice_str(value->shown), SLICE_LIT("none"));
	size_t i;

	if ((flags & CONFIG_SHOWN) != 0)
		return put_words(p, id, value->words, value->n_words);
	for (i = 0; (flags & CONFIG_EACH) != 0 && i < value->n_words; i++)
		put_line(p, id, value->words[i]);
	if ((flags & CONFIG_EACH) == 0)
		put_line(p, id, is_none ? "none" : value->shown);
	return 0;
}

static int
put_row(struct printing *p, enum config_id id)
{
	const struct config_value *value = config_first(p->host, id);
	size_t i;
	int r = 0;

	for (i = 0; i < N_LISTS; i++)
		if (lists[i].id == id)
			return put_list(p, id, lists[i].kind);
	if (value == NULL)
		return put_default(p, id);
	for (; r == 0 && value != NULL; value = value->next)
		r = put_value(p, id, value);
	return r;
}

static void
put_names(struct printing *p)
{
	const char *user = config_user(p->host);

	buf_put_slice(&p->out, SLICE_LIT("host "));
	buf_put_slice(&p->out, slice_str(p->host->original));
	buf_put_u8(&p->out, '\n');
	if (user != NULL)
		put_line(p, CONFIG_User, user);
	put_line(p, CONFIG_Hostname, p->host->hostname);
}

int
nacre_config_print(const nacre_config_host *found, char **text, size_t *n, char *why, size_t why_size)
{
	struct printing p = {.host = found, .why = why, .why_size = why_size};
	size_t id;
	int r = 0;

	*text = NULL;
	*n = 0;
	if (why != NULL && why_size > 0)
		why[0] = '\0';
	buf_init(&p.out, found->env, PRINT_MAX);
	put_names(&p);
	for (id = CONFIG_Port; r == 0 && id < CONFIG_ROWS; id++)
		r = put_row(&p, (enum config_id)id);
	if (r == 0)
		r = p.out.bad;
	if (r == 0 && (*text = mem_str(found->env, buf_slice(&p.out))) == NULL)
		r = NACRE_E_NOMEM;
	*n = r == 0 ? p.out.n : 0;
	buf_free(&p.out);
	return r;
}
