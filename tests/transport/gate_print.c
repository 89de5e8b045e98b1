/* gate_print: prints the gate's verdicts: `./dev gate` puts them into gate.golden. */
#include "gate_text.h"

#include <stdio.h>
#include <stdlib.h>

int
main(void)
{
	size_t n;
	char *text = gate_text(&n);

	fwrite(text, 1, n, stdout);
	free(text);
	return 0;
}
