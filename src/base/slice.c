/* slice: see slice.h. Knows: name-lists. Must not know: which names there are. RFC 4251 5. */
#include "slice.h"

bool
slice_next_name(struct slice *list, struct slice *name)
{
	const uint8_t *comma;

	*name = SLICE_NONE;
	while (name->n == 0) {
		if (list->n == 0)
			return false;
		comma = memchr(list->p, ',', list->n);
		*name = slice_of(list->p, comma == NULL ? list->n : (size_t)(comma - list->p));
		*list = slice_from(*list, comma == NULL ? list->n : name->n + 1);
	}
	return true;
}

bool
slice_has_name(struct slice list, struct slice name)
{
	struct slice element;

	while (slice_next_name(&list, &element))
		if (slice_eq(element, name))
			return true;
	return false;
}
