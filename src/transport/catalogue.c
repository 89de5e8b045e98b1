/* catalogue: see catalogue.h. Knows: which table has which kind, and what a row must be for a preset. Must not know:
 * what peers offer. RFC 4253 6.2-6.5, 7.1. */
#include "catalogue.h"
#include "cipher.h"
#include "compress.h"
#include "kex.h"
#include "key.h"
#include "nearest.h"

#define STRICT_TAG_LEN 16

/* The presets of a row: `strict` where it is sound enough for that one. */
static unsigned
presets_of(bool legacy, bool strict)
{
	if (legacy)
		return NACRE_PRESET_LEGACY;
	return NACRE_PRESET_DEFAULT | NACRE_PRESET_LEGACY | (strict ? NACRE_PRESET_STRICT : 0);
}

static struct catalogue_row
kex_row(size_t i)
{
	const struct kex *k = &kex_table[i];

	return (struct catalogue_row){k->name, k->legacy, false, presets_of(k->legacy, k->post_quantum), NULL};
}

/* What signs with SHA-1 is legacy. */
static struct catalogue_row
sigalg_row(size_t i)
{
	const struct sigalg *a = &sigalg_table[i];

	return (struct catalogue_row){a->name, a->legacy, false, a->by_name ? 0 : presets_of(a->legacy, true), NULL};
}

static struct catalogue_row
cipher_row(size_t i)
{
	const struct cipher *c = &cipher_table[i];
	bool is_aead = c->kind == CIPHER_AEAD || c->kind == CIPHER_AEAD_SEQ;

	return (struct catalogue_row){c->name, c->legacy, c->needs_aes_cpu, presets_of(c->legacy, is_aead), NULL};
}

/* Beside an AEAD no MAC is used; a list there must be all the same. */
static struct catalogue_row
mac_row(size_t i)
{
	const struct mac *m = &mac_table[i];
	bool is_strict = m->etm && m->tag_len >= STRICT_TAG_LEN;

	return (struct catalogue_row){m->name, m->legacy, false, presets_of(m->legacy, is_strict), NULL};
}

/* What packs is used only where it is named: it tells a listener of what was sent by its length. */
static struct catalogue_row
compression_row(size_t i)
{
	const struct compression *c = &compression_table[i];
	unsigned presets = c->legacy ? NACRE_PRESET_LEGACY : 0;

	if (c->packs)
		return (struct catalogue_row){c->name, c->legacy, false, presets, "zlib"};
	return (struct catalogue_row){c->name, false, false, presets_of(false, true), NULL};
}

static const struct {
	const char *name;
	struct catalogue_row (*row)(size_t i);
} kinds[] = {
    [NACRE_ALGORITHM_KEX] = {"kex", kex_row},
    [NACRE_ALGORITHM_HOST_KEY] = {"host key", sigalg_row},
    [NACRE_ALGORITHM_PUBKEY] = {"pubkey", sigalg_row},
    [NACRE_ALGORITHM_CIPHER] = {"cipher", cipher_row},
    [NACRE_ALGORITHM_MAC] = {"mac", mac_row},
    [NACRE_ALGORITHM_COMPRESSION] = {"compression", compression_row},
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct catalogue_row
catalogue_at(enum nacre_algorithm_kind kind, size_t i)
{
	return kinds[kind].row(i);
}

bool
catalogue_has(enum nacre_algorithm_kind kind, struct slice name)
{
	const char *known;
	size_t i;

	for (i = 0; (known = catalogue_at(kind, i).name) != NULL; i++)
		if (slice_is(name, known))
			return true;
	return false;
}

const char *
catalogue_nearest(enum nacre_algorithm_kind kind, struct slice typed)
{
	const char *nearest = NULL, *known;
	size_t i, best = NEAREST_FAR;

	for (i = 0; (known = catalogue_at(kind, i).name) != NULL; i++) {
		size_t rank = nearest_rank(typed, slice_str(known));

		/* Among equals the first; but "ed25519" means the plain key sooner than its certificates. */
		if (rank == NEAREST_FAR || rank > best || (rank == best && strstr(nearest, "-cert-v01@") == NULL))
			continue;
		best = rank;
		nearest = known;
	}
	return nearest;
}

bool
nacre_capabilities(size_t i, struct nacre_capability *out)
{
	struct catalogue_row row;
	size_t kind, n;

	*out = (struct nacre_capability){.name = NULL};
	for (kind = 0; kind < N_KINDS; kind++) {
		for (n = 0; (row = kinds[kind].row(n)).name != NULL; n++) {
			if (i-- > 0)
				continue;
			*out = (struct nacre_capability){
			    .kind = (enum nacre_algorithm_kind)kind,
			    .kind_name = kinds[kind].name,
			    .name = row.name,
			    .presets = row.presets,
			    .feature = row.feature,
			};
			return true;
		}
	}
	return false;
}

static const struct {
	const char *name;
	unsigned preset;
} presets[] = {
    {"default", NACRE_PRESET_DEFAULT},
    {"legacy", NACRE_PRESET_LEGACY},
    {"strict", NACRE_PRESET_STRICT},
};

#define N_PRESETS (sizeof(presets) / sizeof(presets[0]))

int
preset_find(const char *name, unsigned *preset, struct failure *failure)
{
	size_t i;

	*preset = NACRE_PRESET_DEFAULT;
	if (name == NULL)
		return 0;
	for (i = 0; i < N_PRESETS; i++) {
		if (strcmp(presets[i].name, name) != 0)
			continue;
		*preset = presets[i].preset;
		return 0;
	}
	return failure_set(failure, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL,
	    "preset: \"%.64s\" is none of \"default\", \"legacy\", \"strict\"", name);
}

const char *
preset_name(unsigned preset)
{
	size_t i;

	for (i = 0; i < N_PRESETS; i++)
		if (presets[i].preset == preset)
			return presets[i].name;
	return "default";
}
