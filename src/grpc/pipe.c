/* Calls that carry a byte stream: BytesMessage of BuildKit's Control/Session, SSH/ForwardAgent, Upload/Pull,
 * FileSend. */
#include "bytes.pb-c.h"
#include "grpc/grpc.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/thread.h"

#include <string.h>
#include <sys/socket.h>

enum { BLOCK = 32 << 10 };

GRPC_AUTOPTR(Grpc__Bytes)

gssize grpc_bytes_read(gpointer data, void *buffer, gsize size, GError **error)
{
	GrpcBytes *bytes = data;
	while (bytes->message == NULL || bytes->taken == g_bytes_get_size(bytes->message)) {
		g_autoptr(GError) problem = NULL;
		g_autoptr(GBytes) raw = grpc_call_receive(bytes->call, &problem);
		if (raw == NULL && problem == NULL)
			return 0;
		if (raw == NULL)
			return g_propagate_error(error, g_steal_pointer(&problem)), -1;
		g_autoptr(Grpc__Bytes) message =
			grpc_message_unpack(&grpc__bytes__descriptor, raw, error);
		if (message == NULL)
			return -1;
		g_clear_pointer(&bytes->message, g_bytes_unref);
		bytes->message = g_bytes_new(message->data.data, message->data.len);
		bytes->taken = 0;
	}
	gsize length;
	const guint8 *all = g_bytes_get_data(bytes->message, &length);
	gsize n = MIN(size, length - bytes->taken);
	memcpy(buffer, all + bytes->taken, n);
	bytes->taken += n;
	return (gssize)n;
}

bool grpc_bytes_write(gpointer data, const void *part, gsize length, GError **error)
{
	GrpcBytes *bytes = data;
	const guint8 *at = part;
	for (gsize n; length > 0; at += n, length -= n) {
		Grpc__Bytes message = GRPC__BYTES__INIT;
		n = MIN(length, BLOCK);
		message.data = (ProtobufCBinaryData){n, (guint8 *)at};
		if (!grpc_send(bytes->call, &message, error))
			return false;
	}
	return true;
}

void grpc_bytes_clear(GrpcBytes *bytes)
{
	g_clear_pointer(&bytes->message, g_bytes_unref);
}

typedef struct {
	GrpcCall *call;
	int fd;
} Carry;

/* Forwards the socket's bytes into the call, and their end, if we are the client. */
static gpointer carry_out(gpointer data)
{
	Carry *carry = data;
	GrpcBytes bytes = {.call = carry->call};
	g_autofree char *block = g_malloc(BLOCK);
	for (;;) {
		ssize_t n = recv(carry->fd, block, BLOCK, 0);
		if (n <= 0 || !grpc_bytes_write(&bytes, block, (gsize)n, NULL))
			break;
	}
	grpc_call_send_end(carry->call);
	return NULL;
}

bool grpc_carry(GrpcCall *call, int fd, GError **error)
{
	Carry carry = {call, fd};
	g_auto(GrpcBytes) bytes = {.call = call};
	g_autofree char *block = g_malloc(BLOCK);
	GThread *out = thread_start("carry", carry_out, &carry, error);
	if (out == NULL)
		return false;
	for (;;) {
		gssize n = grpc_bytes_read(&bytes, block, BLOCK, NULL);
		if (n <= 0 || !fd_write_all(fd, block, (size_t)n))
			break;
	}
	/* A call that is over has no reader: the other direction ends as well. */
	shutdown(fd, grpc_call_is_over(call) ? SHUT_RDWR : SHUT_WR);
	g_thread_join(out);
	return true;
}

static gpointer carry_away(gpointer data)
{
	g_autofree Carry *carry = data;
	if (!grpc_carry(carry->call, carry->fd, NULL))
		grpc_call_send_end(carry->call);
	grpc_call_unref(carry->call);
	close(carry->fd);
	return NULL;
}

bool grpc_carry_away(GrpcCall *call, int fd, GError **error)
{
	Carry *carry = g_new(Carry, 1);
	*carry = (Carry){call, fd};
	if (thread_detach("carry", carry_away, carry, error))
		return true;
	grpc_call_unref(call);
	close(fd);
	g_free(carry);
	return false;
}
