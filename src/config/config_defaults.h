/* config_defaults: small helps for who applies a configuration. Knows: rows. Must not know: what a keyword is for. */
#ifndef CONFIG_DEFAULTS_H
#define CONFIG_DEFAULTS_H

#include <nacre/config.h>

/* Marks what asks for nothing but what is so anyway: values that are the rows' own defaults. */
void config_mark_defaults(nacre_config_host *found);
/* nacre_config_set with a number. */
int config_set_number(nacre_config *config, const char *keyword, unsigned value) NACRE_CHECK;

#endif
