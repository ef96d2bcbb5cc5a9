/* An HTTP/2 connection: one thread reads, writes and distributes frames to calls; each served call has a thread. */
#include "grpc/internal.h"

#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* STREAM_WINDOW: bytes of a call that the peer may send before they are read. MAX_CALLS: concurrent calls, and
 * threads. */
enum {
	FRAME_LIMIT = 1 << 20,
	HEADERS_LIMIT = 64 << 10,
	SENT_HEADERS_LIMIT = 1 << 20,
	STREAM_WINDOW = 256 << 10,
	CONNECTION_WINDOW = 4 << 20,
	MAX_CALLS = 128,
	BLOCK = 64 << 10
};

static GrpcCall *call_of(nghttp2_session *session, int32_t stream)
{
	return nghttp2_session_get_stream_user_data(session, stream);
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *data)
{
	GrpcConnection *connection = data;
	if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST ||
		!connection->server)
		return 0;
	if (connection->running >= MAX_CALLS)
		return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
			       NGHTTP2_REFUSED_STREAM) == 0
			       ? 0
			       : NGHTTP2_ERR_CALLBACK_FAILURE;
	grpc_call_register(grpc_call_make(connection), frame->hd.stream_id);
	return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
	size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags, void *data)
{
	GrpcCall *call = call_of(session, frame->hd.stream_id);
	(void)flags;
	(void)data;
	if (call == NULL)
		return 0;
	return call->header_bytes + name_length + value_length <= HEADERS_LIMIT &&
			       grpc_call_add_header(call, (const char *)name, name_length,
				       (const char *)value, value_length)
		       ? 0
		       : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

static const GrpcMethod *find_method(const GrpcConnection *connection, const char *path)
{
	for (const GrpcMethod *const *table = connection->methods; *table != NULL; table++)
		for (const GrpcMethod *method = *table; method->path != NULL; method++)
			if (strcmp(method->path, path) == 0)
				return method;
	return NULL;
}

typedef struct {
	GrpcCall *call;
	const GrpcMethod *method;
} Job;

static gpointer serve_call(gpointer data)
{
	g_autofree Job *job = data;
	GrpcConnection *connection = job->call->connection;
	g_autoptr(GError) error = NULL;
	if (job->method->handle(job->call, connection->data, &error))
		grpc_call_finish(job->call, GRPC_OK, "", NULL);
	else
		grpc_call_finish(
			job->call, grpc_code_of(error), error != NULL ? error->message : "", NULL);
	log_debug("%s: %s", job->method->path, error != NULL ? error->message : "done");
	g_mutex_lock(&connection->lock);
	connection->running--;
	g_cond_broadcast(&connection->changed);
	g_mutex_unlock(&connection->lock);
	grpc_call_unref(job->call);
	return NULL;
}

static void begin_call(GrpcConnection *connection, GrpcCall *call)
{
	const char *path = grpc_call_header(call, ":path");
	if (strcmp(grpc_call_header(call, ":method"), "POST") != 0) {
		grpc_call_reject(call, "405");
		return;
	}
	if (!g_str_has_prefix(grpc_call_header(call, "content-type"), "application/grpc")) {
		grpc_call_reject(call, "415");
		return;
	}
	const GrpcMethod *method = find_method(connection, path);
	if (method == NULL) {
		grpc_call_reject(call, NULL);
		return;
	}
	g_autoptr(GError) error = NULL;
	Job *job = g_new(Job, 1);
	*job = (Job){grpc_call_ref(call), method};
	connection->running++;
	if (thread_detach("grpc", serve_call, job, &error))
		return;
	connection->running--;
	grpc_call_drop(call);
	g_free(job);
	grpc_call_refuse(call, GRPC_UNAVAILABLE, error->message);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *data)
{
	GrpcConnection *connection = data;
	GrpcCall *call = call_of(session, frame->hd.stream_id);
	bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
	if (call == NULL || (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA))
		return 0;
	if (ends)
		call->in_ended = true;
	if (connection->server && frame->hd.type == NGHTTP2_HEADERS &&
		frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		begin_call(connection, call);
	g_cond_broadcast(&connection->changed);
	return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes,
	size_t length, void *data)
{
	GrpcConnection *connection = data;
	GrpcCall *call = call_of(session, stream);
	(void)flags;
	/* The connection's window is shared by all calls: one that is not read must not block the others. */
	nghttp2_session_consume_connection(session, length);
	if (call == NULL)
		return 0;
	if (!call->refused && !grpc_call_take(call, bytes, length)) {
		call->refused = true;
		nghttp2_submit_rst_stream(
			session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_ENHANCE_YOUR_CALM);
	}
	g_cond_broadcast(&connection->changed);
	return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t code, void *data)
{
	GrpcConnection *connection = data;
	GrpcCall *call = call_of(session, stream);
	(void)code;
	if (call == NULL)
		return 0;
	grpc_call_close(call);
	g_hash_table_remove(connection->calls, GINT_TO_POINTER(stream));
	return 0;
}

/* A server that responds before the end of the request does not want the rest (RFC 9113 8.1). */
static int on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *data)
{
	GrpcConnection *connection = data;
	GrpcCall *call = call_of(session, frame->hd.stream_id);
	if (connection->server && call != NULL && frame->hd.type == NGHTTP2_HEADERS &&
		(frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 && !call->in_ended)
		nghttp2_submit_rst_stream(
			session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
	return 0;
}

static nghttp2_session *session_new(GrpcConnection *connection)
{
	nghttp2_session *session = NULL;
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
	nghttp2_session_callbacks_new(&callbacks);
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
	nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_sent);
	nghttp2_option_new(&option);
	nghttp2_option_set_no_auto_window_update(option, 1);
	nghttp2_option_set_no_closed_streams(option, 1);
	nghttp2_option_set_max_send_header_block_length(option, SENT_HEADERS_LIMIT);
	if (connection->server)
		nghttp2_session_server_new2(&session, callbacks, connection, option);
	else
		nghttp2_session_client_new2(&session, callbacks, connection, option);
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	return session;
}

static void send_settings(GrpcConnection *connection)
{
	const nghttp2_settings_entry entries[] = {
		{NGHTTP2_SETTINGS_MAX_FRAME_SIZE, FRAME_LIMIT},
		{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HEADERS_LIMIT},
		{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW},
		{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, MAX_CALLS},
		{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
	};
	/* Push must be disabled by a client; a server must not send the setting (RFC 9113 7). */
	nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, entries,
		G_N_ELEMENTS(entries) - (connection->server ? 1 : 0));
	nghttp2_session_set_local_window_size(
		connection->session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW);
}

GrpcConnection *grpc_connection_new(
	int fd, const void *first, size_t length, const GrpcMethod *const *methods, gpointer data)
{
	GrpcConnection *connection = g_new0(GrpcConnection, 1);
	*connection = (GrpcConnection){.references = 1,
		.fd = fd,
		.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.server = methods != NULL,
		.methods = methods,
		.data = data};
	g_mutex_init(&connection->lock);
	g_cond_init(&connection->changed);
	connection->calls = g_hash_table_new_full(
		g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)grpc_call_drop);
	if (length > 0)
		connection->first = g_byte_array_append(g_byte_array_new(), first, (guint)length);
	connection->session = session_new(connection);
	send_settings(connection);
	return connection;
}

/* The connection's lock is held: handles received bytes. False if the peer violates HTTP/2. */
static bool take(GrpcConnection *connection, const guint8 *bytes, size_t length)
{
	lock_held(&connection->lock);
	return nghttp2_session_mem_recv(connection->session, bytes, length) == (ssize_t)length;
}

/* The connection's lock is held: fills a block with data to send. False if the session has failed. */
static bool gather(GrpcConnection *connection, GByteArray *out)
{
	lock_held(&connection->lock);
	while (out->len < BLOCK) {
		const uint8_t *bytes;
		ssize_t n = nghttp2_session_mem_send(connection->session, &bytes);
		if (n < 0)
			return false;
		if (n == 0)
			return true;
		g_byte_array_append(out, bytes, (guint)n);
	}
	return true;
}

/* Writes what the socket accepts. False if the peer is gone. */
static bool push(GrpcConnection *connection, GByteArray *out)
{
	ssize_t n = out->len > 0
			    ? send(connection->fd, out->data, out->len, MSG_DONTWAIT | MSG_NOSIGNAL)
			    : 0;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	g_byte_array_remove_range(out, 0, (guint)n);
	return true;
}

/* One iteration: false at the connection's end. */
static bool step(GrpcConnection *connection, GByteArray *out, guint8 *block)
{
	eventfd_t value;
	g_mutex_lock(&connection->lock);
	bool ok = gather(connection, out);
	bool over = connection->ended ||
		    (out->len == 0 && !nghttp2_session_want_read(connection->session) &&
			    !nghttp2_session_want_write(connection->session));
	g_mutex_unlock(&connection->lock);
	if (!ok || over || !push(connection, out))
		return false;
	/* A peer that does not take its answers is not read: each of its frames may need one. */
	short events = out->len < BLOCK ? POLLIN : 0;
	struct pollfd polls[] = {
		{.fd = connection->fd, .events = (short)(events | (out->len > 0 ? POLLOUT : 0))},
		{.fd = connection->wake, .events = POLLIN}};
	if (poll(polls, G_N_ELEMENTS(polls), -1) < 0)
		return errno == EINTR;
	if (polls[1].revents != 0)
		eventfd_read(connection->wake, &value);
	if ((polls[0].revents & ~POLLOUT) == 0)
		return true;
	ssize_t n = recv(connection->fd, block, BLOCK, MSG_DONTWAIT);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	g_mutex_lock(&connection->lock);
	ok = take(connection, block, (size_t)n);
	g_mutex_unlock(&connection->lock);
	return ok;
}

/* All calls have ended; their handlers notice at the next operation. */
static void end(GrpcConnection *connection)
{
	GHashTableIter iter;
	gpointer call;
	g_mutex_lock(&connection->lock);
	connection->ended = true;
	g_hash_table_iter_init(&iter, connection->calls);
	while (g_hash_table_iter_next(&iter, NULL, &call))
		grpc_call_close(call);
	while (connection->running > 0)
		g_cond_wait(&connection->changed, &connection->lock);
	g_hash_table_remove_all(connection->calls);
	g_mutex_unlock(&connection->lock);
}

void grpc_connection_run(GrpcConnection *connection)
{
	g_autoptr(GByteArray) out = g_byte_array_new(), first = connection->first;
	g_autofree guint8 *block = g_malloc(BLOCK);
	connection->first = NULL;
	g_mutex_lock(&connection->lock);
	bool ok = first == NULL || take(connection, first->data, first->len);
	g_mutex_unlock(&connection->lock);
	while (ok && step(connection, out, block))
		continue;
	/* The reason, if the peer has violated the protocol. */
	g_mutex_lock(&connection->lock);
	gather(connection, out);
	g_mutex_unlock(&connection->lock);
	push(connection, out);
	end(connection);
	shutdown(connection->fd, SHUT_RDWR);
}

void grpc_connection_stop(GrpcConnection *connection)
{
	g_mutex_lock(&connection->lock);
	if (!connection->ended)
		nghttp2_session_terminate_session(connection->session, NGHTTP2_NO_ERROR);
	connection->ended = true;
	grpc_connection_wake(connection);
	g_mutex_unlock(&connection->lock);
}
