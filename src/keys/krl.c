/* krl: see krl.h. Knows: sections inside sections; one walk checks them and looks for a key. Must not know: keys' own
 * fields. OpenSSH PROTOCOL.krl. */
#include "krl.h"
#include "cert_parse.h"
#include "hash.h"
#include "reader.h"

#define MAGIC SLICE_LIT("SSHKRL\n\0")
#define VERSION 1

/* What is looked for; all of it empty where the list is only checked. */
struct wanted {
	struct slice plain, sha1, sha256;
	const struct cert *cert; /* or NULL */
};

struct walk {
	struct wanted wanted;
	bool concerned; /* in a section of certificates: is it about the wanted one's authority? */
	bool found;
	int code; /* 0, or why the walk ended, the first time, and in words */
	const char *wrong;
};

static bool
fail(struct walk *w, int code, const char *wrong)
{
	if (w->code == 0) {
		w->code = code;
		w->wrong = wrong;
	}
	return false;
}

/* Reads a section whole. False where it is malformed. */
typedef bool section_fn(struct walk *w, struct reader *r);

struct section {
	uint8_t type;
	section_fn *read;
	const char *wrong; /* where it is malformed */
};

static bool
read_sections(struct walk *w, struct reader *r, const struct section *table)
{
	const struct section *s;

	while (!r->bad && r->n > 0) {
		uint8_t type = reader_u8(r);
		struct reader data = reader_of(reader_string(r));

		for (s = table; s->read != NULL && s->type != type; s++)
			continue;
		if (r->bad)
			break;
		if (s->read == NULL)
			return fail(w, NACRE_E_UNSUPPORTED, "there is a section of a type that is not known");
		if (!s->read(w, &data) || !reader_end(&data))
			return fail(w, NACRE_E_KEY_FORMAT, s->wrong);
	}
	return !r->bad;
}

/* Serial numbers from first to last. 0 is what an authority writes that does not count its certificates. */
static bool
take_serials(struct walk *w, uint64_t first, uint64_t last)
{
	if (first == 0 || first > last)
		return false;
	if (w->concerned && w->wanted.cert->serial >= first && w->wanted.cert->serial <= last)
		w->found = true;
	return true;
}

static bool
read_serial_list(struct walk *w, struct reader *r)
{
	while (r->n > 0) {
		uint64_t serial = reader_u64(r);

		if (r->bad || !take_serials(w, serial, serial))
			return false;
	}
	return true;
}

static bool
read_serial_range(struct walk *w, struct reader *r)
{
	uint64_t first = reader_u64(r), last = reader_u64(r);

	return !r->bad && take_serials(w, first, last);
}

/* 2.3: bit i of the number, from its end, stands for the offset and i. */
static bool
is_set(struct slice bits, uint64_t i)
{
	return i / 8 < bits.n && (bits.p[bits.n - 1 - (size_t)(i / 8)] >> i % 8 & 1) != 0;
}

static bool
read_serial_bitmap(struct walk *w, struct reader *r)
{
	uint64_t offset = reader_u64(r);
	struct slice bits = reader_mpint(r);

	if (r->bad || bits.n > (UINT64_MAX - offset) / 8 || (offset == 0 && is_set(bits, 0)))
		return false;
	if (w->concerned && w->wanted.cert->serial >= offset && is_set(bits, w->wanted.cert->serial - offset))
		w->found = true;
	return true;
}

static bool
read_key_ids(struct walk *w, struct reader *r)
{
	while (r->n > 0) {
		struct slice id = reader_string(r);

		if (r->bad || (id.n > 0 && memchr(id.p, 0, id.n) != NULL))
			return false;
		if (w->concerned && slice_eq(id, w->wanted.cert->key_id))
			w->found = true;
	}
	return true;
}

/* 2.5 and 5: none is known, so that a critical one means something that we would miss. */
static bool
read_extension(struct walk *w, struct reader *r)
{
	bool is_critical;

	(void)reader_string(r);
	is_critical = reader_bool(r);
	(void)reader_string(r);
	if (!r->bad && is_critical)
		return fail(w, NACRE_E_UNSUPPORTED, "it has a critical extension that is not known");
	return !r->bad;
}

static const struct section cert_sections[] = {
    {0x20, read_serial_list, "a list of serial numbers is malformed"},
    {0x21, read_serial_range, "a range of serial numbers is malformed"},
    {0x22, read_serial_bitmap, "a bitmap of serial numbers is malformed"},
    {0x23, read_key_ids, "a list of key ids is malformed"},
    {0x39, read_extension, "an extension is malformed"},
    {0, NULL, NULL},
};

/* 2: no authority stands for all of them. */
static bool
read_certificates(struct walk *w, struct reader *r)
{
	struct slice authority = reader_string(r);
	const struct cert *cert = w->wanted.cert;
	bool good;

	(void)reader_string(r); /* reserved */
	w->concerned = cert != NULL && (authority.n == 0 || slice_eq(authority, key_blob(cert->authority)));
	good = !r->bad && read_sections(w, r, cert_sections);
	w->concerned = false;
	return good;
}

/* A certificate here would revoke nothing (3): whoever wrote it meant something else. */
static bool
is_plain_blob(struct slice blob)
{
	struct reader r = reader_of(blob);
	struct slice type = reader_string(&r);

	return !r.bad && type.n > 0 && !slice_ends(type, SLICE_LIT("-cert-v01@openssh.com"));
}

static bool
read_keys(struct walk *w, struct reader *r)
{
	while (r->n > 0) {
		struct slice blob = reader_string(r);

		if (r->bad || !is_plain_blob(blob))
			return false;
		w->found = w->found || slice_eq(blob, w->wanted.plain);
	}
	return true;
}

static bool
read_hashes(struct walk *w, struct reader *r, struct slice wanted, size_t n)
{
	while (r->n > 0) {
		struct slice hash = reader_string(r);

		if (r->bad || hash.n != n)
			return false;
		w->found = w->found || slice_eq(hash, wanted);
	}
	return true;
}

static bool
read_sha1(struct walk *w, struct reader *r)
{
	return read_hashes(w, r, w->wanted.sha1, hash_len(HASH_SHA1));
}

static bool
read_sha256(struct walk *w, struct reader *r)
{
	return read_hashes(w, r, w->wanted.sha256, hash_len(HASH_SHA256));
}

/* 6: to pass it over would be to say that it holds. */
static bool
read_signature(struct walk *w, struct reader *r)
{
	(void)r;
	return fail(w, NACRE_E_UNSUPPORTED, "it has a signature of its own, which nothing here verifies");
}

static const struct section sections[] = {
    {1, read_certificates, "a section of certificates is malformed"},
    {2, read_keys, "a list of keys is malformed"},
    {3, read_sha1, "a list of SHA-1 hashes is malformed"},
    {4, read_signature, NULL},
    {5, read_sha256, "a list of SHA-256 hashes is malformed"},
    {255, read_extension, "an extension is malformed"},
    {0, NULL, NULL},
};

bool
krl_is(struct slice file)
{
	return slice_starts(file, MAGIC);
}

/* 1: the version, three numbers (its own version, the date, flags of which there are none), reserved, a comment. */
static bool
read_header(struct walk *w, struct reader *r)
{
	(void)reader_bytes(r, MAGIC.n);
	if (reader_u32(r) != VERSION && !r->bad)
		return fail(w, NACRE_E_UNSUPPORTED, "it is of a version that is not known");
	(void)reader_bytes(r, 24);
	(void)reader_string(r);
	(void)reader_string(r);
	return !r->bad;
}

static bool
walk(struct walk *w, struct slice krl)
{
	struct reader r = reader_of(krl);

	return (read_header(w, &r) && read_sections(w, &r, sections)) ||
	       fail(w, NACRE_E_KEY_FORMAT, "the list is cut off");
}

int
krl_check(struct slice krl, struct why *why)
{
	struct walk w = {.found = false};

	return walk(&w, krl) ? 0 : why_fail(why, w.code, w.wrong);
}

int
krl_has(struct slice krl, const nacre_key *key, struct slice plain, bool *has)
{
	uint8_t sha1[HASH_MAX_LEN], sha256[HASH_MAX_LEN];
	struct walk w = {.wanted = {.plain = plain, .cert = key->cert}};

	*has = true;
	if (hash_once(HASH_SHA1, plain, sha1) != 0 || hash_once(HASH_SHA256, plain, sha256) != 0)
		return NACRE_E_CRYPTO;
	w.wanted.sha1 = slice_of(sha1, hash_len(HASH_SHA1));
	w.wanted.sha256 = slice_of(sha256, hash_len(HASH_SHA256));
	*has = !walk(&w, krl) || w.found;
	return 0;
}
