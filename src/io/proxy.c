/* proxy: see proxy.h. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "clock.h"
#include "proxy.h"
#include "spawn.h"
#include "text.h"

#define PROXY_NAME_MAX 160
#define PROXY_READS_MAX 256 /* of standard error in one turn: more than a pipe holds, but not without end */
#define PROXY_END_MS 500 /* between the end of its output and its own, of which it says why */
#define PROXY_HANGUP_MS 200 /* from SIGHUP to SIGKILL */

struct proxy {
	const struct nacre_env *env;
	struct spawn child;
	struct spawn_end end;
	bool ended; /* reaped: `end` says how */
	bool silent; /* its output has ended */
	size_t n; /* bytes of `err` */
	uint8_t err[PROXY_STDERR_MAX];
	char name[PROXY_NAME_MAX]; /* "the command ..." */
};

static void
end_stderr(struct proxy *proxy)
{
	(void)close(proxy->child.err);
	proxy->child.err = -1;
}

/* Keeps what fits, and rather the end: there it says why. */
static void
keep_stderr(struct proxy *proxy, const uint8_t *p, size_t n)
{
	size_t over = proxy->n + n > PROXY_STDERR_MAX ? proxy->n + n - PROXY_STDERR_MAX : 0;

	memmove(proxy->err, proxy->err + over, proxy->n - over);
	memcpy(proxy->err + proxy->n - over, p, n);
	proxy->n += n - over;
}

static void
read_stderr(struct proxy *proxy)
{
	uint8_t part[PROXY_STDERR_MAX / 2];
	ssize_t k;

	for (int i = 0; i < PROXY_READS_MAX && proxy->child.err >= 0; i++) {
		k = read(proxy->child.err, part, sizeof(part));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (k <= 0)
			end_stderr(proxy);
		else
			keep_stderr(proxy, part, (size_t)k);
	}
}

static int64_t
proxy_read(void *ctx, void *p, size_t n)
{
	struct proxy *proxy = ctx;
	ssize_t k;

	do
		k = read(proxy->child.out, p, n);
	while (k < 0 && errno == EINTR);
	if (k < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return NACRE_E_AGAIN;
	proxy->silent |= k <= 0;
	return k < 0 ? NACRE_E_CONNECTION_LOST : k;
}

/* A socket, since a pipe that nobody reads would send SIGPIPE to the whole program. */
static int64_t
proxy_write(void *ctx, const void *p, size_t n)
{
	struct proxy *proxy = ctx;
	ssize_t k;

	do
		k = send(proxy->child.in, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? NACRE_E_AGAIN
										   : NACRE_E_CONNECTION_LOST;
	return k;
}

static int
proxy_wait(void *ctx, unsigned wants, struct pollfd *others, size_t n, int timeout_ms)
{
	struct proxy *proxy = ctx;
	bool reads = (wants & NACRE_WANT_READ) != 0, writes = (wants & NACRE_WANT_WRITE) != 0;
	struct pollfd own[] = {
	    {.fd = reads ? proxy->child.out : -1, .events = POLLIN},
	    {.fd = writes ? proxy->child.in : -1, .events = POLLOUT},
	    {.fd = proxy->child.err, .events = POLLIN},
	};
	int rc = carrier_poll(own, sizeof(own) / sizeof(own[0]), others, n, timeout_ms);

	if (rc < 0)
		return rc;
	if (own[2].revents != 0)
		read_stderr(proxy);
	rc = own[0].revents != 0 ? (int)NACRE_WANT_READ : 0;
	return own[1].revents != 0 ? rc | (int)NACRE_WANT_WRITE : rc;
}

/* Waits until standard error has ended, the child too, or the time is over. */
static void
await_end(struct proxy *proxy)
{
	int64_t deadline = nacre_clock_ms() + PROXY_END_MS;
	struct pollfd own[2];
	int left;

	for (;;) {
		read_stderr(proxy);
		if (!proxy->ended)
			proxy->ended = spawn_poll(&proxy->child, &proxy->end) == 1;
		left = clock_left(deadline, nacre_clock_ms());
		if (left == 0 || proxy->ended)
			return;
		own[0] = (struct pollfd){.fd = proxy->child.err, .events = POLLIN};
		own[1] = (struct pollfd){.fd = proxy->child.alive, .events = POLLIN};
		/* Without a pidfd nothing tells of the child's end: look again soon. */
		if (proxy->child.alive < 0 && left > 10)
			left = 10;
		if (poll(own, 2, left) < 0 && errno != EINTR)
			return;
	}
}

static void
say_how_it_ended(const struct proxy *proxy, char *out, size_t cap)
{
	if (!proxy->ended)
		snprintf(out, cap, "%s ended its output", proxy->name);
	else if (proxy->end.by_signal)
		snprintf(out, cap, "%s was ended by signal %s", proxy->name, proxy->end.signal);
	else
		snprintf(out, cap, "%s ended with status %d", proxy->name, proxy->end.status);
}

static int
proxy_why(void *ctx, char *out, size_t cap)
{
	struct proxy *proxy = ctx;

	if (proxy->silent)
		await_end(proxy);
	read_stderr(proxy);
	say_how_it_ended(proxy, out, cap);
	return NACRE_E_PROXY;
}

/* It sees its input end, and is told; who does not go then is made to. Whoever it has left behind in its session goes
 * too. */
static void
proxy_close(void *ctx)
{
	struct proxy *proxy = ctx;
	struct pollfd alive = {.fd = proxy->child.alive, .events = POLLIN};

	spawn_close_in(&proxy->child);
	if (proxy->child.pid > 1) {
		(void)spawn_kill(&proxy->child, SIGHUP);
		if (alive.fd >= 0)
			(void)poll(&alive, 1, PROXY_HANGUP_MS);
	}
	spawn_free(&proxy->child);
	mem_free(proxy->env, proxy, sizeof(*proxy));
}

int
proxy_open(const struct nacre_env *env, const char *command, struct nacre_carrier *out, struct failure *why)
{
	struct proxy *proxy = mem_new(env, sizeof(*proxy));
	char shown[PROXY_NAME_MAX - 16];
	int rc;

	*out = (struct nacre_carrier){.fd = -1};
	if (proxy == NULL)
		return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "out of memory");
	proxy->env = env;
	if ((rc = spawn_proxy(&proxy->child, command, why)) != NACRE_OK) {
		mem_free(env, proxy, sizeof(*proxy));
		return rc;
	}
	text_escape(shown, sizeof(shown), slice_str(command), false);
	snprintf(proxy->name, sizeof(proxy->name), "the command %s", shown);
	*out = (struct nacre_carrier){
	    .size = sizeof(*out),
	    .ctx = proxy,
	    .read = proxy_read,
	    .write = proxy_write,
	    .wait = proxy_wait,
	    .fd = proxy->child.out,
	    .close = proxy_close,
	    .why = proxy_why,
	    .name = proxy->name,
	};
	return NACRE_OK;
}

struct slice
proxy_stderr(const struct nacre_carrier *carrier)
{
	struct proxy *proxy = carrier->ctx;

	if (carrier->read != proxy_read)
		return slice_of(NULL, 0);
	read_stderr(proxy);
	return slice_of(proxy->err, proxy->n);
}
