/* user: who runs this process, and where they live. Knows: HOME and the password database. Must not know: files.
 * Serves: nothing on the wire. The only place that reads the environment. */
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "user.h"

extern char **environ;

#define USER_RECORD_MAX 16384

static int
user_fit(const char *text, char *out, size_t cap)
{
	int n = snprintf(out, cap, "%s", text);

	if (n > 0 && (size_t)n < cap)
		return NACRE_OK;
	out[0] = '\0';
	return NACRE_E_SYSTEM;
}

/* One field of this user's record. */
static int
user_record(bool home, char *out, size_t cap)
{
	struct passwd record, *found = NULL;
	char *text = malloc(USER_RECORD_MAX);
	int rc = NACRE_E_SYSTEM;

	if (text == NULL)
		return NACRE_E_NOMEM;
	if (getpwuid_r(getuid(), &record, text, USER_RECORD_MAX, &found) == 0 && found != NULL)
		rc = user_fit(home ? found->pw_dir : found->pw_name, out, cap);
	free(text);
	return rc;
}

int
user_home(char *out, size_t cap)
{
	const char *home = getenv("HOME");

	out[0] = '\0';
	if (home != NULL && home[0] == '/')
		return user_fit(home, out, cap);
	return user_record(true, out, cap);
}

int
user_path(const char *rest, char *out, size_t cap)
{
	char home[4096];
	int n, rc = user_home(home, sizeof(home));

	out[0] = '\0';
	if (rc != NACRE_OK)
		return rc;
	n = snprintf(out, cap, "%s/%s", home, rest);
	if (n > 0 && (size_t)n < cap)
		return NACRE_OK;
	out[0] = '\0';
	return NACRE_E_SYSTEM;
}

int
user_name(char *out, size_t cap)
{
	out[0] = '\0';
	return user_record(false, out, cap);
}

const char *
user_variable(const char *name)
{
	return getenv(name);
}

void
user_each_variable(bool (*each)(void *ctx, const char *pair), void *ctx)
{
	for (char **pair = environ; pair != NULL && *pair != NULL; pair++)
		if (!each(ctx, *pair))
			return;
}
