/* lends nothing: for the libraries that only copy. Must not know: which. Serves: no RFC. */
#include "link.h"

#include <stdlib.h>

const void *
link_borrow(struct link *link, size_t *n)
{
	(void)link;
	*n = 0;
	return NULL;
}

void *
link_borrow_room(struct link *link, size_t *n)
{
	(void)link;
	*n = 0;
	return NULL;
}

/* Nothing was borrowed. */
void
link_return(struct link *link, size_t n)
{
	(void)link;
	(void)n;
	abort();
}

void
link_return_room(struct link *link, size_t n)
{
	(void)link;
	(void)n;
	abort();
}
