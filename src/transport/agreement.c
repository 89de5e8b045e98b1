/* agreement: what two KEXINITs agree on. Knows: the rule "the first of the client's that the server has". Must not
 * know: how a KEXINIT came to be (proposal.c). RFC 4253 7.1. */
#include "proposal.h"
#include "text.h"

/* The two sides by their role; ours and theirs only for the text of a failure. */
struct sides {
	struct msg_kexinit client, server;
	enum nacre_role role;
	const struct nacre_env *env;
	struct failure *failure;
};

/* RFC 8308 2.1, strict kex 2: a marker is no algorithm, and can never be chosen. */
static bool
is_marker(struct slice name)
{
	return slice_starts(name, SLICE_LIT("ext-info-")) || slice_starts(name, SLICE_LIT("kex-strict-"));
}

static struct slice
first_name(struct slice list)
{
	struct slice name;

	while (slice_next_name(&list, &name))
		if (!is_marker(name))
			return name;
	return SLICE_NONE;
}

static int
choose(const struct sides *s, const char *what, struct slice client, struct slice server, struct slice *chosen)
{
	struct slice rest = client, name;
	bool is_client = s->role == NACRE_CLIENT;

	while (slice_next_name(&rest, &name)) {
		if (is_marker(name) || !slice_has_name(server, name))
			continue;
		*chosen = name;
		return 0;
	}
	failure_set(s->failure, NACRE_E_NEGOTIATION, NACRE_ORIGIN_PROTOCOL, "kexinit: no common %s", what);
	failure_add_lists(s->failure, s->env, is_client ? client : server, is_client ? server : client);
	return NACRE_E_NEGOTIATION;
}

static int
choose_cipher(const struct sides *s, const char *what, struct slice client, struct slice server,
    const struct cipher **cipher)
{
	struct slice name;
	int r = choose(s, what, client, server, &name);

	*cipher = r == 0 ? cipher_find(name) : NULL;
	return r;
}

/* RFC 5647 5.1 as OpenSSH has it: an AEAD brings its own integrity, the MAC lists are not looked at. */
static int
choose_mac(const struct sides *s, const char *what, const struct cipher *cipher, struct slice client, struct slice server,
    const struct mac **mac)
{
	struct slice name;
	int r;

	*mac = NULL;
	if (cipher->kind != CIPHER_STREAM)
		return 0;
	r = choose(s, what, client, server, &name);
	if (r == 0)
		*mac = mac_find(name);
	return r;
}

static int
choose_compression(const struct sides *s, const char *what, struct slice client, struct slice server,
    const struct compression **compression)
{
	struct slice name;
	int r = choose(s, what, client, server, &name);

	*compression = r == 0 ? compression_find(name) : NULL;
	return r;
}

static int
choose_all(const struct sides *s, struct agreement *out)
{
	const struct msg_kexinit *c = &s->client, *v = &s->server;
	struct slice kex, host_key;
	int r;

	if ((r = choose(s, "key exchange method", c->kex, v->kex, &kex)) != 0 ||
	    (r = choose(s, "host key algorithm", c->host_key, v->host_key, &host_key)) != 0 ||
	    (r = choose_cipher(s, "cipher (client to server)", c->cipher_c2s, v->cipher_c2s, &out->cipher_c2s)) != 0 ||
	    (r = choose_cipher(s, "cipher (server to client)", c->cipher_s2c, v->cipher_s2c, &out->cipher_s2c)) != 0 ||
	    (r = choose_mac(s, "MAC (client to server)", out->cipher_c2s, c->mac_c2s, v->mac_c2s, &out->mac_c2s)) != 0 ||
	    (r = choose_mac(s, "MAC (server to client)", out->cipher_s2c, c->mac_s2c, v->mac_s2c, &out->mac_s2c)) != 0 ||
	    (r = choose_compression(
		 s, "compression (client to server)", c->compression_c2s, v->compression_c2s, &out->compression_c2s)) != 0 ||
	    (r = choose_compression(
		 s, "compression (server to client)", c->compression_s2c, v->compression_s2c, &out->compression_s2c)) != 0)
		return r;
	out->kex = kex_find(kex);
	out->host_key = sigalg_find(host_key);
	return 0;
}

/* draft-ietf-sshm-strict-kex 2: both sides must show the same spelling. */
static bool
is_strict(struct slice client_kex, struct slice server_kex)
{
	return (slice_has_name(client_kex, SLICE_LIT("kex-strict-c-v00@openssh.com")) &&
		   slice_has_name(server_kex, SLICE_LIT("kex-strict-s-v00@openssh.com"))) ||
	       (slice_has_name(client_kex, SLICE_LIT("kex-strict-c")) &&
		   slice_has_name(server_kex, SLICE_LIT("kex-strict-s")));
}

/* RFC 4253 7: a guess is right only where both sides' first method and first host key algorithm are the same. */
static bool
is_wrong_guess(const struct msg_kexinit *guesser, const struct msg_kexinit *other)
{
	return guesser->first_kex_packet_follows &&
	       !(slice_eq(first_name(guesser->kex), first_name(other->kex)) &&
		   slice_eq(first_name(guesser->host_key), first_name(other->host_key)));
}

static int
read_sides(struct sides *s, struct slice ours, struct slice theirs)
{
	bool is_client = s->role == NACRE_CLIENT;
	const char *field;
	int r;

	if ((r = msg_parse(MSG_kexinit, ours, is_client ? &s->client : &s->server)) != 0)
		return r; /* ours: written by us */
	r = msg_parse_field(MSG_kexinit, theirs, is_client ? &s->server : &s->client, &field);
	if (r != 0)
		return failure_set(s->failure, r, NACRE_ORIGIN_PROTOCOL, "kexinit: malformed %s", field);
	return 0;
}

int
proposal_agree(struct slice ours, struct slice theirs, enum nacre_role role, const struct nacre_env *env,
    struct agreement *out, struct failure *failure)
{
	struct sides s = {.role = role, .env = env, .failure = failure};
	bool is_client = role == NACRE_CLIENT;
	int r;

	*out = (struct agreement){.kex = NULL};
	if ((r = read_sides(&s, ours, theirs)) != 0 || (r = choose_all(&s, out)) != 0)
		return r;
	out->strict = is_strict(s.client.kex, s.server.kex);
	out->ext_info = is_client ? slice_has_name(s.server.kex, SLICE_LIT("ext-info-s"))
				  : slice_has_name(s.client.kex, SLICE_LIT("ext-info-c"));
	out->wrong_guess = is_client ? is_wrong_guess(&s.server, &s.client) : is_wrong_guess(&s.client, &s.server);
	return 0;
}
