/* mac: the table of MACs. Knows: names, sizes, whose operations. Must not know: how they work. RFC 4253 6.4, RFC 6668,
 * draft-miller-secsh-umac-01; OpenSSH PROTOCOL 1.5 (-etm). */
#include "mac_hmac.h"
#include "mac_umac.h"

#define SHA256 .key_len = 32, .tag_len = 32, .init = hmac_sha256_init, .tag = hmac_sha256_tag, .wipe = hmac_wipe
#define SHA512 .key_len = 64, .tag_len = 64, .init = hmac_sha512_init, .tag = hmac_sha512_tag, .wipe = hmac_wipe
#define UMAC64 .key_len = 16, .tag_len = 8, .init = mac_umac64_init, .tag = mac_umac_tag, .wipe = mac_umac_wipe
#define UMAC128 .key_len = 16, .tag_len = 16, .init = mac_umac128_init, .tag = mac_umac_tag, .wipe = mac_umac_wipe
#define OLD(name_, key, length, etm_, init_, tag_)                                                                     \
	{                                                                                                              \
		.name = name_, .legacy = true, .key_len = key, .tag_len = length, .etm = etm_, .init = init_,          \
		.tag = tag_, .wipe = hmac_wipe,                                                                        \
	}
#define SHA1(name, length, etm, tag) OLD(name, 20, length, etm, hmac_sha1_init, tag)
#define MD5(name, length, etm, tag) OLD(name, 16, length, etm, hmac_md5_init, tag)

const struct mac mac_table[] = {
    {.name = "hmac-sha2-512-etm@openssh.com", .etm = true, SHA512},
    {.name = "hmac-sha2-256-etm@openssh.com", .etm = true, SHA256},
    {.name = "umac-128-etm@openssh.com", .etm = true, UMAC128},
    {.name = "hmac-sha2-256", .etm = false, SHA256},
    {.name = "hmac-sha2-512", .etm = false, SHA512},
    {.name = "umac-128@openssh.com", .etm = false, UMAC128},
    {.name = "umac-64-etm@openssh.com", .etm = true, UMAC64},
    {.name = "umac-64@openssh.com", .etm = false, UMAC64},
    SHA1("hmac-sha1-etm@openssh.com", 20, true, hmac_old_tag),
    SHA1("hmac-sha1", 20, false, hmac_old_tag),
    SHA1("hmac-sha1-96-etm@openssh.com", 12, true, hmac_old_tag_96),
    SHA1("hmac-sha1-96", 12, false, hmac_old_tag_96),
    MD5("hmac-md5-etm@openssh.com", 16, true, hmac_old_tag),
    MD5("hmac-md5", 16, false, hmac_old_tag),
    MD5("hmac-md5-96-etm@openssh.com", 12, true, hmac_old_tag_96),
    MD5("hmac-md5-96", 12, false, hmac_old_tag_96),
    {.name = NULL},
};

const struct mac *
mac_find(struct slice name)
{
	const struct mac *m;

	for (m = mac_table; m->name != NULL; m++)
		if (slice_is(name, m->name))
			return m;
	return NULL;
}
