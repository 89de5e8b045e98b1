/* task_streams: a command's input and output. Knows: the channel's borrowed buffers. Must not know: what flows.
 * RFC 4254 5.2. */
#include "server_internal.h"

const uint8_t *
nacre_task_input(nacre_task *task, size_t *n)
{
	*n = 0;
	if (task->state == TASK_OVER)
		return NULL;
	return nacre_conn_channel_peek(task->session->conn, task->channel, NACRE_STDOUT, n);
}

int
nacre_task_consume(nacre_task *task, size_t n)
{
	if (task->state == TASK_OVER)
		return NACRE_E_MISUSE;
	return nacre_conn_channel_consume(task->session->conn, task->channel, NACRE_STDOUT, n);
}

bool
nacre_task_input_ended(nacre_task *task)
{
	size_t n;

	return task->eof && nacre_task_input(task, &n) == NULL;
}

uint8_t *
nacre_task_space(nacre_task *task, enum nacre_stream stream, size_t *n)
{
	*n = 0;
	if (task->state == TASK_OVER)
		return NULL;
	return nacre_conn_channel_write_space(task->session->conn, task->channel, stream, n);
}

int
nacre_task_commit(nacre_task *task, enum nacre_stream stream, size_t n)
{
	if (task->state == TASK_OVER)
		return NACRE_E_MISUSE;
	return nacre_conn_channel_commit(task->session->conn, task->channel, stream, n);
}

size_t
nacre_task_write(nacre_task *task, enum nacre_stream stream, const void *p, size_t n)
{
	int64_t done;

	if (task->state == TASK_OVER || n == 0)
		return 0;
	done = nacre_conn_channel_write(task->session->conn, task->channel, stream, p, n);
	return done < 0 ? 0 : (size_t)done;
}
