/* Shared by the files of this room. The connection's lock guards everything here. */
#pragma once
#include "grpc/grpc.h"

#include <nghttp2/nghttp2.h>

struct GrpcConnection {
	gint references; /* atomic */
	int fd, wake;
	bool server, ended;
	nghttp2_session *session;
	const GrpcMethod *const *methods;
	gpointer data;
	GByteArray *first; /* bytes that were read before, or NULL */
	GMutex lock;
	GCond changed;	   /* fires for a message, an end, or room to send */
	GHashTable *calls; /* stream -> GrpcCall, a reference each */
	int running;	   /* number of handlers */
	gsize held;	   /* bytes of unread messages */
};

struct GrpcCall {
	gint references;	    /* atomic */
	GrpcConnection *connection; /* a reference */
	int32_t stream;
	GPtrArray *headers; /* name, value, name, value... */
	gsize header_bytes;
	GByteArray *in;	    /* of an incomplete message */
	GQueue inbox;	    /* of GBytes */
	gsize queued, owed; /* bytes in the inbox; bytes whose window has not been reopened */
	bool in_ended, closed, refused;
	GByteArray *out;
	gsize out_taken;
	bool headers_sent, out_ended;
	GrpcCode code; /* its status, once out_ended is set; or why a message was refused */
	char *message;
	GBytes *details;
	int hangup[2]; /* the caller polls the reading end; -1 until it is requested */
};

/* call.c; the connection's lock is held in all of them, up to grpc_call_ref. */
GrpcCall *grpc_call_make(GrpcConnection *connection);
/* Adds it to the table, which takes the reference. */
void grpc_call_register(GrpcCall *call, int32_t stream);
bool grpc_call_add_header(GrpcCall *call, const char *name, size_t name_length, const char *value,
	size_t value_length);
/* Bytes of a DATA frame. False if the stream is to be reset. */
bool grpc_call_take(GrpcCall *call, const guint8 *bytes, size_t length);
void grpc_call_close(GrpcCall *call);
nghttp2_data_provider grpc_call_provider(GrpcCall *call);
/* Responds to a request that is no call of a known method. */
void grpc_call_reject(GrpcCall *call, const char *http_status);
/* Ends a call whose handler was not started. */
void grpc_call_refuse(GrpcCall *call, GrpcCode code, const char *message);
GrpcCall *grpc_call_ref(GrpcCall *call);
void grpc_call_drop(GrpcCall *call); /* removes a reference: the table's */

/* connection.c; the connection's lock is held: there is something to send. */
void grpc_connection_wake(GrpcConnection *connection);
