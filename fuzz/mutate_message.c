/* mutate_message: fuzz_message's mutator: the payload behind the first byte, field by field; now and then as bytes. */
#include "fuzz.h"
#include "mutate.h"

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	uint32_t state = seed | 1;
	size_t n;

	if (size < 2 || data[0] >= 128 || mutate_random(&state) % 4 == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	n = mutate_payload(data + 1, size - 1, max_size - 1, &state);
	return n == 0 ? LLVMFuzzerMutate(data, size, max_size) : 1 + n;
}
