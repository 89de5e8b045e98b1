/* say: see tool.h. Knows: how failures, packets and negotiations read. Must not know: why they came about.
 * README, "The tool". */
#include <stdarg.h>
#include <string.h>
#include "tool.h"

#define BANNER_MAX 8192

int
say_failure(const char *format, ...)
{
	va_list args;

	fputs("nacre: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return TOOL_FAILED;
}

static void
say_more(const char *what, const char *text)
{
	if (text != NULL && text[0] != '\0')
		fprintf(stderr, "       %s: %s\n", what, text);
}

/* A list that the message does not show already. */
static void
say_list(const char *whose, const char *list, const char *message)
{
	if (list != NULL && strstr(message, list) == NULL)
		say_more(whose, list);
}

int
say_error(const struct nacre_error *error)
{
	const char *text = nacre_status_text(error->code);

	(void)say_failure("%s", text);
	if (strcmp(error->message, text) != 0)
		say_more("in detail", error->message);
	say_list("ours", error->ours, error->message);
	say_list("theirs", error->theirs, error->message);
	say_more("the peer says", error->peer_text);
	say_more("hint", error->hint);
	return TOOL_FAILED;
}

void
say_banner(struct nacre_bytes words)
{
	static char text[BANNER_MAX];

	(void)nacre_text_escape(text, sizeof(text), words, true);
	fputs(text, stderr);
	if (text[0] != '\0' && text[strlen(text) - 1] != '\n')
		fputc('\n', stderr);
}

static void
say_row(FILE *to, const char *what, const char *out, const char *in)
{
	if (in == NULL || strcmp(out, in) == 0)
		fprintf(to, "  %-18s %s\n", what, out);
	else
		fprintf(to, "  %-18s %s (out), %s (in)\n", what, out, in);
}

static void
say_bytes(FILE *to, const char *what, struct nacre_bytes bytes)
{
	char text[512];

	(void)nacre_text_escape(text, sizeof(text), bytes, false);
	say_row(to, what, text, NULL);
}

void
say_key(FILE *to, const char *before, const nacre_key *key)
{
	char fingerprint[64] = "";

	if (nacre_key_fingerprint(key, "SHA256", fingerprint, sizeof(fingerprint)) == NACRE_OK)
		fprintf(to, "%s%s %s\n", before, nacre_key_type(key), fingerprint);
}

void
say_negotiated(FILE *to, const nacre_conn *conn)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(conn, &info);
	say_bytes(to, "we are", info.our_ident);
	say_bytes(to, "the peer is", info.peer_ident);
	say_row(to, "key exchange", info.kex, NULL);
	say_row(to, "strict", info.strict_kex ? "yes" : "no", NULL);
	say_row(to, "host key", info.host_key_algorithm, NULL);
	say_row(to, "cipher", info.cipher_out, info.cipher_in);
	say_row(to, "mac", info.mac_out, info.mac_in);
	say_row(to, "compression", info.compression_out, info.compression_in);
	say_bytes(to, "server-sig-algs", info.peer_sig_algs);
	fprintf(to, "  %-18s %llu packets in, %llu out\n", "so far", (unsigned long long)info.packets_in,
	    (unsigned long long)info.packets_out);
}

static const char *const say_arrows[] = {
    [NACRE_TRACE_SENT] = "->",
    [NACRE_TRACE_RECEIVED] = "<-",
    [NACRE_TRACE_STATE] = "  ",
    [NACRE_TRACE_NOTE] = "  ",
};

/* "-> 3 newkeys [RFC 4253 7.3]": the direction, the packet's number, its name and clause, its fields. */
static void
say_trace_line(void *ctx, const struct nacre_trace *line)
{
	bool is_packet = line->kind == NACRE_TRACE_SENT || line->kind == NACRE_TRACE_RECEIVED;
	char row[NACRE_TRACE_DUMP_MAX];
	size_t at, n;

	(void)ctx;
	fprintf(stderr, "%s ", say_arrows[line->kind]);
	if (is_packet)
		fprintf(stderr, "%lu ", (unsigned long)line->sequence);
	fprintf(stderr, "%s", line->name);
	if (line->clause[0] != '\0')
		fprintf(stderr, " [%s]", line->clause);
	fprintf(stderr, "%s%s\n", line->text[0] == '\0' ? "" : ": ", line->text);
	for (at = 0; (n = nacre_trace_dump(line, at, row)) > 0; at += n)
		fprintf(stderr, "     %s\n", row);
}

const struct nacre_env *
say_env(enum say_trace how, struct nacre_env *room)
{
	const struct nacre_env *env = nacre_env_default();

	if (env == NULL) {
		(void)say_failure("there is no randomness on this system");
		return NULL;
	}
	if (how == SAY_NO_TRACE)
		return env;
	*room = *env;
	room->trace = say_trace_line;
	room->trace_bytes = how == SAY_TRACE_BYTES;
	return room;
}
