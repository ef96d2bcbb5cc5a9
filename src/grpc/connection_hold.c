/* References to a connection, and waking its thread. */
#include "grpc/internal.h"

#include "base/fd.h"

#include <sys/eventfd.h>

void grpc_connection_wake(GrpcConnection *connection)
{
	eventfd_write(connection->wake, 1);
}

GrpcConnection *grpc_connection_ref(GrpcConnection *connection)
{
	g_atomic_int_inc(&connection->references);
	return connection;
}

void grpc_connection_unref(GrpcConnection *connection)
{
	if (!g_atomic_int_dec_and_test(&connection->references))
		return;
	g_hash_table_unref(connection->calls);
	nghttp2_session_del(connection->session);
	if (connection->first != NULL)
		g_byte_array_unref(connection->first);
	fd_clear(&connection->fd);
	fd_clear(&connection->wake);
	g_mutex_clear(&connection->lock);
	g_cond_clear(&connection->changed);
	g_free(connection);
}
