/* scan_options: see scan.h. Knows: ssh-keyscan's letters. Must not know: servers. ssh-keyscan(1). */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "scan.h"

static const char usage[] =
    "usage: nacre scan [-Hq] [-p port] [-T seconds] [-t type,...] [-f file]... [--json [-l user]]\n"
    "                  [--preset NAME] host...";

static bool
read_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*number = strtoul(text, &end, 10);
	return *end == '\0' && *number > 0 && *number <= max;
}

static int
take_port(struct scan_options *o, const char *value)
{
	unsigned long number;

	if (!read_number(value, 65535, &number))
		return say_failure("-p %s: not a port", value);
	o->port = (unsigned)number;
	return 0;
}

static int
take_timeout(struct scan_options *o, const char *value)
{
	unsigned long number;

	if (!read_number(value, 86400, &number))
		return say_failure("-T %s: not a number of seconds", value);
	o->timeout_ms = (int)number * 1000;
	return 0;
}

static int
take_file(struct scan_options *o, const char *value)
{
	if (o->n_files == SCAN_FILES_MAX)
		return say_failure("-f: at most %d files", SCAN_FILES_MAX);
	o->files[o->n_files++] = value;
	return 0;
}

static int
take_letter(struct scan_options *o, int letter)
{
	switch (letter) {
	case 'p':
		return take_port(o, optarg);
	case 'T':
		return take_timeout(o, optarg);
	case 'f':
		return take_file(o, optarg);
	case 't':
		o->types = optarg;
		return 0;
	case 'l':
		o->user = optarg;
		return 0;
	case 'P':
		o->preset = optarg;
		return 0;
	case 'H':
		o->hashed = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'J':
		o->json = true;
		return 0;
	default:
		return say_failure("%s", usage);
	}
}

int
scan_options_read(struct scan_options *o, int argc, char **argv)
{
	static const struct option names[] = {
	    {"json", no_argument, NULL, 'J'}, {"preset", required_argument, NULL, 'P'}, {NULL, 0, NULL, 0}};
	int letter;

	*o = (struct scan_options){.port = 22, .timeout_ms = 5000};
	opterr = 0;
	while ((letter = getopt_long(argc, argv, "Hqp:T:t:f:l:", names, NULL)) != -1) {
		if (take_letter(o, letter) != 0)
			return -1;
	}
	if (optind == argc && o->n_files == 0) {
		(void)say_failure("%s", usage);
		return -1;
	}
	return optind;
}
