/* Algorithms: which there are, and how the lists of them in the options are read.
 *
 * Each list (kex, host_key_algorithms, pubkey_algorithms, ciphers, macs) begins as the preset has it:
 *
 *   "default"  what is known to be sound, the best first
 *   "legacy"   the same, and behind it what old peers need: SHA-1, CBC, small groups
 *   "strict"   post-quantum key exchange, AEAD ciphers, nothing with SHA-1; and strict key exchange is required
 *
 * A list then edits it, as in ssh_config(5):
 *
 *   "a,b"      these instead
 *   "+a,b"     these, too, at the end
 *   "-a,b*"    without these; what is not in the list is ignored
 *   "^a,b"     these first
 *
 * '*' stands for any characters and '?' for one; in "+", "^" and a plain list such a name stands for every algorithm
 * there is that matches, legacy ones included. A name that is not known is NACRE_E_ARGUMENT, and `why` of the options
 * names the nearest that is. */
#ifndef NACRE_ALGORITHMS_H
#define NACRE_ALGORITHMS_H

#include <stdbool.h>
#include <stddef.h>
#include <nacre/env.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nacre_algorithm_kind {
	NACRE_ALGORITHM_KEX,
	NACRE_ALGORITHM_HOST_KEY,
	NACRE_ALGORITHM_PUBKEY,
	NACRE_ALGORITHM_CIPHER,
	NACRE_ALGORITHM_MAC,
	NACRE_ALGORITHM_COMPRESSION
};

#define NACRE_PRESET_DEFAULT 1u
#define NACRE_PRESET_LEGACY 2u
#define NACRE_PRESET_STRICT 4u

/* Names that are taken out of the lists last of all, by kind: comma-separated, '*' and '?' allowed; what is not in a
 * list is ignored. NULL: none. */
struct nacre_disabled_algorithms {
	const char *kex;
	const char *keys; /* host keys */
	const char *pubkeys; /* of users */
	const char *ciphers, *macs, *compression;
};

/* All strings are static. */
struct nacre_capability {
	enum nacre_algorithm_kind kind;
	const char *kind_name; /* "kex", "host key", "pubkey", "cipher", "mac", "compression" */
	const char *name;
	unsigned presets; /* NACRE_PRESET_*: which have it; 0: it is used only where it is named */
	const char *feature; /* the optional library that it needs; NULL: none */
};

/* Everything that this library can negotiate, by kind, each kind in its default order:
 *
 *   for (i = 0; nacre_capabilities(i, &row); i++) ...
 *
 * The list is the same on every build, but for the rows with a feature. False past the end: *row is zeroed. */
NACRE_API bool nacre_capabilities(size_t i, struct nacre_capability *row);

#ifdef __cplusplus
}
#endif
#endif
