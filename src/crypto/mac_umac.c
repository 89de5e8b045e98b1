/* mac_umac: see mac_umac.h. Knows: where the keys of the hash are kept. Must not know: how UMAC works (umac.c).
 * draft-miller-secsh-umac-01 4. The keys are larger than all other MACs' together, so only who uses UMAC pays for
 * them. */
#include "mac_umac.h"
#include "mem.h"
#include "umac.h"

struct umac_ref {
	const struct nacre_env *env;
	struct umac *umac;
};

_Static_assert(sizeof(struct umac_ref) <= MAC_STATE_MAX, "UMAC reference");

static struct umac_ref *
ref_of(struct mac_state *st)
{
	return (void *)st->bytes;
}

static int
init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key, size_t tag_len)
{
	struct umac_ref *ref = ref_of(st);

	*ref = (struct umac_ref){env, mem_new(env, sizeof(*ref->umac))};
	return ref->umac == NULL ? NACRE_E_NOMEM : umac_init(ref->umac, key, tag_len);
}

int
mac_umac64_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key)
{
	return init(st, env, key, 8);
}

int
mac_umac128_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key)
{
	return init(st, env, key, 16);
}

int
mac_umac_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag)
{
	return umac_tag(ref_of(st)->umac, seq, p, n, tag);
}

void
mac_umac_wipe(struct mac_state *st)
{
	struct umac_ref *ref = ref_of(st);

	if (ref->umac != NULL) {
		umac_wipe(ref->umac);
		mem_free(ref->env, ref->umac, sizeof(*ref->umac));
	}
	*ref = (struct umac_ref){NULL, NULL};
}
