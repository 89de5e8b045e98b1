/* qos: see qos.h. */
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <nacre/status.h>
#include "qos.h"

static const struct {
	const char *name;
	int value; /* the whole byte: six bits of DSCP, two for ECN */
} names[] = {
    {"none", QOS_NONE},
    {"le", 0x04},
    {"cs0", 0x00},
    {"cs1", 0x20},
    {"cs2", 0x40},
    {"cs3", 0x60},
    {"cs4", 0x80},
    {"cs5", 0xa0},
    {"cs6", 0xc0},
    {"cs7", 0xe0},
    {"af11", 0x28},
    {"af12", 0x30},
    {"af13", 0x38},
    {"af21", 0x48},
    {"af22", 0x50},
    {"af23", 0x58},
    {"af31", 0x68},
    {"af32", 0x70},
    {"af33", 0x78},
    {"af41", 0x88},
    {"af42", 0x90},
    {"af43", 0x98},
    {"ef", 0xb8},
    {"lowdelay", 0x10},
    {"throughput", 0x08},
    {"reliability", 0x04},
};

int
qos_value(const char *name)
{
	char *end;
	long v;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(name, names[i].name) == 0)
			return names[i].value;
	}
	v = strtol(name, &end, 0);
	return name[0] >= '0' && name[0] <= '9' && *end == '\0' && v >= 0 && v <= 255 ? (int)v : QOS_BAD;
}

int
qos_parse(const char *text, int *interactive, int *bulk)
{
	char first[16], second[16], more[2];
	int n = sscanf(text, "%15s %15s %1s", first, second, more);

	if (n != 1 && n != 2)
		return NACRE_E_ARGUMENT;
	*interactive = qos_value(first);
	*bulk = n == 2 ? qos_value(second) : *interactive;
	return *interactive == QOS_BAD || *bulk == QOS_BAD ? NACRE_E_ARGUMENT : NACRE_OK;
}

void
qos_set(int fd, int value)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof(address);

	if (value < 0 || getsockname(fd, (struct sockaddr *)&address, &n) != 0)
		return;
	if (address.ss_family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_TOS, &value, sizeof(value));
	else if (address.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &value, sizeof(value));
}
