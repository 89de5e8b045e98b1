/* config_rows: see config_rows.h. Knows: the table, other names of its rows, words that stand for others. Must not
 * know: how a value is read. ssh_config(5). */
#include "config_kinds.h"
#include "text.h"

/* In OpenSSH's order: the first of those that mean the same is what is shown. */
static const struct config_choice flag_words[] = {
    {"yes", "yes"}, {"no", "no"}, {"true", "yes"}, {"false", "no"}, {NULL, NULL}};
static const struct config_choice ask_words[] = {
    {"yes", "true"}, {"no", "false"}, {"true", "true"}, {"false", "false"}, {"ask", "ask"}, {NULL, NULL}};
static const struct config_choice checking_words[] = {{"yes", "true"}, {"no", "false"}, {"true", "true"},
    {"false", "false"}, {"off", "false"}, {"ask", "ask"}, {"accept-new", "accept-new"}, {NULL, NULL}};
static const struct config_choice family_words[] = {{"inet", "inet"}, {"inet6", "inet6"}, {"any", "any"}, {NULL, NULL}};
static const struct config_choice master_words[] = {{"yes", "true"}, {"no", "false"}, {"true", "true"},
    {"false", "false"}, {"auto", "auto"}, {"ask", "ask"}, {"autoask", "autoask"}, {NULL, NULL}};
static const struct config_choice tunnel_words[] = {{"ethernet", "ethernet"}, {"point-to-point", "point-to-point"},
    {"yes", "point-to-point"}, {"true", "point-to-point"}, {"no", "false"}, {"false", "false"}, {NULL, NULL}};
static const struct config_choice tty_words[] = {{"yes", "true"}, {"no", "false"}, {"true", "true"}, {"false", "false"},
    {"force", "force"}, {"auto", "auto"}, {NULL, NULL}};
static const struct config_choice session_words[] = {
    {"none", "none"}, {"subsystem", "subsystem"}, {"default", "default"}, {NULL, NULL}};
static const struct config_choice canonicalize_words[] = {
    {"yes", "true"}, {"no", "false"}, {"true", "true"}, {"false", "false"}, {"always", "always"}, {NULL, NULL}};
static const struct config_choice pubkey_words[] = {{"yes", "true"}, {"no", "false"}, {"true", "true"},
    {"false", "false"}, {"unbound", "unbound"}, {"host-bound", "host-bound"}, {NULL, NULL}};
static const struct config_choice compression_words[] = {{"yes", "yes"}, {"no", "no"}, {NULL, NULL}};
static const struct config_choice weak_words[] = {
    {"yes", "yes"}, {"no", "no"}, {"true", "yes"}, {"false", "no"}, {"no-pq-kex", "no"}, {NULL, NULL}};
static const struct config_choice hash_words[] = {
    {"md5", "MD5"}, {"sha1", "SHA1"}, {"sha256", "SHA256"}, {"sha384", "SHA384"}, {"sha512", "SHA512"}, {NULL, NULL}};
static const struct config_choice level_words[] = {{"silent", "SILENT"}, {"quiet", "SILENT"}, {"fatal", "FATAL"},
    {"error", "ERROR"}, {"info", "INFO"}, {"verbose", "VERBOSE"}, {"debug", "DEBUG"}, {"debug1", "DEBUG"},
    {"debug2", "DEBUG2"}, {"debug3", "DEBUG3"}, {NULL, NULL}};
static const struct config_choice facility_words[] = {{"daemon", "DAEMON"}, {"user", "USER"}, {"auth", "AUTH"},
    {"authpriv", "AUTHPRIV"}, {"local0", "LOCAL0"}, {"local1", "LOCAL1"}, {"local2", "LOCAL2"}, {"local3", "LOCAL3"},
    {"local4", "LOCAL4"}, {"local5", "LOCAL5"}, {"local6", "LOCAL6"}, {"local7", "LOCAL7"}, {NULL, NULL}};

const struct config_row config_rows[CONFIG_ROWS] = {
#define C(row_name, kind, words, value, bits)                                                                          \
	[CONFIG_##row_name] = {                                                                                        \
	    .name = #row_name, .take = (kind), .choices = (words), .fallback = (value), .flags = (bits)},
#include "config_keywords.def"
#undef C
};

/* Names of old. */
static const struct {
	const char *name;
	enum config_id id;
} aliases[] = {
    {"ChallengeResponseAuthentication", CONFIG_KbdInteractiveAuthentication},
    {"SKeyAuthentication", CONFIG_KbdInteractiveAuthentication},
    {"TISAuthentication", CONFIG_KbdInteractiveAuthentication},
    {"DSAAuthentication", CONFIG_PubkeyAuthentication},
    {"IdentityFile2", CONFIG_IdentityFile},
    {"KeepAlive", CONFIG_TCPKeepAlive},
    {"HostbasedKeyTypes", CONFIG_HostbasedAcceptedAlgorithms},
    {"PubkeyAcceptedKeyTypes", CONFIG_PubkeyAcceptedAlgorithms},
    {"SmartcardDevice", CONFIG_PKCS11Provider},
    {"Protocol", CONFIG_PAST},
    {"Cipher", CONFIG_PAST},
    {"FallBackToRsh", CONFIG_PAST},
    {"GlobalKnownHostsFile2", CONFIG_PAST},
    {"RhostsAuthentication", CONFIG_PAST},
    {"UserKnownHostsFile2", CONFIG_PAST},
    {"UseRoaming", CONFIG_PAST},
    {"UseRsh", CONFIG_PAST},
    {"UsePrivilegedPort", CONFIG_PAST},
    {"AFSTokenPassing", CONFIG_PAST},
    {"KerberosAuthentication", CONFIG_PAST},
    {"KerberosTGTPassing", CONFIG_PAST},
    {"RSAAuthentication", CONFIG_PAST},
    {"RhostsRSAAuthentication", CONFIG_PAST},
    {"CompressionLevel", CONFIG_PAST},
};

enum config_id
config_row_find(struct slice name)
{
	size_t i;

	for (i = 0; i < CONFIG_ROWS; i++)
		if (text_eq_nocase(name, slice_str(config_rows[i].name)))
			return (enum config_id)i;
	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (text_eq_nocase(name, slice_str(aliases[i].name)))
			return aliases[i].id;
	return CONFIG_ROWS;
}
