/* scenes: short connections between two actors, written down as scripts: one for each side. */
#ifndef FUZZ_SCENES_H
#define FUZZ_SCENES_H

/* Plays every scene, and writes DIR/client/NAME and DIR/server/NAME. */
void scenes_write(const char *dir);

#endif
