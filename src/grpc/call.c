/* A call: its headers, received and queued messages, its status. */
#include "grpc/internal.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/work.h"

#include <fcntl.h>
#include <string.h>

/* PREFIX: a byte that marks compression, and the length. QUEUE: bytes that may wait to be read, or to be sent, before
 * the peer, or the caller, has to wait. */
enum { PREFIX = 5, QUEUE = 1 << 20, LOOK_US = 200 * 1000 };

GrpcCall *grpc_call_make(GrpcConnection *connection)
{
	GrpcCall *call = g_new0(GrpcCall, 1);
	*call = (GrpcCall){.references = 1,
		.connection = grpc_connection_ref(connection),
		.headers = g_ptr_array_new_with_free_func(g_free),
		.in = g_byte_array_new(),
		.out = g_byte_array_new(),
		.hangup = {-1, -1}};
	g_queue_init(&call->inbox);
	return call;
}

void grpc_call_register(GrpcCall *call, int32_t stream)
{
	lock_held(&call->connection->lock);
	GrpcConnection *connection = call->connection;
	call->stream = stream;
	nghttp2_session_set_stream_user_data(connection->session, stream, call);
	g_hash_table_insert(connection->calls, GINT_TO_POINTER(stream), call);
}

GrpcCall *grpc_call_ref(GrpcCall *call)
{
	g_atomic_int_inc(&call->references);
	return call;
}

void grpc_call_drop(GrpcCall *call)
{
	if (!g_atomic_int_dec_and_test(&call->references))
		return;
	g_queue_clear_full(&call->inbox, (GDestroyNotify)g_bytes_unref);
	g_ptr_array_unref(call->headers);
	g_byte_array_unref(call->in);
	g_byte_array_unref(call->out);
	g_free(call->message);
	g_clear_pointer(&call->details, g_bytes_unref);
	fd_clear(&call->hangup[0]);
	fd_clear(&call->hangup[1]);
	grpc_connection_unref(call->connection);
	g_free(call);
}

void grpc_call_unref(GrpcCall *call)
{
	GrpcConnection *connection = call->connection;
	g_mutex_lock(&connection->lock);
	if (!connection->server && !call->closed && !connection->ended) {
		nghttp2_submit_rst_stream(
			connection->session, NGHTTP2_FLAG_NONE, call->stream, NGHTTP2_CANCEL);
		grpc_connection_wake(connection);
	}
	/* Its unread bytes no longer count. */
	connection->held -= call->queued;
	call->queued = 0;
	g_queue_clear_full(&call->inbox, (GDestroyNotify)g_bytes_unref);
	g_mutex_unlock(&connection->lock);
	grpc_call_drop(call);
}

bool grpc_call_add_header(GrpcCall *call, const char *name, size_t name_length, const char *value,
	size_t value_length)
{
	if (memchr(name, '\0', name_length) != NULL || memchr(value, '\0', value_length) != NULL)
		return false;
	call->header_bytes += name_length + value_length + 32;
	g_ptr_array_add(call->headers, g_strndup(name, name_length));
	g_ptr_array_add(call->headers, g_strndup(value, value_length));
	return true;
}

static const char *find_header(const GrpcCall *call, const char *name)
{
	for (guint i = 0; i + 1 < call->headers->len; i += 2)
		if (strcmp(call->headers->pdata[i], name) == 0)
			return call->headers->pdata[i + 1];
	return "";
}

const char *grpc_call_header(const GrpcCall *call, const char *name)
{
	return find_header(call, name);
}

GPtrArray *grpc_call_headers(const GrpcCall *call, const char *name)
{
	GPtrArray *values = g_ptr_array_new();
	for (guint i = 0; i + 1 < call->headers->len; i += 2)
		if (strcmp(call->headers->pdata[i], name) == 0)
			g_ptr_array_add(values, call->headers->pdata[i + 1]);
	g_ptr_array_add(values, NULL);
	return values;
}

/* Escapes a message for a header as gRPC requires: everything but printable ASCII, and "%", as %XX. */
static char *escape(const char *text)
{
	g_autoptr(GString) out = g_string_new("");
	for (; *text != '\0'; text++)
		if (*text >= ' ' && *text <= '~' && *text != '%')
			g_string_append_c(out, *text);
		else
			g_string_append_printf(out, "%%%02X", (unsigned char)*text);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *unescape(const char *text)
{
	g_autoptr(GString) out = g_string_new("");
	for (; *text != '\0'; text++) {
		bool coded = *text == '%' && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2]);
		int value =
			coded ? g_ascii_xdigit_value(text[1]) * 16 + g_ascii_xdigit_value(text[2])
			      : *text;
		g_string_append_c(out, (char)(value != 0 ? value : '?'));
		text += coded ? 2 : 0;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static guint32 length_of(const GByteArray *in)
{
	return (guint32)in->data[1] << 24 | (guint32)in->data[2] << 16 | (guint32)in->data[3] << 8 |
	       in->data[4];
}

/* A complete message goes to the inbox. */
static void take_messages(GrpcCall *call)
{
	while (call->in->len >= PREFIX && call->in->data[0] == 0 &&
		call->in->len - PREFIX >= length_of(call->in)) {
		guint32 length = length_of(call->in);
		g_queue_push_tail(&call->inbox, g_bytes_new(call->in->data + PREFIX, length));
		g_byte_array_remove_range(call->in, 0, PREFIX + length);
		call->queued += PREFIX + length;
		call->connection->held += PREFIX + length;
	}
}

static void refuse(GrpcCall *call, GrpcCode code, const char *message)
{
	call->code = code;
	call->message = g_strdup(message);
}

/* Opens the flow control window for bytes that were read, unless too much is queued. */
static void pay(GrpcCall *call)
{
	if (call->owed == 0 || call->queued >= QUEUE || call->closed)
		return;
	nghttp2_session_consume_stream(call->connection->session, call->stream, call->owed);
	call->owed = 0;
	grpc_connection_wake(call->connection);
}

bool grpc_call_take(GrpcCall *call, const guint8 *bytes, size_t length)
{
	lock_held(&call->connection->lock);
	g_byte_array_append(call->in, bytes, (guint)length);
	call->owed += length;
	take_messages(call);
	if (call->in->len >= PREFIX && call->in->data[0] != 0)
		return refuse(call, GRPC_UNIMPLEMENTED, "compressed messages are not taken"), false;
	if ((call->in->len >= PREFIX && length_of(call->in) > GRPC_MESSAGE_LIMIT) ||
		call->connection->held + call->in->len > GRPC_HELD_LIMIT)
		return refuse(call, GRPC_EXHAUSTED, "the message is too large"), false;
	pay(call);
	return true;
}

void grpc_call_close(GrpcCall *call)
{
	lock_held(&call->connection->lock);
	call->closed = true;
	fd_clear(&call->hangup[1]);
	g_cond_broadcast(&call->connection->changed);
}

bool grpc_call_is_over(GrpcCall *call)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&call->connection->lock);
	return call->closed;
}

int grpc_call_hangup_fd(GrpcCall *call)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&call->connection->lock);
	if (call->hangup[0] < 0 && pipe2(call->hangup, O_CLOEXEC) == 0 && call->closed)
		fd_clear(&call->hangup[1]);
	return call->hangup[0];
}

static nghttp2_nv pair(const char *name, const char *value)
{
	return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value),
		NGHTTP2_NV_FLAG_NONE};
}

static void submit_trailers(GrpcCall *call)
{
	g_autofree char *code = g_strdup_printf("%d", call->code),
			*message = escape(call->message != NULL ? call->message : ""),
			*details = NULL;
	nghttp2_nv trailers[3] = {pair("grpc-status", code)};
	size_t count = 1;
	if (*message != '\0')
		trailers[count++] = pair("grpc-message", message);
	if (call->details != NULL) {
		gsize length;
		const guchar *bytes = g_bytes_get_data(call->details, &length);
		details = g_base64_encode(bytes, length);
		trailers[count++] = pair("grpc-status-details-bin", details);
	}
	nghttp2_submit_trailer(call->connection->session, call->stream, trailers, count);
}

static ssize_t provide(nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t length,
	uint32_t *flags, nghttp2_data_source *source, void *data)
{
	GrpcCall *call = source->ptr;
	size_t left = call->out->len - call->out_taken, n = MIN(left, length);
	(void)session;
	(void)stream;
	(void)data;
	if (n == 0 && !call->out_ended)
		return NGHTTP2_ERR_DEFERRED;
	if (n > 0)
		memcpy(buffer, call->out->data + call->out_taken, n);
	call->out_taken += n;
	if (n < left)
		return (ssize_t)n;
	g_byte_array_set_size(call->out, 0);
	call->out_taken = 0;
	g_cond_broadcast(&call->connection->changed);
	if (!call->out_ended)
		return (ssize_t)n;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (call->connection->server) {
		*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
		submit_trailers(call);
	}
	return (ssize_t)n;
}

nghttp2_data_provider grpc_call_provider(GrpcCall *call)
{
	return (nghttp2_data_provider){.source.ptr = call, .read_callback = provide};
}

/* Appends pairs to the fixed headers. */
static void add_metadata(GArray *headers, const char *const *metadata)
{
	for (int i = 0; metadata != NULL && metadata[i] != NULL; i += 2) {
		nghttp2_nv one = pair(metadata[i], metadata[i + 1]);
		g_array_append_val(headers, one);
	}
}

/* The connection's lock is held. */
static void submit_headers(GrpcCall *call, const char *const *metadata)
{
	lock_held(&call->connection->lock);
	if (call->headers_sent || call->closed)
		return;
	g_autoptr(GArray) headers = g_array_new(FALSE, FALSE, sizeof(nghttp2_nv));
	const char *const always[] = {":status", "200", "content-type", "application/grpc", NULL};
	nghttp2_data_provider provider = grpc_call_provider(call);
	add_metadata(headers, always);
	add_metadata(headers, metadata);
	nghttp2_submit_response(call->connection->session, call->stream,
		(nghttp2_nv *)(void *)headers->data, headers->len, &provider);
	call->headers_sent = true;
	grpc_connection_wake(call->connection);
}

void grpc_call_send_headers(GrpcCall *call, const char *const *metadata)
{
	g_mutex_lock(&call->connection->lock);
	submit_headers(call, metadata);
	g_mutex_unlock(&call->connection->lock);
}

/* The connection's lock is held: out has data, or its end, to send. */
static void resume(GrpcCall *call)
{
	lock_held(&call->connection->lock);
	if (call->closed)
		return;
	if (call->connection->server && !call->headers_sent)
		submit_headers(call, NULL);
	else
		nghttp2_session_resume_data(call->connection->session, call->stream);
	grpc_connection_wake(call->connection);
}

void grpc_call_refuse(GrpcCall *call, GrpcCode code, const char *message)
{
	lock_held(&call->connection->lock);
	call->code = code;
	call->message = g_strdup(message);
	call->out_ended = true;
	resume(call);
}

void grpc_call_reject(GrpcCall *call, const char *http_status)
{
	lock_held(&call->connection->lock);
	if (http_status != NULL) {
		nghttp2_nv status = pair(":status", http_status);
		nghttp2_submit_response(call->connection->session, call->stream, &status, 1, NULL);
		return;
	}
	g_autofree char *message = g_strdup_printf("unknown method %s", find_header(call, ":path"));
	grpc_call_refuse(call, GRPC_UNIMPLEMENTED, message);
}

/* The connection's lock is held: waits for a change, and polls whether this thread's work was cancelled. */
static bool wait_change(GrpcCall *call)
{
	lock_held(&call->connection->lock);
	g_cond_wait_until(&call->connection->changed, &call->connection->lock,
		g_get_monotonic_time() + LOOK_US);
	return work_going();
}

bool grpc_call_send(GrpcCall *call, const void *bytes, size_t length, GError **error)
{
	const guint8 prefix[PREFIX] = {0, (guint8)(length >> 24), (guint8)(length >> 16),
		(guint8)(length >> 8), (guint8)length};
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&call->connection->lock);
	bool going = true;
	while (going && !call->closed && call->out->len > QUEUE)
		going = wait_change(call);
	if (!going || call->closed || call->out_ended)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "the other side has gone");
	g_byte_array_append(call->out, prefix, PREFIX);
	g_byte_array_append(call->out, bytes, (guint)length);
	resume(call);
	return true;
}

void grpc_call_send_end(GrpcCall *call)
{
	g_mutex_lock(&call->connection->lock);
	call->out_ended = true;
	resume(call);
	g_mutex_unlock(&call->connection->lock);
}

void grpc_call_finish(GrpcCall *call, GrpcCode code, const char *message, GBytes *details)
{
	g_mutex_lock(&call->connection->lock);
	if (!call->out_ended) {
		/* The reason why a message was refused is more specific than its absence. */
		if (call->code == GRPC_OK) {
			call->code = code;
			call->message = g_strdup(message);
		}
		call->details = details != NULL ? g_bytes_ref(details) : NULL;
		call->out_ended = true;
		resume(call);
	}
	g_mutex_unlock(&call->connection->lock);
}

static const struct {
	GrpcCode grpc;
	BerthErrorCode ours;
} codes[] = {{GRPC_INVALID, BERTH_ERROR_INVALID}, {GRPC_DEADLINE, BERTH_ERROR_TIMEOUT},
	{GRPC_NOT_FOUND, BERTH_ERROR_NOT_FOUND}, {GRPC_EXISTS, BERTH_ERROR_CONFLICT},
	{GRPC_DENIED, BERTH_ERROR_FORBIDDEN}, {GRPC_EXHAUSTED, BERTH_ERROR_TOO_LARGE},
	{GRPC_UNIMPLEMENTED, BERTH_ERROR_NOT_IMPLEMENTED},
	{GRPC_UNAVAILABLE, BERTH_ERROR_UNAVAILABLE},
	{GRPC_UNAUTHENTICATED, BERTH_ERROR_UNAUTHORIZED}};

GrpcCode grpc_code_of(const GError *error)
{
	for (size_t i = 0; error != NULL && i < G_N_ELEMENTS(codes); i++)
		if (error->domain == BERTH_ERROR && error->code == (int)codes[i].ours)
			return codes[i].grpc;
	return GRPC_UNKNOWN;
}

static BerthErrorCode error_of(int code)
{
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
		if ((int)codes[i].grpc == code)
			return codes[i].ours;
	return BERTH_ERROR_SYSTEM;
}

/* The connection's lock is held: a call of ours has ended. False if that is a failure. */
static bool check_status(const GrpcCall *call, GError **error)
{
	lock_held(&call->connection->lock);
	const char *status = find_header(call, "grpc-status");
	if (strcmp(status, "0") == 0)
		return true;
	if (*status == '\0')
		return fail(error, BERTH_ERROR_UNAVAILABLE, "the other side has gone");
	g_autofree char *message = unescape(find_header(call, "grpc-message"));
	return fail(error, error_of((int)g_ascii_strtoll(status, NULL, 10)), "%s", message);
}

GBytes *grpc_call_receive(GrpcCall *call, GError **error)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&call->connection->lock);
	while (call->inbox.length == 0 && !call->in_ended && !call->closed)
		if (!wait_change(call)) {
			fail(error, BERTH_ERROR_SYSTEM, "cancelled");
			return NULL;
		}
	GBytes *message = g_queue_pop_head(&call->inbox);
	if (message != NULL) {
		call->queued -= PREFIX + g_bytes_get_size(message);
		call->connection->held -= PREFIX + g_bytes_get_size(message);
		pay(call);
		return message;
	}
	if (!call->connection->server)
		check_status(call, error);
	else if (!call->in_ended)
		fail(error, BERTH_ERROR_UNAVAILABLE, "the other side has gone");
	return NULL;
}

GrpcCall *grpc_call_new(
	GrpcConnection *connection, const char *path, const char *const *metadata, GError **error)
{
	const char *const always[] = {":method", "POST", ":scheme", "http", ":path", path,
		":authority", "localhost", "content-type", "application/grpc", "user-agent",
		"berthd", "te", "trailers", NULL};
	g_autoptr(GArray) headers = g_array_new(FALSE, FALSE, sizeof(nghttp2_nv));
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&connection->lock);
	add_metadata(headers, always);
	add_metadata(headers, metadata);
	GrpcCall *call = grpc_call_make(connection);
	nghttp2_data_provider provider = grpc_call_provider(call);
	int32_t stream = connection->ended ? -1
					   : nghttp2_submit_request(connection->session, NULL,
						     (nghttp2_nv *)(void *)headers->data,
						     headers->len, &provider, NULL);
	if (stream < 0) {
		grpc_call_drop(call);
		fail(error, BERTH_ERROR_UNAVAILABLE, "the other side has gone");
		return NULL;
	}
	grpc_call_register(grpc_call_ref(call), stream);
	grpc_connection_wake(connection);
	return call;
}
