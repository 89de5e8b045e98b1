/* errors_print: docs/errors.md, from errors.def. Knows: markdown. Must not know: more than the table says. */
#include <nacre/status.h>
#include <stdio.h>
#include <string.h>

static const int codes[] = {
#define E(name, number, ...) number,
#include <nacre/errors.def>
#undef E
};

#define N (sizeof(codes) / sizeof(codes[0]))

static const char head[] =
    "# Errors\n"
    "\n"
    "Every call that can fail returns 0 or one of these; the object that failed keeps the details (`struct "
    "nacre_error` in\n"
    "[include/nacre/status.h](../include/nacre/status.h)): a message that names what is wrong, and, where there are "
    "any, both\n"
    "sides' lists, the peer's own words, a file and line, and errno. `nacre_status_name`, `_text`, `_cause` and "
    "`_hint` say\n"
    "for a code what stands here. The origin tells who caused it: the *peer* said so, the peer broke the *protocol*, "
    "the\n"
    "*local* caller or a policy, a *resource* (memory, files, the network, time), or *crypto*, a proof that did not "
    "hold.\n"
    "\n"
    "`./dev errors` writes this page from [include/nacre/errors.def](../include/nacre/errors.def).\n"
    "\n"
    "| name | number | origin | meaning |\n"
    "|---|---|---|---|\n";

/* "NACRE_E_TIMEOUT_KEX" is found under "#nacre_e_timeout_kex". */
static void
print_row(int code)
{
	const char *name = nacre_status_name(code);

	printf("| [%s](#", name);
	for (size_t i = 0; name[i] != '\0'; i++)
		putchar(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + ('a' - 'A') : name[i]);
	printf(") | %d | %s | %s |\n", code, nacre_origin_name(nacre_status_origin(code)), nacre_status_text(code));
}

static void
print_section(int code)
{
	printf("\n### %s\n\n%d, %s: %s.\n\n- Usual cause: %s\n- What to do: %s%s\n", nacre_status_name(code), code,
	    nacre_origin_name(nacre_status_origin(code)), nacre_status_text(code), nacre_status_cause(code),
	    nacre_status_hint(code),
	    strchr("?.", nacre_status_hint(code)[strlen(nacre_status_hint(code)) - 1]) ? "" : ".");
}

int
main(void)
{
	fputs(head, stdout);
	for (size_t i = 0; i < N; i++)
		print_row(codes[i]);
	for (size_t i = 0; i < N; i++)
		print_section(codes[i]);
	return ferror(stdout) != 0;
}
