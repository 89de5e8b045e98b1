/* qos: names for what packets should be treated like. Knows: DSCP names, the IP header's byte. Must not know: which
 * traffic is which. Serves: RFC 2474, 2597, 3246, 8622; ssh_config(5), IPQoS. */
#ifndef IO_QOS_H
#define IO_QOS_H

#define QOS_NONE (-1) /* "none": leave it as the system has it */
#define QOS_BAD (-2)

/* What "af21", "cs1", "ef", "le", "lowdelay", "throughput", "none" or a number up to 255 means, or QOS_BAD. */
int qos_value(const char *name);
/* One or two words, as in ssh_config: the first for interactive sessions, the second for all others (one: for both).
 * NACRE_OK or NACRE_E_ARGUMENT. */
int qos_parse(const char *text, int *interactive, int *bulk);
/* Sets it; QOS_NONE does nothing. What the socket does not take is no reason to fail. */
void qos_set(int fd, int value);

#endif
