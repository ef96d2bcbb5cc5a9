/* gRPC over HTTP/2, server and client. It knows frames, messages and statuses (gRPC over HTTP2, grpc.io; RFC 9113),
 * and must not know any service (docs/decisions/grpc.md). */
#pragma once
#include <glib.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* The largest message, and the bytes of unread messages that a connection may hold. */
enum { GRPC_MESSAGE_LIMIT = 16 << 20, GRPC_HELD_LIMIT = 64 << 20 };

/* Status codes in use (google.rpc.Code). */
typedef enum {
	GRPC_OK = 0,
	GRPC_CANCELLED = 1,
	GRPC_UNKNOWN = 2,
	GRPC_INVALID = 3,
	GRPC_DEADLINE = 4,
	GRPC_NOT_FOUND = 5,
	GRPC_EXISTS = 6,
	GRPC_DENIED = 7,
	GRPC_EXHAUSTED = 8,
	GRPC_PRECONDITION = 9,
	GRPC_UNIMPLEMENTED = 12,
	GRPC_INTERNAL = 13,
	GRPC_UNAVAILABLE = 14,
	GRPC_UNAUTHENTICATED = 16
} GrpcCode;

typedef struct GrpcConnection GrpcConnection;
typedef struct GrpcCall GrpcCall;

/* A method of a server. The handler has a thread of its own, and may send and receive until it returns; its error
 * becomes the call's status, unless grpc_call_finish has set one. */
typedef struct {
	const char *path; /* "/package.Service/Method" */
	bool (*handle)(GrpcCall *call, gpointer data, GError **error);
} GrpcMethod;

/* connection.c */
/* A connection over a socket, which is taken over. first: bytes that were already read from the peer (copied).
 * methods: tables, each ended by a path of NULL, and NULL after the last; all static; NULL: a client, which makes
 * calls. */
GrpcConnection *grpc_connection_new(
	int fd, const void *first, size_t length, const GrpcMethod *const *methods, gpointer data);
/* Runs it until either side has ended it, and its handlers have returned. To be called once. */
void grpc_connection_run(GrpcConnection *connection);
/* Ends it; thread-safe. */
void grpc_connection_stop(GrpcConnection *connection);
GrpcConnection *grpc_connection_ref(GrpcConnection *connection);
void grpc_connection_unref(GrpcConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrpcConnection, grpc_connection_unref)

/* call.c */
/* Begins a call. metadata: name, value, name, value..., NULL; or NULL. UNAVAILABLE if the connection has ended. */
GrpcCall *grpc_call_new(
	GrpcConnection *connection, const char *path, const char *const *metadata, GError **error);
/* A call that has not ended is cancelled. */
void grpc_call_unref(GrpcCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GrpcCall, grpc_call_unref)
/* The first value of a header or trailer; "" if absent. Valid as long as the call. */
const char *grpc_call_header(const GrpcCall *call, const char *name);
/* All values of a header, ended by NULL; borrowed as above. */
GPtrArray *grpc_call_headers(const GrpcCall *call, const char *name);
/* Whether the peer is gone, or has cancelled the call. */
bool grpc_call_is_over(GrpcCall *call);
/* A descriptor, owned by the call, that hangs up once it is over. -1 if none can be created. */
int grpc_call_hangup_fd(GrpcCall *call);
/* Queues a message; waits while the queue is full. The bytes are copied. False with error if the call is over. */
bool grpc_call_send(GrpcCall *call, const void *bytes, size_t length, GError **error);
/* Client: no further message follows. */
void grpc_call_send_end(GrpcCall *call);
/* Server: sends headers before any message. metadata as above. */
void grpc_call_send_headers(GrpcCall *call, const char *const *metadata);
/* The next message, which the caller frees. NULL without error: none follows. An error: the call is over, or has
 * failed, or this thread's work was cancelled (base/work.h). */
GBytes *grpc_call_receive(GrpcCall *call, GError **error);
/* Server: ends the call. details: a google.rpc.Status, or NULL. Later messages are dropped. */
void grpc_call_finish(GrpcCall *call, GrpcCode code, const char *message, GBytes *details);
GrpcCode grpc_code_of(const GError *error);

/* message.c: protobuf-c with a limit on the memory of a message. */
/* NULL with INVALID. Freed by grpc_message_free. */
gpointer grpc_message_unpack(const ProtobufCMessageDescriptor *type, GBytes *bytes, GError **error);
void grpc_message_free(gpointer message);
GBytes *grpc_message_pack(gconstpointer message);
/* The next message of a call, of that type; INVALID also if there is none. */
gpointer grpc_receive(GrpcCall *call, const ProtobufCMessageDescriptor *type, GError **error);
bool grpc_send(GrpcCall *call, gconstpointer message, GError **error);
/* A call with one message each way. NULL with error. */
gpointer grpc_ask(GrpcConnection *connection, const char *path, gconstpointer message,
	const ProtobufCMessageDescriptor *answer, GError **error);
/* For g_autoptr of a generated type. */
#define GRPC_AUTOPTR(Type)                                                                         \
	static inline void Type##_auto_free(Type *message)                                         \
	{                                                                                          \
		grpc_message_free(message);                                                        \
	}                                                                                          \
	G_DEFINE_AUTOPTR_CLEANUP_FUNC(Type, Type##_auto_free)

/* pipe.c: calls whose messages are bytes (field 1), both ways, as a stream. */
/* Forwards between the call and a socket, which stays the caller's, until both directions or the call have ended.
 * False if no thread can be created. */
bool grpc_carry(GrpcCall *call, int fd, GError **error);
/* Does so in a thread of its own; both are taken over, also on failure. */
bool grpc_carry_away(GrpcCall *call, int fd, GError **error);
/* A ByteSource and a ByteSink of such a call. */
typedef struct {
	GrpcCall *call;
	GBytes *message; /* being read */
	gsize taken;
} GrpcBytes;
gssize grpc_bytes_read(gpointer bytes, void *buffer, gsize size, GError **error);
bool grpc_bytes_write(gpointer data, const void *part, gsize length, GError **error);
void grpc_bytes_clear(GrpcBytes *bytes);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GrpcBytes, grpc_bytes_clear)
