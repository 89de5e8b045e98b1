/* Addresses and networks in digits: read, refused, and matched bit for bit. RFC 4291 2.2, RFC 4632 3.1. */
#include "netmask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void
addresses_are_read_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
	    {"127.0.0.1", true},
	    {"255.255.255.255", true},
	    {"256.0.0.1", false},
	    {"1.2.3", false},
	    {"1.2.3.4.5", false},
	    {"1..3.4", false},
	    {"01.2.3.4", false},
	    {"1.2.3.4 ", false},
	    {"", false},
	    {"host", false},
	    {"::", true},
	    {"::1", true},
	    {"1::", true},
	    {"1:2:3:4:5:6:7:8", true},
	    {"1:2:3:4:5:6:7", false},
	    {"1:2:3:4:5:6:7:8:9", false},
	    {"1::2::3", false},
	    {":1:2:3:4:5:6:7", false},
	    {"1:2:3:4:5:6:7:", false},
	    {"12345::", false},
	    {"g::", false},
	    {":", false},
	    {":::", false},
	    {"::ffff:1.2.3.4", true},
	    {"::1.2.3.4:1", false},
	    {"1:2:3:4:5:6:7::", true},
	    {"1:2:3:4:5:6:7:8::", false},
	    {"fe80::1%eth0", true},
	};
	struct netaddr a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (netaddr_read(slice_str(rows[i].text), &a) != rows[i].good)
			fail_msg("%s", rows[i].text);
}

static void
a_list_matches_bit_for_bit(void **state)
{
	static const struct {
		const char *list, *address;
		enum netmask_verdict wanted;
	} rows[] = {
	    {"10.0.0.0/8", "10.255.0.1", NETMASK_MATCH},
	    {"10.0.0.0/8", "11.0.0.1", NETMASK_NONE},
	    {"10.1.2.3", "10.1.2.3", NETMASK_MATCH},
	    {"10.1.2.3", "10.1.2.2", NETMASK_NONE},
	    {"10.1.2.2/31", "10.1.2.3", NETMASK_MATCH},
	    {"10.1.2.2/31", "10.1.2.4", NETMASK_NONE},
	    {"0.0.0.0/0", "1.2.3.4", NETMASK_MATCH},
	    {"0.0.0.0/0", "::1", NETMASK_NONE},
	    {"::/0", "1.2.3.4", NETMASK_NONE},
	    {"::/0", "2001:db8::1", NETMASK_MATCH},
	    {"2001:db8::/32", "2001:db8:ffff::1", NETMASK_MATCH},
	    {"2001:db8::/33", "2001:db8:ffff::1", NETMASK_NONE},
	    {"10.0.0.0/8", "::ffff:10.0.0.1", NETMASK_MATCH},
	    {"192.168.0.1,10.0.0.0/8", "10.0.0.1", NETMASK_MATCH},
	    {"192.168.0.1,10.0.0.0/8", "10.0.0.1", NETMASK_MATCH},
	    {"10.0.0.0/33", "10.0.0.1", NETMASK_MALFORMED},
	    {"10.0.0.1/8", "10.0.0.1", NETMASK_MALFORMED}, /* a host, or a network? */
	    {"10.0.0.0/", "10.0.0.1", NETMASK_MALFORMED},
	    {"10.0.0.0/-1", "10.0.0.1", NETMASK_MALFORMED},
	    {"10.0.0.1,", "10.0.0.1", NETMASK_MALFORMED},
	    {"10.0.0.1,,::1", "10.0.0.1", NETMASK_MALFORMED},
	    {"10.0.0.1,host", "10.0.0.1", NETMASK_MALFORMED}, /* a part that nobody understands spoils all */
	    {"", "10.0.0.1", NETMASK_MALFORMED},
	    {"fe80::1%eth0", "fe80::1", NETMASK_MALFORMED},
	    {"fe80::1", "fe80::1%eth0", NETMASK_MATCH},
	};
	struct netaddr a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(netaddr_read(slice_str(rows[i].address), &a));
		if (netmask_list_match(slice_str(rows[i].list), &a) != rows[i].wanted)
			fail_msg("%s in %s", rows[i].address, rows[i].list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_read_and_nothing_else),
	    cmocka_unit_test(a_list_matches_bit_for_bit),
	};

	return cmocka_run_group_tests_name("netmask", tests, NULL, NULL);
}
