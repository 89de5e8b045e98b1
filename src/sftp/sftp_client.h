/* sftp_client: the client's half of an SFTP session, over any byte stream. Knows: which requests are under way, and
 * which reply each may have. Must not know: channels, files, who waits. Serves draft-ietf-secsh-filexfer-02 3, 4, 7, 8.
 *
 * Bytes go in by sftp_client_receive and come out by sftp_client_send; answers come by callbacks from within receive
 * and end. A callback may submit and abandon, and nothing else. The payload of a WRITE is made where it leaves, and the
 * bytes of a DATA are handed on as they arrive: neither is ever kept here. */
#ifndef SFTP_CLIENT_H
#define SFTP_CLIENT_H

#include "failure.h"
#include "sftp_extension.h"
#include "sftp_frame.h"

#define SFTP_CLIENT_REQUESTS_MAX 65536 /* under way at once */
#define SFTP_CLIENT_IN_FLIGHT_MAX ((size_t)64 << 20) /* bytes of READs, WRITEs and the rest that are not answered */
#define SFTP_CLIENT_OUT_MAX ((size_t)1 << 20) /* bytes of requests that nobody took yet, without payloads */
#define SFTP_CLIENT_SIZE_UNKNOWN 32768 /* what every server must take; filexfer-02 3 */
#define SFTP_CLIENT_SIZE_MAX 261120u /* of one READ or WRITE: with its header it fits SFTP_FRAME_MAX */

enum sftp_client_state { SFTP_CLIENT_STARTING, SFTP_CLIENT_READY, SFTP_CLIENT_FAILED };

/* What became of a request. */
struct sftp_answer {
	int code; /* 0; NACRE_E_SFTP: the server would not; else why there is no answer */
	uint32_t status; /* with NACRE_E_SFTP: an sftp_status_code, or a number that is none */
	struct slice text; /* the server's words for it, raw; lives during the callback, as msg does */
	const union sftp_any
	    *msg; /* with code 0: the reply; its row is what the request asks for. For a READ only the id */
};

typedef void sftp_answer_fn(void *ctx, const struct sftp_answer *answer);
/* A piece of a READ's bytes: n of them, the first of which is byte `at` of the reply. */
typedef void sftp_data_fn(void *ctx, size_t at, struct slice bytes);
/* Fills p with n bytes of a WRITE's payload, from byte `at` on. */
typedef void sftp_fill_fn(void *ctx, size_t at, uint8_t *p, size_t n);

struct sftp_ask {
	enum sftp_id type;
	enum sftp_extension_id ext; /* with SFTP_extended */
	const void *msg; /* the struct of `type`, or of `ext`; its id and, for a WRITE, its data are not looked at */
	sftp_answer_fn *done; /* NULL: nobody wants to know */
	sftp_data_fn *data; /* READ */
	sftp_fill_fn *fill; /* WRITE */
	size_t fill_len; /* WRITE: the payload's length */
	void *ctx;
};

struct sftp_limits {
	uint32_t read, write; /* bytes of one request */
	uint64_t handles; /* open at once; 0: the server did not say */
};

struct sftp_slot;

struct sftp_client {
	const struct nacre_env *env;
	struct failure failure; /* sticky */
	enum sftp_client_state state;
	struct sftp_limits limits;
	bool limits_known; /* asked for and answered, or not there to be asked for */
	unsigned extensions; /* a bit for each enum sftp_extension_id that the server announced */

	struct buf out; /* requests, without the payloads of WRITEs */
	size_t out_sent; /* of out */
	uint64_t out_base; /* where out begins in the stream of all requests, payloads not counted */

	struct sftp_slot *slots;
	uint32_t n_slots, free_slot, sequence;
	uint32_t first_payload, last_payload; /* slots of WRITEs that still have bytes to send, in order */
	unsigned n_requests;
	size_t in_flight;

	struct buf frame; /* a reply that is not whole yet */
	uint32_t streaming, stream_len, stream_done; /* the READ whose bytes come now; stream_len 0: none */
	bool texting; /* what comes is text, not SFTP */
};

/* Begins a session: INIT waits to be sent. 0 or NACRE_E_NOMEM. */
int sftp_client_init(struct sftp_client *s, const struct nacre_env *env) NACRE_CHECK;
/* Ends it without a word: no callback runs any more. */
void sftp_client_free(struct sftp_client *s);

/* Takes what arrived: all of it. 0, or the session's failure: requests that were under way have been answered with
 * it. */
int sftp_client_receive(struct sftp_client *s, struct slice in) NACRE_CHECK;
/* No more bytes will come: everything under way is answered with `code`, and the failure says so in words. */
void sftp_client_end(struct sftp_client *s, int code, const char *text);

/* Writes what is to be sent into p; returns how many of the n bytes were used. 0: there is nothing to send. */
size_t sftp_client_send(struct sftp_client *s, uint8_t *p, size_t n);
bool sftp_client_has_output(const struct sftp_client *s);

/* Sends a request. *id (may be NULL) names it for sftp_client_abandon.
 * NACRE_E_AGAIN where too many bytes are under way (take answers first), NACRE_E_LIMIT where it fits no frame,
 * NACRE_E_MISUSE before the server's VERSION, NACRE_E_NOMEM, or the session's failure. Then `done` is not called; else
 * it is, once. */
int sftp_client_submit(struct sftp_client *s, const struct sftp_ask *ask, uint32_t *id) NACRE_CHECK;
/* Forgets who asked: no callback of it runs. A handle that the server still opens is closed. A WRITE whose payload has
 * not left in full takes the session with it, since nobody can give the rest. */
void sftp_client_abandon(struct sftp_client *s, uint32_t id);

bool sftp_client_can(const struct sftp_client *s, enum sftp_extension_id ext);

#endif
