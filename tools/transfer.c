/* transfer: nacre get and nacre put. Knows: scp's and sftp's letters, and a line of progress. Must not know: the
 * protocol. scp(1), sftp(1). */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "transfer.h"

#define LINE_MAX_CHARS 79
#define CHANNELS_MAX 16

static const char usage[] =
    "usage: nacre get [-P port] [-i keyfile] [-J jumps] [-F file] [-o Keyword=value] [-46rpa] [-l kbit/s] [--trace] "
    "[user@]host:path [local]\n"
    "       nacre put [the same] [--channels n] local [user@]host:path";

static int
pass_on(struct transfer *t, const char *word)
{
	if (t->n_words == TRANSFER_WORDS_MAX)
		return say_failure("too many options");
	t->words[t->n_words++] = word;
	return 0;
}

static bool
take_flag(struct transfer *t, char letter)
{
	bool *flags[] = {['r'] = &t->recursive, ['p'] = &t->options.preserve, ['a'] = &t->options.resume};

	if (letter != 'r' && letter != 'p' && letter != 'a')
		return false;
	*flags[(unsigned char)letter] = true;
	return true;
}

static int
take_limit(struct transfer *t, const char *value)
{
	char *end;
	unsigned long kbits = strtoul(value, &end, 10);

	if (*end != '\0' || kbits == 0 || kbits > ULONG_MAX / 1000)
		return say_failure("-l %s: not a number of kbit/s", value);
	t->options.bytes_per_s = (uint64_t)kbits * 1000 / 8;
	return 0;
}

/* Who is not there cannot be asked. */
static int
take_batch(struct transfer *t, const char *value)
{
	t->batch = value;
	return pass_on(t, "-o") != 0 ? TOOL_FAILED : pass_on(t, "BatchMode=yes");
}

static int
take_valued(struct transfer *t, char letter, const char *value)
{
	static const char *const as[] = {['P'] = "-p", ['i'] = "-i", ['o'] = "-o", ['J'] = "-J", ['F'] = "-F"};

	if (value == NULL)
		return say_failure("-%c wants a value\n%s", letter, t->usage);
	if (letter == 'l')
		return take_limit(t, value);
	if (letter == 'b' && t->sftp)
		return take_batch(t, value);
	if (letter != 'P' && letter != 'i' && letter != 'o' && letter != 'J' && letter != 'F')
		return say_failure("-%c is not an option\n%s", letter, t->usage);
	return pass_on(t, as[(unsigned char)letter]) != 0 ? TOOL_FAILED : pass_on(t, value);
}

static int
take_channels(struct transfer *t, const char *value)
{
	char *end = NULL;
	unsigned long n = value == NULL ? 0 : strtoul(value, &end, 10);

	if (n < 1 || n > CHANNELS_MAX || *end != '\0')
		return say_failure("--channels wants a number from 1 to %d\n%s", CHANNELS_MAX, t->usage);
	t->options.channels = (unsigned)n;
	return 0;
}

/* One word of options: flags may stand together, and a value behind its letter. */
static int
take_word(struct transfer *t, int argc, char **argv, int *at)
{
	const char *word = argv[(*at)++];

	if (strcmp(word, "--trace") == 0) {
		t->trace = true;
		return 0;
	}
	if (strcmp(word, "--channels") == 0 && t->put)
		return take_channels(t, *at < argc ? argv[(*at)++] : NULL);
	for (word++; *word != '\0'; word++) {
		if (take_flag(t, *word))
			continue;
		if (*word == '4' || *word == '6') {
			if (pass_on(t, *word == '4' ? "-4" : "-6") != 0)
				return TOOL_FAILED;
			continue;
		}
		if (word[1] != '\0')
			return take_valued(t, *word, word + 1);
		return take_valued(t, *word, *at < argc ? argv[(*at)++] : NULL);
	}
	return 0;
}

/* The host goes to nacre exec's reader, the path is what is behind the colon. "[::1]:path" has its colon behind the
 * bracket. */
int
transfer_take_remote(struct transfer *t, char *text, const char **path)
{
	char *bracket = text[0] == '[' ? strchr(text, ']') : NULL;
	char *colon = strchr(bracket == NULL ? text : bracket, ':');

	if ((colon == NULL && !t->sftp) || colon == text)
		return say_failure("%s: not [user@]host:path\n%s", text, t->usage);
	*path = colon == NULL ? NULL : colon[1] == '\0' ? "." : colon + 1;
	if (colon != NULL)
		*colon = '\0';
	if (bracket != NULL && bracket[1] == '\0') {
		*bracket = '\0';
		text++;
	}
	return pass_on(t, "--") != 0 || pass_on(t, text) != 0 ? TOOL_FAILED : pass_on(t, "sftp");
}

static int
take_paths(struct transfer *t, int n, char **words)
{
	if (n < 1 || n > 2 || (t->put && n != 2))
		return say_failure("%s\n%s", n > 2 ? "too many paths" : "a path is missing", t->usage);
	if (t->put) {
		t->source = words[0];
		return transfer_take_remote(t, words[1], &t->target);
	}
	t->target = n == 2 ? words[1] : NULL;
	return transfer_take_remote(t, words[0], &t->source);
}

const char *
transfer_last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* A line that is written over itself. The name may come from the server: it is escaped. */
int
transfer_show(void *ctx, const struct nacre_sftp_progress *p)
{
	struct transfer *t = ctx;
	char name[160], line[256];
	unsigned percent = p->total == 0 ? 100 : (unsigned)(p->done * 100 / p->total);
	struct nacre_bytes raw = {(const uint8_t *)transfer_last_name(p->name), strlen(transfer_last_name(p->name))};
	int n;

	(void)nacre_text_escape(name, sizeof(name), raw, false);
	n = snprintf(line, sizeof(line), "%3u%% %8.1f MiB %7.1f MiB/s %5lld s left  %s", percent,
	    (double)p->done / 1048576.0, (double)p->bytes_per_s / 1048576.0,
	    (long long)(p->remaining_ms < 0 ? 0 : p->remaining_ms / 1000), name);
	if (n > LINE_MAX_CHARS)
		line[LINE_MAX_CHARS] = '\0';
	fprintf(stderr, "\r%-*s", LINE_MAX_CHARS, line);
	t->shown = true;
	return 0;
}

void
transfer_shown(struct transfer *t)
{
	if (t->shown)
		fputc('\n', stderr);
	t->shown = false;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
is_remote_directory(nacre_sftp *sftp, const char *path)
{
	struct nacre_sftp_attrs attrs;

	return nacre_sftp_stat(sftp, path, &attrs) == NACRE_OK && S_ISDIR(attrs.permissions);
}

/* Into a directory that is there a source goes by its own last name, as with scp. */
static int
find_target(const struct transfer *t, nacre_sftp *sftp, char *out, size_t cap)
{
	const char *target = t->target == NULL ? "." : t->target;
	const char *name = transfer_last_name(t->source);
	bool inside = t->put ? is_remote_directory(sftp, target) : is_directory(target);
	int n = snprintf(out, cap, inside ? "%s/%s" : "%s", target, name);

	if (inside && (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0))
		n = snprintf(out, cap, "%s", target);
	return n < 0 || (size_t)n >= cap ? say_failure("the path is too long") : 0;
}

static int
transfer_failed(nacre_sftp *sftp)
{
	struct nacre_sftp_error error;

	nacre_sftp_error(sftp, &error);
	if (error.path[0] != '\0')
		(void)say_failure("%s:", error.path);
	return say_error(&error.error);
}

static int
transfer_run(struct transfer *t, nacre_sftp *sftp)
{
	char target[PATH_MAX];
	int rc;

	if (find_target(t, sftp, target, sizeof(target)) != 0)
		return TOOL_FAILED;
	if (isatty(STDERR_FILENO)) {
		t->options.progress = transfer_show;
		t->options.progress_ctx = t;
	}
	if (t->put)
		rc = (t->recursive ? nacre_sftp_put_tree : nacre_sftp_put)(sftp, t->source, target, &t->options);
	else
		rc = (t->recursive ? nacre_sftp_get_tree : nacre_sftp_get)(sftp, t->source, target, &t->options);
	transfer_shown(t);
	return rc == NACRE_OK ? 0 : transfer_failed(sftp);
}

static int
transfer_with(struct transfer *t, nacre_client *client, struct exec_options *o, transfer_fn *run)
{
	struct nacre_error error;
	nacre_sftp *sftp;
	int code;

	if (exec_connect(client, o) != 0)
		return TOOL_FAILED;
	if (nacre_client_open_sftp(client, &sftp) != NACRE_OK) {
		nacre_client_error(client, &error);
		return say_error(&error);
	}
	code = run(t, sftp);
	nacre_sftp_close(sftp);
	return code;
}

int
transfer_connect(struct transfer *t, transfer_fn *run)
{
	const struct nacre_env *env;
	nacre_client *client = NULL;
	struct exec_options o;
	struct nacre_env room;
	char *words[TRANSFER_WORDS_MAX + 1] = {NULL};
	int code;

	memcpy(words, t->words, sizeof(t->words));
	code = exec_options_read(&o, t->n_words, words);
	if (code == 0 && (env = say_env(t->trace ? SAY_TRACE : SAY_NO_TRACE, &room)) != NULL &&
	    (client = nacre_client_new(env)) != NULL)
		code = transfer_with(t, client, &o, run);
	else if (code == 0)
		code = TOOL_FAILED;
	nacre_client_free(client);
	exec_options_free(&o);
	return code;
}

int
transfer_take_options(struct transfer *t, int argc, char **argv, int *at)
{
	int rc = pass_on(t, argv[0]);

	*at = 1;
	while (rc == 0 && *at < argc && argv[*at][0] == '-' && argv[*at][1] != '\0') {
		if (strcmp(argv[*at], "--") == 0) {
			(*at)++;
			break;
		}
		rc = take_word(t, argc, argv, at);
	}
	return rc;
}

static int
transfer_main(bool put, int argc, char **argv)
{
	struct transfer t = {.put = put, .usage = usage, .options = {.size = sizeof(t.options)}};
	int at;

	if (transfer_take_options(&t, argc, argv, &at) != 0 || take_paths(&t, argc - at, argv + at) != 0)
		return TOOL_FAILED;
	return transfer_connect(&t, transfer_run);
}

int
get_main(int argc, char **argv)
{
	return transfer_main(false, argc, argv);
}

int
put_main(int argc, char **argv)
{
	return transfer_main(true, argc, argv);
}
