/* main: the tool's subcommands. Knows: their names. Must not know: what they do. README, "The tool". */
#include <string.h>
#include "tool.h"

static tool_main version_main, help_main;

static const struct {
	const char *name;
	tool_main *main;
	const char *help;
} rows[] = {
    {"exec", exec_main,
	"[-46C] [-F file] [-p port] [-l user] [-i keyfile]... [-J jump,...] [-b address] [-o Keyword=value]...\n"
	"           [--preset NAME] [--trace | --trace-bytes] [user@]host command...\n"
	"           runs a command on a server, with these three streams; the exit code is the command's,\n"
	"           or 255 where it could not be run or did not end by itself"},
    {"shell", shell_main,
	"[the same] [-t | -tt | -T] [-e character] [user@]host [command...]\n"
	"           runs your login shell there, in this terminal; ~? at the beginning of a line shows what else it "
	"does"},
    {"scan", scan_main,
	"[-Hq] [-p port] [-t type,...] [-T seconds] [-f file] [--preset NAME] [--json [-l user]] host...\n"
	"           host keys as ssh-keyscan shows them; or in JSON what else a server tells without a login"},
    {"get", get_main,
	"[-46] [-F file] [-P port] [-i keyfile] [-J jump,...] [-o Keyword=value] [-rpa] [-l kbit/s] [--trace]\n"
	"           [user@]host:path [local]\n"
	"           fetches a file, or with -r a tree: -p keeps times and modes, -a goes on where it stopped"},
    {"put", put_main, "[the same] [--channels n] local [user@]host:path\n           sends one"},
    {"sftp", sftp_main,
	"[the same] [-b batchfile] [user@]host[:path [local]]\n"
	"           sftp's commands, from a terminal or a batch (-b -: standard input); \"help\" lists them"},
    {"serve", serve_main,
	"[-p port] [-h hostkey]... [--host-cert FILE]... [--authorized-keys FILE]... [--user-ca FILE]...\n"
	"           [--user NAME --password-fd N] [--shell] [--sftp-root DIR [--sftp-read-only]]\n"
	"           [--listen ADDRESS] [--moduli FILE] [--preset NAME] [-o Keyword=value]... [--trace]\n"
	"           serves on 127.0.0.1 (port 0: a free one): a few built-in commands, or with --shell /bin/sh -c;\n"
	"           with --sftp-root that directory by SFTP, and nothing outside of it;\n"
	"           without -h the host key is a throwaway"},
    {"keygen", keygen_main,
	"[-t type] [-b bits] [-f file] [-N passphrase] [-C comment], or -p, -y, -l, -L, -e, -i, -s, -Y, -Q\n"
	"           makes, keeps and converts keys, signs certificates and files, with ssh-keygen's letters"},
    {"config", config_main,
	"[-F file] [-o Keyword=value]... [-p port] [-l user] [user@]host [command...]\n"
	"           what the configuration says of a host, in the form of ssh -G"},
    {"capabilities", capabilities_main,
	"\n           which algorithms are built in, and which of the presets default, legacy and strict have them"},
    {"demo", demo_main, "[--trace]\n           a server, a client and a command on this machine, with throwaway keys"},
    {"version", version_main, "which library this is"},
    {"help", help_main, "this"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static int
version_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("nacre %s\n", nacre_version());
	return 0;
}

static void
print_help(FILE *to)
{
	fprintf(to, "usage: nacre SUBCOMMAND ...\n\n");
	for (size_t i = 0; i < N_ROWS; i++)
		fprintf(to, "  %-8s%s%s\n", rows[i].name, rows[i].help[0] == '\n' ? "" : " ", rows[i].help);
}

static int
help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_help(stdout);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *name = argc < 2 ? "" : argv[1];

	if (strcmp(name, "--help") == 0 || strcmp(name, "--version") == 0)
		name += 2;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].main(argc - 1, argv + 1);
	}
	print_help(stderr);
	return TOOL_FAILED;
}
