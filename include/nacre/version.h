/* Which Nacre this is. */
#ifndef NACRE_VERSION_H
#define NACRE_VERSION_H

#include <nacre/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that runs: "0.1.0". Static. */
NACRE_API const char *nacre_version(void);

#ifdef __cplusplus
}
#endif
#endif
