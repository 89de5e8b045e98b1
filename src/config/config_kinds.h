/* config_kinds: how values are read. Knows: their forms. Must not know: which keyword has which (config_keywords.def).
 * ssh_config(5). */
#ifndef CONFIG_KINDS_H
#define CONFIG_KINDS_H

#include "config_rows.h"

/* config_kinds.c: words and numbers */
config_kind_fn kind_string, kind_lower, kind_choice, kind_number, kind_count, kind_time, kind_port, kind_algorithms,
    kind_command, kind_addendum, kind_refuse;
/* config_kinds_odd.c: those that one keyword has */
config_kind_fn kind_rekey, kind_persist, kind_escape, kind_qos, kind_mask, kind_tunnel_device, kind_add_keys,
    kind_keystrokes;
/* config_kinds_list.c: lists of words */
config_kind_fn kind_files, kind_identity, kind_agent, kind_forward_agent, kind_domains, kind_cnames, kind_send_env,
    kind_set_env, kind_channel_timeout, kind_permit;
/* config_forward.c */
config_kind_fn kind_local, kind_remote, kind_dynamic;
/* config_jump.c */
config_kind_fn kind_jump;

#define CONFIG_NUMBER_MAX 0x7fffffff

/* "90", "1h30m" in seconds; -1 where it is no time. */
int64_t config_time(struct slice text);
/* 1..65535, or -1. */
int64_t config_port(struct slice text);
/* A domain's name: letters, digits, '-', '_', and single dots between. */
bool config_is_domain(struct slice name);

#endif
