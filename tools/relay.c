/* relay: see relay.h. Knows: poll, and three ways to write without waiting. Must not know: what flows.
 * RFC 4254 5.2, 5.3, 6.10. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "relay.h"

#define RELAY_SIZE 131072
#define TYPED_SIZE 4096

/* How a descriptor of ours is written to. Its own O_NONBLOCK is shared with other processes, and is left alone. */
enum sink_kind {
	SINK_FILE, /* never waits for long */
	SINK_OWN, /* opened anew, for us alone, without waiting */
	SINK_SOCKET,
	SINK_PIECES /* small writes after poll: PIPE_BUF bytes go into a pipe that is writable */
};

/* From the channel to a descriptor. */
struct sink {
	int fd;
	enum sink_kind kind;
	int64_t (*read)(nacre_channel *channel, void *p, size_t n);
	bool full; /* poll says when it takes more */
	bool ended;
	size_t from, to; /* what waits in the buffer */
	unsigned char p[RELAY_SIZE];
};

/* From standard input to the channel. */
struct source {
	bool ready, ended, eof_sent;
	size_t from, to;
	unsigned char p[RELAY_SIZE];
};

struct relay {
	nacre_client *client;
	nacre_channel *channel;
	const struct relay_person *person; /* or NULL */
	struct source in;
	struct sink out, err;
};

/* A pipe or a terminal can be opened anew by its name in /proc, and then has flags of its own. */
static void
sink_open(struct sink *sink, int fd, int64_t (*from)(nacre_channel *channel, void *p, size_t n))
{
	char name[32];
	struct stat st;
	int own;

	*sink = (struct sink){.fd = fd, .kind = SINK_PIECES, .read = from};
	if (fstat(fd, &st) != 0)
		return;
	if (S_ISREG(st.st_mode) || (S_ISCHR(st.st_mode) && !isatty(fd)))
		sink->kind = SINK_FILE; /* a device such as /dev/null never waits either */
	if (S_ISSOCK(st.st_mode))
		sink->kind = SINK_SOCKET;
	if (!S_ISFIFO(st.st_mode) && !isatty(fd))
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	own = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (own < 0)
		return;
	sink->fd = own;
	sink->kind = SINK_OWN;
}

static void
sink_close(struct sink *sink)
{
	if (sink->kind == SINK_OWN)
		(void)close(sink->fd);
}

static bool
is_later(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static ssize_t
sink_put(const struct sink *sink)
{
	size_t n = sink->to - sink->from;

	if (sink->kind == SINK_SOCKET)
		return send(sink->fd, sink->p + sink->from, n, MSG_DONTWAIT);
	if (sink->kind == SINK_PIECES && n > PIPE_BUF)
		n = PIPE_BUF;
	return write(sink->fd, sink->p + sink->from, n);
}

/* Writes what waits. False: the descriptor is broken. */
static bool
sink_flush(struct sink *sink)
{
	ssize_t k;

	while (sink->from < sink->to && !sink->full) {
		k = sink_put(sink);
		if (k < 0 && !is_later(errno))
			return false;
		sink->from += k < 0 ? 0 : (size_t)k;
		/* Whether the next piece would wait only poll knows. */
		sink->full = k < 0 || sink->kind == SINK_PIECES;
	}
	return true;
}

/* Moves all that can be moved now. */
static int
sink_step(struct sink *sink, nacre_channel *channel)
{
	int64_t k;

	for (;;) {
		if (!sink_flush(sink))
			return NACRE_E_FILE;
		if (sink->from < sink->to || sink->ended)
			return NACRE_OK;
		k = sink->read(channel, sink->p, sizeof(sink->p));
		if (k == NACRE_E_AGAIN)
			return NACRE_OK;
		if (k < 0)
			return (int)k;
		sink->ended = k == 0;
		sink->from = 0;
		sink->to = (size_t)k;
	}
}

/* What a person types comes in small pieces, and may be meant for the person's own program. */
static int
source_type(struct source *in, const struct relay_person *person, ssize_t *k)
{
	unsigned char typed[TYPED_SIZE];
	int rc;

	*k = read(STDIN_FILENO, typed, sizeof(typed));
	if (*k <= 0)
		return NACRE_OK;
	in->from = 0;
	rc = person->on_typed(person->ctx, typed, (size_t)*k, in->p, &in->to);
	explicit_bzero(typed, sizeof(typed)); /* a password, often */
	return rc;
}

/* Standard input that cannot be read has ended. */
static int
source_fill(struct source *in, const struct relay_person *person)
{
	int rc = NACRE_OK;
	ssize_t k;

	if (!in->ready || in->ended || in->from < in->to)
		return NACRE_OK;
	in->ready = false;
	in->from = in->to = 0;
	if (person != NULL)
		rc = source_type(in, person, &k);
	else
		k = read(STDIN_FILENO, in->p, sizeof(in->p));
	if (k < 0 && is_later(errno))
		return NACRE_OK;
	in->ended = k <= 0;
	if (person == NULL && k > 0)
		in->to = (size_t)k;
	return rc;
}

/* A command that reads no more is no failure: the rest of its input is dropped. */
static int
source_step(struct source *in, nacre_channel *channel, const struct relay_person *person)
{
	int64_t k;
	int rc;

	if ((rc = source_fill(in, person)) != NACRE_OK)
		return rc;
	while (in->from < in->to) {
		k = nacre_channel_write(channel, in->p + in->from, in->to - in->from);
		if (k == NACRE_E_AGAIN)
			return NACRE_OK;
		if (k == NACRE_E_CHANNEL_CLOSED) {
			in->from = in->to;
			in->ended = in->eof_sent = true;
			return NACRE_OK;
		}
		if (k < 0)
			return (int)k;
		in->from += (size_t)k;
	}
	if (!in->ended || in->eof_sent)
		return NACRE_OK;
	in->eof_sent = true;
	return nacre_channel_send_eof(channel);
}

static bool
relay_is_over(const struct relay *r)
{
	bool empty = r->out.ended && r->err.ended && r->out.from == r->out.to && r->err.from == r->err.to;

	return empty && (nacre_channel_ready(r->channel) & NACRE_READY_EXIT) != 0;
}

/* Both streams are written out as far as that goes, even where one of them fails. */
static int
relay_step(struct relay *r)
{
	int rc = sink_step(&r->out, r->channel), error = errno;
	int rc_err = sink_step(&r->err, r->channel);

	if (rc == NACRE_OK)
		rc = rc_err;
	else
		errno = error;
	return rc == NACRE_OK ? source_step(&r->in, r->channel, r->person) : rc;
}

static struct pollfd
interest(int fd, bool wanted, short events)
{
	return (struct pollfd){.fd = wanted ? fd : -1, .events = events};
}

static int
relay_wait(struct relay *r)
{
	struct pollfd fds[4];
	int rc;

	fds[0] = interest(STDIN_FILENO, !r->in.ended && r->in.from == r->in.to, POLLIN);
	fds[1] = interest(r->out.fd, r->out.full, POLLOUT);
	fds[2] = interest(r->err.fd, r->err.full, POLLOUT);
	fds[3] = interest(r->person == NULL ? -1 : r->person->fd, r->person != NULL, POLLIN);
	rc = nacre_client_wait(r->client, fds, 4, -1);
	r->in.ready = fds[0].revents != 0;
	r->out.full = r->out.full && fds[1].revents == 0;
	r->err.full = r->err.full && fds[2].revents == 0;
	return rc == NACRE_OK && fds[3].revents != 0 ? r->person->on_ready(r->person->ctx) : rc;
}

int
relay_run(nacre_client *client, nacre_channel *channel, const struct relay_person *person, struct nacre_exit *exit)
{
	static struct relay relay; /* 400 KiB: too much for a stack */
	int rc;

	relay = (struct relay){.client = client, .channel = channel, .person = person};
	sink_open(&relay.out, STDOUT_FILENO, nacre_channel_read);
	sink_open(&relay.err, STDERR_FILENO, nacre_channel_read_stderr);
	nacre_channel_set_timeout(channel, 0);
	*exit = (struct nacre_exit){.kind = NACRE_EXIT_NONE};
	while ((rc = relay_step(&relay)) == NACRE_OK && !relay_is_over(&relay) && rc == NACRE_OK) {
		if ((rc = relay_wait(&relay)) != NACRE_OK)
			break;
	}
	/* What arrived before the connection was lost is still the command's word. */
	if (rc != NACRE_OK && rc != NACRE_E_FILE && rc != NACRE_E_CANCELLED)
		(void)relay_step(&relay);
	if (rc == NACRE_OK)
		rc = nacre_channel_wait_exit(channel, exit);
	explicit_bzero(relay.in.p, sizeof(relay.in.p)); /* passwords are typed here */
	sink_close(&relay.out);
	sink_close(&relay.err);
	return rc;
}
