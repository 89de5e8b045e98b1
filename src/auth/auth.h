/* auth: user authentication, both roles (RFC 4252). Knows: the outbox, the session id, the peer's signature algorithms.
 * Must not know: packets, channels, who decides. Questions go to the sink; answers come back by the calls below.
 *
 * A machine is embedded in conn, zeroed, then set up once. Each call returns 0 or a negative NACRE_E_*; a failure of
 * the connection is put into setup.failure first. NACRE_E_MISUSE (a wrong token, an answer of the wrong kind) changes
 * nothing. */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "failure.h"
#include "key.h"
#include "message.h"
#include "outbox.h"
#include "sink.h"
#include <nacre/conn.h>

struct auth_method;

struct auth_setup {
	const struct nacre_env *env;
	struct outbox *outbox;
	struct sink *sink;
	struct failure *failure;
	const char *pubkey_algorithms; /* comma-separated, in order; never NULL; lives as long as the machine */
	/* server only */
	const char *methods, *banner; /* banner may be NULL */
	unsigned tries_max;
};

/* ---- client ---- */
enum auth_client_state {
	AUTH_IDLE,      /* before auth_client_start */
	AUTH_ASKING,    /* NACRE_EVENT_AUTH is open */
	AUTH_WAITING,   /* a request is with the server */
	AUTH_PROBING,   /* a publickey request without signature is with the server */
	AUTH_SIGNING,   /* NACRE_EVENT_SIGN is open */
	AUTH_PROMPTED,  /* NACRE_EVENT_PROMPTS is open */
	AUTH_RENEWING,  /* NACRE_EVENT_NEW_PASSWORD is open */
	AUTH_DONE,      /* USERAUTH_SUCCESS */
	AUTH_FAILED
};

struct auth_client {
	struct auth_setup setup;
	enum auth_client_state state;
	uint64_t token;           /* of the open question */
	struct slice session_id;  /* borrowed from conn for its whole life */
	bool service_accepted;
	unsigned attempts;        /* credentials refused so far */
	unsigned refusals;        /* FAILUREs without partial success */
	unsigned failures;        /* USERAUTH_FAILURE and the like: bounds what a server can make us do */
	bool partial;             /* what the last FAILURE said */
	bool credential_sent;     /* anything but "none" */
	bool proved;              /* a credential was accepted for this user, with more to come */
	bool password_expired;    /* a new password was asked for, and declined */
	bool prompt_answered;     /* of the request at hand: a response that somebody gave */
	unsigned rounds;          /* of the request at hand: INFO_REQUESTs */
	struct buf words;         /* what the last INFO_REQUEST or PASSWD_CHANGEREQ asks; `prompts` points into it */
	struct nacre_prompt *prompt_list; /* owned; prompts.n of them */
	struct nacre_prompts prompts;
	bool key_wanted;          /* PK_OK came for the key at hand */
	const struct auth_method *method; /* of the request at hand; NULL: none */
	char *user;               /* of the request at hand; owned */
	char *methods;            /* the server's last list; owned; NULL: not known yet */
	const nacre_key *key;     /* of the request at hand; borrowed */
	const struct sigalg *algorithm;
	struct buf sig_algs;      /* server-sig-algs as announced; empty: unknown */
	bool sig_algs_known;
	struct buf signed_data;   /* what a publickey signature covers, while signing */
	struct buf banner;        /* all banners one behind the other, raw, at most 64 KiB */
	size_t banner_total;
};

void auth_client_init(struct auth_client *a, const struct auth_setup *setup);
void auth_client_free(struct auth_client *a);
/* Sends SERVICE_REQUEST and asks NACRE_EVENT_AUTH at once, so that the first request shares its flight. */
int auth_client_start(struct auth_client *a, struct slice session_id) NACRE_CHECK;
/* The peer's server-sig-algs from EXT_INFO (RFC 8308 3.1): copied. Later ones replace it. */
int auth_client_sig_algs(struct auth_client *a, struct slice names) NACRE_CHECK;
/* SERVICE_ACCEPT (6), and 50-79 of the server. */
int auth_client_packet(struct auth_client *a, struct slice payload) NACRE_CHECK;
/* Which family's rows the numbers 60-79 mean now (for the gate and the trace). */
enum msg_family auth_client_family(const struct auth_client *a);
/* Is an answer of the server outstanding? Then the auth timeout runs. */
bool auth_client_is_waiting(const struct auth_client *a);
/* Is a question to the caller open? */
bool auth_client_is_asking(const struct auth_client *a);

/* A user name or password beyond what a request can hold is NACRE_E_ARGUMENT, a key without an enabled algorithm
 * NACRE_E_KEY_TYPE: the question stays open. The key is borrowed until the next AUTH or AUTHENTICATED, or a failure. */
int auth_client_answer_none(struct auth_client *a, uint64_t token, const char *user) NACRE_CHECK;
int auth_client_answer_password(struct auth_client *a, uint64_t token, const char *user, const char *password) NACRE_CHECK;
int auth_client_answer_publickey(struct auth_client *a, uint64_t token, const char *user, const nacre_key *key,
    bool probe) NACRE_CHECK;
int auth_client_answer_interactive(struct auth_client *a, uint64_t token, const char *user, const char *submethods)
    NACRE_CHECK;
int auth_client_answer_stop(struct auth_client *a, uint64_t token, const char *message) NACRE_CHECK;
/* PROMPTS: as many answers as prompts, or NULL to give the attempt up. A wrong number, or answers that do not fit, are
 * NACRE_E_ARGUMENT: the question stays open. */
int auth_client_answer_prompts(struct auth_client *a, uint64_t token, const char *const *answers, size_t n) NACRE_CHECK;
/* NEW_PASSWORD: new_password NULL: no. */
int auth_client_answer_new_password(struct auth_client *a, uint64_t token, const char *old_password,
    const char *new_password) NACRE_CHECK;
/* SIGN: key with its private half, or a finished signature blob, or neither (key NULL, blob empty): this attempt is
 * given up, and NACRE_EVENT_AUTH is asked again without counting a refusal. Another key, or a blob that does not
 * verify, is NACRE_E_ARGUMENT: nothing is sent, and the question stays open. */
int auth_client_answer_sign(struct auth_client *a, uint64_t token, const nacre_key *key, struct slice blob) NACRE_CHECK;

/* ---- server ---- */
enum auth_server_state {
	AUTHD_SERVICE,  /* before SERVICE_REQUEST "ssh-userauth" */
	AUTHD_OPEN,     /* a request may come */
	AUTHD_ASKING,   /* NACRE_EVENT_AUTH_REQUEST is open: nothing more is read */
	AUTHD_PROMPTING, /* an INFO_REQUEST is with the client */
	AUTHD_DONE,
	AUTHD_FAILED
};

struct auth_server {
	struct auth_setup setup;
	enum auth_server_state state;
	uint64_t token;
	struct slice session_id; /* borrowed */
	unsigned tries;          /* refused so far */
	unsigned requests;       /* seen so far */
	bool partial;            /* something was accepted for this user and service */
	bool banner_sent;
	char *user;              /* of the requests so far; owned. Another name flushes `partial` (RFC 4252 5) */
	struct buf password, new_password; /* of the open question; wiped with its answer */
	bool change_asked;       /* this user was told to change the password */
	bool change;             /* the open question's */
	struct buf responses;    /* of the open question: n_responses strings; wiped with its answer */
	uint32_t n_prompts, n_responses;
	unsigned rounds;         /* INFO_REQUESTs of this attempt */
	nacre_key *key;          /* of the open question; owned */
	struct buf algorithm;    /* of the open question, as the client wrote it */
	struct buf blob;         /* of the open question, as the client wrote it: PK_OK echoes it */
	bool probe;
	bool verified;           /* the open question's signature held */
	const struct auth_method *method; /* of the request at hand; NULL: unknown or not offered */
};

void auth_server_init(struct auth_server *a, const struct auth_setup *setup);
void auth_server_free(struct auth_server *a);
void auth_server_start(struct auth_server *a, struct slice session_id);
/* SERVICE_REQUEST (5), and 50-79 of the client. After AUTHD_DONE requests are ignored silently (RFC 4252 5.1). */
int auth_server_packet(struct auth_server *a, struct slice payload) NACRE_CHECK;
/* For a probe ACCEPT and PARTIAL both say that the key would do. */
int auth_server_answer(struct auth_server *a, uint64_t token, enum nacre_auth_verdict verdict, const char *methods)
    NACRE_CHECK;
/* Gives back what the last question was about, once it was answered. */
void auth_server_trim(struct auth_server *a);
/* The open question's secrets; empty where there are none. A response of no bytes still has a pointer. */
struct slice auth_server_password(const struct auth_server *a, uint64_t token);
struct slice auth_server_new_password(const struct auth_server *a, uint64_t token);
struct slice auth_server_response(const struct auth_server *a, uint64_t token, unsigned i);
/* Ask instead of answering: for a new password, or whatever `prompts` says. A question of another method is
 * NACRE_E_MISUSE; what does not fit is NACRE_E_ARGUMENT, and the question stays open. */
int auth_server_ask_new_password(struct auth_server *a, uint64_t token, const char *words) NACRE_CHECK;
int auth_server_ask_prompts(struct auth_server *a, uint64_t token, const struct nacre_prompts *prompts) NACRE_CHECK;
/* Which family's rows the numbers 60-79 mean now (for the gate and the trace). */
enum msg_family auth_server_family(const struct auth_server *a);

#endif
