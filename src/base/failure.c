/* failure: see failure.h. Knows: the first failure. Must not know: the protocol. */
#include "failure.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

#define LIST_MAX 1024
#define PEER_TEXT_MAX 1024

/* Whatever stands in for a %s, a path or an agent's comment, no control character leaves. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 0)))
#endif
static void
print_escaped(char out[FAILURE_TEXT_MAX], const char *format, va_list args)
{
	char raw[FAILURE_TEXT_MAX];

	vsnprintf(raw, sizeof(raw), format, args);
	text_escape(out, FAILURE_TEXT_MAX, slice_str(raw), false);
}

int
failure_set(struct failure *f, int code, enum nacre_origin origin, const char *format, ...)
{
	va_list args;

	if (f->code != 0)
		return f->code;
	f->code = code;
	f->origin = origin;
	va_start(args, format);
	print_escaped(f->text, format, args);
	va_end(args);
	return code;
}

static char *
escaped_copy(const struct nacre_env *env, struct slice s, size_t max)
{
	char text[LIST_MAX];

	text_escape(text, max < sizeof(text) ? max : sizeof(text), s, false);
	return mem_str(env, slice_str(text));
}

void
failure_add_lists(struct failure *f, const struct nacre_env *env, struct slice ours, struct slice theirs)
{
	if (f->ours != NULL || f->theirs != NULL)
		return;
	f->ours = ours.p == NULL ? NULL : escaped_copy(env, ours, LIST_MAX);
	f->theirs = theirs.p == NULL ? NULL : escaped_copy(env, theirs, LIST_MAX);
}

void
failure_add_peer(struct failure *f, const struct nacre_env *env, unsigned long reason, struct slice text)
{
	if (f->peer_text != NULL)
		return;
	f->peer_reason = reason;
	f->peer_text = escaped_copy(env, text, PEER_TEXT_MAX);
}

void
failure_add_file(struct failure *f, const struct nacre_env *env, const char *path, unsigned long line)
{
	if (f->file != NULL || path == NULL)
		return;
	f->line = line;
	f->file = escaped_copy(env, slice_str(path), LIST_MAX);
}

void
failure_set_hint(struct failure *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_escaped(f->hint, format, args);
	va_end(args);
}

void
failure_empty(struct failure *f, const struct nacre_env *env)
{
	mem_free_str(env, f->ours);
	mem_free_str(env, f->theirs);
	mem_free_str(env, f->peer_text);
	mem_free_str(env, f->file);
	*f = (struct failure){.code = 0};
}

void
failure_view(const struct failure *f, struct nacre_error *out)
{
	*out = (struct nacre_error){
	    .code = f->code,
	    .origin = f->origin,
	    .message = f->code == 0 ? nacre_status_text(0) : f->text,
	    .hint = f->hint[0] != '\0' ? f->hint : nacre_status_hint(f->code),
	    .ours = f->ours,
	    .theirs = f->theirs,
	    .peer_text = f->peer_text,
	    .peer_reason = f->peer_reason,
	    .phase = f->phase,
	    .system_error = f->system_error,
	    .file = f->file,
	    .line = f->line,
	};
}
