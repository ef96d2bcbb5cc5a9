/* Sessions: connections on which the engine calls services of the client (moby/buildkit, package session). */
#include "buildkit/internal.h"

#include "base/lock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

enum { WAIT_SECONDS = 5, MAX_SESSIONS = 1024 };

static struct {
	GMutex lock;
	GCond changed;
	GHashTable *table; /* id -> Session, borrowed */
} sessions;

void session_unref(Session *session)
{
	if (!g_atomic_int_dec_and_test(&session->references))
		return;
	g_free(session->id);
	g_free(session->shared_key);
	g_strfreev(session->methods);
	grpc_connection_unref(session->connection);
	g_free(session);
}

/* sessions.lock is held. */
static bool check(const char *id, GError **error)
{
	lock_held(&sessions.lock);
	if (sessions.table == NULL)
		sessions.table = g_hash_table_new(g_str_hash, g_str_equal);
	if (*id == '\0')
		return fail(error, BERTH_ERROR_INVALID, "a session needs an id");
	if (g_hash_table_size(sessions.table) >= MAX_SESSIONS)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "there are too many sessions");
	return !g_hash_table_contains(sessions.table, id) ||
	       fail(error, BERTH_ERROR_CONFLICT, "session %s already exists", id);
}

bool buildkit_session_check(const char *id, GError **error)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sessions.lock);
	return check(id, error);
}

static bool add(Session *session, GError **error)
{
	if (!check(session->id, error))
		return false;
	g_hash_table_insert(sessions.table, session->id, session);
	g_cond_broadcast(&sessions.changed);
	return true;
}

bool buildkit_session(const char *id, const char *shared_key, const char *const *methods, int fd,
	const void *first, size_t length, GError **error)
{
	Session *session = g_new0(Session, 1);
	*session = (Session){.references = 1,
		.id = g_strdup(id),
		.shared_key = g_strdup(shared_key),
		.methods = g_strdupv((char **)methods)};
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	session->connection = grpc_connection_new(own, first, length, NULL, NULL);
	g_mutex_lock(&sessions.lock);
	bool ok = add(session, error);
	g_mutex_unlock(&sessions.lock);
	if (ok) {
		close(fd);
		grpc_connection_run(session->connection);
		g_mutex_lock(&sessions.lock);
		g_hash_table_remove(sessions.table, session->id);
		g_mutex_unlock(&sessions.lock);
	}
	session_unref(session);
	return ok;
}

Session *session_find(const char *id, GError **error)
{
	gint64 limit = g_get_monotonic_time() + WAIT_SECONDS * G_TIME_SPAN_SECOND;
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sessions.lock);
	for (;;) {
		Session *session =
			sessions.table != NULL ? g_hash_table_lookup(sessions.table, id) : NULL;
		if (session != NULL) {
			g_atomic_int_inc(&session->references);
			return session;
		}
		if (!g_cond_wait_until(&sessions.changed, &sessions.lock, limit)) {
			fail(error, BERTH_ERROR_NOT_FOUND, "no active session for %s", id);
			return NULL;
		}
	}
}

bool session_serves(const Session *session, const char *method)
{
	return g_strv_contains((const char *const *)session->methods, method);
}

static Session *session_of(gpointer ref)
{
	return job_session(((Ref *)ref)->job);
}

static const char *shared_key(gpointer ref)
{
	return session_of(ref)->shared_key;
}

static bool fetch(gpointer ref, const BuildFetch *what, const char *folder, GError **error)
{
	const char *id = json_string_value(json_object_get(((Ref *)ref)->locals, what->name));
	if (id == NULL)
		return filesync_fetch(session_of(ref), what, folder, error);
	g_autoptr(Session) other = session_find(id, error);
	return other != NULL && filesync_fetch(other, what, folder, error);
}

static char *secret(gpointer ref, const char *id, GError **error)
{
	g_autoptr(GError) problem = NULL;
	Bk__GetSecretRequest request = BK__GET_SECRET_REQUEST__INIT;
	request.id = (char *)id;
	g_autoptr(Bk__GetSecretResponse) answer =
		grpc_ask(session_of(ref)->connection, "/moby.buildkit.secrets.v1.Secrets/GetSecret",
			&request, &bk__get_secret_response__descriptor, &problem);
	if (answer != NULL)
		return g_base64_encode(answer->data.data, answer->data.len);
	if (problem->code != BERTH_ERROR_NOT_FOUND && problem->code != BERTH_ERROR_NOT_IMPLEMENTED)
		g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}

static bool has_ssh(gpointer ref, const char *id)
{
	Bk__CheckAgentRequest request = BK__CHECK_AGENT_REQUEST__INIT;
	request.id = (char *)id;
	g_autoptr(Bk__Empty) answer = grpc_ask(session_of(ref)->connection,
		"/moby.sshforward.v1.SSH/CheckAgent", &request, &bk__empty__descriptor, NULL);
	return answer != NULL;
}

static int ssh(gpointer ref, const char *id, GError **error)
{
	int ends[2];
	const char *const metadata[] = {"buildkit.ssh.id", id, NULL};
	GrpcCall *call = grpc_call_new(session_of(ref)->connection,
		"/moby.sshforward.v1.SSH/ForwardAgent", metadata, error);
	if (call == NULL)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		grpc_call_unref(call);
		fail_errno(error, "socketpair");
		return -1;
	}
	if (grpc_carry_away(call, ends[0], error))
		return ends[1];
	close(ends[1]);
	return -1;
}

static char *auth(gpointer ref, const char *domain)
{
	Bk__CredentialsRequest request = BK__CREDENTIALS_REQUEST__INIT;
	request.host = (char *)(strcmp(domain, "docker.io") == 0 ? "registry-1.docker.io" : domain);
	g_autoptr(Bk__CredentialsResponse) answer =
		grpc_ask(session_of(ref)->connection, "/moby.filesync.v1.Auth/Credentials",
			&request, &bk__credentials_response__descriptor, NULL);
	if (answer == NULL || *answer->secret == '\0')
		return g_strdup("");
	g_autoptr(json_t) json = *answer->username == '\0'
					 ? json_pack("{s:s}", "identitytoken", answer->secret)
					 : json_pack("{s:s, s:s}", "username", answer->username,
						   "password", answer->secret);
	return json != NULL ? json_base64url(json) : g_strdup("");
}

static json_t *input(gpointer data, const char *name, GPtrArray **layers, GError **error)
{
	const Ref *ref = data;
	const char *id = json_string_value(json_object_get(ref->inputs, name));
	return ref_image(id != NULL ? id : "", layers, error);
}

static char *cache(gpointer ref, const char *name, bool *fresh, GError **error)
{
	return content_load(session_of(ref), job_engine(((Ref *)ref)->job),
		name + strlen(BUILD_CACHE_LOCAL), fresh, error);
}

const BuildClient session_client = {.shared_key = shared_key,
	.fetch = fetch,
	.secret = secret,
	.has_ssh = has_ssh,
	.ssh = ssh,
	.auth = auth,
	.cache = cache,
	.input = input};
