/* capabilities: the list of what is built in. Knows: how to print it. Must not know: what the algorithms do. README,
 * "Algorithms". */
#include "tool.h"

static const struct {
	unsigned bit;
	const char *name;
} presets[] = {
    {NACRE_PRESET_DEFAULT, "default"},
    {NACRE_PRESET_LEGACY, "legacy"},
    {NACRE_PRESET_STRICT, "strict"},
};

static void
print_row(const struct nacre_capability *row)
{
	printf("%-11s  %s", row->kind_name, row->name);
	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
		if ((row->presets & presets[i].bit) != 0)
			printf("  %s", presets[i].name);
	}
	if (row->feature != NULL)
		printf("  (needs %s)", row->feature);
	printf("\n");
}

int
capabilities_main(int argc, char **argv)
{
	struct nacre_capability row;

	(void)argv;
	if (argc > 1)
		return say_failure("usage: nacre capabilities");
	for (size_t i = 0; nacre_capabilities(i, &row); i++)
		print_row(&row);
	return 0;
}
