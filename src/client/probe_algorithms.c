/* probe_algorithms: what a server proposes, and what it says with the first keys. Knows: KEXINIT's lists. Must not
 * know: how a look goes about (probe.c), users. RFC 4253 7.1, RFC 8308 2.4; draft-ietf-sshm-strict-kex. */
#include <string.h>
#include "facade.h"
#include "probe.h"

enum list {
	LIST_KEX,
	LIST_HOST_KEY,
	LIST_CIPHER_C2S,
	LIST_CIPHER_S2C,
	LIST_MAC_C2S,
	LIST_MAC_S2C,
	LIST_COMPRESSION_C2S,
	LIST_COMPRESSION_S2C,
	LIST_LANGUAGE_C2S,
	LIST_LANGUAGE_S2C,
	LISTS
};

struct seen {
	struct nacre_probe_algorithms *out;
	bool proposed, keyed;
	uint64_t packets; /* in, when the keys came */
	size_t lists[LISTS], sig_algs;
};

static void
keep_lists(struct nacre_probe *p, struct seen *seen, const struct nacre_proposal *proposal)
{
	const struct nacre_bytes lists[LISTS] = {
	    [LIST_KEX] = proposal->kex,
	    [LIST_HOST_KEY] = proposal->host_key,
	    [LIST_CIPHER_C2S] = proposal->cipher_c2s,
	    [LIST_CIPHER_S2C] = proposal->cipher_s2c,
	    [LIST_MAC_C2S] = proposal->mac_c2s,
	    [LIST_MAC_S2C] = proposal->mac_s2c,
	    [LIST_COMPRESSION_C2S] = proposal->compression_c2s,
	    [LIST_COMPRESSION_S2C] = proposal->compression_s2c,
	    [LIST_LANGUAGE_C2S] = proposal->language_c2s,
	    [LIST_LANGUAGE_S2C] = proposal->language_s2c,
	};

	for (size_t i = 0; i < LISTS; i++)
		seen->lists[i] = probe_keep(p, lists[i], false);
}

/* Both spellings, as it is drafted and as OpenSSH began it. */
static bool
offers_strict(struct nacre_bytes kex)
{
	struct slice list = slice_of(kex.p, kex.n);

	return slice_has_name(list, slice_str("kex-strict-s")) ||
	       slice_has_name(list, slice_str("kex-strict-s-v00@openssh.com"));
}

/* Once: the proposal is there until its exchange is over, or for good where that has failed. */
static void
note_proposal(struct nacre_probe *p, struct seen *seen)
{
	struct nacre_proposal proposal;

	if (seen->proposed || nacre_conn_peer_proposal(p->conn, &proposal) != NACRE_OK)
		return;
	seen->proposed = true;
	keep_lists(p, seen, &proposal);
	seen->out->first_kex_follows = proposal.first_kex_follows;
	seen->out->strict_kex = offers_strict(proposal.kex);
}

static void
note_agreement(struct nacre_probe *p, struct seen *seen)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(p->conn, &info);
	seen->keyed = true;
	seen->packets = info.packets_in;
	seen->out->agreed = true;
	seen->out->agreed_kex = info.kex;
	seen->out->agreed_host_key = info.host_key_algorithm;
	seen->out->agreed_cipher = info.cipher_out;
	seen->out->agreed_mac = info.mac_out;
}

/* The key is nobody's yet: nothing but the service is asked for behind it. */
static void
on_event(struct look *look, const struct nacre_event *event)
{
	struct seen *seen = look->ctx;

	note_proposal(look->probe, seen);
	if (event->type == NACRE_EVENT_HOST_KEY)
		(void)nacre_conn_answer_host_key(look->probe->conn, event->token, NACRE_OK);
	if (event->type == NACRE_EVENT_KEX_DONE)
		note_agreement(look->probe, seen);
}

/* RFC 8308 2.4: EXT_INFO is the first packet behind NEWKEYS. Whatever comes there, more is not waited for. */
static bool
is_enough(struct look *look)
{
	struct seen *seen = look->ctx;
	struct nacre_conn_info info;

	note_proposal(look->probe, seen);
	nacre_conn_get_info(look->probe->conn, &info);
	if (!seen->keyed || info.packets_in <= seen->packets)
		return false;
	if (info.peer_sig_algs.n > 0)
		seen->sig_algs = probe_keep(look->probe, info.peer_sig_algs, false);
	return true;
}

static void
give_lists(const struct nacre_probe *p, const struct seen *seen, struct nacre_probe_algorithms *out)
{
	const char **const lists[LISTS] = {
	    [LIST_KEX] = &out->kex,
	    [LIST_HOST_KEY] = &out->host_key,
	    [LIST_CIPHER_C2S] = &out->cipher_c2s,
	    [LIST_CIPHER_S2C] = &out->cipher_s2c,
	    [LIST_MAC_C2S] = &out->mac_c2s,
	    [LIST_MAC_S2C] = &out->mac_s2c,
	    [LIST_COMPRESSION_C2S] = &out->compression_c2s,
	    [LIST_COMPRESSION_S2C] = &out->compression_s2c,
	    [LIST_LANGUAGE_C2S] = &out->language_c2s,
	    [LIST_LANGUAGE_S2C] = &out->language_s2c,
	};

	out->ident = p->ident;
	for (size_t i = 0; i < LISTS; i++)
		*lists[i] = probe_text(p, seen->lists[i]);
	out->server_sig_algs = probe_text(p, seen->sig_algs);
}

int
nacre_probe_algorithms(nacre_probe *p, struct nacre_probe_algorithms *out)
{
	struct seen seen = {.out = out, .sig_algs = PROBE_NOTHING};
	struct look look = {.probe = p, .on_event = on_event, .is_enough = is_enough, .ctx = &seen};
	int rc = probe_enter(p);

	*out = (struct nacre_probe_algorithms){.ident = ""};
	if (rc != NACRE_OK)
		return rc;
	rc = probe_look(&look);
	if (p->text.bad != 0)
		rc = probe_fail(p, NACRE_E_NOMEM, "no memory for the server's lists");
	else if (seen.proposed)
		give_lists(p, &seen, out);
	if (rc == NACRE_OK || !seen.proposed || p->text.bad != 0)
		return rc;
	failure_clear(&p->failure, p->env); /* what followed the lists was only more */
	return NACRE_OK;
}
