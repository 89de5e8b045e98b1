/* Every key exchange, host key algorithm, cipher, MAC and compression with every one of each other kind: a pairwise
 * cover in the normal run, all combinations where NACRE_ALL_COMBINATIONS is set. Each is forced in both roles, data and
 * a rekey pass through it, and what the connections tell of it must be what was forced. */
#include "compress.h"
#include "conn_internal.h"
#include "keys.h"
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum factor { FACTOR_KEX, FACTOR_HOST_KEY, FACTOR_CIPHER, FACTOR_MAC, FACTOR_COMPRESSION, FACTORS };

#define VALUES_MAX 40

/* The names of each kind, as the tables have them, and which pairs of them still wait for a connection. */
static const char *names[FACTORS][VALUES_MAX];
static unsigned n_names[FACTORS];
static bool is_covered[FACTORS][VALUES_MAX][FACTORS][VALUES_MAX];

static struct test_env key_env;
static struct test_keys keys;

static void
add(enum factor f, const char *name)
{
	assert_true(n_names[f] < VALUES_MAX);
	names[f][n_names[f]++] = name;
}

static const nacre_key *
key_for(const char *algorithm)
{
	const char *type = sigalg_find(slice_str(algorithm))->key_type;
	int i;

	for (i = 0; i < KEY_COUNT; i++)
		if (strcmp(nacre_key_type(keys.key[i]), type) == 0)
			return keys.key[i];
	return strcmp(nacre_key_type(keys.dsa), type) == 0 ? keys.dsa : NULL;
}

static int
setup(void **state)
{
	const struct compression *z;
	const struct sigalg *a;
	const struct cipher *c;
	const struct kex *k;
	const struct mac *m;

	(void)state;
	test_env_init(&key_env, 71);
	test_keys_make(&keys, &key_env.env, 0);
	for (k = kex_table; k->name != NULL; k++)
		add(FACTOR_KEX, k->name);
	for (a = sigalg_table; a->name != NULL; a++)
		if (key_for(a->name) != NULL) /* certificates and security keys have their own tests */
			add(FACTOR_HOST_KEY, a->name);
	for (c = cipher_table; c->name != NULL; c++)
		add(FACTOR_CIPHER, c->name);
	for (m = mac_table; m->name != NULL; m++)
		add(FACTOR_MAC, m->name);
	for (z = compression_table; z->name != NULL; z++)
		add(FACTOR_COMPRESSION, z->name);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_keys_free(&keys);
	return key_env.live_blocks == 0 ? 0 : -1;
}

struct choice {
	unsigned value[FACTORS];
};

static void
cover(const struct choice *choice)
{
	int a, b;

	for (a = 0; a < FACTORS; a++)
		for (b = 0; b < FACTORS; b++)
			is_covered[a][choice->value[a]][b][choice->value[b]] = true;
}

/* How many pairs would this value of one factor cover, beside the factors that are chosen already? */
static unsigned
gain(const struct choice *choice, const bool is_chosen[FACTORS], int factor, unsigned value)
{
	unsigned n = 0;
	int other;

	for (other = 0; other < FACTORS; other++)
		if (is_chosen[other] && !is_covered[factor][value][other][choice->value[other]])
			n++;
	return n;
}

static void
choose_best(struct choice *choice, bool is_chosen[FACTORS], int factor)
{
	unsigned value, best = 0, best_gain = 0;

	for (value = 0; value < n_names[factor]; value++) {
		unsigned g = gain(choice, is_chosen, factor, value);

		if (g > best_gain) {
			best = value;
			best_gain = g;
		}
	}
	choice->value[factor] = best;
	is_chosen[factor] = true;
}

/* A pair that is not covered yet, in the first two factors that have one. */
static bool
find_uncovered(struct choice *choice, bool is_chosen[FACTORS])
{
	unsigned x, y;
	int a, b;

	for (a = 0; a < FACTORS; a++)
		for (b = a + 1; b < FACTORS; b++)
			for (x = 0; x < n_names[a]; x++)
				for (y = 0; y < n_names[b]; y++)
					if (!is_covered[a][x][b][y]) {
						choice->value[a] = x;
						choice->value[b] = y;
						is_chosen[a] = is_chosen[b] = true;
						return true;
					}
	return false;
}

static bool
next_choice(struct choice *choice)
{
	bool is_chosen[FACTORS] = {false};
	int factor;

	if (!find_uncovered(choice, is_chosen))
		return false;
	for (factor = 0; factor < FACTORS; factor++)
		if (!is_chosen[factor])
			choose_best(choice, is_chosen, factor);
	cover(choice);
	return true;
}

static const char *
name_of(const struct choice *choice, enum factor factor)
{
	return names[factor][choice->value[factor]];
}

static void
check_info(const nacre_conn *conn, const struct choice *choice)
{
	bool has_mac = cipher_find(slice_str(name_of(choice, FACTOR_CIPHER)))->kind == CIPHER_STREAM;
	const char *mac = has_mac ? name_of(choice, FACTOR_MAC) : "<implicit>";
	struct nacre_conn_info info;

	nacre_conn_get_info(conn, &info);
	assert_true(info.authenticated);
	assert_int_equal(info.kex_count, 2);
	assert_string_equal(info.kex, name_of(choice, FACTOR_KEX));
	assert_string_equal(info.host_key_algorithm, name_of(choice, FACTOR_HOST_KEY));
	assert_string_equal(info.cipher_out, name_of(choice, FACTOR_CIPHER));
	assert_string_equal(info.cipher_in, name_of(choice, FACTOR_CIPHER));
	assert_string_equal(info.mac_out, mac);
	assert_string_equal(info.mac_in, mac);
	assert_string_equal(info.compression_out, name_of(choice, FACTOR_COMPRESSION));
	assert_string_equal(info.compression_in, name_of(choice, FACTOR_COMPRESSION));
}

/* 3000 bytes there and back. */
static void
echo(struct pair *p, uint32_t channel)
{
	uint8_t block[3000];

	memset(block, 'x', sizeof(block));
	assert_int_equal(
	    nacre_conn_channel_write(p->client.conn, channel, NACRE_STDOUT, block, sizeof(block)), sizeof(block));
	pair_run(p);
}

static void
connect_with(const struct choice *choice)
{
	const nacre_key *const host_keys[] = {key_for(name_of(choice, FACTOR_HOST_KEY))};
	struct nacre_conn_options options = {
	    .size = sizeof(options),
	    .kex = name_of(choice, FACTOR_KEX),
	    .host_key_algorithms = name_of(choice, FACTOR_HOST_KEY),
	    .ciphers = name_of(choice, FACTOR_CIPHER),
	    .macs = name_of(choice, FACTOR_MAC),
	    .compression = name_of(choice, FACTOR_COMPRESSION),
	};
	struct test_env client, server;
	struct pair p;
	uint32_t channel;

	test_env_init(&client, 72);
	test_env_init(&server, 73);
	assert_int_equal(pair_init(&p, &client, &server, &options, &options, host_keys, 1), 0);
	p.echo = true;
	assert_true(pair_login(&p));
	channel = pair_open(&p);
	echo(&p, channel);
	assert_int_equal(nacre_conn_rekey(p.client.conn), 0);
	pair_run(&p);
	echo(&p, channel);
	assert_int_equal(p.received_by_client, 6000);
	check_info(p.client.conn, choice);
	check_info(p.server.conn, choice);
	pair_free(&p);
	assert_int_equal(client.live_blocks + server.live_blocks, 0);
}

static void
each_pair_of_algorithms_connects_rekeys_and_carries_data(void **state)
{
	struct choice choice;
	unsigned n = 0;

	(void)state;
	for (; next_choice(&choice); n++)
		connect_with(&choice);
	assert_true(n >= n_names[FACTOR_KEX] * n_names[FACTOR_MAC]);
}

/* The next of all combinations, as an odometer counts; false behind the last. */
static bool
count_up(struct choice *choice)
{
	int factor;

	for (factor = 0; factor < FACTORS; factor++) {
		if (++choice->value[factor] < n_names[factor])
			return true;
		choice->value[factor] = 0;
	}
	return false;
}

static void
every_combination_connects_rekeys_and_carries_data(void **state)
{
	struct choice choice = {{0}};

	(void)state;
	do
		connect_with(&choice);
	while (count_up(&choice));
}

int
main(void)
{
	const struct CMUnitTest pairs[] = {cmocka_unit_test(each_pair_of_algorithms_connects_rekeys_and_carries_data)};
	const struct CMUnitTest all[] = {cmocka_unit_test(every_combination_connects_rekeys_and_carries_data)};

	return getenv("NACRE_ALL_COMBINATIONS") == NULL ? cmocka_run_group_tests(pairs, setup, teardown)
							: cmocka_run_group_tests(all, setup, teardown);
}
