/* Configurations in memory: what counts, what is asked of the world, every error with its place, every limit. */
#include "sea.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void
options_count_before_files_and_the_first_value_counts(void **state)
{
	nacre_config_host *found;
	struct sea sea;

	(void)state;
	sea_init(&sea);
	assert_int_equal(nacre_config_option(sea.config, "Port=1"), 0);
	assert_int_equal(nacre_config_set(sea.config, "User", "with blank \"and\" quotes # not a comment"), 0);
	sea_text(&sea, "first", "Port 2\nCompression yes\n");
	sea_text(&sea, "second", "Compression no\nUser x\nHashKnownHosts yes\n");
	assert_int_equal(nacre_config_lookup(sea.config, "host", NULL, &found), 0);
	assert_string_equal(nacre_config_value(found, "port"), "1");
	assert_string_equal(nacre_config_value(found, "USER"), "with blank \"and\" quotes # not a comment");
	assert_string_equal(nacre_config_value(found, "Compression"), "yes");
	assert_string_equal(nacre_config_value(found, "HashKnownHosts"), "yes");
	assert_null(nacre_config_value(found, "BatchMode"));
	assert_null(nacre_config_value(found, "NoSuchKeyword"));
	nacre_config_host_free(found);
	sea_free(&sea);
}

static void
what_was_looked_up_outlives_the_config(void **state)
{
	nacre_config_host *found;
	struct sea sea;

	(void)state;
	sea_init(&sea);
	sea_text(&sea, "file", "User x\nPort 3\n");
	assert_int_equal(nacre_config_lookup(sea.config, "host", NULL, &found), 0);
	nacre_config_free(sea.config);
	sea.config = NULL;
	assert_string_equal(nacre_config_value(found, "Port"), "3");
	assert_string_equal(nacre_config_original(found), "host");
	nacre_config_host_free(found);
	sea_free(&sea);
}

static void
values_are_iterated_with_their_place_and_can_be_marked(void **state)
{
	static const struct {
		const char *keyword, *value;
		unsigned long line;
		bool applied;
	} expected[] = {
	    {"Hostname", "h", 1, true},
	    {"Port", "7", 2, true},
	    {"IdentityFile", "a b", 3, false},
	    {"IdentityFile", "c", 4, false},
	    {"SetEnv", "A=1 B=2", 5, false},
	    {"Strange", "thing", 7, false},
	};
	struct nacre_config_directive d;
	nacre_config_host *found;
	const void *at = NULL;
	struct sea sea;
	size_t i;

	(void)state;
	sea_init(&sea);
	found = sea_find(&sea,
	    "Hostname h\nPort 7\nIdentityFile \"a b\"\nIdentityFile c\nSetEnv A=1 B=2\nIgnoreUnknown S*\nStrange "
	    "thing\n",
	    "x");
	nacre_config_mark(found, "port");
	for (i = 0; nacre_config_next(found, &at, &d); i++) {
		if (strcmp(d.keyword, "IgnoreUnknown") == 0) {
			i--;
			continue;
		}
		assert_true(i < sizeof(expected) / sizeof(expected[0]));
		assert_string_equal(d.value, expected[i].value);
		assert_string_equal(d.file, "file");
		assert_int_equal(d.line, expected[i].line);
		assert_int_equal(d.applied, expected[i].applied);
	}
	assert_int_equal(i, sizeof(expected) / sizeof(expected[0]));
	at = NULL;
	assert_true(nacre_config_next_of(found, "setenv", &at, &d));
	assert_int_equal(d.n_words, 2);
	assert_string_equal(d.words[1], "B=2");
	assert_false(nacre_config_next_of(found, "setenv", &at, &d));
	nacre_config_host_free(found);
	sea_free(&sea);
}

static void
a_wrong_option_is_told_at_once_and_leaves_the_others(void **state)
{
	nacre_config_host *found;
	struct nacre_error error;
	struct sea sea;

	(void)state;
	sea_init(&sea);
	assert_int_equal(nacre_config_option(sea.config, "Port=5"), 0);
	assert_int_equal(nacre_config_option(sea.config, "Prot=6"), NACRE_E_CONFIG);
	assert_string_equal(sea_message(&sea), "command-line: Prot: there is no such keyword; did you mean Port?");
	nacre_config_error(sea.config, &error);
	assert_string_equal(error.file, "command-line");
	assert_int_equal(nacre_config_option(sea.config, "Host *"), NACRE_E_CONFIG);
	assert_int_equal(nacre_config_option(sea.config, "Include x"), NACRE_E_CONFIG);
	assert_int_equal(nacre_config_set(sea.config, "Port", "many"), NACRE_E_CONFIG);
	assert_int_equal(nacre_config_lookup(sea.config, "host", NULL, &found), 0);
	assert_string_equal(nacre_config_value(found, "Port"), "5");
	nacre_config_host_free(found);
	assert_int_equal(nacre_config_lookup(sea.config, "", NULL, &found), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_config_option(sea.config, NULL), NACRE_E_ARGUMENT);
	sea_free(&sea);
}

/* Everything that can be wrong with a line; the file has it in its third. */
static void
every_mistake_is_told_with_file_and_line(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
	    {"Frobnicate yes", "Frobnicate: there is no such keyword"},
	    {"HostNmae x", "did you mean Hostname?"},
	    {"Port", "Port: a value is missing"},
	    {"Port \"\"", "a value is missing"},
	    {"User \"x", "a quotation mark is left open"},
	    {"Port 0", "this is no port: 0"},
	    {"Port 22 23", "there is more on the line than it takes: 23"},
	    {"Compression maybe", "this is no value for it: maybe"},
	    {"Compression \x1b[2J", "this is no value for it: \\x1b[2J"},
	    {"ConnectionAttempts 0", "this is no number for it: 0"},
	    {"ConnectTimeout 5y", "this is no time: 5y"},
	    {"ConnectTimeout 99999999999w", "this is no time"},
	    {"RekeyLimit 15", "too small: 15"},
	    {"RekeyLimit 9999999999999999999E", "this is no number of bytes"},
	    {"RekeyLimit 1G x", "this is no time: x"},
	    {"EscapeChar ab", "this is no character: ab"},
	    {"IPQoS 256", "this is no class of service: 256"},
	    {"StreamLocalBindMask 8", "this is no mask in octal: 8"},
	    {"TunnelDevice a:b", "this is no tunnel device: a:b"},
	    {"AddKeysToAgent yes 5m", "no time goes with this: yes"},
	    {"ObscureKeystrokeTiming interval:0", "this is no value for it"},
	    {"Ciphers +", "the list is empty"},
	    {"UserKnownHostsFile none x", "\"none\" stands alone"},
	    {"CanonicalDomains a..b", "this is no domain: a..b"},
	    {"CanonicalizePermittedCNAMEs x", "this is no \"names:names\": x"},
	    {"SendEnv A=1", "this is no variable's name: A=1"},
	    {"SetEnv A", "this is no NAME=value: A"},
	    {"SetEnv A=1 =2", "this is no NAME=value: =2"},
	    {"ChannelTimeout session", "this is no type=time: session"},
	    {"PermitRemoteOpen x", "this is no host:port: x"},
	    {"PermitRemoteOpen any x:1", "\"any\" stands alone"},
	    {"LocalForward 80", "this is no forward: 80"},
	    {"LocalForward 80 a:b:c:d", "this is no forward"},
	    {"LocalForward [x 80", "this is no forward"},
	    {"DynamicForward 0", "this is no forward: 0"},
	    {"RemoteForward 99999 h:1", "this is no forward"},
	    {"ProxyJump a,,b", "a hop is no [user@]host[:port]"},
	    {"ProxyJump -oX", "a hop is no [user@]host[:port]"},
	    {"ProxyJump a;b", "a hop is no [user@]host[:port]"},
	    {"IdentityAgent ${NOT_THERE}", "the environment has no usable NOT_THERE"},
	    {"IdentityAgent ${}", "a variable is not written as ${NAME}"},
	    {"IdentityAgent $a-b", "this is no variable's name: $a-b"},
	    {"VersionAddendum # none", "a value is missing"},
	    {"Host \"\"", "a pattern is empty"},
	    {"Match", "a value is missing"},
	    {"Match # nothing", "a criterion is missing"},
	    {"Match host", "a criterion has no argument"},
	    {"Match host \"\"", "a criterion has an empty argument"},
	    {"Match address 1.2.3.4", "this is no criterion: address"},
	    {"Match final=yes", "this is no criterion: final=yes"},
	    {"Match host x user y all", "\"all\" goes with no other criterion"},
	    {"Match all host x", "\"all\" goes with no other criterion"},
	    {"Match localnetwork 10.0.0.0/33", "these are no networks: 10.0.0.0/33"},
	    {"Match exec \"x %z\"", "this is no token here: %z"},
	    {"Include \"\"", "a file's name is empty"},
	    {"Include ${NOT_THERE}", "the environment has no usable NOT_THERE"},
	    {"Include ~nobody/x", "nobody knows the home directory of ~nobody"},
	    {"Include wet", "/home/oyster/.ssh/wet: it is wet"},
	};
	struct sea sea;
	char text[512];

	(void)state;
	sea_init(&sea);
	sea.files[0] = (struct sea_row){"/home/oyster/.ssh/wet", NULL};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nacre_config_lookup how = {.size = sizeof(how), .allow_exec = true};
		nacre_config_host *found;
		struct nacre_error error;

		nacre_config_free(sea.config);
		assert_int_equal(nacre_config_new(&sea.t.env, &sea.world, &sea.config), 0);
		snprintf(text, sizeof(text), "Compression yes\n# remark\n  %s  \nPort 1\n", rows[i].line);
		sea_text(&sea, "some/file", text);
		if (nacre_config_lookup(sea.config, "host", &how, &found) == 0)
			fail_msg("taken: %s", rows[i].line);
		assert_null(found);
		nacre_config_error(sea.config, &error);
		if (strncmp(error.message, "some/file line 3: ", 18) != 0 ||
		    strstr(error.message, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].line, error.message);
		assert_string_equal(error.file, "some/file");
		assert_int_equal(error.line, 3);
	}
	sea_free(&sea);
}

static void
a_mistake_in_a_block_that_does_not_match_is_one_too(void **state)
{
	struct sea sea;

	(void)state;
	sea_init(&sea);
	assert_int_equal(sea_failure(&sea, "Host other\n Port many\n", "host"), NACRE_E_CONFIG);
	assert_int_equal(sea_failure(&sea, "Host other\n Port 5\n", "host"), 0);
	sea.files[0] = (struct sea_row){"/home/oyster/.ssh/part", "Host *\nPort many\n"};
	assert_int_equal(sea_failure(&sea, "Host other\nInclude part\n", "host"), NACRE_E_CONFIG);
	assert_non_null(strstr(sea_message(&sea), "/home/oyster/.ssh/part line 2: Port: "));
	sea_free(&sea);
}

static void
bytes_that_no_text_has_are_refused(void **state)
{
	nacre_config_host *found;
	struct sea sea;

	(void)state;
	sea_init(&sea);
	assert_int_equal(nacre_config_text(sea.config, "nul", "Port 1\nUser a\0b\n", 16, NACRE_CONFIG_USER_FILE), 0);
	assert_int_equal(nacre_config_lookup(sea.config, "host", NULL, &found), NACRE_E_CONFIG);
	assert_string_equal(sea_message(&sea), "nul line 2: the line holds a NUL byte");
	sea_free(&sea);
}

static void
includes_are_relative_and_keep_the_outer_block(void **state)
{
	struct sea sea;

	(void)state;
	sea_init(&sea);
	sea.files[0] = (struct sea_row){"/home/oyster/.ssh/d/1", "Host other\nPort 1\nHost host\nPort 2\nHost other\n"};
	sea.files[1] = (struct sea_row){"/home/oyster/.ssh/d/2", "User two\n"};
	sea.files[2] = (struct sea_row){"/etc/ssh/sys", "User system\n"};
	sea.files[3] = (struct sea_row){"/x-host", "User by-token\n"};
	sea.variables[0] = (struct sea_row){"WHERE", "/x"};
	assert_string_equal(sea_value(&sea, "Include d/*\nCompression yes\n", "host", "Port"), "2");
	assert_string_equal(sea_value(&sea, "Include d/*\nCompression yes\n", "host", "User"), "two");
	assert_string_equal(sea_value(&sea, "Include d/*\nCompression yes\n", "host", "Compression"), "yes");
	assert_string_equal(sea_value(&sea, "Host x\nInclude d/*\n", "host", "User"), "");
	assert_string_equal(sea_value(&sea, "Include ~/.ssh/d/2\n", "host", "User"), "two");
	assert_string_equal(sea_value(&sea, "Include ${WHERE}-%h\n", "host", "User"), "by-token");
	assert_string_equal(sea_value(&sea, "Include absent\nPort 9\n", "host", "Port"), "9");
	sea_free(&sea);
}

static void
a_system_file_includes_from_its_own_place_only(void **state)
{
	nacre_config_host *found;
	struct sea sea;

	(void)state;
	sea_init(&sea);
	sea.files[0] = (struct sea_row){"/etc/ssh/sys", "User system\n"};
	assert_int_equal(
	    nacre_config_text(sea.config, "/etc/ssh/ssh_config", "Include sys\n", 12, NACRE_CONFIG_SYSTEM_FILE), 0);
	assert_int_equal(nacre_config_lookup(sea.config, "host", NULL, &found), 0);
	assert_string_equal(nacre_config_value(found, "User"), "system");
	nacre_config_host_free(found);
	assert_int_equal(nacre_config_text(sea.config, "two", "Include ~/x\n", 12, NACRE_CONFIG_SYSTEM_FILE), 0);
	assert_int_equal(nacre_config_lookup(sea.config, "host", NULL, &found), NACRE_E_CONFIG);
	sea_free(&sea);
}

static void
files_that_include_each_other_come_to_an_end(void **state)
{
	struct sea sea;

	(void)state;
	sea_init(&sea);
	sea.files[0] = (struct sea_row){"/home/oyster/.ssh/loop", "Include loop\n"};
	assert_int_equal(sea_failure(&sea, "Include loop\n", "host"), NACRE_E_LIMIT);
	assert_non_null(strstr(sea_message(&sea), "more than 16 deep"));
	/* Two at each level would be 2^16 files. */
	sea.files[0] = (struct sea_row){"/home/oyster/.ssh/a1", "Include b*\nInclude b*\n"};
	sea.files[1] = (struct sea_row){"/home/oyster/.ssh/b1", "Include c*\nInclude c*\nInclude c*\n"};
	sea.files[2] = (struct sea_row){"/home/oyster/.ssh/c1", "Include e1 e1 e1 e1 e1 e1 e1 e1 e1 e1\n"};
	sea.files[3] = (struct sea_row){"/home/oyster/.ssh/e1", "Include f1 f1 f1 f1 f1 f1 f1 f1 f1 f1\n"};
	sea.files[4] = (struct sea_row){"/home/oyster/.ssh/f1", "Port 3\n"};
	assert_int_equal(sea_failure(&sea, "Include a1\n", "host"), NACRE_E_LIMIT);
	assert_non_null(strstr(sea_message(&sea), "more than 512 files"));
	assert_string_equal(sea_value(&sea, "Include e1 e1\n", "host", "Port"), "3");
	sea_free(&sea);
}

static void
commands_are_run_only_where_that_is_allowed_and_asked_for(void **state)
{
	struct sea sea;

	(void)state;
	sea_init(&sea);
	assert_int_equal(sea_failure(&sea, "Match exec true\n Port 5\n", "host"), NACRE_E_CONFIG_EXEC);
	assert_int_equal(sea_failure(&sea, "Match host x exec true\n Port 5\n", "host"), 0);
	assert_string_equal(sea.ran, "");
	assert_string_equal(
	    sea_value(&sea, "Port 7\nMatch host x exec no\nMatch exec \"a %h %n %p %r %u\"\n User m\n", "host", "User"),
	    "m");
	assert_string_equal(sea.ran, "a host host 7 oyster oyster\n");
	sea.status = 1;
	assert_string_equal(sea_value(&sea, "Match exec x\n User m\n", "host", "User"), "");
	assert_string_equal(sea_value(&sea, "Match !exec x\n User m\n", "host", "User"), "m");
	sea_free(&sea);
}

static void
what_a_shell_would_take_for_more_never_reaches_it(void **state)
{
	static const char *const names[] = {"a;b", "$(x)", "`x`", "a b", "-x", "a'b", "a\"b", "a|b", "a&b", "a>b",
	    "a\nb", "a\\b", "{a,b}", "*", "a~", "#a", "a!"};
	struct nacre_config_lookup how = {.size = sizeof(how), .allow_exec = true};
	nacre_config_host *found;
	struct sea sea;

	(void)state;
	sea_init(&sea);
	sea_text(&sea, "file", "Match exec \"x %h\"\n Port 5\n");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(nacre_config_lookup(sea.config, names[i], &how, &found), NACRE_E_CONFIG_UNSAFE);
		assert_null(found);
	}
	assert_string_equal(sea.ran, "");
	assert_int_equal(nacre_config_lookup(sea.config, "fine-1.example.org", &how, &found), 0);
	nacre_config_host_free(found);
	assert_string_equal(sea.ran, "x fine-1.example.org\n");
	sea_free(&sea);
}

static void
match_knows_networks_tags_commands_and_versions(void **state)
{
	static const struct {
		const char *match;
		bool yes;
	} rows[] = {
	    {"localnetwork 10.0.0.0/8", true},
	    {"localnetwork 192.0.2.0/24", false},
	    {"!localnetwork 192.0.2.0/24", true},
	    {"localnetwork 192.0.2.0/24,2001:db8::/32", true},
	    {"tagged blue", true},
	    {"tagged red,bl*", true},
	    {"tagged red", false},
	    {"tagged \"\"", false},
	    {"command \"\"", true},
	    {"command x", false},
	    {"sessiontype shell", true},
	    {"sessiontype exec", false},
	    {"version Nacre_*", true},
	    {"version OpenSSH*", false},
	    {"localuser oyster", true},
	    {"localuser Oyster", false},
	    {"host=ho*", true},
	    {"host HOST user oyster", true},
	    {"!all", false},
	};
	struct sea sea;
	char text[128];

	(void)state;
	sea_init(&sea);
	sea.addresses[0] = "10.1.2.3";
	sea.addresses[1] = "2001:db8::1";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "Tag blue\nMatch %s\nPort 5\n", rows[i].match);
		if ((strcmp(sea_value(&sea, text, "host", "Port"), "5") == 0) != rows[i].yes)
			fail_msg("%s", rows[i].match);
	}
	assert_string_equal(sea_value(&sea, "Match tagged \"\"\nPort 5\n", "host", "Port"), "5");
	sea_free(&sea);
}

static void
a_command_decides_what_kind_of_session_it_is(void **state)
{
	struct nacre_config_lookup how = {.size = sizeof(how), .command = "git-upload-pack x"};
	nacre_config_host *found;
	struct sea sea;

	(void)state;
	sea_init(&sea);
	sea_text(&sea, "file", "Match command git-*\nPort 5\nMatch sessiontype exec\nUser e\n");
	assert_int_equal(nacre_config_lookup(sea.config, "host", &how, &found), 0);
	assert_string_equal(nacre_config_value(found, "Port"), "5");
	assert_string_equal(nacre_config_value(found, "User"), "e");
	nacre_config_host_free(found);
	sea_free(&sea);
}

#define CANONICAL "CanonicalizeHostname yes\nCanonicalDomains a.example b.example\n"

static void
names_are_made_canonical(void **state)
{
	static const struct {
		const char *text, *host, *name;
	} rows[] = {
	    {CANONICAL, "web", "web.b.example"}, {CANONICAL, "WEB", "web.b.example"}, {CANONICAL, "other", "other"},
	    {CANONICAL, "web.x.y", "web.x.y"}, {CANONICAL "CanonicalizeMaxDots 0\n", "web.x", "web.x"},
	    {CANONICAL, "full.example.", "full.example"},
	    {CANONICAL "CanonicalizePermittedCNAMEs *.b.example:*.c.example\n", "web", "www.c.example"},
	    {CANONICAL "CanonicalizePermittedCNAMEs *.x:*.c.example\n", "web", "web.b.example"},
	    {CANONICAL "ProxyCommand x\n", "web", "web"}, {CANONICAL "ProxyJump x\n", "web", "web"},
	    {"CanonicalizeHostname always\nProxyJump x\nCanonicalDomains b.example\n", "web", "web.b.example"},
	    {"CanonicalDomains b.example\n", "web", "web"}, {CANONICAL "Hostname web\n", "alias", "web.b.example"},
	    {CANONICAL "Match final host web.b.example\nHostname ignored\n", "web", "web.b.example"},
	    {"Hostname 127.1\n", "web", "127.0.0.1"},
	    {CANONICAL, "strange", "strange.a.example"}, /* what the resolver says is no name: not followed */
	};
	struct sea sea;

	(void)state;
	sea_init(&sea);
	sea.names[0] = (struct sea_row){"web.b.example.", "www.c.example"};
	sea.names[1] = (struct sea_row){"full.example.", ""};
	sea.names[2] = (struct sea_row){"strange.a.example.", "-o;rm"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(sea_value(&sea, rows[i].text, rows[i].host, "="), rows[i].name) != 0)
			fail_msg("%zu: %s is %s", i, rows[i].host, sea_value(&sea, rows[i].text, rows[i].host, "="));
	}
	sea.asked[0] = '\0';
	(void)sea_value(&sea, CANONICAL "AddressFamily inet6\n", "web", "=");
	assert_string_equal(sea.asked, "web.a.example./inet6 web.b.example./inet6 ");
	sea_free(&sea);
}

static void
a_name_that_is_nowhere_is_an_error_where_that_is_wanted(void **state)
{
	struct sea sea;

	(void)state;
	sea_init(&sea);
	assert_int_equal(sea_failure(&sea, CANONICAL "CanonicalizeFallbackLocal no\n", "nowhere"), NACRE_E_CONFIG_NAME);
	assert_string_equal(sea_message(&sea), "nowhere: not found in any of CanonicalDomains");
	assert_int_equal(sea_failure(&sea, CANONICAL "CanonicalizeFallbackLocal yes\n", "nowhere"), 0);
	assert_int_equal(sea_failure(&sea, CANONICAL "CanonicalizePermittedCNAMEs *:*\n", "nowhere"), NACRE_E_RESOLVE);
	sea.world.name = NULL;
	assert_int_equal(sea_failure(&sea, CANONICAL, "nowhere"), NACRE_E_CONFIG);
	sea_free(&sea);
}

static void
a_second_reading_adds_what_the_first_left_open(void **state)
{
	struct sea sea;

	(void)state;
	sea_init(&sea);
	sea.names[0] = (struct sea_row){"web.b.example.", ""};
	assert_string_equal(sea_value(&sea, CANONICAL "Host *.b.example\nPort 5\n", "web", "Port"), "5");
	assert_string_equal(sea_value(&sea, CANONICAL "Match canonical\nPort 6\nHost *\nPort 7\n", "web", "Port"), "7");
	assert_string_equal(sea_value(&sea, "Match final\nPort 6\n", "web", "Port"), "6");
	assert_string_equal(sea_value(&sea, "Match canonical\nPort 6\n", "web", "Port"), "");
	assert_string_equal(sea_value(&sea, "Match !final\nPort 6\n", "web", "Port"), "6");
	sea_free(&sea);
}

static void
a_host_can_be_refused(void **state)
{
	struct sea sea;

	(void)state;
	sea_init(&sea);
	assert_int_equal(sea_failure(&sea, "Host old\n RefuseConnection \"use new\"\n", "old"), NACRE_E_CONFIG_REFUSED);
	assert_non_null(strstr(sea_message(&sea), "use new"));
	assert_int_equal(sea_failure(&sea, "Host old\n RefuseConnection \"use new\"\n", "new"), 0);
	assert_int_equal(sea_failure(&sea, "ProxyJump host\n", "host"), NACRE_E_CONFIG);
	assert_non_null(strstr(sea_message(&sea), "file line 1: ProxyJump: the host is its own hop"));
	sea_free(&sea);
}

static void
a_world_that_knows_nothing_is_enough_for_plain_files(void **state)
{
	struct nacre_config_world empty = {.size = sizeof(empty)};
	nacre_config *none = NULL;
	nacre_config_host *found;
	struct sea sea;
	size_t n;
	char *text;

	(void)state;
	sea_init(&sea);
	sea.world = empty;
	assert_string_equal(sea_value(&sea, "Host h*\nPort 5\n", "host", "Port"), "5");
	assert_int_equal(sea_failure(&sea, "Include x\n", "host"), NACRE_E_CONFIG);
	assert_int_equal(sea_failure(&sea, "Match localnetwork 10.0.0.0/8\n", "host"), NACRE_E_CONFIG);
	assert_int_equal(nacre_config_file(sea.config, "x", NACRE_CONFIG_USER_FILE), NACRE_E_UNSUPPORTED);
	found = sea_find(&sea, "Port 5\nControlPath /x/%u\nUserKnownHostsFile none\n", "host");
	assert_int_equal(nacre_config_print(found, &text, &n, NULL, 0), NACRE_E_CONFIG); /* nobody knows %u */
	nacre_config_host_free(found);
	assert_int_equal(nacre_config_new(NULL, &sea.world, &none), NACRE_E_ARGUMENT);
	assert_null(none);
	sea_free(&sea);
}

static void
limits_hold_and_what_is_at_them_passes(void **state)
{
	static char text[NACRE_CONFIG_FILE_MAX + 2];
	nacre_config_host *found = NULL;
	struct sea sea;
	size_t n;

	(void)state;
	sea_init(&sea);
	/* A file's size. */
	memset(text, '#', sizeof(text) - 1);
	assert_int_equal(
	    nacre_config_text(sea.config, "large", text, NACRE_CONFIG_FILE_MAX + 1, NACRE_CONFIG_USER_FILE),
	    NACRE_E_LIMIT);
	assert_int_equal(
	    nacre_config_text(sea.config, "large", text, NACRE_CONFIG_FILE_MAX, NACRE_CONFIG_USER_FILE), 0);
	assert_int_equal(nacre_config_lookup(sea.config, "host", NULL, &found), 0);
	nacre_config_host_free(found);
	/* Words of a line. */
	n = (size_t)snprintf(text, sizeof(text), "SendEnv");
	for (int i = 0; i < NACRE_CONFIG_WORDS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " A%d", i);
	assert_int_equal(sea_failure(&sea, text, "host"), 0);
	snprintf(text + n, sizeof(text) - n, " B");
	assert_int_equal(sea_failure(&sea, text, "host"), NACRE_E_CONFIG);
	assert_non_null(strstr(sea_message(&sea), "too many words"));
	/* Bytes of a value. */
	n = (size_t)snprintf(text, sizeof(text), "User ");
	memset(text + n, 'u', NACRE_CONFIG_TEXT_MAX - 1);
	text[n + NACRE_CONFIG_TEXT_MAX - 1] = '\0';
	assert_int_equal(sea_failure(&sea, text, "host"), 0);
	text[n + NACRE_CONFIG_TEXT_MAX - 1] = 'u';
	text[n + NACRE_CONFIG_TEXT_MAX] = '\0';
	assert_int_equal(sea_failure(&sea, text, "host"), NACRE_E_LIMIT);
	/* Identities. */
	for (n = 0; n < 100; n++)
		snprintf(text + n * 20, 21, "IdentityFile k%05zu\n", n);
	assert_int_equal(sea_failure(&sea, text, "host"), 0);
	snprintf(text + n * 20, 21, "IdentityFile k%05zu\n", n);
	assert_int_equal(sea_failure(&sea, text, "host"), NACRE_E_CONFIG);
	/* Values. */
	for (n = 0; n < NACRE_CONFIG_VALUES_MAX; n++)
		snprintf(text + n * 10, 11, "SendEnv x\n");
	assert_int_equal(sea_failure(&sea, text, "host"), 0);
	snprintf(text + n * 10, 11, "SendEnv x\n");
	assert_int_equal(sea_failure(&sea, text, "host"), NACRE_E_LIMIT);
	sea_free(&sea);
}

/* FAULTS of other matchers: time that doubles with each star. */
static void
a_pattern_of_many_stars_costs_little(void **state)
{
	static char pattern[10241], text[10500], host[1001];
	struct sea sea;

	(void)state;
	sea_init(&sea);
	for (size_t i = 0; i + 1 < sizeof(pattern); i++)
		pattern[i] = i % 2 == 0 ? '*' : 'a';
	memset(host, 'a', sizeof(host) - 1);
	snprintf(text, sizeof(text), "Match host %s\nPort 5\n", pattern);
	assert_string_equal(sea_value(&sea, text, host, "Port"), "");
	pattern[1000] = '\0';
	snprintf(text, sizeof(text), "Match host %s*\nPort 5\n", pattern);
	assert_string_equal(sea_value(&sea, text, host, "Port"), "5");
	host[999] = 'b';
	snprintf(text, sizeof(text), "Match host %s\nPort 5\n", pattern);
	assert_string_equal(sea_value(&sea, text, host, "Port"), "");
	sea_free(&sea);
}

static const char rich[] =
    "IgnoreUnknown Zz*\nTag t\nHost !x *\nUser u\nHostname %h.example\nIdentityFile ~/%u\nSendEnv A B\nSendEnv -A\n"
    "RekeyLimit 1G\nRekeyLimit 2G 1h\nZzz odd\nLocalForward 80 h:80\nProxyCommand nc %h %p\nUserKnownHostsFile ~/k "
    "${V}\n"
    "Include part\nMatch exec \"t %h\" localnetwork 10.0.0.0/8\nPort 9\nCanonicalizeHostname always\n"
    "CanonicalDomains b.example\nMatch final\nSetEnv A=1\nControlPath /%C\n";

/* Looks up, prints and expands with the n-th allocation failing. */
static int
use_all(struct sea *sea)
{
	struct nacre_config_lookup how = {.size = sizeof(how), .allow_exec = true};
	struct nacre_config_directive d;
	nacre_config *config = NULL;
	nacre_config_host *found = NULL;
	char *text = NULL, *expanded = NULL;
	const void *at = NULL;
	size_t n;
	int rc = nacre_config_new(&sea->t.env, &sea->world, &config);

	if (rc == 0)
		rc = nacre_config_option(config, "Compression=yes");
	if (rc == 0)
		rc = nacre_config_text(config, "file", rich, sizeof(rich) - 1, NACRE_CONFIG_USER_FILE);
	if (rc == 0)
		rc = nacre_config_lookup(config, "host", &how, &found);
	if (rc == 0 && (rc = nacre_config_print(found, &text, &n, NULL, 0)) == 0) {
		assert_true(nacre_config_next_of(found, "ProxyCommand", &at, &d));
		rc = nacre_config_expand(found, &d, 0, NULL, 0, &expanded, NULL, 0);
	}
	if (found != NULL) {
		nacre_config_text_free(found, text);
		nacre_config_text_free(found, expanded);
	}
	nacre_config_host_free(found);
	nacre_config_free(config);
	return rc;
}

static void
every_allocation_may_fail(void **state)
{
	struct sea sea;
	uint64_t n, needed;

	(void)state;
	sea_init(&sea);
	sea.files[0] = (struct sea_row){"/home/oyster/.ssh/part", "Compression no\nCertificateFile c\n"};
	sea.variables[0] = (struct sea_row){"V", "/v"};
	sea.addresses[0] = "10.0.0.1";
	sea.t.allocations = 0;
	assert_int_equal(use_all(&sea), 0);
	needed = sea.t.allocations;
	for (n = 1; n <= needed; n++) {
		size_t blocks = sea.t.live_blocks;

		sea.t.allocations = 0;
		sea.t.fail_at = n;
		sea.t.fail_once = n % 2 == 0;
		assert_int_equal(use_all(&sea), NACRE_E_NOMEM);
		sea.t.fail_at = 0;
		assert_int_equal(sea.t.live_blocks, blocks);
	}
	assert_true(needed > 50);
	sea_free(&sea);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(options_count_before_files_and_the_first_value_counts),
	    cmocka_unit_test(what_was_looked_up_outlives_the_config),
	    cmocka_unit_test(values_are_iterated_with_their_place_and_can_be_marked),
	    cmocka_unit_test(a_wrong_option_is_told_at_once_and_leaves_the_others),
	    cmocka_unit_test(every_mistake_is_told_with_file_and_line),
	    cmocka_unit_test(a_mistake_in_a_block_that_does_not_match_is_one_too),
	    cmocka_unit_test(bytes_that_no_text_has_are_refused),
	    cmocka_unit_test(includes_are_relative_and_keep_the_outer_block),
	    cmocka_unit_test(a_system_file_includes_from_its_own_place_only),
	    cmocka_unit_test(files_that_include_each_other_come_to_an_end),
	    cmocka_unit_test(commands_are_run_only_where_that_is_allowed_and_asked_for),
	    cmocka_unit_test(what_a_shell_would_take_for_more_never_reaches_it),
	    cmocka_unit_test(match_knows_networks_tags_commands_and_versions),
	    cmocka_unit_test(a_command_decides_what_kind_of_session_it_is),
	    cmocka_unit_test(names_are_made_canonical),
	    cmocka_unit_test(a_name_that_is_nowhere_is_an_error_where_that_is_wanted),
	    cmocka_unit_test(a_second_reading_adds_what_the_first_left_open),
	    cmocka_unit_test(a_host_can_be_refused),
	    cmocka_unit_test(a_world_that_knows_nothing_is_enough_for_plain_files),
	    cmocka_unit_test(limits_hold_and_what_is_at_them_passes),
	    cmocka_unit_test(a_pattern_of_many_stars_costs_little),
	    cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
