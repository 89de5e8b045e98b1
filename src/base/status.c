/* status: errors.def as functions. Knows: the table. Must not know: what failed. */
#include <nacre/status.h>

#include <stddef.h>

struct status_row {
	int code;
	enum nacre_origin origin;
	const char *name, *text, *cause, *hint;
};

static const struct status_row rows[] = {
    {NACRE_OK, NACRE_ORIGIN_NONE, "NACRE_OK", "no error", "", ""},
#define E(name, number, origin, text, cause, hint) {number, NACRE_ORIGIN_##origin, "NACRE_E_" #name, text, cause, hint},
#include <nacre/errors.def>
#undef E
};

static const struct status_row *
find(int code)
{
	static const struct status_row unknown = {1, NACRE_ORIGIN_RESOURCE, "unknown", "unknown error", "", ""};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return &rows[i];
	return &unknown;
}

const char *
nacre_status_name(int code)
{
	return find(code)->name;
}

const char *
nacre_status_text(int code)
{
	return find(code)->text;
}

const char *
nacre_status_cause(int code)
{
	return find(code)->cause;
}

const char *
nacre_status_hint(int code)
{
	return find(code)->hint;
}

enum nacre_origin
nacre_status_origin(int code)
{
	return find(code)->origin;
}

bool
nacre_status_is_timeout(int code)
{
	static const int timeouts[] = {NACRE_E_TIMEOUT, NACRE_E_TIMEOUT_CONNECT, NACRE_E_TIMEOUT_BANNER,
	    NACRE_E_TIMEOUT_KEX, NACRE_E_TIMEOUT_AUTH, NACRE_E_TIMEOUT_CHANNEL, NACRE_E_TIMEOUT_KEEPALIVE, NACRE_E_DEADLINE};

	for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++)
		if (timeouts[i] == code)
			return true;
	return false;
}

const char *
nacre_origin_name(enum nacre_origin origin)
{
	static const char *const names[] = {"none", "peer", "protocol", "local", "resource", "crypto"};

	return (unsigned)origin < sizeof(names) / sizeof(names[0]) ? names[origin] : "unknown";
}

const char *
nacre_phase_name(enum nacre_phase phase)
{
	static const char *const names[] = {"none", "connect", "banner", "kex", "auth", "open"};

	return (unsigned)phase < sizeof(names) / sizeof(names[0]) ? names[phase] : "unknown";
}
