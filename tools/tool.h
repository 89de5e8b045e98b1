/* tool: what the subcommands share. Knows: exit codes, and how things are said to a person. Must not know: the
 * protocol. README, "The tool". */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <stdio.h>
#include <nacre/nacre.h>

#define TOOL_FAILED 255 /* our own failure, as ssh(1) has it */

/* A subcommand: argv[0] is its name; the result is the exit code. */
typedef int tool_main(int argc, char **argv);

tool_main exec_main, shell_main, scan_main, get_main, put_main, sftp_main, serve_main, demo_main, capabilities_main,
    keygen_main, config_main;

/* "nacre: ..." on standard error; returns TOOL_FAILED. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
int
say_failure(const char *format, ...);
/* A failure of the library, with its detail, both lists, the peer's words and the hint; returns TOOL_FAILED. */
int say_error(const struct nacre_error *error);
/* What the server wanted shown before authentication, on standard error. */
void say_banner(struct nacre_bytes words);
/* `before`, the key's type, its fingerprint. */
void say_key(FILE *to, const char *before, const nacre_key *key);
/* A table of what both sides agreed on. */
void say_negotiated(FILE *to, const nacre_conn *conn);
/* Packets in words on standard error, and with their bytes. */
enum say_trace { SAY_NO_TRACE, SAY_TRACE, SAY_TRACE_BYTES };

/* The ordinary environment; where there is a trace a copy in *room that prints it. NULL after having said why. */
const struct nacre_env *say_env(enum say_trace how, struct nacre_env *room);

#endif
