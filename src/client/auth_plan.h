/* auth_plan: which credential next. Knows: the caller's credentials, what was tried, and whom to ask. Must not know:
 * messages.
 * Serves: RFC 4252 5 (the client chooses), 5.2, 7, 8; RFC 4256. */
#ifndef CLIENT_AUTH_PLAN_H
#define CLIENT_AUTH_PLAN_H

#include <nacre/client.h>
#include "failure.h"
#include "file.h"

#define PLAN_KEYS_MAX 64
#define PLAN_ASK_MAX 3 /* times that a person is asked for the same thing */
#define PLAN_SECRET_MAX 1024 /* a password or passphrase that was typed, with the NUL */
#define PLAN_METHODS_MAX 4097 /* what the core keeps of a server's list, with the NUL */
#define PLAN_WHY_MAX 200
#define PLAN_NOTE_MAX 512

struct plan_key {
	const nacre_key *key; /* what is offered: the caller's key, or one of the two below */
	nacre_key *owned; /* unlocked, or the public half, or with a signer */
	struct file_bytes file; /* a locked key's file; empty otherwise */
	char *name; /* its file's, or the agent's comment; owned; NULL for the caller's key */
	enum nacre_key_source source;
	struct plan_key *locked; /* a certificate's: the locked key that it certifies; NULL: none */
	bool is_public; /* its file holds no private half: an agent has to have it */
	bool by_agent; /* the plan's agent signs for it */
	bool tried; /* as in struct nacre_auth_key */
};

/* For the log. */
struct plan_note {
	struct plan_note *next;
	enum nacre_log_level level;
	char text[PLAN_NOTE_MAX];
};

struct auth_plan {
	struct nacre_connect_options options;
	struct plan_key keys[PLAN_KEYS_MAX];
	size_t n_keys;
	struct nacre_auth_key shown[PLAN_KEYS_MAX];
	struct plan_key foreign; /* a strategy's own key */
	nacre_agent *agent; /* NULL: there is none */
	bool agent_is_ours, agent_is_bound;
	struct nacre_agent_list agent_keys;
	char agent_why[PLAN_WHY_MAX]; /* why it is of no use, or what is odd about it; empty: nothing */
	struct plan_note *notes; /* first one first */
	struct plan_key *current; /* offered last; NULL: no key was */
	char methods[PLAN_METHODS_MAX]; /* the server's last list */
	bool methods_known;
	bool partial;
	unsigned refusals; /* before the attempt that is open */
	const char *password; /* the one that was sent last; where it expires it is sent again */
	const char *fallback; /* answers one prompt */
	char typed[PLAN_SECRET_MAX];
	struct failure problem; /* the most telling thing that went wrong on our side */
};

/* What was tried; outlives the plan. */
struct auth_record {
	struct nacre_attempt *list;
	size_t n, cap;
};

/* Reads the key files. options is borrowed until auth_plan_free. */
int auth_plan_new(const struct nacre_env *env, const struct nacre_connect_options *options, struct auth_plan **plan,
    struct failure *why) NACRE_CHECK;
/* Wipes and frees; NULL is fine. */
void auth_plan_free(struct auth_plan *plan, const struct nacre_env *env);

/* Answer NACRE_EVENT_AUTH, _SIGN, _PROMPTS and _NEW_PASSWORD. */
void auth_plan_answer(nacre_client *c, const struct nacre_event *event);
void auth_plan_sign(nacre_client *c, const struct nacre_event *event);
void auth_plan_prompts(nacre_client *c, const struct nacre_event *event);
void auth_plan_new_password(nacre_client *c, const struct nacre_event *event);
/* NACRE_EVENT_AUTHENTICATED: false where that success is not wanted; the connection is ended then. */
bool auth_plan_accept(nacre_client *c, const struct nacre_event *event);
/* A failed connect's code and text: what the connection says, or what the plan knows better. */
int auth_plan_explain(nacre_client *c, int rc);
/* Was a key, a key file or a password given? */
bool auth_plan_has_credential(const struct nacre_connect_options *options);

/* --- plan_record.c --- */

/* A new attempt, OPEN. NULL without memory. */
struct nacre_attempt *auth_record_add(
    struct auth_record *record, const struct nacre_env *env, const char *method, const struct plan_key *key);
/* The last attempt where it is OPEN, else NULL. */
struct nacre_attempt *auth_record_open(const struct auth_record *record);
void auth_record_free(struct auth_record *record, const struct nacre_env *env);
/* "publickey id_rsa: refused; password: refused", as much as fits. */
void auth_record_text(const struct auth_record *record, char *out, size_t cap);
/* Was any attempt refused while the server took its method? */
bool auth_record_has_refusal(const struct auth_record *record);
bool auth_attempt_counts(const struct nacre_attempt *attempt);

/* --- plan_keys.c --- */

int plan_load_keys(struct auth_plan *plan, const struct nacre_env *env, struct failure *why) NACRE_CHECK;
void plan_free_keys(struct auth_plan *plan, const struct nacre_env *env);
/* A file's key, and its certificate before it where there is one; on failure neither is there. */
int plan_add_file(struct auth_plan *plan, const struct nacre_env *env, const char *path, enum nacre_key_source source,
    struct failure *why) NACRE_CHECK;
/* To show. */
const char *plan_key_name(const struct plan_key *key);

/* plan_agent.c: the agent's keys, behind those that were named; these may be signed by the agent from then on. */
int plan_add_agent(struct auth_plan *plan, const struct nacre_env *env, struct failure *why) NACRE_CHECK;
void plan_free_agent(struct auth_plan *plan);
/* To the log, where something is wrong with it. */
void plan_tell_agent(nacre_client *c);
/* Tells the agent which connection it signs for. */
void plan_bind_agent(nacre_client *c);
/* Nobody asks this agent again after `rc`: its keys are of no use any more. */
bool plan_agent_is_lost(int rc);
void plan_lose_agent(struct auth_plan *plan);

/* --- plan_certificates.c --- */

/* The certificates of options.certificate_files, each before its key where the plan has that; else it is noted. */
int plan_add_certificates(struct auth_plan *plan, const struct nacre_env *env, struct failure *why) NACRE_CHECK;
/* To the log. */
void plan_tell_notes(nacre_client *c);
void plan_free_notes(struct auth_plan *plan, const struct nacre_env *env);

/* --- plan_discover.c --- */

/* The keys that lie where ssh-keygen puts them. What cannot be used is passed over. */
int plan_discover(struct auth_plan *plan, const struct nacre_env *env) NACRE_CHECK;

/* --- plan_unlock.c --- */

/* A key file's bytes, with a private half or a signer. text: PLAN_WHY_MAX bytes. */
int plan_parse_private(const struct nacre_env *env, const struct plan_key *key, const char *passphrase,
    nacre_key **parsed, char *text) NACRE_CHECK;
/* What opens locked keys without asking: the passphrase; the password where there is none. NULL: nothing. */
const char *plan_passphrase(const struct nacre_connect_options *options);
/* Asks the caller's person; answer has PLAN_SECRET_MAX bytes, wiped by who asked. False where there is no answer. */
bool plan_ask(nacre_client *c, enum nacre_ask what, const char *about, char *answer);
/* ... for the password of c->user. */
bool plan_ask_password(nacre_client *c, char *answer);
/* The private half of a locked key, by the passphrase that was given or asked for: the caller's to free. */
int plan_unlock(nacre_client *c, struct plan_key *key, nacre_key **unlocked, struct failure *why) NACRE_CHECK;
int plan_key_fail(struct failure *why, int rc, const char *path, const char *text);

#endif
