/* dial_race: see dial_race.h. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>
#include "address.h"
#include "clock.h"
#include "dial_race.h"
#include "qos.h"
#include "race.h"

struct runner {
	const struct addrinfo *at;
	int fd; /* -1: does not run */
	int64_t began;
	struct nacre_dial_attempt *row; /* of the log; NULL where that is full */
};

struct dial_run {
	const struct dial_options *options;
	const struct addrinfo *from;
	struct nacre_dial_log *log;
	struct race race;
	struct runner runners[RACE_MAX]; /* in the order of their turns */
	bool refused; /* something failed by more than time */
	int won; /* the descriptor, or -1 */
};

/* Addresses in the order of the race. */
static size_t
line_up(struct dial_run *run, const struct addrinfo *list)
{
	const struct addrinfo *all[RACE_MAX];
	int families[RACE_MAX];
	size_t order[RACE_MAX], n = 0;

	for (; list != NULL && n < RACE_MAX; list = list->ai_next, n++) {
		all[n] = list;
		families[n] = list->ai_family;
	}
	race_order(families, n, order);
	for (size_t i = 0; i < n; i++)
		run->runners[i] = (struct runner){.at = all[order[i]], .fd = -1};
	return n;
}

static void
note_begin(struct dial_run *run, struct runner *r, int64_t now)
{
	struct nacre_dial_log *log = run->log;
	unsigned last = run->options->rounds > 1 ? run->options->rounds - 1 : 0;

	r->began = now;
	r->row = NULL;
	if (log->n == NACRE_DIAL_ATTEMPTS_MAX)
		return;
	r->row = &log->attempts[log->n++];
	*r->row = (struct nacre_dial_attempt){.round = last - run->race.rounds_left};
	address_text(r->at->ai_addr, r->at->ai_addrlen, r->row->address, sizeof(r->row->address));
}

static void
note_end(const struct runner *r, int error)
{
	if (r->row == NULL)
		return;
	r->row->system_error = error;
	r->row->took_ms = (int)(nacre_clock_ms() - r->began);
}

static void
fall(struct dial_run *run, struct runner *r, int error)
{
	note_end(r, error);
	dial_close(&r->fd);
	run->refused |= error != ETIMEDOUT;
	race_failed(&run->race, nacre_clock_ms());
}

static void
win(struct dial_run *run, struct runner *r)
{
	note_end(r, 0);
	run->won = r->fd;
	r->fd = -1;
}

/* 0 or an errno. */
static int
bind_from(const struct dial_run *run, int fd, int family)
{
	const struct addrinfo *from = run->from;

	if (from == NULL)
		return 0;
	while (from != NULL && from->ai_family != family)
		from = from->ai_next;
	if (from == NULL)
		return EADDRNOTAVAIL;
	return bind(fd, from->ai_addr, from->ai_addrlen) == 0 ? 0 : errno;
}

static void
set_options(const struct dial_options *options, int fd)
{
	int one = 1;

	/* RFC 4253 has many small packets that wait for an answer; Nagle's delay would be felt at each. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (options->tcp_keepalive)
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	qos_set(fd, options->qos);
}

static void
start(struct dial_run *run, struct runner *r, int64_t now)
{
	const struct addrinfo *at = r->at;
	int error;

	note_begin(run, r, now);
	r->fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
	if (r->fd < 0) {
		fall(run, r, errno);
		return;
	}
	set_options(run->options, r->fd);
	if ((error = bind_from(run, r->fd, at->ai_family)) != 0) {
		fall(run, r, error);
		return;
	}
	if (connect(r->fd, at->ai_addr, at->ai_addrlen) == 0)
		win(run, r);
	/* An interrupted connect goes on by itself (POSIX), so EINTR waits just like EINPROGRESS. */
	else if (errno != EINPROGRESS && errno != EINTR)
		fall(run, r, errno);
}

static void
start_those_due(struct dial_run *run)
{
	int64_t now = nacre_clock_ms();
	int k;

	while (run->won < 0 && (k = race_start(&run->race, now)) >= 0)
		start(run, &run->runners[k], now);
}

static void
look_at(struct dial_run *run, struct runner *r)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
		error = errno;
	if (error == 0)
		win(run, r);
	else
		fall(run, r, error);
}

/* Waits until one of them has an answer, the next may begin, or the time is over. */
static int
wait_for_answers(struct dial_run *run)
{
	struct pollfd fds[RACE_MAX];
	int64_t sooner = clock_sooner(run->options->deadline, race_deadline(&run->race));

	for (size_t i = 0; i < run->race.n; i++)
		fds[i] = (struct pollfd){.fd = run->runners[i].fd, .events = POLLOUT};
	if (poll(fds, (nfds_t)run->race.n, clock_left(sooner, nacre_clock_ms())) < 0)
		return errno == EINTR || errno == EAGAIN ? NACRE_OK : NACRE_E_SYSTEM;
	for (size_t i = 0; i < run->race.n && run->won < 0; i++) {
		if (fds[i].revents != 0)
			look_at(run, &run->runners[i]);
	}
	return NACRE_OK;
}

static void
end_the_others(struct dial_run *run, int error)
{
	for (size_t i = 0; i < run->race.n; i++) {
		if (run->runners[i].fd < 0)
			continue;
		note_end(&run->runners[i], error);
		dial_close(&run->runners[i].fd);
	}
}

int
dial_race(const struct addrinfo *list, const struct addrinfo *from, const struct dial_options *options, int *fd,
    struct nacre_dial_log *log)
{
	struct dial_run run = {.options = options, .from = from, .log = log, .won = -1};
	bool late = false;
	int rc = NACRE_OK;

	race_begin(&run.race, line_up(&run, list), options->rounds, nacre_clock_ms());
	while (rc == NACRE_OK && !late) {
		start_those_due(&run);
		if (run.won >= 0 || race_is_lost(&run.race))
			break;
		rc = wait_for_answers(&run);
		late = run.won < 0 && clock_left(options->deadline, nacre_clock_ms()) == 0;
	}
	end_the_others(&run, run.won >= 0 ? ECANCELED : ETIMEDOUT);
	*fd = run.won;
	if (run.won >= 0)
		return NACRE_OK;
	return rc == NACRE_OK && !run.refused ? NACRE_E_TIMEOUT_CONNECT : NACRE_E_CONNECT;
}
