/* gRPC over HTTP/2 in both roles: who answers calls, and who makes them. It knows frames, messages and statuses (gRPC over HTTP2,
 * grpc.io; RFC 9113), and must not know what any service is for (docs/decisions/grpc.md). */
#pragma once
#include <glib.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* The largest message that is taken, and how much of messages that nobody has read yet a connection holds. */
enum { GRPC_MESSAGE_LIMIT = 16 << 20, GRPC_HELD_LIMIT = 64 << 20 };

/* Codes of a call's end, of those that are used (google.rpc.Code). */
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

/* A method that is served. The handler has a thread of its own, and may send and receive until it returns; an error of it is the
 * call's status, unless grpc_call_finish has given one. */
typedef struct {
	const char *path; /* "/package.Service/Method" */
	bool (*handle)(GrpcCall *call, gpointer data, GError **error);
} GrpcMethod;

/* connection.c */
/* A connection over a socket, which is taken over. first: bytes of the peer that were read along with what came before (copied).
 * methods: tables, each ended by a path of NULL, and NULL behind the last; all static; NULL: no call is answered, and calls can
 * be made. */
GrpcConnection *grpc_connection_new(
	int fd, const void *first, size_t length, const GrpcMethod *const *methods, gpointer data);
/* Carries it until either side has ended it, and its handlers have returned. To be called once. */
void grpc_connection_run(GrpcConnection *connection);
/* Ends it from any thread. */
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
/* The first value of a header, or of a trailer; "" if there is none. Valid as long as the call. */
const char *grpc_call_header(const GrpcCall *call, const char *name);
/* All values of a header, NULL behind them; borrowed as above. */
GPtrArray *grpc_call_headers(const GrpcCall *call, const char *name);
/* Whether the other side has gone, or has cancelled the call. */
bool grpc_call_is_over(GrpcCall *call);
/* A descriptor, the call's own, that hangs up once it is over. -1 if there is none to be had. */
int grpc_call_hangup_fd(GrpcCall *call);
/* Puts a message on its way; waits while much is on its way. The bytes are copied. False with error if the call is over. */
bool grpc_call_send(GrpcCall *call, const void *bytes, size_t length, GError **error);
/* Of who makes the call: no message follows. */
void grpc_call_send_end(GrpcCall *call);
/* Of who serves it: headers at once, before any message. metadata as above. */
void grpc_call_send_headers(GrpcCall *call, const char *const *metadata);
/* The next message, which the caller frees. NULL without error: none follows. An error: the call is over, or has failed, or this
 * thread's work was stopped (base/work.h). */
GBytes *grpc_call_receive(GrpcCall *call, GError **error);
/* Of who serves it: the end. details: a google.rpc.Status, or NULL. What comes later is not sent. */
void grpc_call_finish(GrpcCall *call, GrpcCode code, const char *message, GBytes *details);
GrpcCode grpc_code_of(const GError *error);

/* message.c: protobuf-c with a bound on what a message may become in memory. */
/* NULL with INVALID. To be freed by grpc_message_free. */
gpointer grpc_message_unpack(const ProtobufCMessageDescriptor *type, GBytes *bytes, GError **error);
void grpc_message_free(gpointer message);
GBytes *grpc_message_pack(gconstpointer message);
/* A call's next message of that type; INVALID also where none comes. */
gpointer grpc_receive(GrpcCall *call, const ProtobufCMessageDescriptor *type, GError **error);
bool grpc_send(GrpcCall *call, gconstpointer message, GError **error);
/* A call that has one message each way. NULL with error. */
gpointer grpc_ask(GrpcConnection *connection, const char *path, gconstpointer message,
	const ProtobufCMessageDescriptor *answer, GError **error);
/* For g_autoptr of a generated type. */
#define GRPC_AUTOPTR(Type)                                                                         \
	static inline void Type##_auto_free(Type *message)                                         \
	{                                                                                          \
		grpc_message_free(message);                                                        \
	}                                                                                          \
	G_DEFINE_AUTOPTR_CLEANUP_FUNC(Type, Type##_auto_free)

/* pipe.c: calls whose messages hold bytes alone (field 1), both ways, as a stream of bytes. */
/* Carries between the call and a socket, which stays the caller's, until both ways are at their end or the call is over.
 * False where there is no thread for it. */
bool grpc_carry(GrpcCall *call, int fd, GError **error);
/* The same in a thread of its own; both are taken over, also by a failure. */
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
