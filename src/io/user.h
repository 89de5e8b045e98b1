/* user: who runs this process, and where they live. Knows: HOME and the password database. Must not know: files.
 * Serves: nothing on the wire. The only place that reads the environment. */
#ifndef IO_USER_H
#define IO_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <nacre/status.h>

/* The home directory: HOME where it is set to an absolute path, else the password database's. NACRE_E_SYSTEM where
 * there is none, or it does not fit. */
int user_home(char *out, size_t cap) NACRE_CHECK;
/* A path below the home directory: home, "/", rest. */
int user_path(const char *rest, char *out, size_t cap) NACRE_CHECK;
/* The login name of the real user. */
int user_name(char *out, size_t cap) NACRE_CHECK;

/* A variable of the environment; NULL where it is not set. */
const char *user_variable(const char *name);
/* Calls each() for every "NAME=value" of the environment, until it returns false. */
void user_each_variable(bool (*each)(void *ctx, const char *pair), void *ctx);

#endif
