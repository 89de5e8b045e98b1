/* sftp_server_path: paths as clients write them. Knows: slashes, dots, the start directory. Must not know: what is
 * there. draft-ietf-secsh-filexfer-02 6.2. */
#include "sftp_server.h"

int
path_absolute(const struct nacre_sftp_server *s, struct slice path, uint8_t room[2 * SFTP_SERVER_PATH_MAX],
    struct nacre_bytes *out)
{
	size_t n = s->start_n;

	*out = (struct nacre_bytes){NULL, 0};
	if (path.n > SFTP_SERVER_PATH_MAX)
		return NACRE_SFTP_BAD_MESSAGE;
	if (path.n == 0 || memchr(path.p, 0, path.n) != NULL)
		return NACRE_SFTP_NO_SUCH_FILE;
	if (path.p[0] == '/') {
		*out = (struct nacre_bytes){path.p, path.n};
		return NACRE_SFTP_OK;
	}
	memcpy(room, s->start, n);
	if (room[n - 1] != '/')
		room[n++] = '/';
	memcpy(room + n, path.p, path.n); /* the start directory has at most SFTP_SERVER_PATH_MAX - 2 bytes */
	*out = (struct nacre_bytes){room, n + path.n};
	return NACRE_SFTP_OK;
}

/* The end of what is written, without its last component. */
static size_t
without_last(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] != '/')
		n--;
	return n > 0 ? n - 1 : 0;
}

/* Reading is always ahead of writing. Each component is written with a slash before it. */
size_t
path_normalize(uint8_t *p, size_t n)
{
	size_t from = 0, to = 0;

	while (from < n) {
		size_t len = 0;

		while (from < n && p[from] == '/')
			from++;
		while (from + len < n && p[from + len] != '/')
			len++;
		if (len == 2 && p[from] == '.' && p[from + 1] == '.') {
			to = without_last(p, to);
		} else if (len > 0 && !(len == 1 && p[from] == '.')) {
			p[to] = '/';
			memmove(p + to + 1, p + from, len);
			to += 1 + len;
		}
		from += len;
	}
	if (to == 0)
		p[to++] = '/';
	return to;
}
