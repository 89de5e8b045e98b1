/* json: values written as JSON, on one line. Knows: commas, quotes. Must not know: what is written. RFC 8259. */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <stdbool.h>
#include <stdio.h>

struct json {
	FILE *to;
	bool more; /* the next value needs a comma before it */
};

/* name: of a member; NULL in an array, and for the outermost. */
void json_open(struct json *json, const char *name, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket); /* '}' or ']' */
/* Bytes that are not UTF-8 or are control characters are written as escapes; NULL: null. */
void json_text(struct json *json, const char *name, const char *text);
void json_number(struct json *json, const char *name, long long number);
void json_bool(struct json *json, const char *name, bool value);
/* A comma-separated list as an array of strings; NULL: null. */
void json_list(struct json *json, const char *name, const char *list);

#endif
