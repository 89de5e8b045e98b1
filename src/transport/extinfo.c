/* extinfo: see extinfo.h. Knows: a counted list of pairs. Must not know: authentication. RFC 8308. */
#include "extinfo.h"
#include "exchange.h"
#include "bounds.h"
#include "sender.h"

#define FROM_SERVER_MAX 2
#define FROM_CLIENT_MAX 1

static void
put_pair(struct buf *b, const char *name, const char *value)
{
	buf_put_cstring(b, name);
	buf_put_cstring(b, value);
}

int
extinfo_send(struct transport *t)
{
	bool is_server = t->role == NACRE_SERVER;
	struct outbox direct = sender_direct(t);
	struct msg_ext_info msg = {.count = is_server ? 2 : 1};
	struct buf pairs;
	int r;

	buf_init(&pairs, t->setup.env, LIMIT_PAYLOAD_OUT);
	if (is_server)
		put_pair(&pairs, "server-sig-algs", t->setup.pubkey_algorithms);
	put_pair(&pairs, "ping@openssh.com", "0");
	msg.extensions = buf_slice(&pairs);
	if (pairs.bad != 0)
		r = exchange_fail(t, pairs.bad, "ext_info: no memory");
	else
		r = msg_send(&direct, MSG_ext_info, &msg);
	buf_free(&pairs);
	return r;
}

bool
extinfo_may_come(const struct transport *t)
{
	bool in_auth = t->gate.service == GATE_REQUESTED || t->gate.service == GATE_AUTH;

	if (t->role == NACRE_SERVER)
		return t->newkeys_just_came && t->ext_infos < FROM_CLIENT_MAX;
	return (t->newkeys_just_came || in_auth) && t->ext_infos < FROM_SERVER_MAX;
}

static int
keep_sig_algs(struct transport *t, struct slice names)
{
	buf_reset(&t->sig_algs);
	buf_put_slice(&t->sig_algs, names);
	if (t->sig_algs.bad != 0)
		return exchange_fail(t, t->sig_algs.bad, "ext_info: server-sig-algs cannot be kept");
	t->sig_algs_changed = true;
	return 0;
}

int
extinfo_on_message(struct transport *t, struct slice payload)
{
	struct msg_ext_info msg;
	struct reader r;
	uint32_t i;
	int error;

	t->ext_infos++;
	if (msg_parse(MSG_ext_info, payload, &msg) != 0)
		return exchange_fail(t, NACRE_E_FORMAT, "ext_info: malformed");
	r = reader_of(msg.extensions);
	/* Each pair takes 8 bytes at least: a count beyond that is refused before the loop. */
	if (msg.count > LIMIT_EXTENSIONS || msg.count > r.n / 8)
		return exchange_fail(t, NACRE_E_FORMAT, "ext_info: the count is more than the message holds");
	for (i = 0; i < msg.count; i++) {
		struct slice name = reader_string(&r), value = reader_string(&r);

		if (!r.bad && t->role == NACRE_CLIENT && slice_is(name, "server-sig-algs") &&
		    (error = keep_sig_algs(t, value)) != 0)
			return error;
	}
	return reader_end(&r) ? 0 : exchange_fail(t, NACRE_E_FORMAT, "ext_info: malformed extensions");
}
