/* Any bytes as a client's connection, and any packets as a session's files. */
#include "buildkit/internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads all that comes as each type that a service reads. */
static bool read_all(GrpcCall *call, gpointer unused, GError **error)
{
	static const ProtobufCMessageDescriptor *const types[] = {
		&bk__control_solve_request__descriptor, &bk__bridge_solve_request__descriptor,
		&bk__return_request__descriptor, &bk__prune_request__descriptor,
		&bk__packet__descriptor};
	(void)unused;
	for (;;) {
		g_autoptr(GBytes) bytes = grpc_call_receive(call, NULL);
		if (bytes == NULL)
			return true;
		for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
			grpc_message_free(grpc_message_unpack(types[i], bytes, NULL));
		g_autoptr(Bk__BridgeSolveRequest) request =
			grpc_message_unpack(&bk__bridge_solve_request__descriptor, bytes, NULL);
		g_autofree char *id = request != NULL ? definition_read(request->definition) : NULL;
		if (!grpc_call_send(call, "x", 1, error))
			return false;
	}
}

typedef struct {
	const uint8_t *data;
	size_t size;
} Input;

/* A session that sends these packets, whatever it is asked. */
static bool send_packets(GrpcCall *call, gpointer data, GError **error)
{
	Input *input = data;
	for (size_t at = 0; at + 1 < input->size;) {
		size_t length = MIN(input->data[at], input->size - at - 1);
		if (!grpc_call_send(call, input->data + at + 1, length, error))
			return false;
		at += 1 + length;
	}
	return true;
}

static gpointer run(gpointer connection)
{
	grpc_connection_run(connection);
	return NULL;
}

static void fuzz_connection(const uint8_t *data, size_t size)
{
	static const GrpcMethod methods[] = {{"/a", read_all}, {0}};
	static const GrpcMethod *const tables[] = {methods, NULL};
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	send(pair[1], data + size / 2, size - size / 2, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(pair[1], SHUT_WR);
	g_autoptr(GrpcConnection) connection =
		grpc_connection_new(pair[0], data, size / 2, tables, NULL);
	grpc_connection_run(connection);
	close(pair[1]);
}

static void fuzz_files(const uint8_t *data, size_t size)
{
	static const GrpcMethod methods[] = {
		{"/moby.filesync.v1.FileSync/DiffCopy", send_packets}, {0}};
	static const GrpcMethod *const tables[] = {methods, NULL};
	char folder[] = "/tmp/fuzz-grpc.XXXXXX";
	Input input = {data, size};
	int pair[2];
	gint64 received = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || mkdtemp(folder) == NULL)
		abort();
	g_autoptr(GrpcConnection) client = grpc_connection_new(pair[1], NULL, 0, tables, &input);
	Session session = {.connection = grpc_connection_new(pair[0], NULL, 0, NULL, NULL)};
	GThread *threads[] = {
		g_thread_new("client", run, client), g_thread_new("ours", run, session.connection)};
	BuildFetch what = {.name = "context", .received = &received, .older = -1};
	filesync_fetch(&session, &what, folder, NULL);
	grpc_connection_stop(session.connection);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	grpc_connection_unref(session.connection);
	tree_remove(-1, folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == 'F')
		fuzz_files(data + 1, size - 1);
	else if (size > 0)
		fuzz_connection(data, size);
	return 0;
}
