/* status: errors.def as functions. Knows: the table. Must not know: what failed. */
#include <nacre/status.h>

#include <stddef.h>

struct status_row {
	int code;
	const char *name, *text, *hint;
};

static const struct status_row rows[] = {
    {NACRE_OK, "NACRE_OK", "no error", ""},
#define E(name, number, text, hint) {number, "NACRE_E_" #name, text, hint},
#include <nacre/errors.def>
#undef E
};

static const struct status_row *
find(int code)
{
	static const struct status_row unknown = {1, "unknown", "unknown error", ""};
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
nacre_status_hint(int code)
{
	return find(code)->hint;
}

const char *
nacre_origin_name(enum nacre_origin origin)
{
	static const char *const names[] = {"none", "peer", "protocol", "local", "resource", "crypto"};

	return (unsigned)origin < sizeof(names) / sizeof(names[0]) ? names[origin] : "unknown";
}
