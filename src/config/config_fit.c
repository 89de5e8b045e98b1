/* config_fit: what may be put into a command. Knows: what a shell takes for more than a name. Must not know: which
 * command. OpenSSH 9.6's answer to CVE-2023-51385, and a little stricter. */
#include "config_token.h"

static bool
is_plain(struct slice s, const char *refused)
{
	size_t i;

	if (s.n == 0 || s.p[0] == '-')
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f || strchr(refused, s.p[i]) != NULL)
			return false;
	return true;
}

bool
config_host_is_fit(struct slice host)
{
	return is_plain(host, "'`\"$\\;&<>|(){},*?!#~");
}

/* Windows has users like DOMAIN\name and accounts of machines that end in '$'. */
bool
config_user_is_fit(struct slice user)
{
	if (user.n > 1 && user.p[user.n - 1] == '$')
		user.n--;
	return is_plain(user, "'`\"$;&<>|(){}*?!#~") && user.p[user.n - 1] != '\\';
}
