/* config_defaults: see config_defaults.h. Knows: rows. Must not know: what a keyword is for. */
#include "config_defaults.h"
#include "config_store.h"

#include <stdio.h>

void
config_mark_defaults(nacre_config_host *found)
{
	size_t id;

	for (id = 0; id < CONFIG_ROWS; id++)
		if (config_rows[id].fallback != NULL && config_is(found, (enum config_id)id, config_rows[id].fallback))
			nacre_config_mark(found, config_rows[id].name);
}

int
config_set_number(nacre_config *config, const char *keyword, unsigned value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	return nacre_config_set(config, keyword, text);
}
