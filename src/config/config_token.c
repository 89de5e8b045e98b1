/* config_token: see config_token.h. Knows: letters and what they stand for. Must not know: files. ssh_config(5). */
#include "config_token.h"
#include "hash.h"
#include "text.h"

#include <stdio.h>

#define VALUE_MAX 4096 /* of a variable, a home directory */
#define NAME_MAX_LEN 256 /* of a variable, a user */
#define SHA1_LEN 20

static int
refuse(struct config_expansion *e, int code, const char *text, struct slice what)
{
	char shown[64];

	(void)text_escape(shown, sizeof(shown), what, false);
	snprintf(e->why, sizeof(e->why), "%s%s", text, shown);
	return code;
}

const char *
config_user(const struct nacre_config_host *host)
{
	const char *user = config_shown(host, CONFIG_User);

	return user != NULL ? user : host->facts[NACRE_CONFIG_USER];
}

const char *
config_port_text(const struct nacre_config_host *host)
{
	const char *port = config_shown(host, CONFIG_Port);

	return port != NULL ? port : "22"; /* RFC 4253 4.1 */
}

static struct slice
short_name(const char *name)
{
	return slice_of(name, name == NULL ? 0 : strcspn(name, "."));
}

/* %C: tells connections apart, in as many characters as a socket's path has room for. */
static int
put_hash(struct config_expansion *e, struct buf *out)
{
	const struct slice parts[] = {slice_str(e->host->facts[NACRE_CONFIG_HOSTNAME]), slice_str(e->name),
	    slice_str(config_port_text(e->host)), slice_str(config_user(e->host)), config_jump_host(e->host)};
	uint8_t digest[HASH_MAX_LEN];
	char hex[3];
	struct hash h;
	size_t i;
	int r = hash_init(&h, HASH_SHA1);

	for (i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		r = hash_update(&h, parts[i]);
	if (r == 0)
		r = hash_final(&h, digest);
	hash_wipe(&h);
	for (i = 0; r == 0 && i < SHA1_LEN; i++) {
		snprintf(hex, sizeof(hex), "%02x", digest[i]);
		buf_put(out, hex, 2);
	}
	return r;
}

/* What a letter stands for; p is NULL where nobody knows. */
static struct slice
value_of(const struct config_expansion *e, char letter)
{
	const struct nacre_config_host *host = e->host;
	const char *alias = config_shown(host, CONFIG_HostKeyAlias);
	const struct {
		char letter;
		struct slice value;
	} rows[] = {
	    {'d', slice_str(host->facts[NACRE_CONFIG_HOME])},
	    {'h', slice_str(e->name)},
	    {'i', slice_str(host->facts[NACRE_CONFIG_UID])},
	    {'j', config_jump_host(host)},
	    {'k', slice_str(alias != NULL ? alias : e->alias)},
	    {'L', short_name(host->facts[NACRE_CONFIG_HOSTNAME])},
	    {'l', slice_str(host->facts[NACRE_CONFIG_HOSTNAME])},
	    {'n', slice_str(host->original)},
	    {'p', slice_str(config_port_text(host))},
	    {'r', slice_str(config_user(host))},
	    {'u', slice_str(host->facts[NACRE_CONFIG_USER])},
	};
	size_t i;

	for (i = 0; i < e->n_more; i++)
		if (e->more[i].letter == letter)
			return slice_str(e->more[i].value);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].letter == letter)
			return rows[i].value;
	return SLICE_NONE;
}

/* Letters whose value comes from afar, or from a file that names hosts: checked before a shell sees them. What is this
 * machine's own (%d, %u, %l) is not: whoever could change that needs no shell of ours. */
static bool
is_fit(char letter, struct slice value)
{
	if (letter == 'r')
		return config_user_is_fit(value);
	return strchr("hnkjH", letter) == NULL || value.n == 0 || config_host_is_fit(value);
}

static bool
is_token(const struct config_expansion *e, char letter)
{
	size_t i;

	if ((e->flags & CONFIG_NAME) != 0)
		return letter == 'h';
	if ((e->flags & CONFIG_PROXY) != 0)
		return strchr("hnpr", letter) != NULL;
	for (i = 0; i < e->n_more; i++)
		if (e->more[i].letter == letter)
			return true;
	return strchr("dhijkLlnpru", letter) != NULL;
}

static int
put_token(struct config_expansion *e, struct slice *text, struct buf *out)
{
	struct slice value;
	char letter;

	if (text->n < 2)
		return refuse(e, NACRE_E_CONFIG, "a '%' at the end stands for nothing", SLICE_NONE);
	letter = (char)text->p[1];
	*text = slice_from(*text, 2);
	if (letter == '%') {
		buf_put_u8(out, '%');
		return 0;
	}
	if (letter == 'C' && (e->flags & CONFIG_TOKENS) != 0)
		return put_hash(e, out);
	if (letter == '\0' || !is_token(e, letter))
		return refuse(e, NACRE_E_CONFIG, "this is no token here: %", slice_of(&letter, 1));
	value = value_of(e, letter);
	if (value.p == NULL && letter != 'j')
		return refuse(e, NACRE_E_CONFIG, "nobody knows the value of %", slice_of(&letter, 1));
	if ((e->flags & CONFIG_SHELL) != 0 && !is_fit(letter, value))
		return refuse(e, NACRE_E_CONFIG_UNSAFE, "not fit to stand in a command: ", value);
	buf_put_slice(out, value);
	return 0;
}

bool
config_is_variable(struct slice name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (name.p[i] != '_' && !(name.p[i] >= '0' && name.p[i] <= '9') &&
		    !((name.p[i] | 0x20) >= 'a' && (name.p[i] | 0x20) <= 'z'))
			return false;
	return name.n > 0;
}

static int
put_variable(struct config_expansion *e, struct slice *text, struct buf *out)
{
	const struct nacre_config_world *world = e->host->world;
	char name[NAME_MAX_LEN] = "", value[VALUE_MAX];
	const uint8_t *end = memchr(text->p, '}', text->n);
	size_t n = end == NULL ? 0 : (size_t)(end - text->p) - 2;
	int r;

	if (end == NULL || n == 0 || n >= sizeof(name))
		return refuse(e, NACRE_E_CONFIG, "a variable is not written as ${NAME}", SLICE_NONE);
	memcpy(name, text->p + 2, n);
	*text = slice_from(*text, n + 3);
	if (world->variable == NULL)
		return refuse(e, NACRE_E_CONFIG, "nobody knows the environment's ", slice_str(name));
	if ((r = world->variable(world->ctx, name, value, sizeof(value))) != 0)
		return refuse(e, r > 0 ? NACRE_E_CONFIG : r, "the environment has no usable ", slice_str(name));
	buf_put_slice(out, slice_str(value));
	return 0;
}

/* Off the front of *text, with the slashes behind it; to out, with one. */
static int
put_home(struct config_expansion *e, struct slice *text, struct buf *out)
{
	const struct nacre_config_world *world = e->host->world;
	char user[NAME_MAX_LEN] = "", home[VALUE_MAX];
	size_t n = 1;
	int r = 0;

	while (n < text->n && text->p[n] != '/')
		n++;
	if (n > sizeof(user))
		return refuse(e, NACRE_E_CONFIG, "a user's name is too long", SLICE_NONE);
	memcpy(user, text->p + 1, n - 1);
	while (n < text->n && text->p[n] == '/')
		n++;
	*text = slice_from(*text, n);
	if (user[0] == '\0' && e->host->facts[NACRE_CONFIG_HOME] != NULL)
		snprintf(home, sizeof(home), "%s", e->host->facts[NACRE_CONFIG_HOME]);
	else if (user[0] == '\0' || world->home_of == NULL)
		r = 1;
	else
		r = world->home_of(world->ctx, user, home, sizeof(home));
	if (r != 0)
		return refuse(e, r > 0 ? NACRE_E_CONFIG : r, "nobody knows the home directory of ~", slice_str(user));
	buf_put_slice(out, slice_str(home));
	if (out->n == 0 || out->p[out->n - 1] != '/')
		buf_put_u8(out, '/');
	return 0;
}

static int
expand_rest(struct config_expansion *e, struct slice text, struct buf *out)
{
	int r = 0;

	while (r == 0 && text.n > 0) {
		if ((e->flags & CONFIG_VARIABLES) != 0 && slice_starts(text, SLICE_LIT("${")))
			r = put_variable(e, &text, out);
		else if ((e->flags & (CONFIG_TOKENS | CONFIG_PROXY | CONFIG_NAME)) != 0 && text.p[0] == '%')
			r = put_token(e, &text, out);
		else {
			buf_put_u8(out, text.p[0]);
			text = slice_from(text, 1);
		}
	}
	return r;
}

int
config_expand(struct config_expansion *e, const char *text, char **out)
{
	struct slice rest = slice_str(text);
	struct buf buf;
	int r = 0;

	*out = NULL;
	e->why[0] = '\0';
	buf_init(&buf, e->host->env, NACRE_CONFIG_TEXT_MAX);
	if ((e->flags & CONFIG_TILDE) != 0 && text[0] == '~')
		r = put_home(e, &rest, &buf);
	if (r == 0)
		r = expand_rest(e, rest, &buf);
	if (r == 0)
		r = buf.bad;
	if (r == 0 && (*out = mem_str(e->host->env, buf_slice(&buf))) == NULL)
		r = NACRE_E_NOMEM;
	buf_free(&buf);
	return r;
}

int
config_variables(struct config_reader *reader, const char *text, char **out)
{
	struct config_expansion e = {.host = reader->into, .flags = CONFIG_VARIABLES};
	int r = config_expand(&e, text, out);

	return r == 0 ? 0 : config_fail(reader, r, "%s", e.why[0] != '\0' ? e.why : nacre_status_text(r));
}

int
nacre_config_expand(const nacre_config_host *found, const struct nacre_config_directive *d, size_t word,
    const struct nacre_config_token *more, size_t n, char **out, char *why, size_t why_size)
{
	enum config_id id = config_row_find(slice_str(d->keyword));
	struct config_expansion e = {.host = found, .name = found->hostname, .alias = found->original};
	int r;

	*out = NULL;
	if (why != NULL && why_size > 0)
		why[0] = '\0';
	if (id >= CONFIG_ROWS || word >= d->n_words || (n > 0 && more == NULL))
		return NACRE_E_ARGUMENT;
	e.flags = config_rows[id].flags;
	e.more = more;
	e.n_more = n;
	r = config_expand(&e, d->words[word], out);
	if (r != 0 && why != NULL && why_size > 0) {
		int at = d->line == 0 ? snprintf(why, why_size, "%s: ", d->file)
				      : snprintf(why, why_size, "%.96s line %lu: ", d->file, d->line);

		if (at > 0 && (size_t)at < why_size)
			snprintf(why + at, why_size - (size_t)at, "%s: %s", d->keyword,
			    e.why[0] != '\0' ? e.why : nacre_status_text(r));
	}
	return r;
}

void
nacre_config_text_free(const nacre_config_host *found, char *text)
{
	mem_free_str(found->env, text);
}
