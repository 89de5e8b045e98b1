/* jump_list: the jump hosts that one string names. Knows: "[user@]host[:port],..." and ssh:// URIs. Must not know:
 * connections. Serves: ssh_config(5), ProxyJump. */
#ifndef CLIENT_JUMP_LIST_H
#define CLIENT_JUMP_LIST_H

#include "facade.h"

struct hop {
	char user[CLIENT_NAME_MAX]; /* "": none is named */
	char host[CLIENT_NAME_MAX];
	unsigned port; /* 0: none is named */
};

/* Reads the hop at *list, which moves behind it and its comma: NACRE_OK. NACRE_E_ARGUMENT where it is none. The names
 * are not checked but for their length. */
int jump_list_next(const char **list, struct hop *hop) NACRE_CHECK;

#endif
