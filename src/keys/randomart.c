/* randomart: a key's fingerprint as a picture, so that people see when it is another one. Knows: the walk of the
 * drunken bishop. Must not know: trust. OpenSSH ssh-keygen -lv; "The drunken bishop", Loss, Limmer, von Gernler,
 * 2009. */
#include "fingerprint.h"

#include <stdio.h>

#define WIDTH 17
#define HEIGHT 9
#define MARKS " .o+=*BOX@%&#/^SE" /* by how often a field was visited; then the start, and the end */
#define MARK_START (sizeof(MARKS) - 3)
#define MARK_END (sizeof(MARKS) - 2)

struct bishop {
	unsigned char field[HEIGHT][WIDTH];
	int x, y;
};

static int
within(int v, int end)
{
	if (v < 0)
		return 0;
	return v < end ? v : end - 1;
}

/* Two bits of the digest are one diagonal step; at a wall he slides along it. */
static void
step(struct bishop *b, unsigned bits)
{
	unsigned char *here;

	b->x = within(b->x + ((bits & 1) != 0 ? 1 : -1), WIDTH);
	b->y = within(b->y + ((bits & 2) != 0 ? 1 : -1), HEIGHT);
	here = &b->field[b->y][b->x];
	if (*here < MARK_START - 1)
		(*here)++;
}

static void
walk(struct bishop *b, const uint8_t *digest, size_t n)
{
	size_t i;
	int shift;

	*b = (struct bishop){.x = WIDTH / 2, .y = HEIGHT / 2};
	for (i = 0; i < n; i++)
		for (shift = 0; shift < 8; shift += 2)
			step(b, digest[i] >> shift & 3U);
	b->field[HEIGHT / 2][WIDTH / 2] = MARK_START;
	b->field[b->y][b->x] = MARK_END;
}

/* +---[label]---+: as many lines before it as behind it, or one less. */
static char *
draw_edge(char *out, const char *label)
{
	size_t n = strlen(label), before = (WIDTH - n) / 2;

	*out++ = '+';
	memset(out, '-', WIDTH);
	memcpy(out + before, label, n);
	out += WIDTH;
	*out++ = '+';
	*out++ = '\n';
	return out;
}

static char *
draw_row(char *out, const unsigned char *row)
{
	int x;

	*out++ = '|';
	for (x = 0; x < WIDTH; x++)
		*out++ = MARKS[row[x]];
	*out++ = '|';
	*out++ = '\n';
	return out;
}

/* The type and the size, as far as both fit; never to the last place, as ssh-keygen has it. */
static void
make_title(const nacre_key *key, char title[WIDTH + 1])
{
	char whole[64];
	int n = snprintf(whole, sizeof(whole), "[%s %u]", nacre_key_short_type(key), nacre_key_bits(key));

	if (n > WIDTH)
		snprintf(whole, sizeof(whole), "[%s]", nacre_key_short_type(key));
	snprintf(title, WIDTH + 1, "%.*s", WIDTH - 1, whole);
}

int
nacre_key_randomart(const nacre_key *key, const char *hash, char *out, size_t size)
{
	char title[WIDTH + 1], label[16];
	uint8_t digest[FINGERPRINT_MAX];
	struct bishop b;
	size_t n;
	int r, y;

	if (key == NULL || hash == NULL || out == NULL || size < NACRE_KEY_RANDOMART_SIZE)
		return NACRE_E_ARGUMENT;
	out[0] = '\0';
	if ((r = fingerprint_digest(key, hash, digest, &n)) != 0)
		return r;
	walk(&b, digest, n);
	make_title(key, title);
	snprintf(label, sizeof(label), "[%s]", hash);
	out = draw_edge(out, title);
	for (y = 0; y < HEIGHT; y++)
		out = draw_row(out, b.field[y]);
	out = draw_edge(out, label);
	*out = '\0';
	return 0;
}
