/* script: see script.h. Nothing here fails: what is missing reads as zero. */
#include "script.h"

struct script_header
script_header(struct reader *r)
{
	struct script_header h;

	h.flags = reader_u8(r);
	h.in_step = reader_u8(r);
	h.out_step = reader_u8(r);
	return h;
}

static struct slice
read_bytes(struct reader *r)
{
	size_t n = (size_t)reader_u8(r) << 8;

	n |= reader_u8(r);
	return reader_bytes(r, n < r->n ? n : r->n);
}

bool
script_next(struct reader *r, struct script_step *step)
{
	uint8_t head = reader_u8(r);

	*step = (struct script_step){.operation = (enum script_operation)(head & 15), .argument = head >> 4};
	if (r->bad)
		return false;
	if (step->operation == SCRIPT_PACKET || step->operation == SCRIPT_RAW)
		step->bytes = read_bytes(r);
	else if (step->operation == SCRIPT_CALL || step->operation == SCRIPT_NOMEM)
		step->byte = reader_u8(r);
	r->bad = false; /* a last step that is cut off still counts */
	return true;
}

void
script_put_header(struct buf *b, const struct script_header *header)
{
	buf_put_u8(b, header->flags);
	buf_put_u8(b, header->in_step);
	buf_put_u8(b, header->out_step);
}

static void
put_bytes(struct buf *b, struct slice s)
{
	if (s.n > UINT16_MAX)
		s.n = UINT16_MAX;
	buf_put_u8(b, (uint8_t)(s.n >> 8));
	buf_put_u8(b, (uint8_t)s.n);
	buf_put_slice(b, s);
}

void
script_put(struct buf *b, const struct script_step *step)
{
	buf_put_u8(b, (uint8_t)((step->argument & 15) << 4 | (unsigned)step->operation));
	if (step->operation == SCRIPT_PACKET || step->operation == SCRIPT_RAW)
		put_bytes(b, step->bytes);
	else if (step->operation == SCRIPT_CALL || step->operation == SCRIPT_NOMEM)
		buf_put_u8(b, step->byte);
}
