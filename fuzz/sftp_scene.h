/* sftp_scene: seeds of fuzz_sftp_server: what a client says in a session, with the handles that the engine will give.
 */
#ifndef FUZZ_SFTP_SCENE_H
#define FUZZ_SFTP_SCENE_H

void sftp_scene_write(const char *dir);

#endif
