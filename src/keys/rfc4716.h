/* rfc4716: public keys in the file format of SSH's first owner. Knows: its headers. Must not know: blobs. RFC 4716. */
#ifndef KEYS_RFC4716_H
#define KEYS_RFC4716_H

#include "format.h"

#define RFC4716_BEGIN "---- BEGIN SSH2 PUBLIC KEY ----"

int rfc4716_read(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why) NACRE_CHECK;
format_write_fn rfc4716_write;

#endif
