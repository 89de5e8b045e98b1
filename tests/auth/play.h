/* play: a client's and a server's machine joined in memory. Each plays a scene: the client's answers, one letter each. */
#ifndef TESTS_AUTH_PLAY_H
#define TESTS_AUTH_PLAY_H

#include "desk.h"

#define PLAY_PASSWORD "correct horse battery staple"
#define PLAY_EXPIRED "older than a year"

struct scene {
	const char *name;
	/* n none, p the right password, w a wrong one, k the key, K the key probed first, l the key without its private
	 * half (unlocked when asked), L the same (declined when asked), o another key, O the same probed, r an RSA key,
	 * i keyboard-interactive with the right answers, j with a wrong one, d declined at its first question, e the
	 * expired password, which is changed; after the last letter the client stops */
	const char *answers;
	const char *server_algorithms; /* NULL: all; the server announces nothing */
	bool both;                     /* the server wants a key and a password */
	int result;                    /* of the client */
	const char *method;            /* that AUTHENTICATED names; NULL: it does not come */
	unsigned requests;             /* USERAUTH_REQUESTs that crossed */
};

extern const struct scene play_scenes[];
extern const size_t play_n_scenes;

struct play {
	const struct scene *scene;
	struct desk *client, *server;
	const char *next;       /* of the scene's answers */
	char sign;              /* the letter that a SIGN will be answered by */
	bool password_ok, key_ok, dialog_ok;
	unsigned requests;
	int client_result, server_result;
	char client_method[24], server_method[24], user[24];
};

void play_init(struct play *p, const struct scene *scene);
/* Until nothing moves any more. */
void play_run(struct play *p);
/* One turn: true where anything moved. */
bool play_turn(struct play *p);
void play_free(struct play *p);

#endif
