/* keyfile: see keyfile.h. Knows: the armour and the outer fields. Must not know: private numbers (keyfile_read.c).
 * OpenSSH PROTOCOL.key. */
#include "keyfile.h"
#include "armor.h"
#include "reader.h"

#define MAGIC SLICE_LIT("openssh-key-v1\0")

static struct slice
trim(struct slice line)
{
	while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		line.n--;
	return line;
}

/* The base64 between the two lines. Only white space may stand in front; what stands behind does not matter. */
static int
find_body(struct slice text, struct slice *body, struct why *why)
{
	struct slice line, start;

	do {
		if (!armor_next_line(&text, &line))
			return why_fail(why, NACRE_E_KEY_FORMAT, "the file is empty");
	} while (trim(line).n == 0);
	if (!slice_is(trim(line), KEYFILE_BEGIN))
		return why_fail(why, NACRE_E_KEY_FORMAT, "the file is not a private key: no BEGIN line");
	start = text;
	while (armor_next_line(&text, &line))
		if (slice_is(trim(line), KEYFILE_END)) {
			*body = slice_of(start.p, (size_t)(line.p - start.p));
			return 0;
		}
	return why_fail(why, NACRE_E_KEY_FORMAT, "the file has no END line: it was cut");
}

static int
read_fields(struct keyfile *f, struct why *why)
{
	struct reader r = reader_of(buf_slice(&f->bytes));
	uint32_t count;

	if (!slice_eq(reader_bytes(&r, MAGIC.n), MAGIC))
		return why_fail(why, NACRE_E_KEY_FORMAT, "the file does not begin with openssh-key-v1");
	f->cipher = reader_string(&r);
	f->kdf = reader_string(&r);
	f->kdf_options = reader_string(&r);
	count = reader_u32(&r);
	if (!r.bad && count == 0)
		return why_fail(why, NACRE_E_KEY_FORMAT, "the file holds no key");
	if (!r.bad && count != 1)
		return why_fail(why, NACRE_E_UNSUPPORTED, "the file holds more than one key");
	f->public_blob = reader_string(&r);
	f->private_part = reader_string(&r);
	f->tag = reader_rest(&r);
	if (r.bad || f->tag.n > BLOBCIPHER_TAG_MAX)
		return why_fail(why, NACRE_E_KEY_FORMAT, "the file's fields are malformed");
	return 0;
}

int
keyfile_open(struct keyfile *f, const struct nacre_env *env, struct slice text, struct why *why)
{
	struct slice body;
	int r;

	*f = (struct keyfile){.cipher = {NULL, 0}};
	buf_init(&f->bytes, env, KEYFILE_MAX);
	if (text.n > KEYFILE_MAX)
		return why_fail(why, NACRE_E_KEY_FORMAT, "the file is larger than 1 MiB");
	if ((r = find_body(text, &body, why)) != 0)
		return r;
	if ((r = armor_decode(&f->bytes, body)) != 0)
		return why_fail(
		    why, r, r == NACRE_E_NOMEM ? "out of memory" : "the text between BEGIN and END is not base64");
	return read_fields(f, why);
}

void
keyfile_free(struct keyfile *f)
{
	buf_free(&f->bytes);
}
