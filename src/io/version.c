/* version: which Nacre this is. Knows: what the build says. Must not know: anything else.
 * Serves: nothing on the wire. */
#include <nacre/version.h>

const char *
nacre_version(void)
{
	return NACRE_VERSION;
}
