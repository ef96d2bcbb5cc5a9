/* Serves all services on a client's connection. */
#include "buildkit/internal.h"

static const GrpcMethod *const methods[] = {worker_methods, control_methods, bridge_methods,
	usage_methods, file_methods, history_methods, stated_methods, NULL};

void buildkit_serve(Engine *engine, int fd, const void *first, size_t length)
{
	g_autoptr(GrpcConnection) connection =
		grpc_connection_new(fd, first, length, methods, engine);
	grpc_connection_run(connection);
}
