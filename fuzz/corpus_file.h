/* corpus_file: writing one seed. */
#ifndef FUZZ_CORPUS_FILE_H
#define FUZZ_CORPUS_FILE_H

#include "slice.h"

/* Writes DIR/TARGET/NAME; DIR/TARGET is made where it is missing. Ends the process where that fails. */
void corpus_file(const char *dir, const char *target, const char *name, struct slice bytes);

#endif
