/* method: the table of authentication methods, and what both machines do alike. Knows: names, numbers' families.
 * Must not know: states. RFC 4252 5 (methods), 7 (what is signed). */
#include "auth_internal.h"

#include <stdio.h>

const struct auth_method auth_method_none = {
    .name = "none",
    .family = FAMILY_GENERIC,
    .always_offered = true,
    .first_is_free = true,
    .server_read = auth_server_read_none,
};

const struct auth_method auth_method_password = {
    .name = "password",
    .family = FAMILY_PASSWORD,
    .server_read = auth_server_read_password,
};

const struct auth_method auth_method_publickey = {
    .name = "publickey",
    .family = FAMILY_PUBKEY,
    .server_read = auth_server_read_publickey,
};

const struct auth_method auth_method_kbdint = {
    .name = "keyboard-interactive",
    .family = FAMILY_KBDINT,
    .server_read = auth_server_read_kbdint,
};

const struct auth_method *
auth_method_find(struct slice name)
{
	static const struct auth_method *const methods[] = {
	    &auth_method_none,
	    &auth_method_password,
	    &auth_method_publickey,
	    &auth_method_kbdint,
	};
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (slice_is(name, methods[i]->name))
			return methods[i];
	return NULL;
}

void
auth_trace_state(const struct nacre_env *env, const char *machine, const char *from, const char *to)
{
	struct nacre_trace line = {.kind = NACRE_TRACE_STATE, .name = machine, .clause = ""};
	char text[64];

	if (env->trace == NULL)
		return;
	snprintf(text, sizeof(text), "%s -> %s", from, to);
	line.text = text;
	env->trace(env->ctx, &line);
}

void
auth_trace_note(const struct nacre_env *env, const char *machine, const char *clause, const char *text)
{
	struct nacre_trace line = {.kind = NACRE_TRACE_NOTE, .name = machine, .clause = clause, .text = text};

	if (env->trace != NULL)
		env->trace(env->ctx, &line);
}

int
auth_parse(const struct auth_setup *setup, enum msg_id id, struct slice payload, void *out)
{
	const char *field = NULL;

	if (msg_parse_field(id, payload, out, &field) == 0)
		return 0;
	return failure_set(setup->failure, NACRE_E_FORMAT, NACRE_ORIGIN_PROTOCOL, "%s: malformed at %s",
	    msg_rows[id].name, field == NULL ? "its end" : field);
}
