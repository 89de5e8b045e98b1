/* settings: what -o says, in ssh_config's words. Knows: keywords and their values. Must not know: what is done with
 * them. ssh_config(5). */
#ifndef TOOL_SETTINGS_H
#define TOOL_SETTINGS_H

#include "tool.h"

#define SETTINGS_FILES_MAX 16

enum settings_user { FOR_EXEC = 1, FOR_SERVE = 2 };

enum host_key_checking { CHECK_ASK, CHECK_STRICT, CHECK_ACCEPT_NEW, CHECK_OFF };
enum host_key_update { UPDATE_DEFAULT, UPDATE_NO, UPDATE_YES, UPDATE_ASK };
enum log_level { LOG_QUIET, LOG_ERROR, LOG_INFO, LOG_VERBOSE, LOG_DEBUG };

/* Strings are borrowed from the command line, but for those in `pieces`. For a keyword that is given twice the first
 * value counts, as in ssh_config; identity files add up. */
struct settings {
	uint64_t seen; /* a bit for each row of the table */
	unsigned port;
	const char *user;
	const char *identities[SETTINGS_FILES_MAX + 1]; /* NULL at the end */
	unsigned n_identities;
	const char *agent; /* IdentityAgent, as it was given */
	bool identities_only;
	const char *user_files[SETTINGS_FILES_MAX + 1], *global_files[SETTINGS_FILES_MAX + 1];
	const char *revoked_host_keys, *host_key_alias;
	enum host_key_checking checking;
	enum host_key_update update;
	bool hash_known_hosts, check_host_ip;
	const char *preset, *ciphers, *macs, *kex, *host_key_algorithms, *pubkey_algorithms;
	int connect_timeout_ms;
	uint64_t rekey_bytes;
	int64_t rekey_ms;
	int keepalive_ms;
	unsigned keepalive_max;
	const char *jump, *proxy_command; /* the one that was given first; NULL: neither */
	const char *bind_address, *ip_qos;
	enum nacre_address_family family;
	unsigned attempts;
	bool no_tcp_keepalive;
	enum log_level log_level;
	bool compress;
	bool batch; /* never ask */
	char *pieces[2]; /* owned: lists of files, cut into words */
};

void settings_init(struct settings *settings);
void settings_free(struct settings *settings);
/* Takes "Keyword=value" or "Keyword value". 0, or TOOL_FAILED after saying what is wrong. */
int settings_take(struct settings *settings, const char *text, enum settings_user who);
/* The same with the two halves apart; for letters. */
int settings_set(struct settings *settings, const char *keyword, const char *value, enum settings_user who);
/* Was this list of files given? */
bool settings_has(const struct settings *settings, const char *keyword);

#endif
