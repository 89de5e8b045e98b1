/* probe_keys: the host keys of a server, type by type. Knows: which algorithms a type of key signs with. Must not know:
 * how a look goes about (probe.c). RFC 4253 8. */
#include <stdio.h>
#include <string.h>
#include "key.h"
#include "probe.h"

#define LIST_MAX 2048

/* A row of sigalg_table is wanted as long as its bit is set; a type's rows come and go together. */
struct wanted {
	uint64_t rows;
	bool listed; /* what the server does not offer was taken out */
};

/* ssh-keyscan's words. */
static const struct {
	const char *word, *type;
} words[] = {
    {"rsa", "ssh-rsa"},
    {"dsa", "ssh-dss"},
    {"ed25519", "ssh-ed25519"},
    {"ecdsa", "ecdsa-sha2-nistp256"},
    {"ecdsa", "ecdsa-sha2-nistp384"},
    {"ecdsa", "ecdsa-sha2-nistp521"},
    {"ed25519-sk", "sk-ssh-ed25519@openssh.com"},
    {"ecdsa-sk", "sk-ecdsa-sha2-nistp256@openssh.com"},
};

static bool
is_named(struct slice name, const char *type)
{
	if (slice_is(name, type))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (slice_is(name, words[i].word) && strcmp(type, words[i].type) == 0)
			return true;
	}
	return false;
}

static uint64_t
rows_named(struct slice name)
{
	uint64_t rows = 0;

	for (size_t i = 0; sigalg_table[i].name != NULL; i++) {
		if (is_named(name, sigalg_table[i].key_type))
			rows |= UINT64_C(1) << i;
	}
	return rows;
}

static uint64_t
rows_of_plain_keys(void)
{
	uint64_t rows = 0;

	for (size_t i = 0; sigalg_table[i].name != NULL; i++) {
		if (!sigalg_is_for_certificates(&sigalg_table[i]))
			rows |= UINT64_C(1) << i;
	}
	return rows;
}

static int
read_types(struct nacre_probe *p, const char *types, uint64_t *rows)
{
	struct slice list = slice_str(types), name;

	*rows = types == NULL ? rows_of_plain_keys() : 0;
	while (types != NULL && slice_next_name(&list, &name)) {
		uint64_t more = rows_named(name);

		if (more == 0)
			return probe_fail(
			    p, NACRE_E_ARGUMENT, "\"%.*s\" is no type of host key", (int)name.n, (const char *)name.p);
		*rows |= more;
	}
	return *rows != 0 ? NACRE_OK : probe_fail(p, NACRE_E_ARGUMENT, "no type of host key is named");
}

static void
write_list(char *out, size_t cap, uint64_t rows)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; sigalg_table[i].name != NULL && n < cap; i++) {
		if ((rows >> i & 1) != 0)
			n += (size_t)snprintf(out + n, cap - n, "%s%s", n == 0 ? "" : ",", sigalg_table[i].name);
	}
}

/* What the server does not offer it need not be asked for. */
static void
drop_what_is_not_offered(struct nacre_probe *p, struct wanted *wanted)
{
	struct nacre_proposal proposal;

	if (wanted->listed || nacre_conn_peer_proposal(p->conn, &proposal) != NACRE_OK)
		return;
	wanted->listed = true;
	for (size_t i = 0; sigalg_table[i].name != NULL; i++) {
		if (!slice_has_name(
			slice_of(proposal.host_key.p, proposal.host_key.n), slice_str(sigalg_table[i].name)))
			wanted->rows &= ~(UINT64_C(1) << i);
	}
}

static int
keep_key(struct nacre_probe *p, struct wanted *wanted, const nacre_key *key)
{
	nacre_key *copy;
	int rc;

	wanted->rows &= ~rows_named(slice_str(nacre_key_type(key)));
	if (p->n_keys == PROBE_KEYS_MAX)
		return probe_fail(p, NACRE_E_LIMIT, "more host keys than there are types");
	if ((rc = nacre_key_copy_public(p->env, key, &copy)) != NACRE_OK)
		return probe_fail(p, rc, "the host key cannot be kept");
	p->keys[p->n_keys++] = copy;
	return NACRE_OK;
}

static void
on_event(struct look *look, const struct nacre_event *event)
{
	struct wanted *wanted = look->ctx;

	if (event->type != NACRE_EVENT_HOST_KEY)
		return;
	drop_what_is_not_offered(look->probe, wanted);
	look->rc = keep_key(look->probe, wanted, event->key);
	look->done = true;
}

/* Where nothing is common, the list of the server is there, and none of what is wanted in it. */
static bool
is_enough(struct look *look)
{
	struct wanted *wanted = look->ctx;

	if (wanted->listed)
		return false;
	drop_what_is_not_offered(look->probe, wanted);
	return wanted->listed && wanted->rows == 0;
}

/* At most one look for each type: the type that was shown is wanted no more, nor one whose look has failed. */
int
nacre_probe_host_keys(nacre_probe *p, const char *types, const nacre_key *const **keys, size_t *n)
{
	struct wanted wanted = {.rows = 0};
	char list[LIST_MAX];
	int rc = probe_enter(p);

	*keys = NULL;
	*n = 0;
	if (rc == NACRE_OK)
		rc = read_types(p, types, &wanted.rows);
	while (rc == NACRE_OK && wanted.rows != 0) {
		struct look look = {.probe = p,
		    .host_key_algorithms = list,
		    .on_event = on_event,
		    .is_enough = is_enough,
		    .ctx = &wanted};

		write_list(list, sizeof(list), wanted.rows);
		rc = probe_look(&look);
	}
	if (p == NULL)
		return rc;
	*keys = (const nacre_key *const *)p->keys;
	*n = p->n_keys;
	return rc;
}
