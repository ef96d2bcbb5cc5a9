/* What the files of this room share. The connection's lock guards all that is here. */
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
	GByteArray *first; /* what was read before, or NULL */
	GMutex lock;
	GCond changed;	   /* a message, an end, or room to send */
	GHashTable *calls; /* stream -> GrpcCall, a reference each */
	int running;	   /* handlers */
	gsize held;	   /* bytes of messages that nobody has read yet */
};

struct GrpcCall {
	gint references;	    /* atomic */
	GrpcConnection *connection; /* a reference */
	int32_t stream;
	GPtrArray *headers; /* name, value, name, value... */
	gsize header_bytes;
	GByteArray *in; /* of a message that is not whole yet */
	GQueue inbox;	/* of GBytes */
	gsize queued,
		owed; /* bytes in the inbox; bytes that the peer is not told yet that it may send again */
	bool in_ended, closed, refused;
	GByteArray *out;
	gsize out_taken;
	bool headers_sent, out_ended;
	GrpcCode code; /* its end, once out_ended is set; or why we refused what came */
	char *message;
	GBytes *details;
	int hangup[2]; /* the reading end is the caller's to watch; -1 until it is asked for */
};

/* call.c; all with the lock held. */
GrpcCall *grpc_call_make(GrpcConnection *connection);
/* Into the table, which takes the reference. */
void grpc_call_register(GrpcCall *call, int32_t stream);
bool grpc_call_add_header(GrpcCall *call, const char *name, size_t name_length, const char *value,
	size_t value_length);
/* Bytes of a DATA frame. False if the stream is to be reset. */
bool grpc_call_take(GrpcCall *call, const guint8 *bytes, size_t length);
void grpc_call_close(GrpcCall *call);
nghttp2_data_provider grpc_call_provider(GrpcCall *call);
/* The answer to what is no call of a method. */
void grpc_call_reject(GrpcCall *call, const char *http_status);
/* With the lock held: ends a call that no handler was begun for. */
void grpc_call_refuse(GrpcCall *call, GrpcCode code, const char *message);
GrpcCall *grpc_call_ref(GrpcCall *call);
void grpc_call_drop(GrpcCall *call); /* a reference, and no more: of the table */

/* connection.c: with the lock held: something waits to be sent. */
void grpc_connection_wake(GrpcConnection *connection);
