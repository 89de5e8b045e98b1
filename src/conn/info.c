/* info: what a connection can tell about itself. Knows: where each fact is kept. Must not know: anything that changes
 * it. RFC 4253 7.1 (negotiated names). */
#include "conn_internal.h"
#include "exchange.h"
#include "text.h"

static void
fill_algorithms(const struct nacre_conn *c, struct nacre_conn_info *info)
{
	const struct agreement *a = &c->transport.agreed;
	const struct cipher *out, *in;
	const struct mac *mac_out, *mac_in;

	if (a->kex == NULL)
		return;
	out = c->is_client ? a->cipher_c2s : a->cipher_s2c;
	in = c->is_client ? a->cipher_s2c : a->cipher_c2s;
	mac_out = c->is_client ? a->mac_c2s : a->mac_s2c;
	mac_in = c->is_client ? a->mac_s2c : a->mac_c2s;
	info->kex = a->kex->name;
	info->host_key_algorithm = a->host_key->name;
	info->cipher_out = out->name;
	info->cipher_in = in->name;
	info->mac_out = mac_out == NULL ? "<implicit>" : mac_out->name;
	info->mac_in = mac_in == NULL ? "<implicit>" : mac_in->name;
	info->compression_out = (c->is_client ? a->compression_c2s : a->compression_s2c)->name;
	info->compression_in = (c->is_client ? a->compression_s2c : a->compression_c2s)->name;
}

enum nacre_phase
conn_phase(const struct nacre_conn *c)
{
	if (c->transport.peer_ident == NULL)
		return NACRE_PHASE_BANNER;
	if (c->mux != NULL)
		return NACRE_PHASE_OPEN;
	return c->auth_started ? NACRE_PHASE_AUTH : NACRE_PHASE_KEX;
}

void
nacre_conn_get_info(const nacre_conn *c, struct nacre_conn_info *info)
{
	const struct transport *t = &c->transport;

	*info = (struct nacre_conn_info){
	    .active = !conn_is_over(c) && transport_is_keyed(t) && t->kex_count > 0,
	    .authenticated = c->mux != NULL,
	    .strict_kex = t->gate.strict,
	    .in_kex = t->exchange != NULL,
	    .phase = conn_phase(c),
	    .session_id = {t->session_id, t->session_id_len},
	    .our_ident = bytes_of(slice_str(t->our_ident)),
	    .peer_ident = bytes_of(slice_str(t->peer_ident)),
	    .user = bytes_of(slice_str(c->user)),
	    .peer_sig_algs = bytes_of(buf_slice(&t->sig_algs)),
	    .server_key = t->server_key,
	    .host_key_signature = bytes_of(buf_slice(&t->proof)),
	    .bytes_in = t->in.earlier_bytes + t->in.bytes,
	    .bytes_out = t->out.earlier_bytes + t->out.bytes,
	    .packets_in = t->in.earlier_packets + t->in.packets,
	    .packets_out = t->out.earlier_packets + t->out.packets,
	    .kex_count = t->kex_count,
	    .keepalives_unanswered = c->keepalives,
	    .keepalive_replies = c->keepalive_replies,
	    .memory = c->memory,
	};
	if (c->is_client)
		info->banner = bytes_of(buf_slice(&c->auth_client.banner));
	fill_algorithms(c, info);
}

int
nacre_conn_peer_proposal(const nacre_conn *c, struct nacre_proposal *proposal)
{
	const struct exchange *x = c->transport.exchange;
	struct msg_kexinit m;

	*proposal = (struct nacre_proposal){.first_kex_follows = false};
	if (x == NULL || x->theirs.n == 0 || msg_parse(MSG_kexinit, buf_slice(&x->theirs), &m) != 0)
		return NACRE_E_AGAIN;
	*proposal = (struct nacre_proposal){
		.kex = bytes_of(m.kex),
		.host_key = bytes_of(m.host_key),
		.cipher_c2s = bytes_of(m.cipher_c2s),
		.cipher_s2c = bytes_of(m.cipher_s2c),
		.mac_c2s = bytes_of(m.mac_c2s),
		.mac_s2c = bytes_of(m.mac_s2c),
		.compression_c2s = bytes_of(m.compression_c2s),
		.compression_s2c = bytes_of(m.compression_s2c),
		.language_c2s = bytes_of(m.language_c2s),
		.language_s2c = bytes_of(m.language_s2c),
		.first_kex_follows = m.first_kex_packet_follows,
	};
	return NACRE_OK;
}

void
nacre_conn_error(const nacre_conn *c, struct nacre_error *error)
{
	failure_view(&c->failure, error);
}

size_t
nacre_text_escape(char *out, size_t cap, struct nacre_bytes in, bool keep_lines)
{
	return text_escape(out, cap, slice_of_bytes(in), keep_lines);
}
