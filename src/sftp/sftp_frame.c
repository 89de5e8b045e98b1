/* sftp_frame: see sftp_frame.h. Knows: the length. Must not know: messages. draft-ietf-secsh-filexfer-02 3. */
#include "sftp_frame.h"
#include "reader.h"

#define LENGTH_LEN 4

static int
wait_for(size_t *missing, size_t n)
{
	*missing = n;
	return 0;
}

int
sftp_frame_take(struct slice *in, struct slice *payload, size_t *missing)
{
	struct reader r = reader_of(*in);
	uint32_t n;

	*payload = SLICE_NONE;
	*missing = 0;
	if (in->n < LENGTH_LEN)
		return wait_for(missing, LENGTH_LEN - in->n);
	n = reader_u32(&r);
	if (n == 0)
		return NACRE_E_FORMAT;
	if (n > SFTP_FRAME_MAX)
		return NACRE_E_LIMIT;
	if (n > r.n)
		return wait_for(missing, n - r.n);

	*payload = reader_bytes(&r, n);
	*in = reader_rest(&r);
	return 1;
}
