/* advice: which preset would have found what a failed negotiation did not. Knows: presets, and the peer's KEXINIT. Must
 * not know: the exchange. RFC 4253 7.1. */
#ifndef TRANSPORT_ADVICE_H
#define TRANSPORT_ADVICE_H

#include "proposal.h"

/* Tries the other presets' own lists against the peer's KEXINIT, all kinds of them, as the options' role; the first
 * with which both would agree goes into the failure's hint, with the algorithms that it would bring. Without one, and
 * without memory, the hint stays as it is. */
void advice_add(const struct algorithms *ours, const struct nacre_env *env, const struct nacre_conn_options *options,
    struct slice theirs, struct failure *failure);

#endif
