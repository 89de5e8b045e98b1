/* known_update: the keys of a host that tells all of them. Knows: which lines name a host by itself. Must not know: how
 * a key was proved. draft-ietf-sshm-hostkey-update 2.1; ssh_config(5), UpdateHostKeys. */
#ifndef CONFIG_KNOWN_UPDATE_H
#define CONFIG_KNOWN_UPDATE_H

#include "slice.h"
#include <nacre/known_hosts.h>

/* Does a line with this key name the host by itself, in clear or hashed, and not only by a pattern? *answer is set
 * where 0 is returned. */
int known_update_is_own(
    const nacre_known_hosts *set, const char *host, unsigned port, struct slice blob, bool *answer) NACRE_CHECK;
/* How many of the keys that name the host by itself are neither `used` nor in the list (strings, one behind the
 * other). */
int known_update_count_old(const nacre_known_hosts *set, const char *host, unsigned port, struct slice list,
    struct slice used, size_t *n) NACRE_CHECK;
/* Takes these from the host. */
int known_update_drop_old(
    nacre_known_hosts *set, const char *host, unsigned port, struct slice list, struct slice used) NACRE_CHECK;

#endif
