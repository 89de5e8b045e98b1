/* dh_choose: which group a server gives. Knows: moduli(5), and the rule that picks. Must not know: where the file is.
 * RFC 4419 3, RFC 8270 3. */
#include "dh.h"
#include "mem.h"

#define FIELDS 7 /* time type tests tries size generator modulus */
#define TYPE_SAFE 2 /* a safe prime: (p - 1) / 2 is prime, too */
#define TESTED_COMPOSITE 1u

struct bounds {
	uint32_t min, n, max;
};

uint32_t
dh_bits_for(size_t key_bits)
{
	if (key_bits <= 112)
		return 2048;
	if (key_bits <= 128)
		return 3072;
	return key_bits <= 192 ? 7680 : DH_BITS_MAX;
}

/* Is a group of `bits` better than one of `best` (0: none yet)? */
static bool
is_better(const struct bounds *b, uint32_t bits, uint32_t best)
{
	if (best == 0)
		return true;
	if (best >= b->n)
		return bits >= b->n && bits < best;
	return bits > best;
}

static bool
is_within(const struct bounds *b, uint32_t bits)
{
	return bits >= b->min && bits <= b->max;
}

static struct slice
next_until(struct slice *rest, char stop)
{
	const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->p, stop, rest->n);
	struct slice taken = end == NULL ? *rest : slice_of(rest->p, (size_t)(end - rest->p));

	*rest = slice_from(*rest, taken.n + 1);
	return taken;
}

/* A decimal number of at most nine digits; false for anything else. */
static bool
read_number(struct slice s, uint32_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out * 10 + (uint32_t)(s.p[i] - '0');
	}
	return s.n > 0 && s.n <= 9;
}

static int
hex_digit(uint8_t c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == 0 ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* A hexadecimal number of at most DH_LEN_MAX bytes; empty where it is none. */
static struct slice
read_hex(struct slice s, uint8_t *out)
{
	size_t i, skew = s.n % 2, n = (s.n + 1) / 2;
	int digit;

	if (n > DH_LEN_MAX)
		return SLICE_NONE;
	memset(out, 0, n);
	for (i = 0; i < s.n; i++) {
		if ((digit = hex_digit(s.p[i])) < 0)
			return SLICE_NONE;
		out[(i + skew) / 2] = (uint8_t)(out[(i + skew) / 2] << 4 | digit);
	}
	return slice_of(out, n);
}

/* What a line says of its prime. */
struct line {
	uint32_t type, tests, tries, size;
	struct slice generator, modulus;
};

static bool
split_line(struct slice text, struct line *line)
{
	struct slice field[FIELDS];
	size_t i;

	for (i = 0; i < FIELDS; i++)
		field[i] = next_until(&text, ' ');
	line->generator = field[5];
	line->modulus = field[6];
	return read_number(field[1], &line->type) && read_number(field[2], &line->tests) &&
	       read_number(field[3], &line->tries) && read_number(field[4], &line->size);
}

static bool
is_tested_safe_prime(const struct line *line)
{
	return line->type == TYPE_SAFE && line->tests != 0 && (line->tests & TESTED_COMPOSITE) == 0 && line->tries != 0;
}

/* The size of a line's group, which is read to *out; 0 where it is none for us. The file's sizes are one less. */
static uint32_t
read_line(struct slice text, const struct bounds *b, struct dh_room *out)
{
	struct line line;

	if (!split_line(text, &line) || !is_tested_safe_prime(&line) || !is_within(b, line.size + 1))
		return 0;
	out->group = (struct dh_group){.p = read_hex(line.modulus, out->p), .g = read_hex(line.generator, out->g)};
	if (dh_bits(out->group.p) != line.size + 1 || dh_check_group(&out->group, b->min, b->max) != NULL)
		return 0;
	return line.size + 1;
}

/* The best size that the file has, and how many there are of it; 0: none. */
static uint32_t
count_best(struct slice moduli, const struct bounds *b, uint32_t *count)
{
	struct dh_room room;
	uint32_t best = 0, bits;

	*count = 0;
	while (moduli.n > 0) {
		bits = read_line(next_until(&moduli, '\n'), b, &room);
		if (bits == 0 || (bits != best && !is_better(b, bits, best)))
			continue;
		*count = bits == best ? *count + 1 : 1;
		best = bits;
	}
	return best;
}

static void
read_nth(struct slice moduli, const struct bounds *b, uint32_t bits, uint32_t nth, struct dh_room *out)
{
	while (moduli.n > 0)
		if (read_line(next_until(&moduli, '\n'), b, out) == bits && nth-- == 0)
			return;
}

/* RFC 3526's, of which there is one of each size. */
static int
choose_fixed(const struct bounds *b, struct dh_room *out)
{
	static const struct dh_group *const groups[] = {
	    &dh_group14, &dh_group15, &dh_group16, &dh_group17, &dh_group18};
	const struct dh_group *best = NULL;
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		uint32_t bits = (uint32_t)groups[i]->p.n * 8;

		if (is_within(b, bits) && is_better(b, bits, best == NULL ? 0 : (uint32_t)best->p.n * 8))
			best = groups[i];
	}
	if (best == NULL)
		return NACRE_E_KEX;
	dh_keep(out, best->p, best->g);
	return 0;
}

int
dh_choose(const struct nacre_env *env, struct slice moduli, uint32_t min, uint32_t n, uint32_t max, struct dh_room *out)
{
	struct bounds b = {.min = min, .n = n, .max = max};
	uint32_t count, which, bits = count_best(moduli, &b, &count);
	int r;

	if (bits == 0)
		return choose_fixed(&b, out);
	if ((r = mem_random(env, &which, sizeof(which))) != 0)
		return r;
	read_nth(moduli, &b, bits, which % count, out);
	return 0;
}
