/* host_key_update: the server tells all its host keys; those that it proves are learned, those that it has no more are
 * dropped. Knows: the local set, what the server said. Must not know: how the first key was judged (host_key.c).
 * Serves: draft-ietf-sshm-hostkey-update 2; ssh_config(5), UpdateHostKeys; the manual is <nacre/trust.h>. */
#include <nacre/cert.h>
#include "facade.h"
#include "host_proof.h"
#include "key.h"
#include "known_update.h"

#define LIST_MAX ((size_t)64 << 10)
#define DATA_MAX ((size_t)16 << 10)

struct host_key_update {
	const struct nacre_env *env;
	enum nacre_update_host_keys mode;
	nacre_host_keys_update_fn *ask;
	void *ask_ctx;
	bool heard; /* an announcement: there is one for each connection */
	uint64_t operation; /* of the request for proofs; 0: none is waited for */
	const struct host_proof_names *names;
	struct buf list; /* as announced */
	nacre_key *added[HOST_PROOF_KEYS_MAX]; /* not known yet, in the list's order; owned */
	size_t n_added, n_old;
};

int
host_key_update_new(struct nacre_client *c, const struct nacre_connect_options *options)
{
	struct host_key_update *u;

	if (options->update_host_keys == NACRE_UPDATE_HOST_KEYS_NO)
		return NACRE_OK;
	if (options->update_host_keys == NACRE_UPDATE_HOST_KEYS_ASK && options->update_host_keys_ask == NULL)
		return client_fail(c, NACRE_E_ARGUMENT, "update_host_keys: nobody to ask");
	if ((u = mem_new(c->env, sizeof(*u))) == NULL)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	*u = (struct host_key_update){.env = c->env, .mode = options->update_host_keys};
	u->ask = options->update_host_keys_ask;
	u->ask_ctx = options->update_host_keys_ctx;
	buf_init(&u->list, c->env, LIST_MAX);
	c->update = u;
	return NACRE_OK;
}

void
host_key_update_free(struct host_key_update *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < u->n_added; i++)
		nacre_key_free(u->added[i]);
	buf_free(&u->list);
	mem_free(u->env, u, sizeof(*u));
}

/* An end without a change; the connection goes on. */
static void
give_up(struct nacre_client *c, const char *why)
{
	client_log(c, NACRE_LOG_INFO, "the host keys of %s stay as they are: %s", c->trust.result.view.name, why);
	host_key_update_free(c->update);
	c->update = NULL;
}

/* Only who was known already may tell more: by a line of the local set that names the host itself, which can be
 * changed. Where an authority speaks for the host its certificates are what changes. */
static const char *
why_not(struct nacre_client *c, struct slice used)
{
	const struct trust_target *at = &c->trust.target;
	bool is_own = false;

	if (c->trust.result.view.verdict != NACRE_HOST_KEY_MATCH)
		return "its key was not known before";
	if (known_update_is_own(trust_learning(&c->trust)->sets[TRUST_LOCAL], at->host, at->port, used, &is_own) !=
		NACRE_OK ||
	    !is_own)
		return "its key is not known from the local file by its very name";
	return trust_has_authority(&c->trust) ? "an authority speaks for the host" : NULL;
}

/* What this build cannot use is not learned; it is not dropped either, where it is known and announced. */
static int
note_key(struct nacre_client *c, struct slice blob)
{
	struct host_key_update *u = c->update;
	struct trust_found found;
	nacre_key *key;
	int rc = key_parse_blob(c->env, blob, &key);

	if (rc == NACRE_E_NOMEM)
		return rc;
	if (rc != NACRE_OK)
		return NACRE_OK;
	if (client_key_is_short(key, c->trust.rsa_bits_min)) {
		nacre_key_free(key);
		return NACRE_OK;
	}
	found = nacre_key_is_certificate(key) ? (struct trust_found){.verdict = NACRE_HOST_KEY_REVOKED}
					      : trust_check(&c->trust, &c->trust.target, key);
	if (found.verdict == NACRE_HOST_KEY_UNKNOWN || found.verdict == NACRE_HOST_KEY_CHANGED) {
		u->added[u->n_added++] = key; /* a list has no more than there is room for */
		return NACRE_OK;
	}
	nacre_key_free(key);
	return found.verdict == NACRE_HOST_KEY_UNDECIDED ? found.code : NACRE_OK;
}

static int
note_keys(struct nacre_client *c, struct slice used)
{
	const struct trust_target *at = &c->trust.target;
	struct host_key_update *u = c->update;
	struct reader r = reader_of(buf_slice(&u->list));
	int rc = NACRE_OK;

	while (r.n > 0 && rc == NACRE_OK)
		rc = note_key(c, reader_string(&r));
	if (rc != NACRE_OK)
		return rc;
	return known_update_count_old(
	    trust_learning(&c->trust)->sets[TRUST_LOCAL], at->host, at->port, buf_slice(&u->list), used, &u->n_old);
}

static bool
is_agreed(struct nacre_client *c)
{
	struct host_key_update *u = c->update;
	struct nacre_host_keys_update update = {.name = c->trust.result.view.name,
	    .added = (const nacre_key *const *)u->added,
	    .n_added = u->n_added,
	    .n_removed = u->n_old};
	int verdict;

	if (u->mode == NACRE_UPDATE_HOST_KEYS_YES)
		return true;
	c->in_callback++;
	verdict = u->ask(u->ask_ctx, c, &update);
	c->in_callback--;
	return verdict == 0 && !client_is_cancelled(c);
}

static struct slice
used_key(const struct nacre_client *c)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(c->conn, &info);
	return key_blob(info.server_key);
}

static int
change_set(struct nacre_client *c)
{
	const struct trust_target *at = &c->trust.target;
	nacre_known_hosts *local = trust_learning(&c->trust)->sets[TRUST_LOCAL];
	struct host_key_update *u = c->update;
	int rc = NACRE_OK;

	for (size_t i = 0; i < u->n_added && rc == NACRE_OK; i++)
		rc = known_hosts_put(local, at->host, at->port, u->added[i]);
	if (rc == NACRE_OK)
		rc = known_update_drop_old(local, at->host, at->port, buf_slice(&u->list), used_key(c));
	return rc;
}

/* New keys first: a failure behind them leaves too many, and never a host without its keys. */
static void
apply(struct nacre_client *c)
{
	struct host_key_update *u = c->update;
	const char *path = trust_learning(&c->trust)->local_path;
	struct failure why = {.code = 0};

	if (!is_agreed(c)) {
		give_up(c, "nobody agreed to a change");
		return;
	}
	if (change_set(c) != NACRE_OK) {
		give_up(c, "out of memory");
		return;
	}
	client_log(c, NACRE_LOG_INFO, "host keys of %s: %zu learned, %zu dropped", c->trust.result.view.name,
	    u->n_added, u->n_old);
	if (path != NULL && known_file_save(&c->trust, KNOWN_ADDED, path, &why) != NACRE_OK)
		client_log(c, NACRE_LOG_WARNING, "the host keys were not saved: %s", why.text);
	host_key_update_free(u);
	c->update = NULL;
}

static void
ask_for_proofs(struct nacre_client *c)
{
	struct host_key_update *u = c->update;
	struct buf wanted;
	int rc;

	buf_init(&wanted, c->env, LIST_MAX);
	for (size_t i = 0; i < u->n_added; i++)
		buf_put_string(&wanted, key_blob(u->added[i]));
	rc = wanted.bad;
	if (rc == NACRE_OK)
		rc = nacre_conn_global_request(c->conn, u->names->prove, wanted.p, wanted.n, &u->operation);
	buf_free(&wanted);
	if (rc != NACRE_OK)
		give_up(c, "their proofs could not be asked for");
}

bool
host_key_update_announced(struct nacre_client *c, const struct nacre_event *event)
{
	struct slice name = slice_of(event->name.p, event->name.n), list = slice_of(event->data.p, event->data.n);
	const struct host_proof_names *names = host_proof_announced(name);
	struct host_key_update *u = c->update;
	struct slice used;
	const char *why;

	if (names == NULL || event->token != 0)
		return false;
	if (u == NULL || u->heard)
		return true;
	u->heard = true;
	u->names = names;
	used = used_key(c);
	buf_put_slice(&u->list, list);
	if (!host_proof_is_list(list) || u->list.bad != 0)
		give_up(c, "the server's list makes no sense");
	else if ((why = why_not(c, used)) != NULL)
		give_up(c, why);
	else if (note_keys(c, used) != NACRE_OK)
		give_up(c, "the known hosts could not be searched");
	else if (u->n_added > 0)
		ask_for_proofs(c);
	else if (u->n_old > 0)
		apply(c);
	return true;
}

/* Proved in this session, by this key: draft 2.2. */
static int
check_proof(struct nacre_client *c, const struct nacre_conn_info *info, const nacre_key *key, struct slice signature)
{
	const struct sigalg *agreed = sigalg_find(slice_str(info->host_key_algorithm));
	struct buf data;
	int rc;

	buf_init(&data, c->env, DATA_MAX);
	host_proof_put(&data, c->update->names, slice_of(info->session_id.p, info->session_id.n), key_blob(key));
	rc = data.bad != 0 ? data.bad : host_proof_verify(key, c->env, agreed, buf_slice(&data), signature);
	buf_free(&data);
	return rc;
}

/* One signature for each key, in their order, and nothing behind. */
static bool
are_proved(struct nacre_client *c, struct slice reply)
{
	const struct host_key_update *u = c->update;
	struct reader r = reader_of(reply);
	struct nacre_conn_info info;

	nacre_conn_get_info(c->conn, &info);
	for (size_t i = 0; i < u->n_added; i++) {
		struct slice signature = reader_string(&r);

		if (r.bad || check_proof(c, &info, u->added[i], signature) != NACRE_OK)
			return false;
	}
	return reader_end(&r);
}

bool
host_key_update_proved(struct nacre_client *c, const struct nacre_event *event)
{
	struct host_key_update *u = c->update;

	if (u == NULL || u->operation == 0 || event->operation != u->operation)
		return false;
	u->operation = 0;
	if (!event->ok)
		give_up(c, "the server did not prove them");
	else if (!are_proved(c, slice_of(event->data.p, event->data.n)))
		give_up(c, "the server's proofs do not hold");
	else
		apply(c);
	return true;
}
