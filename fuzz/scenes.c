/* scenes: see scenes.h. Each is a function over a duo; together they reach every row of messages.def
 * (test_rows_reached counts). Must not know: framing, files. */
#include "scenes.h"
#include "auth_prefix.h"
#include "corpus_file.h"
#include "duo.h"
#include "key.h"

#include <stdio.h>

static void
log_in(struct duo *s, enum actor_policy policy)
{
	duo_policy(s, &s->client, policy);
	duo_run(s);
}

static void
play_password(struct duo *s)
{
	log_in(s, POLICY_PASSWORD);
}

static void
play_none(struct duo *s)
{
	log_in(s, POLICY_NONE);
}

static void
play_publickey(struct duo *s)
{
	log_in(s, POLICY_PUBLICKEY);
}

static void
play_probe(struct duo *s)
{
	log_in(s, POLICY_PROBE);
}

static void
play_public_half(struct duo *s)
{
	log_in(s, POLICY_PUBLIC_HALF);
}

static void
play_declined_signature(struct duo *s)
{
	log_in(s, POLICY_DECLINE_SIGN);
}

static void
play_host_key_refused(struct duo *s)
{
	log_in(s, POLICY_REFUSE);
}

static void
play_auth_refused(struct duo *s)
{
	duo_policy(s, &s->server, POLICY_REFUSE);
	log_in(s, POLICY_PASSWORD);
}

static void
play_partial(struct duo *s)
{
	duo_policy(s, &s->server, POLICY_PARTIAL);
	log_in(s, POLICY_PUBLICKEY);
}

static void
play_wrong_tokens(struct duo *s)
{
	duo_policy(s, &s->server, POLICY_WRONG_TOKEN);
	log_in(s, POLICY_WRONG_TOKEN);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_call(s, &s->client, CALL_EXEC, 1);
	duo_call(s, &s->client, CALL_CONNECTION, 2);
}

static void
play_held_answers(struct duo *s)
{
	unsigned i;

	duo_policy(s, &s->server, POLICY_HOLD);
	log_in(s, POLICY_HOLD);
	for (i = 0; i < 4; i++) {
		duo_call(s, &s->client, CALL_ANSWER, 0);
		duo_call(s, &s->server, CALL_ANSWER, 0);
	}
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_call(s, &s->server, CALL_ANSWER, 0);
	duo_call(s, &s->client, CALL_SHELL, 1);
	duo_call(s, &s->server, CALL_ANSWER, 0);
}

static void
play_exec(struct duo *s)
{
	log_in(s, POLICY_PUBLICKEY);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_call(s, &s->client, CALL_EXEC, 1);
	duo_call(s, &s->client, CALL_WRITE, 22);
	duo_call(s, &s->client, CALL_EOF, 0);
	duo_call(s, &s->server, CALL_WRITE, 20);
	duo_call(s, &s->server, CALL_WRITE, 31);
	duo_call(s, &s->server, CALL_EXIT, 2);
	duo_call(s, &s->server, CALL_EOF, 0);
	duo_call(s, &s->server, CALL_CLOSE, 0);
	duo_call(s, &s->client, CALL_CLOSE, 0);
	duo_call(s, &s->client, CALL_CONNECTION, 5);
}

static void
play_direct(struct duo *s)
{
	log_in(s, POLICY_PUBLICKEY);
	duo_call(s, &s->client, CALL_OPEN, 3); /* direct-tcpip */
	duo_call(s, &s->client, CALL_WRITE, 22);
	duo_call(s, &s->server, CALL_WRITE, 20);
	duo_call(s, &s->client, CALL_EOF, 0);
	duo_call(s, &s->server, CALL_CLOSE, 0);
	duo_call(s, &s->client, CALL_CLOSE, 0);
}

static void
play_shell(struct duo *s)
{
	log_in(s, POLICY_PASSWORD);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_call(s, &s->client, CALL_ENV, 0);
	duo_call(s, &s->client, CALL_PTY, 1);
	duo_call(s, &s->client, CALL_SHELL, 1);
	duo_call(s, &s->client, CALL_WINDOW_CHANGE, 30);
	duo_call(s, &s->client, CALL_SIGNAL, 0);
	duo_call(s, &s->client, CALL_REQUEST, 1);
	duo_call(s, &s->client, CALL_REQUEST, 3); /* break */
	duo_call(s, &s->server, CALL_REQUEST, 5); /* xon-xoff */
	duo_call(s, &s->client, CALL_REQUEST, 7); /* one stream */
	duo_call(s, &s->server, CALL_WRITE, 21);
	duo_call(s, &s->client, CALL_REQUEST, 8); /* reads no more */
	duo_call(s, &s->server, CALL_WRITE, 21);
	duo_call(s, &s->server, CALL_EXIT, 1);
	duo_call(s, &s->server, CALL_CLOSE, 0);
}

static void
play_refused_requests(struct duo *s)
{
	log_in(s, POLICY_PASSWORD);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_policy(s, &s->server, POLICY_REFUSE);
	duo_call(s, &s->client, CALL_SUBSYSTEM, 1);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_call(s, &s->client, CALL_CONNECTION, 2);
	duo_call(s, &s->server, CALL_OPEN, 1);
}

static void
play_bulk(struct duo *s)
{
	unsigned i;

	log_in(s, POLICY_PASSWORD);
	duo_call(s, &s->client, CALL_OPEN, 0);
	for (i = 0; i < 4; i++) {
		duo_call(s, &s->client, CALL_WRITE, 254);
		duo_call(s, &s->server, CALL_WRITE, 252);
		duo_call(s, &s->server, CALL_WRITE, 253);
	}
	duo_call(s, &s->client, CALL_CLOSE, 0);
	duo_call(s, &s->server, CALL_CLOSE, 0);
}

static void
play_rekeys(struct duo *s)
{
	log_in(s, POLICY_PASSWORD);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_call(s, &s->client, CALL_REKEY, 0);
	duo_call(s, &s->server, CALL_WRITE, 8);
	duo_call(s, &s->server, CALL_REKEY, 0);
	duo_call(s, &s->client, CALL_WRITE, 8);
	duo_call(s, &s->client, CALL_CONNECTION, 1);
}

static void
play_channels(struct duo *s)
{
	unsigned i;

	log_in(s, POLICY_NONE);
	for (i = 0; i < 3; i++)
		duo_call(s, &s->client, CALL_OPEN, (uint8_t)i);
	duo_call(s, &s->server, CALL_OPEN, 1);
	for (i = 0; i < 3; i++)
		duo_call(s, &s->client, CALL_WRITE, (uint8_t)(i << 5 | 10));
	for (i = 0; i < 4; i++)
		duo_call(s, &s->client, CALL_CLOSE, (uint8_t)(i << 5));
}

static void
play_global_requests(struct duo *s)
{
	log_in(s, POLICY_PASSWORD);
	duo_call(s, &s->client, CALL_CONNECTION, 0);
	duo_call(s, &s->client, CALL_CONNECTION, 2);
	duo_call(s, &s->server, CALL_CONNECTION, 2);
	duo_call(s, &s->server, CALL_CONNECTION, 0);
	duo_policy(s, &s->client, POLICY_REFUSE);
	duo_policy(s, &s->server, POLICY_REFUSE);
	duo_call(s, &s->client, CALL_CONNECTION, 2);
	duo_call(s, &s->server, CALL_CONNECTION, 2);
	duo_call(s, &s->server, CALL_CONNECTION, 3);
	duo_call(s, &s->client, CALL_CONNECTION, 4);
}

static void
play_keepalive(struct duo *s)
{
	unsigned i;

	log_in(s, POLICY_PASSWORD);
	for (i = 0; i < 3; i++) {
		duo_time(s, &s->client, 5);
		duo_time(s, &s->server, 6);
	}
	duo_time(s, &s->client, 12);
}

/* What may come at any time: to both sides. */
static void
inject_chatter(struct duo *s, struct duo_side *side)
{
	struct msg_ignore ignore = {.data = SLICE_LIT("noise")};
	struct msg_debug debug = {.always_display = true, .message = SLICE_LIT("debug")};
	struct msg_unimplemented unimplemented = {.sequence = 99};
	struct msg_ping ping = {.data = SLICE_LIT("ping")};
	struct msg_pong pong = {.data = SLICE_LIT("pong")};

	duo_inject(s, side, MSG_ignore, &ignore);
	duo_inject(s, side, MSG_debug, &debug);
	duo_inject(s, side, MSG_unimplemented, &unimplemented);
	duo_inject(s, side, MSG_ping, &ping);
	duo_inject(s, side, MSG_pong, &pong);
}

static void
play_chatter(struct duo *s)
{
	struct msg_disconnect disconnect = {.reason = 11, .description = SLICE_LIT("bye"), .language = SLICE_LIT("en")};

	log_in(s, POLICY_PASSWORD);
	inject_chatter(s, &s->client);
	inject_chatter(s, &s->server);
	duo_inject(s, &s->client, MSG_disconnect, &disconnect);
	duo_inject(s, &s->server, MSG_disconnect, &disconnect);
}

/* The server holds its verdict; the client is told what no server of ours says. */
static void
play_password_expired(struct duo *s)
{
	struct msg_userauth_banner banner = {.message = SLICE_LIT("welcome\n")};
	struct msg_userauth_passwd_changereq change = {.prompt = SLICE_LIT("Your password has expired")};
	struct msg_userauth_failure failure = {.methods = SLICE_LIT("publickey,password"), .partial_success = true};

	duo_policy(s, &s->server, POLICY_HOLD);
	log_in(s, POLICY_PASSWORD);
	duo_inject(s, &s->client, MSG_userauth_banner, &banner);
	duo_inject(s, &s->client, MSG_userauth_passwd_changereq, &change);
	duo_inject(s, &s->client, MSG_userauth_failure, &failure);
}

static void
play_dialog(struct duo *s)
{
	log_in(s, POLICY_INTERACTIVE);
}

static void
play_dialog_declined(struct duo *s)
{
	duo_policy(s, &s->client, POLICY_INTERACTIVE);
	duo_policy(s, &s->client, POLICY_REFUSE);
	duo_run(s);
}

static void
play_new_password(struct duo *s)
{
	duo_policy(s, &s->server, POLICY_INTERACTIVE);
	log_in(s, POLICY_PASSWORD);
}

static void
ask_for_proof(struct duo *s, const nacre_key *key)
{
	struct msg_global_request request = {.request = SLICE_LIT("hostkeys-prove-00@openssh.com"), .want_reply = true};
	struct buf list;

	buf_init(&list, &s->te.env, 4096);
	buf_put_string(&list, key_blob(key));
	request.tail = buf_slice(&list);
	duo_inject(s, &s->server, MSG_global_request, &request);
	buf_free(&list);
}

/* The server announces its key; proofs are asked for: of a stranger's key, of its own, and once more. */
static void
play_host_keys(struct duo *s)
{
	log_in(s, POLICY_PASSWORD);
	ask_for_proof(s, actor_keys()->user);
	ask_for_proof(s, actor_keys()->host);
	ask_for_proof(s, actor_keys()->host);
}

static void
play_lost(struct duo *s)
{
	struct script_step end = {.operation = SCRIPT_END};

	log_in(s, POLICY_PASSWORD);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_step(s, &s->client, &end);
	duo_step(s, &s->server, &end);
}

static void
play_no_memory(struct duo *s)
{
	struct script_step fails = {.operation = SCRIPT_NOMEM, .byte = 1};

	log_in(s, POLICY_PASSWORD);
	duo_step(s, &s->client, &fails);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_step(s, &s->server, &fails);
	duo_call(s, &s->client, CALL_OPEN, 0);
	duo_call(s, &s->client, CALL_WRITE, 40);
}

/* Packets that stand in the wrong place, one a scene: each must end the connection or be ignored, as the gate says. */
static void
play_misplaced(struct duo *s)
{
	struct msg_newkeys newkeys = {0};
	struct msg_channel_data data = {.recipient = 7, .data = SLICE_LIT("nobody's")};

	duo_inject(s, &s->server, MSG_newkeys, &newkeys);
	duo_inject(s, &s->client, MSG_channel_data, &data);
}

static const struct scene {
	const char *name;
	void (*play)(struct duo *s);
	unsigned client_flags, server_flags;
	const char *kex;
} scenes[] = {
    {"password", play_password, 0, 0, NULL},
    {"none", play_none, 0, 0, NULL},
    {"publickey", play_publickey, 0, 0, NULL},
    {"probe", play_probe, 0, 0, NULL},
    {"public-half", play_public_half, 0, 0, NULL},
    {"declined-signature", play_declined_signature, 0, 0, NULL},
    {"host-key-refused", play_host_key_refused, 0, 0, NULL},
    {"auth-refused", play_auth_refused, 0, 0, NULL},
    {"partial", play_partial, 0, 0, NULL},
    {"banner", play_password, SCRIPT_OTHER, SCRIPT_OTHER, NULL},
    {"strict", play_password, SCRIPT_STRICT, SCRIPT_STRICT, NULL},
    {"wrong-tokens", play_wrong_tokens, 0, 0, NULL},
    {"held-answers", play_held_answers, 0, 0, NULL},
    {"exec", play_exec, 0, 0, NULL},
    {"exec-small-windows", play_exec, SCRIPT_SMALL_WINDOWS, SCRIPT_SMALL_WINDOWS, NULL},
    {"direct", play_direct, 0, 0, NULL},
    {"shell", play_shell, 0, 0, NULL},
    {"refused-requests", play_refused_requests, 0, 0, NULL},
    {"bulk", play_bulk, 0, 0, NULL},
    {"bulk-slowly", play_bulk, SCRIPT_READ_SLOWLY, SCRIPT_READ_SLOWLY, NULL},
    {"bulk-small-windows", play_bulk, SCRIPT_SMALL_WINDOWS, SCRIPT_SMALL_WINDOWS, NULL},
    {"bulk-rekeys", play_bulk, SCRIPT_REKEY_OFTEN, SCRIPT_REKEY_OFTEN, NULL},
    {"bulk-small-memory", play_bulk, SCRIPT_SMALL_MEMORY, SCRIPT_SMALL_MEMORY, NULL},
    {"rekeys", play_rekeys, 0, 0, NULL},
    {"channels", play_channels, 0, 0, NULL},
    {"few-channels", play_channels, SCRIPT_FEW_CHANNELS, SCRIPT_FEW_CHANNELS, NULL},
    {"global-requests", play_global_requests, 0, 0, NULL},
    {"keepalive", play_keepalive, SCRIPT_KEEPALIVE, SCRIPT_KEEPALIVE, NULL},
    {"chatter", play_chatter, 0, 0, NULL},
    {"password-expired", play_password_expired, 0, 0, NULL},
    {"dialog", play_dialog, 0, SCRIPT_OTHER, NULL},
    {"dialog-not-offered", play_dialog, 0, 0, NULL},
    {"dialog-declined", play_dialog_declined, 0, SCRIPT_OTHER, NULL},
    {"new-password", play_new_password, 0, 0, NULL},
    {"host-keys", play_host_keys, 0, SCRIPT_OTHER, NULL},
    {"lost", play_lost, 0, 0, NULL},
    {"no-memory", play_no_memory, 0, 0, NULL},
    {"misplaced", play_misplaced, 0, 0, NULL},
    {"dh", play_rekeys, 0, 0, "fuzz-fixed-dh"},
    {"gex", play_rekeys, 0, 0, "fuzz-fixed-gex"},
    {"gex-strict", play_password, SCRIPT_STRICT, SCRIPT_STRICT, "fuzz-fixed-gex"},
};

/* The header's steps are for the mutator, and for a copy that crosses byte by byte. */
static void
write_script(const char *dir, const char *target, const char *name, struct buf *script, uint8_t step)
{
	char file[80];

	script->p[1] = script->p[2] = step;
	snprintf(file, sizeof(file), "%s%s", name, step == 0 ? "" : "-bytewise");
	corpus_file(dir, target, file, buf_slice(script));
}

/* For fuzz_auth: what follows the handshake, behind the policy that was set first. */
static void
write_auth(const char *dir, const char *name, struct duo *s, const struct duo_side *side)
{
	bool is_server = side == &s->server;
	struct slice script = buf_slice(&side->script);
	size_t n = auth_prefix_len(script);
	struct script_header header = {.flags = (uint8_t)(script.p[0] | (is_server ? SCRIPT_STRICT : 0))};
	struct reader r = reader_of(script);
	struct script_step step;
	struct buf b;
	char file[80];

	if (n == 0 || (script.p[0] & ~SCRIPT_OTHER) != 0)
		return;
	buf_init(&b, &s->te.env, script.n + 8);
	script_put_header(&b, &header);
	(void)script_header(&r);
	if (script_next(&r, &step) && step.operation == SCRIPT_POLICY)
		script_put(&b, &step);
	buf_put_slice(&b, slice_from(script, n));
	snprintf(file, sizeof(file), "%s-%s", name, is_server ? "server" : "client");
	corpus_file(dir, "auth", file, buf_slice(&b));
	buf_free(&b);
}

void
scenes_write(const char *dir)
{
	struct duo s;
	size_t i;

	for (i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		duo_init(&s, scenes[i].client_flags, scenes[i].server_flags, scenes[i].kex);
		scenes[i].play(&s);
		write_script(dir, "client", scenes[i].name, &s.client.script, 0);
		write_script(dir, "server", scenes[i].name, &s.server.script, 0);
		if (scenes[i].kex == NULL) {
			write_auth(dir, scenes[i].name, &s, &s.client);
			write_auth(dir, scenes[i].name, &s, &s.server);
		}
		if (scenes[i].play == play_exec) {
			write_script(dir, "client", scenes[i].name, &s.client.script, 1);
			write_script(dir, "server", scenes[i].name, &s.server.script, 1);
		}
		duo_end(&s);
	}
}
