/* puppet: makes one end of a pair say things that it never would: any payload, at any time, under its own keys. */
#ifndef TESTS_CONN_PUPPET_H
#define TESTS_CONN_PUPPET_H

#include "conn_internal.h"
#include "exchange.h"
#include "sender.h"

/* Sends a payload as the next packet, whatever the state. */
void puppet_send(nacre_conn *c, const void *payload, size_t n);
/* Sends a message with nothing but its number. */
void puppet_send_number(nacre_conn *c, uint8_t number);
/* Changes the KEXINIT that was queued first and has not been moved yet: sets first_kex_packet_follows. */
void puppet_claim_guess(nacre_conn *c);
/* Replaces `old` in the queued first KEXINIT by `new`, which is as long. */
void puppet_rename(nacre_conn *c, const char *old, const char *new);
/* Starts a rekey whose KEXINIT claims a guess. */
void puppet_rekey_with_guess(nacre_conn *c);

#endif
