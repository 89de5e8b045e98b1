/* sftp_server: see sftp_server.h. Knows: a session's beginning and end, and its two streams. Must not know: any one
 * request. draft-ietf-secsh-filexfer-02 3, 4. */
#include "sftp_server.h"

#define HANDLES_MAX 256u
#define REQUESTS_MAX 64u
#define LENGTH_LEN 4u

static bool
options_are_valid(const struct nacre_sftp_server_options *o)
{
	const struct nacre_sftp_handler *h = o == NULL || o->size != sizeof(*o) ? NULL : o->handler;

	if (h == NULL || h->size != sizeof(*h) || h->close == NULL || (h->opendir != NULL && h->closedir == NULL))
		return false;
	return o->start == NULL || (o->start[0] == '/' && strlen(o->start) <= SFTP_SERVER_PATH_MAX - 2);
}

static void
take_options(struct nacre_sftp_server *s, const struct nacre_sftp_server_options *o)
{
	const char *start = o->start == NULL ? "/" : o->start;

	s->options = *o;
	s->options.start = NULL;
	s->handler = o->handler;
	if (s->options.handles_max == 0)
		s->options.handles_max = HANDLES_MAX;
	if (s->options.requests_max == 0)
		s->options.requests_max = REQUESTS_MAX;
	memcpy(s->start, start, strlen(start));
	s->start_n = path_normalize((uint8_t *)s->start, strlen(start));
	s->start[s->start_n] = '\0';
}

static void
release(struct nacre_sftp_server *s)
{
	mem_free(s->env, s->handles, s->options.handles_max * sizeof(*s->handles));
	mem_free(s->env, s->requests, s->options.requests_max * sizeof(*s->requests));
	buf_free(&s->in);
	buf_free(&s->out);
	failure_clear(&s->failure, s->env);
	mem_wipe_free(s->env, s, sizeof(*s));
}

int
nacre_sftp_server_new(
    const struct nacre_env *env, const struct nacre_sftp_server_options *options, nacre_sftp_server **out)
{
	struct nacre_sftp_server *s;

	*out = NULL;
	if (env == NULL || !options_are_valid(options))
		return NACRE_E_ARGUMENT;
	if ((s = mem_new(env, sizeof(*s))) == NULL)
		return NACRE_E_NOMEM;
	s->env = env;
	take_options(s, options);
	buf_init(&s->in, env, LENGTH_LEN + SFTP_FRAME_MAX);
	buf_init(&s->out, env, SFTP_SERVER_OUT_MAX);
	s->handles = mem_new(env, s->options.handles_max * sizeof(*s->handles));
	s->requests = mem_new(env, s->options.requests_max * sizeof(*s->requests));
	if (s->handles == NULL || s->requests == NULL) {
		release(s);
		return NACRE_E_NOMEM;
	}
	*out = s;
	return NACRE_OK;
}

void
nacre_sftp_server_free(nacre_sftp_server *s)
{
	if (s == NULL)
		return;
	handle_close_all(s);
	if (s->handler->end != NULL)
		s->handler->end(s->options.ctx);
	release(s);
}

/* A reply that did not fit the memory would leave its client waiting: the session ends. */
static int
state_of(struct nacre_sftp_server *s)
{
	if (s->failure.code == 0 && s->out.bad != 0)
		(void)failure_set(&s->failure, s->out.bad, NACRE_ORIGIN_RESOURCE, "no memory for a reply");
	return s->failure.code;
}

static int
frame_is_wrong(struct nacre_sftp_server *s, int code)
{
	return failure_set(&s->failure, code, NACRE_ORIGIN_PROTOCOL,
	    code == NACRE_E_LIMIT ? "frame: longer than 262144 bytes" : "frame: its length is 0");
}

/* Whole frames in p, served where they stand; *taken grows. 1: one waits for others. 0: no whole one is left, and
 * *missing bytes are. */
static int
take_frames(struct nacre_sftp_server *s, struct slice all, size_t *taken, size_t *missing)
{
	struct slice in = slice_from(all, *taken), payload;
	int r;

	while ((r = sftp_frame_take(&in, &payload, missing)) == 1) {
		if (!request_take(s, payload))
			return 1;
		*taken = all.n - in.n;
		if ((r = state_of(s)) != 0)
			return r;
	}
	return r < 0 ? frame_is_wrong(s, r) : 0;
}

/* The frame whose beginning was kept, completed by the first bytes of p. 1: it is not whole, or waits. */
static int
take_kept(struct nacre_sftp_server *s, struct slice p, size_t *taken)
{
	size_t used = 0, missing;
	int r;

	while ((r = take_frames(s, buf_slice(&s->in), &used, &missing)) == 0 && used == 0) {
		size_t n = missing < p.n - *taken ? missing : p.n - *taken;

		if (n == 0)
			return 1;
		buf_put(&s->in, p.p + *taken, n);
		if (s->in.bad != 0)
			return failure_set(&s->failure, s->in.bad, NACRE_ORIGIN_RESOURCE, "no memory for a request");
		*taken += n;
	}
	if (used > 0)
		s->in.n = 0; /* not wiped until the end: the next frame is written over it */
	return r;
}

/* What is left of p begins a frame that is not whole. */
static int
keep_rest(struct nacre_sftp_server *s, struct slice p, size_t *taken, size_t missing)
{
	if (*taken == p.n)
		return NACRE_OK;
	/* All of it at once: growing bit by bit would copy it again and again. */
	if (buf_reserve(&s->in, p.n - *taken + missing) == NULL)
		return failure_set(&s->failure, s->in.bad, NACRE_ORIGIN_RESOURCE, "no memory for a request");
	buf_put(&s->in, p.p + *taken, p.n - *taken);
	*taken = p.n;
	return NACRE_OK;
}

int
nacre_sftp_server_receive(nacre_sftp_server *s, const uint8_t *p, size_t n, size_t *taken)
{
	struct slice in = slice_of(p, n);
	size_t missing = 0;
	int r;

	*taken = 0;
	listing_drop(s);
	if ((r = state_of(s)) != 0)
		return r;
	if (s->in.n > 0 && (r = take_kept(s, in, taken)) != 0)
		return r < 0 ? r : NACRE_OK;
	if ((r = take_frames(s, in, taken, &missing)) != 0)
		return r < 0 ? r : NACRE_OK;
	return keep_rest(s, in, taken, missing);
}

const uint8_t *
nacre_sftp_server_output(nacre_sftp_server *s, size_t *n)
{
	listing_drop(s);
	*n = s->out.n - s->out_sent;
	return *n == 0 ? NULL : s->out.p + s->out_sent;
}

int
nacre_sftp_server_sent(nacre_sftp_server *s, size_t n)
{
	listing_drop(s);
	if (n > s->out.n - s->out_sent)
		return NACRE_E_MISUSE;
	s->out_sent += n;
	if (s->out_sent == s->out.n)
		s->out_sent = s->out.n = 0; /* not wiped until the end: the next reply is written over it */
	return NACRE_OK;
}

unsigned
nacre_sftp_server_requests(const nacre_sftp_server *s)
{
	return s->n_requests;
}

unsigned
nacre_sftp_server_handles(const nacre_sftp_server *s)
{
	return s->n_handles;
}

void
nacre_sftp_server_error(const nacre_sftp_server *s, struct nacre_error *error)
{
	failure_view(&s->failure, error);
}
