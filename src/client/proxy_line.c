/* proxy_line: a proxy command, or a list of jump hosts, with its tokens replaced. Knows: tokens, what a shell reads
 * more in than itself. Must not know: shells, processes. Serves: ssh_config(5), TOKENS, ProxyCommand and ProxyJump. */
#include <stdio.h>
#include <string.h>
#include "buf.h"
#include "facade.h"

#define LINE_MAX_BYTES 65536

/* Only what no shell reads as anything but itself (CVE-2023-51385 and its kin): names come from configs and from
 * people, and stand in the command without quotes. */
static bool
is_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+@:%,";

	return text[0] != '\0' && text[0] != '-' && text[strspn(text, plain)] == '\0';
}

/* What a token stands for; NULL where it is none. */
static const char *
token_value(const struct nacre_client *c, char token, const char *port)
{
	switch (token) {
	case '%':
		return "%";
	case 'h':
	case 'n':
		return c->host;
	case 'p':
		return port;
	case 'r':
		return c->user;
	default:
		return NULL;
	}
}

static int
put_token(struct nacre_client *c, struct buf *line, char token)
{
	const char *value;
	char port[8];

	snprintf(port, sizeof(port), "%u", c->port);
	if ((value = token_value(c, token, port)) == NULL)
		return client_fail(
		    c, NACRE_E_ARGUMENT, "proxy: %%%c is no token here; %%h %%n %%p %%r %%%% are", token);
	if (token != '%' && !is_plain(value))
		return client_fail(c, NACRE_E_ARGUMENT,
		    "proxy: the %s holds a character that a shell might read as a part of the command",
		    token == 'r' ? "user" : "host");
	buf_put(line, value, strlen(value));
	return NACRE_OK;
}

static int
put_all(struct nacre_client *c, struct buf *line, const char *text)
{
	size_t n;
	int rc;

	while (*text != '\0') {
		n = strcspn(text, "%");
		buf_put(line, text, n);
		text += n;
		if (*text == '\0')
			break;
		if (text[1] == '\0')
			return client_fail(c, NACRE_E_ARGUMENT, "proxy: a %% stands at the end");
		if ((rc = put_token(c, line, text[1])) != NACRE_OK)
			return rc;
		text += 2;
	}
	return line->bad == 0 ? NACRE_OK : client_fail(c, line->bad, "proxy: the line is too long, or out of memory");
}

char *
proxy_line(struct nacre_client *c, const char *text)
{
	struct buf line;
	char *copy = NULL;

	buf_init(&line, c->env, LINE_MAX_BYTES);
	if (put_all(c, &line, text) == NACRE_OK && (copy = mem_str(c->env, buf_slice(&line))) == NULL)
		(void)client_fail(c, NACRE_E_NOMEM, "out of memory");
	buf_free(&line);
	return copy;
}
