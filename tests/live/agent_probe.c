/* agent_probe: the client of an agent, and an agent, each for a real one at the other end. Knows: the public headers.
 * Must not know: who is there. Serves: no RFC. usage: agent_probe SOCKET JOB [KEYFILE]... */
#include <nacre/nacre.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static nacre_agent *agent;
static int n_files;
static char **files;

static void
fail(int line, const char *what, int rc)
{
	printf("line %d: %s: %s\n", line, what, nacre_status_name(rc));
	exit(1);
}

#define CHECK(call)                                                                                                    \
	do {                                                                                                           \
		int rc_ = (call);                                                                                      \
		if (rc_ != NACRE_OK)                                                                                   \
			fail(__LINE__, #call, rc_);                                                                    \
	} while (0)

static nacre_key *
load(const char *path)
{
	nacre_key *key;
	char why[200];

	if (nacre_key_load(NULL, path, NULL, &key, why, sizeof(why)) != NACRE_OK)
		CHECK(nacre_key_load_public(NULL, path, &key, why, sizeof(why)));
	return key;
}

static void
list(void)
{
	struct nacre_agent_list list;
	char fingerprint[64];

	CHECK(nacre_agent_list(agent, &list));
	for (size_t i = 0; i < list.n; i++) {
		nacre_key *plain;

		CHECK(nacre_cert_plain(nacre_env_default(), list.keys[i], &plain));
		CHECK(nacre_key_fingerprint(plain, "SHA256", fingerprint, sizeof(fingerprint)));
		printf("%u %s %s (%s%s)\n", nacre_key_bits(plain), fingerprint, nacre_key_comment(list.keys[i]),
		    nacre_key_short_type(plain), nacre_key_is_certificate(list.keys[i]) ? "-CERT" : "");
		nacre_key_free(plain);
	}
	nacre_agent_list_free(&list);
}

static void
sign(void)
{
	static const uint8_t data[] = "what is signed";
	struct nacre_agent_list list;
	uint8_t *signature;
	size_t n;

	CHECK(nacre_agent_list(agent, &list));
	for (size_t i = 0; i < list.n; i++) {
		CHECK(nacre_key_sign(nacre_env_default(), list.keys[i], NULL, data, sizeof(data), &signature, &n));
		CHECK(nacre_key_verify(list.keys[i], NULL, data, sizeof(data), signature, n, 0, NULL));
		nacre_key_signature_free(nacre_env_default(), signature, n);
		printf("%s\n", nacre_key_type(list.keys[i]));
	}
	nacre_agent_list_free(&list);
}

static void
add_with(uint32_t lifetime_s, bool confirm)
{
	const struct nacre_agent_constraints constraints = {
	    .size = sizeof(constraints), .lifetime_s = lifetime_s, .confirm = confirm};

	for (int i = 0; i < n_files; i++) {
		nacre_key *key = load(files[i]);

		CHECK(nacre_agent_add(agent, key, &constraints));
		nacre_key_free(key);
	}
}

static void
add(void)
{
	add_with(0, false);
}

static void
add_briefly(void)
{
	add_with(3600, false);
}

/* KEYFILE is preceded by the name and the key of the only host where it may be used. */
static void
add_for(void)
{
	nacre_key *key = load(files[2]), *host_key = load(files[1]);
	const nacre_key *only[] = {host_key};
	const struct nacre_agent_destination there = {.to = {.host = files[0], .keys = only, .n_keys = 1}};
	const struct nacre_agent_constraints constraints = {
	    .size = sizeof(constraints), .destinations = &there, .n_destinations = 1};

	CHECK(nacre_agent_add(agent, key, &constraints));
	nacre_key_free(key);
	nacre_key_free(host_key);
}

static void
add_to_confirm(void)
{
	add_with(0, true);
}

static void
drop(void)
{
	for (int i = 0; i < n_files; i++) {
		nacre_key *key = load(files[i]);

		CHECK(nacre_agent_remove(agent, key));
		nacre_key_free(key);
	}
}

static void
drop_all(void)
{
	CHECK(nacre_agent_remove_all(agent));
}

static void
lock(void)
{
	CHECK(nacre_agent_lock(agent, "pearl"));
}

static void
unlock(void)
{
	CHECK(nacre_agent_unlock(agent, "pearl"));
}

static bool
read_all(int fd, uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t k = read(fd, p, n);

		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

/* One client after the other: lengths in front of messages are all that a socket adds. */
static void
serve_one(int fd, nacre_agent_memory *memory)
{
	static uint8_t in[NACRE_AGENT_MESSAGE_MAX], out[NACRE_AGENT_MESSAGE_MAX + 4];
	nacre_agent_caller *caller;
	uint8_t head[4];
	size_t n;

	CHECK(nacre_agent_caller_new(memory, NULL, &caller));
	while (read_all(fd, head, 4)) {
		n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
		if (n > sizeof(in) || !read_all(fd, in, n))
			break;
		CHECK(nacre_agent_caller_answer(caller, in, n, out + 4, NACRE_AGENT_MESSAGE_MAX, &n));
		out[0] = (uint8_t)(n >> 24);
		out[1] = (uint8_t)(n >> 16);
		out[2] = (uint8_t)(n >> 8);
		out[3] = (uint8_t)n;
		if (send(fd, out, n + 4, MSG_NOSIGNAL) != (ssize_t)n + 4)
			break;
	}
	nacre_agent_caller_free(caller);
}

static int64_t
tell_time(void *ctx)
{
	(void)ctx;
	return nacre_clock_ms() / 1000;
}

static void
note_bound(void *ctx, const nacre_key *host_key, struct nacre_bytes session_id, bool forwarding)
{
	(void)ctx;
	(void)session_id;
	printf("bound to a %s%s\n", nacre_key_type(host_key), forwarding ? ", forwarding" : "");
	fflush(stdout);
}

static int
serve(const char *path)
{
	const struct nacre_agent_memory_options options = {
	    .size = sizeof(options), .clock = tell_time, .bound = note_bound};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), client;
	nacre_agent_memory *memory;

	CHECK(nacre_agent_memory_new(nacre_env_default(), &options, &memory));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 8) != 0)
		return 1;
	puts("listening");
	fflush(stdout);
	while ((client = accept(fd, NULL, NULL)) >= 0) {
		serve_one(client, memory);
		close(client);
	}
	return 1;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} jobs[] = {{"list", list}, {"sign", sign}, {"add", add}, {"add-briefly", add_briefly},
	    {"add-to-confirm", add_to_confirm}, {"add-for", add_for}, {"remove", drop}, {"remove-all", drop_all},
	    {"lock", lock}, {"unlock", unlock}};
	char why[200];

	if (argc < 3)
		return 2;
	if (strcmp(argv[2], "serve") == 0)
		return serve(argv[1]);
	n_files = argc - 3;
	files = argv + 3;
	CHECK(nacre_agent_open(NULL, argv[1], 60000, &agent, why, sizeof(why)));
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		if (strcmp(jobs[i].name, argv[2]) == 0) {
			jobs[i].run();
			nacre_agent_close(agent);
			return 0;
		}
	}
	return 2;
}
