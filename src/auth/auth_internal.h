/* auth_internal: what the files of this folder share. Knows: both machines. Must not know: who decides.
 * Serves RFC 4252, RFC 4256. */
#ifndef AUTH_AUTH_INTERNAL_H
#define AUTH_AUTH_INTERNAL_H

#include "auth.h"

#define AUTH_SERVICE "ssh-userauth" /* RFC 4252 1 */
#define AUTH_NEXT_SERVICE "ssh-connection" /* RFC 4254 1; the only one that a user can be authenticated for here */
#define AUTH_REQUEST_MAX 32768 /* RFC 4253 6.1: what every peer must be able to take */
#define AUTH_WORDS_MAX 65536 /* bytes of one INFO_REQUEST or PASSWD_CHANGEREQ that are kept */
#define AUTH_ROUNDS_MAX 100 /* INFO_REQUESTs of one attempt */
#define AUTH_SECRET_MAX 16384 /* a password or a response */
#define AUTH_PAYLOAD_MAX (264 * 1024) /* whatever a packet can bring, and a session id */

struct auth_request {
	struct slice payload; /* the whole message: a signature covers its beginning */
	struct msg_userauth_request head;
};

/* A row per method. */
struct auth_method {
	const char *name;
	enum msg_family family; /* what the numbers 60-79 mean while it runs */
	bool always_offered;
	bool first_is_free; /* as the first request it costs no try: a client asks for the list so (RFC 4252 5.2) */
	/* server: reads the method's own part and keeps what the question needs. *ask stays false where the request is
	 * refused without a question. */
	int (*server_read)(struct auth_server *a, const struct auth_request *request, bool *ask);
};

extern const struct auth_method auth_method_none, auth_method_password, auth_method_publickey, auth_method_kbdint;
/* NULL: not known here. */
const struct auth_method *auth_method_find(struct slice name);

/* method.c: what both machines do alike. */
void auth_trace_state(const struct nacre_env *env, const char *machine, const char *from, const char *to);
void auth_trace_note(const struct nacre_env *env, const char *machine, const char *clause, const char *text);
/* Parses, or keeps NACRE_E_FORMAT with the message and the field. */
int auth_parse(const struct auth_setup *setup, enum msg_id id, struct slice payload, void *out) NACRE_CHECK;

/* client.c */
int auth_client_fail(struct auth_client *a, int code, const char *text) NACRE_CHECK;
int auth_client_parse(struct auth_client *a, enum msg_id id, struct slice payload, void *out) NACRE_CHECK;
void auth_client_go(struct auth_client *a, enum auth_client_state state);
/* Asks NACRE_EVENT_AUTH (again). */
int auth_client_ask(struct auth_client *a) NACRE_CHECK;
/* Every answer that is not SUCCESS counts: a server cannot go on asking for ever. */
int auth_client_count(struct auth_client *a) NACRE_CHECK;

/* client_answer.c */
/* The checks and the start that all answers share: misuse changes nothing. */
int auth_client_begin(
    struct auth_client *a, uint64_t token, const char *user, const struct auth_method *method) NACRE_CHECK;
/* Sends the request at hand with the method's own part, and waits in `state`. */
int auth_client_send(
    struct auth_client *a, enum msg_id tail_id, const void *tail, enum auth_client_state state) NACRE_CHECK;

/* client_prompts.c */
int auth_client_on_info_request(struct auth_client *a, struct slice payload) NACRE_CHECK;
void auth_client_forget_prompts(struct auth_client *a);

/* client_new_password.c */
int auth_client_on_changereq(struct auth_client *a, struct slice payload) NACRE_CHECK;

/* client_publickey.c */
int auth_client_on_pk_ok(struct auth_client *a, struct slice payload) NACRE_CHECK;
/* The same key was refused: is there another algorithm to try it with? *sent says whether it was. */
int auth_client_retry_key(struct auth_client *a, struct slice methods, bool *sent) NACRE_CHECK;

/* server.c */
int auth_server_fail(struct auth_server *a, int code, const char *text) NACRE_CHECK;
int auth_server_parse(struct auth_server *a, enum msg_id id, struct slice payload, void *out) NACRE_CHECK;
void auth_server_go(struct auth_server *a, enum auth_server_state state);
bool auth_server_is_open(const struct auth_server *a, uint64_t token);
/* The question is answered: its secrets are wiped. */
void auth_server_close_request(struct auth_server *a);
/* Asks NACRE_EVENT_AUTH_REQUEST. */
int auth_server_question(struct auth_server *a) NACRE_CHECK;
/* Counts a try, says FAILURE. */
int auth_server_refuse(struct auth_server *a, const char *methods) NACRE_CHECK;
/* A copy for the question at hand. */
int auth_server_keep(struct auth_server *a, struct buf *to, struct slice s) NACRE_CHECK;

/* server_publickey.c */
int auth_server_read_publickey(struct auth_server *a, const struct auth_request *request, bool *ask) NACRE_CHECK;
int auth_server_send_pk_ok(struct auth_server *a) NACRE_CHECK;

/* server_prompts.c */
int auth_server_read_kbdint(struct auth_server *a, const struct auth_request *request, bool *ask) NACRE_CHECK;
int auth_server_on_info_response(struct auth_server *a, struct slice payload) NACRE_CHECK;

/* server_password.c */
int auth_server_read_none(struct auth_server *a, const struct auth_request *request, bool *ask) NACRE_CHECK;
int auth_server_read_password(struct auth_server *a, const struct auth_request *request, bool *ask) NACRE_CHECK;

#endif
