/* log: what a client tells its owner besides results. Knows: levels, the owner's callback. Must not know: secrets.
 * Serves: nothing on the wire. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "facade.h"
#include "text.h"

#define LOG_LINE_MAX 512

void
nacre_client_set_log(nacre_client *c, nacre_log_fn *fn, void *ctx)
{
	if (c == NULL)
		return;
	c->log = fn;
	c->log_ctx = ctx;
}

void
nacre_client_set_log_level(nacre_client *c, enum nacre_log_level least)
{
	if (c != NULL)
		c->log_level = least;
}

int
nacre_client_set_log_channel(nacre_client *c, const char *name)
{
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (name == NULL)
		name = "nacre.transport";
	if (strlen(name) >= sizeof(c->log_channel))
		return client_fail(c, NACRE_E_ARGUMENT, "log channel: at most %zu bytes", sizeof(c->log_channel) - 1);
	snprintf(c->log_channel, sizeof(c->log_channel), "%s", name);
	return NACRE_OK;
}

void
client_log(struct nacre_client *c, enum nacre_log_level level, const char *format, ...)
{
	char line[LOG_LINE_MAX], shown[LOG_LINE_MAX];
	va_list args;

	if (c->log == NULL || level < c->log_level || client_is_cancelled(c))
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* A path or a comment may hold a newline: one call is one line all the same. */
	(void)text_escape(shown, sizeof(shown), slice_str(line), false);
	c->in_callback++;
	c->log(c->log_ctx, level, c->log_channel, shown);
	c->in_callback--;
}

void
client_log_peer(struct nacre_client *c, enum nacre_log_level level, const char *what, struct nacre_bytes text)
{
	char shown[LOG_LINE_MAX];

	if (c->log == NULL)
		return;
	(void)nacre_text_escape(shown, sizeof(shown), text, false);
	client_log(c, level, "%s: %s", what, shown);
}
