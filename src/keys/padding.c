/* padding: see padding.h. Knows: bytes. Must not know: keys. RFC 8018 6.1.1. */
#include "padding.h"
#include "der.h"

void
padding_put(struct buf *b, size_t block)
{
	size_t n = block - b->n % block, i;

	for (i = 0; i < n; i++)
		buf_put_u8(b, (uint8_t)n);
}

bool
padding_drop(struct buf *b, size_t block)
{
	uint8_t pad = b->n == 0 ? 0 : b->p[b->n - 1], differs = 0;
	struct reader r;
	size_t i;

	if (pad == 0 || pad > block || pad > b->n)
		return false;
	for (i = 1; i <= pad; i++)
		differs |= (uint8_t)(b->p[b->n - i] ^ pad);
	if (differs != 0)
		return false;
	r = reader_of(slice_of(b->p, b->n - pad));
	(void)der_value(&r, DER_SEQUENCE);
	if (!reader_end(&r))
		return false;
	b->n -= pad;
	return true;
}
