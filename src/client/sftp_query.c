/* sftp_query: what a server tells besides files: file systems, people's names, digests. Knows: each extension's request
 * and reply. Must not know: local files. Serves OpenSSH PROTOCOL 4.4, 4.11; filexfer-extensions-00 3. */
#include "sftp_file.h"

static int
take_statvfs(struct nacre_sftp *s, const struct sftp_call *call, const char *path, struct nacre_sftp_statvfs *out)
{
	struct sftp_ext_statvfs_reply reply;
	const char *field;

	if (sftp_extension_parse(SFTP_EXT_statvfs_reply, 0, buf_slice(&call->bytes), &reply, &field) != 0)
		return sftp_fail(s, NACRE_E_FORMAT, path, "statvfs: %s", field);
	*out = (struct nacre_sftp_statvfs){.bsize = reply.bsize,
	    .frsize = reply.frsize,
	    .blocks = reply.blocks,
	    .bfree = reply.bfree,
	    .bavail = reply.bavail,
	    .files = reply.files,
	    .ffree = reply.ffree,
	    .favail = reply.favail,
	    .fsid = reply.fsid,
	    .flag = reply.flag,
	    .namemax = reply.namemax};
	return NACRE_OK;
}

int
nacre_sftp_statvfs(nacre_sftp *s, const char *path, struct nacre_sftp_statvfs *out)
{
	struct sftp_ext_statvfs msg = {.id = 0};
	struct sftp_call call;
	int rc = sftp_enter(s);

	*out = (struct nacre_sftp_statvfs){.bsize = 0};
	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &msg.path)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	if ((rc = sftp_call_ext(s, &call, SFTP_EXT_statvfs, &msg, path)) == NACRE_OK)
		rc = take_statvfs(s, &call, path, out);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

int
nacre_sftp_fstatvfs(nacre_sftp_file *f, struct nacre_sftp_statvfs *out)
{
	struct sftp_ext_fstatvfs msg = {.id = 0};
	struct sftp_call call;
	int rc = file_enter(f);

	*out = (struct nacre_sftp_statvfs){.bsize = 0};
	if (rc != NACRE_OK)
		return rc;
	msg.handle = sftp_handle_slice(&f->handle);
	sftp_call_init(&call, f->sftp);
	if ((rc = sftp_call_ext(f->sftp, &call, SFTP_EXT_fstatvfs, &msg, NULL)) == NACRE_OK)
		rc = take_statvfs(f->sftp, &call, NULL, out);
	buf_free(&call.bytes);
	return sftp_leave(f->sftp, rc);
}

static void
put_ids(struct buf *b, const uint32_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_put_u32(b, ids[i]);
}

/* A run of n strings; a name that holds a NUL is none, as an empty one. */
static int
take_people(struct nacre_sftp *s, struct slice run, size_t n, struct sftp_namelist *list)
{
	struct reader r = reader_of(run);
	int rc = NACRE_OK;

	for (size_t i = 0; i < n && rc == NACRE_OK; i++) {
		struct slice name = reader_string(&r);

		if (name.n > 0 && memchr(name.p, '\0', name.n) != NULL)
			name = SLICE_NONE;
		rc = r.bad ? NACRE_E_FORMAT : sftp_namelist_add(list, SLICE_NONE, name);
	}
	if (rc == NACRE_OK && r.n != 0)
		rc = NACRE_E_FORMAT;
	return rc == NACRE_OK ? rc : sftp_fail(s, rc, NULL, "users-groups-by-id: the names cannot be taken");
}

static int
ask_people(struct nacre_sftp *s, const struct sftp_ids *ids, struct sftp_namelist *list)
{
	struct sftp_ext_users_groups msg = {.id = 0};
	struct sftp_ext_users_groups_reply reply;
	struct sftp_call call;
	const char *field;
	int rc;

	buf_reset(&s->paths[0]);
	buf_reset(&s->paths[1]);
	put_ids(&s->paths[0], ids->uids, ids->n_uids);
	put_ids(&s->paths[1], ids->gids, ids->n_gids);
	if (s->paths[0].bad != 0 || s->paths[1].bad != 0)
		return sftp_fail(s, NACRE_E_NOMEM, NULL, "out of memory");
	msg.uids = buf_slice(&s->paths[0]);
	msg.gids = buf_slice(&s->paths[1]);
	sftp_call_init(&call, s);
	if ((rc = sftp_call_ext(s, &call, SFTP_EXT_users_groups, &msg, NULL)) != NACRE_OK)
		goto out;
	if (sftp_extension_parse(SFTP_EXT_users_groups_reply, 0, buf_slice(&call.bytes), &reply, &field) != 0) {
		rc = sftp_fail(s, NACRE_E_FORMAT, NULL, "users-groups-by-id: %s", field);
		goto out;
	}
	if ((rc = take_people(s, reply.usernames, ids->n_uids, list)) == NACRE_OK)
		rc = take_people(s, reply.groupnames, ids->n_gids, list);
out:
	buf_free(&call.bytes);
	return rc;
}

int
nacre_sftp_users_groups(nacre_sftp *s, const uint32_t *uids, size_t n_uids, const uint32_t *gids, size_t n_gids,
    struct nacre_sftp_names *names)
{
	const struct sftp_ids ids = {uids, n_uids, gids, n_gids};
	struct sftp_namelist list;
	int rc = sftp_enter(s);

	*names = (struct nacre_sftp_names){.names = NULL};
	if (rc != NACRE_OK)
		return rc;
	if ((uids == NULL && n_uids > 0) || (gids == NULL && n_gids > 0) || n_uids > SFTP_IDS_MAX ||
	    n_gids > SFTP_IDS_MAX)
		return sftp_fail(
		    s, NACRE_E_ARGUMENT, NULL, "users-groups-by-id: no ids, or more than %d", SFTP_IDS_MAX);
	list = (struct sftp_namelist){.env = s->env};
	if ((rc = ask_people(s, &ids, &list)) == NACRE_OK && (rc = sftp_namelist_give(&list, false, names)) != NACRE_OK)
		rc = sftp_fail(s, rc, NULL, "out of memory");
	sftp_namelist_free(&list);
	return sftp_leave(s, rc);
}

static int
take_hashes(struct nacre_sftp *s, const struct sftp_call *call, struct nacre_sftp_check *check)
{
	struct sftp_ext_check_file_reply reply;
	const char *field;

	if (sftp_extension_parse(SFTP_EXT_check_file_reply, 0, buf_slice(&call->bytes), &reply, &field) != 0)
		return sftp_fail(s, NACRE_E_FORMAT, NULL, "check-file: %s", field);
	if (reply.algorithm.n >= sizeof(check->algorithm) || reply.hashes.n > check->cap)
		return sftp_fail(s, NACRE_E_LIMIT, NULL, "check-file: %zu bytes of hashes do not fit", reply.hashes.n);
	if (reply.algorithm.n > 0)
		memcpy(check->algorithm, reply.algorithm.p, reply.algorithm.n);
	if (reply.hashes.n > 0)
		memcpy(check->hashes, reply.hashes.p, reply.hashes.n);
	check->n = reply.hashes.n;
	return NACRE_OK;
}

int
nacre_sftp_check(nacre_sftp_file *f, const char *algorithms, uint64_t offset, uint64_t length, uint32_t block_size,
    struct nacre_sftp_check *check)
{
	struct sftp_ext_check_file msg = {.algorithms = slice_str(algorithms), .offset = offset, .length = length};
	struct sftp_call call;
	int rc = file_enter_flushed(f);

	check->n = 0;
	memset(check->algorithm, 0, sizeof(check->algorithm));
	if (rc != NACRE_OK)
		return rc;
	if (algorithms == NULL || (check->hashes == NULL && check->cap > 0))
		return sftp_leave(
		    f->sftp, sftp_fail(f->sftp, NACRE_E_ARGUMENT, NULL, "check-file: no algorithms, or no room"));
	msg.handle = sftp_handle_slice(&f->handle);
	msg.block_size = block_size;
	sftp_call_init(&call, f->sftp);
	if ((rc = sftp_call_ext(f->sftp, &call, SFTP_EXT_check_file, &msg, NULL)) == NACRE_OK)
		rc = take_hashes(f->sftp, &call, check);
	buf_free(&call.bytes);
	return sftp_leave(f->sftp, rc);
}
