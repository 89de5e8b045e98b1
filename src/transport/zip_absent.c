/* zip_absent: in the place of zip.c where zlib is not built in. Knows: nothing. Must not know: more. No row of
 * compression_table leads here. */
#include "zip.h"

int
zip_new(const struct nacre_env *env, bool out, struct zip **zip)
{
	(void)env;
	(void)out;
	*zip = NULL;
	return NACRE_E_UNSUPPORTED;
}

void
zip_free(struct zip *zip)
{
	(void)zip;
}

int
zip_pack(struct zip *zip, struct slice in, uint8_t *out, size_t cap, size_t *n)
{
	(void)zip;
	(void)in;
	(void)out;
	(void)cap;
	*n = 0;
	return NACRE_E_UNSUPPORTED;
}

int
zip_unpack(struct zip *zip, struct slice in, struct buf *out)
{
	(void)zip;
	(void)in;
	(void)out;
	return NACRE_E_UNSUPPORTED;
}
