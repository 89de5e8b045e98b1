/* sftp_transfer: files on their way, many at once. Knows: how many bytes may be under way, and each file's state. Must
 * not know: SSH packets. Serves draft-ietf-secsh-filexfer-02 6.3, 6.4; the manual is <nacre/sftp.h>. */
#ifndef CLIENT_SFTP_TRANSFER_H
#define CLIENT_SFTP_TRANSFER_H

#include "sftp_file.h"
#include "transfer_file.h"

#define TRANSFER_WINDOW_FIRST ((size_t)2 << 20)
#define TRANSFER_WINDOW_MAX ((size_t)32 << 20)
#define TRANSFER_JOBS_MAX 64 /* files under way at once */
#define TRANSFER_TAIL 32768 /* bytes of the prefix that a resumed transfer compares */
#define TRANSFER_PATH_MAX 4096
#define TRANSFER_LANES_MAX 15 /* sessions beside the transfer's own */
#define TRANSFER_STRIPE_MIN ((uint64_t)4 << 20) /* a smaller file is not worth another channel */

enum job_state {
	JOB_OPENING, /* OPEN is under way */
	JOB_LOOKING, /* the remote size, and the prefix's end, for a resumed transfer */
	JOB_MOVING,
	JOB_ENDING, /* everything moved: attributes, fsync, size */
	JOB_CLOSING,
	JOB_RENAMING,
	JOB_UNDOING, /* failed: what came is made resumable, or taken away */
	JOB_OVER
};

/* A part that takes the place of a file where the server has no posix-rename. */
enum job_replace { REPLACE_NOT_TRIED, REPLACE_WANTED, REPLACE_REMOVED, REPLACE_RENAMED };

struct sftp_job;
struct sftp_lane;

/* A request for a run of the file's bytes. */
struct sftp_piece {
	struct sftp_piece *next, *prev;
	struct sftp_job *job;
	struct sftp_lane *lane; /* that it goes over; NULL: the transfer's own session */
	uint32_t id;
	uint64_t at;
	size_t n, got;
	bool again; /* a short answer: the rest is to be asked for */
	int64_t sent_us;
	uint64_t delivered; /* by the whole transfer when it was sent */
};

struct sftp_job {
	struct sftp_job *link; /* of the transfer's jobs */
	struct sftp_transfer *t;
	bool put;
	enum job_state state;
	char *remote, *remote_part; /* owned; part: NULL, or what is written until the rename */
	char *local, *local_part;
	int dir; /* owned descriptor, or TRANSFER_HERE */
	bool strict;
	int fd;
	struct transfer_stat st; /* local */
	struct sftp_attrs attrs; /* remote */
	bool attrs_known, opened;
	enum job_replace replaced;
	bool part_removed; /* a part that was in the way of ours */
	bool touched; /* the target, or its part, was opened by us */
	struct sftp_handle handle;
	uint64_t size; /* of the source */
	uint64_t start, next, data_end; /* moved from, to be asked next; put: where the run of data ends */
	uint64_t safe; /* below it everything that was asked for has arrived */
	bool source_ended; /* get: a READ said so, at `safe` or before */
	uint64_t counted; /* bytes told to the progress */
	struct sftp_piece *pieces;
	unsigned waiting; /* other requests under way */
	struct sftp_result result; /* the first failure */
	uint8_t *tail[2]; /* JOB_LOOKING: the prefix's end here and there */
	size_t tail_n, tail_got;
};

enum lane_state {
	LANE_CHANNEL, /* CHANNEL_OPEN is under way */
	LANE_SUBSYSTEM, /* its request is */
	LANE_VERSION, /* SFTP's INIT is */
	LANE_READY,
	LANE_OPENING, /* the file's OPEN is */
	LANE_OPEN,
	LANE_OVER
};

/* Another session of the same client, with a handle of the same file. */
struct sftp_lane {
	struct nacre_sftp *s;
	struct sftp_job *job;
	enum lane_state state;
	struct sftp_handle handle;
	size_t in_flight;
};

struct sftp_transfer {
	struct nacre_sftp *s;
	struct sftp_lane lanes[TRANSFER_LANES_MAX];
	unsigned n_lanes;
	struct nacre_sftp_transfer options;
	struct sftp_job *jobs; /* under way */
	unsigned n_jobs;
	size_t window, in_flight;
	int64_t rtt_us; /* the least that was seen; 0: none yet */
	uint64_t delivered;
	int64_t began_us, told_us;
	uint64_t asked; /* bytes, for the bandwidth limit */
	uint64_t done, total, files_done, files_total;
	bool cancelled;
	bool given_up; /* cancelled, and the server does not answer what is under way */
	uint64_t moved; /* by the session, when it was last heard after that */
	int64_t patience; /* until when it may be silent */
	struct sftp_result result; /* the first job's failure */
	char *failed; /* NULL, or the path of that job */
};

void transfer_init(struct sftp_transfer *t, struct nacre_sftp *s);
int transfer_options(struct sftp_transfer *t, const struct nacre_sftp_transfer *given) NACRE_CHECK;
/* Waits until fewer than n jobs are under way; or until there is room for one more. */
int transfer_wait(struct sftp_transfer *t, unsigned n) NACRE_CHECK;
int transfer_wait_room(struct sftp_transfer *t) NACRE_CHECK;
/* Waits for all, gives everything back, and says what came of it. */
int transfer_finish(struct sftp_transfer *t, int rc);
/* How many bytes may be asked for now; 0: none. */
size_t transfer_room(struct sftp_transfer *t);
void transfer_sent(struct sftp_transfer *t, struct sftp_piece *piece);
/* A request was answered: what this says of the path. */
void transfer_answered(struct sftp_transfer *t, const struct sftp_piece *piece);
/* The size of the next request: at most `most`, and less where the rate is limited. */
size_t transfer_piece(const struct sftp_transfer *t, size_t most);

/* Begins a file; paths are copied, dir is the job's from now on (closed also on failure). */
int job_start(struct sftp_transfer *t, bool put, const char *remote, int dir, const char *local, bool strict,
    uint64_t size_hint) NACRE_CHECK;
/* One turn: asks for what may be asked, and takes the steps that are due. */
void job_step(struct sftp_job *job);
void job_free(struct sftp_job *job);
void job_fail(struct sftp_job *job, int code, const char *text);
void job_fail_local(struct sftp_job *job, const char *what, int error);
/* A request whose answer only counts, or fails the job. */
void job_ask(struct sftp_job *job, struct sftp_ask *ask);
struct sftp_piece *piece_new(struct sftp_job *job, uint64_t at, size_t n);
void piece_end(struct sftp_piece *piece, bool whole);
struct sftp_client *piece_engine(const struct sftp_piece *piece);
/* Reads the end of the prefix that is there, on both sides, and fails the job where they differ. */
void job_compare_tail(struct sftp_job *job);
struct transfer_place job_place(const struct sftp_job *job, const char *name);

int get_open(struct sftp_job *job);
void get_move(struct sftp_job *job);
bool get_is_whole(struct sftp_job *job);
void get_end(struct sftp_job *job);
void get_undo(struct sftp_job *job);
int put_open(struct sftp_job *job);
void put_move(struct sftp_job *job);
void put_end(struct sftp_job *job);
void put_undo(struct sftp_job *job);

/* sftp_stripe.c: asks for up to n sessions more, and does not wait for them; and closes them. */
void stripe_begin(struct sftp_transfer *t, unsigned n);
void stripe_end(struct sftp_transfer *t);
/* The file is open: the lanes open it, too; and close it. */
void stripe_join(struct sftp_job *job);
void stripe_part(struct sftp_job *job);
/* Which way the next piece goes; NULL: the transfer's own session. */
struct sftp_lane *stripe_choose(struct sftp_transfer *t);
/* Before and after a turn of the jobs. */
void stripe_take(struct sftp_transfer *t);
void stripe_push(struct sftp_transfer *t);

#endif
