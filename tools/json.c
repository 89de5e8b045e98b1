/* json: see json.h. Knows: commas, quotes. Must not know: what is written. RFC 8259. */
#include <string.h>
#include "json.h"

/* RFC 8259 7. What is not ASCII is left as it is: the texts come escaped, and are UTF-8. */
static void
put_quoted(FILE *to, const char *text, size_t n)
{
	fputc('"', to);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", to);
		else if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

static void
begin(struct json *json, const char *name)
{
	if (json->more)
		fputs(", ", json->to);
	json->more = true;
	if (name == NULL)
		return;
	put_quoted(json->to, name, strlen(name));
	fputs(": ", json->to);
}

void
json_open(struct json *json, const char *name, char bracket)
{
	begin(json, name);
	fputc(bracket, json->to);
	json->more = false;
}

void
json_close(struct json *json, char bracket)
{
	fputc(bracket, json->to);
	json->more = true;
}

void
json_text(struct json *json, const char *name, const char *text)
{
	begin(json, name);
	if (text == NULL)
		fputs("null", json->to);
	else
		put_quoted(json->to, text, strlen(text));
}

void
json_number(struct json *json, const char *name, long long number)
{
	begin(json, name);
	fprintf(json->to, "%lld", number);
}

void
json_bool(struct json *json, const char *name, bool value)
{
	begin(json, name);
	fputs(value ? "true" : "false", json->to);
}

void
json_list(struct json *json, const char *name, const char *list)
{
	if (list == NULL) {
		json_text(json, name, NULL);
		return;
	}
	json_open(json, name, '[');
	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		if (n > 0) {
			begin(json, NULL);
			put_quoted(json->to, list, n);
		}
		list += n;
		list += *list == ',';
	}
	json_close(json, ']');
}
