/* Messages: protobuf-c, with a limit on the memory that a few bytes may expand to, and calls of one message each
 * way. */
#include "grpc/grpc.h"

#include "base/error.h"

#include <stdlib.h>

/* Limit of one unpacked message: empty fields need far more memory than their two bytes. */
enum { UNPACKED_LIMIT = 64 << 20 };

static void *take(void *left, size_t size)
{
	size_t *budget = left;
	if (size > *budget)
		return NULL;
	*budget -= size;
	return malloc(size);
}

static void give(void *left, void *pointer)
{
	(void)left;
	free(pointer);
}

gpointer grpc_message_unpack(const ProtobufCMessageDescriptor *type, GBytes *bytes, GError **error)
{
	size_t left = UNPACKED_LIMIT, length;
	ProtobufCAllocator allocator = {take, give, &left};
	const guint8 *data = g_bytes_get_data(bytes, &length);
	ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, length, data);
	if (message == NULL)
		fail(error, BERTH_ERROR_INVALID, "invalid message of type %s", type->name);
	return message;
}

void grpc_message_free(gpointer message)
{
	ProtobufCAllocator allocator = {take, give, NULL};
	if (message != NULL)
		protobuf_c_message_free_unpacked(message, &allocator);
}

GBytes *grpc_message_pack(gconstpointer message)
{
	size_t length = protobuf_c_message_get_packed_size(message);
	guint8 *data = g_malloc(length + 1);
	protobuf_c_message_pack(message, data);
	return g_bytes_new_take(data, length);
}

gpointer grpc_receive(GrpcCall *call, const ProtobufCMessageDescriptor *type, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GBytes) bytes = grpc_call_receive(call, &problem);
	if (bytes != NULL)
		return grpc_message_unpack(type, bytes, error);
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	else
		fail(error, BERTH_ERROR_INVALID, "a message of type %s is missing", type->name);
	return NULL;
}

bool grpc_send(GrpcCall *call, gconstpointer message, GError **error)
{
	gsize length;
	g_autoptr(GBytes) bytes = grpc_message_pack(message);
	const void *data = g_bytes_get_data(bytes, &length);
	return grpc_call_send(call, data, length, error);
}

gpointer grpc_ask(GrpcConnection *connection, const char *path, gconstpointer message,
	const ProtobufCMessageDescriptor *answer, GError **error)
{
	g_autoptr(GrpcCall) call = grpc_call_new(connection, path, NULL, error);
	if (call == NULL || !grpc_send(call, message, error))
		return NULL;
	grpc_call_send_end(call);
	return grpc_receive(call, answer, error);
}
