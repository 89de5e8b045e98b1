/* known_hosts_line: a line to append. Knows: how a line is written. Must not know: the file.
 * sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
#include "armor.h"
#include "host_name.h"
#include "key.h"

#define LINE_MAX_LEN 8192 /* an RSA key of 8192 bits takes 1400 */

static int
put_host(struct buf *b, const struct host_name *name, bool hashed)
{
	struct host_hash hash;
	int r;

	if (!hashed) {
		buf_put_slice(b, host_name_slice(name));
		return 0;
	}
	if ((r = mem_random(b->env, hash.salt, sizeof(hash.salt))) != 0)
		return r;
	if ((r = host_hash_compute(&hash, host_name_slice(name))) != 0)
		return r;
	host_hash_put(b, &hash);
	return 0;
}

static int
copy_out(const struct buf *b, char **line, size_t *n)
{
	if (b->bad != 0)
		return b->bad;
	if ((*line = mem_new(b->env, b->n + 1)) == NULL)
		return NACRE_E_NOMEM;
	memcpy(*line, b->p, b->n);
	*n = b->n;
	return 0;
}

int
nacre_known_hosts_line(const struct nacre_env *env, const char *host, unsigned port, const nacre_key *key, bool hashed,
    char **line, size_t *n)
{
	struct host_name name;
	struct buf b;
	int r;

	*line = NULL;
	*n = 0;
	if (env == NULL || key == NULL || host_name_set(&name, host, port) != 0 || !host_is_writable(host))
		return NACRE_E_ARGUMENT;
	buf_init(&b, env, LINE_MAX_LEN);
	if ((r = put_host(&b, &name, hashed)) != 0)
		goto out;
	buf_put_u8(&b, ' ');
	buf_put_slice(&b, slice_str(nacre_key_type(key)));
	buf_put_u8(&b, ' ');
	armor_encode(&b, key_blob(key), 0);
	r = copy_out(&b, line, n);
out:
	buf_free(&b);
	return r;
}

void
nacre_known_hosts_line_free(const struct nacre_env *env, char *line, size_t n)
{
	mem_free(env, line, n + 1);
}
