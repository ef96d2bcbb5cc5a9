/* A build from its client's view: Status, Solve and the calls of the bridge name it by the same ref, on one or several connections. */
#include "buildkit/internal.h"

#include "base/work.h"

#include <poll.h>
#include <string.h>

/* HEARD_LIMIT: bytes of progress that nobody has fetched. The build waits for a listener; without one, or when it is cancelled, the oldest progress is dropped. */
enum { HEARD_LIMIT = 4 << 20, LOOK_US = 200 * 1000, WAIT_US = 5 * G_USEC_PER_SEC, MAX_ENDED = 16 };

struct Job {
	int references; /* guarded by jobs.lock */
	char *ref;
	GMutex lock;
	GCond changed;
	GQueue heard; /* of GBytes */
	gsize heard_bytes;
	bool ended; /* no further progress comes */
	bool heard_once;
	int listeners, working;
	Engine *engine;
	const Bk__ControlSolveRequest *solve; /* while Solve goes on */
	Session *session;		      /* or NULL */
	const BuildkitOnce *asked;	      /* or NULL */
	History *history;		      /* the same; NULL: nothing is kept */
	int hangup_fd;
	Bk__ReturnRequest *answer;
	GPtrArray *refs; /* of Ref */
};

static struct {
	GMutex lock;
	GHashTable *table; /* ref -> Job, borrowed */
	GQueue ended;	   /* of Job: Status may be called after Solve has returned */
} jobs;

Job *job_get(const char *ref)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&jobs.lock);
	if (jobs.table == NULL)
		jobs.table = g_hash_table_new(g_str_hash, g_str_equal);
	Job *job = g_hash_table_lookup(jobs.table, ref);
	if (job == NULL) {
		job = g_new0(Job, 1);
		job->ref = g_strdup(ref);
		job->hangup_fd = -1;
		job->refs = g_ptr_array_new_with_free_func(ref_free);
		g_mutex_init(&job->lock);
		g_cond_init(&job->changed);
		g_queue_init(&job->heard);
		g_hash_table_insert(jobs.table, job->ref, job);
	}
	job->references++;
	return job;
}

static void remember(Job *job)
{
	g_mutex_lock(&jobs.lock);
	job->references++;
	g_queue_push_tail(&jobs.ended, job);
	Job *oldest = jobs.ended.length > MAX_ENDED ? g_queue_pop_head(&jobs.ended) : NULL;
	g_mutex_unlock(&jobs.lock);
	if (oldest != NULL)
		job_unref(oldest);
}

void job_unref(Job *job)
{
	g_mutex_lock(&jobs.lock);
	bool last = --job->references == 0;
	if (last)
		g_hash_table_remove(jobs.table, job->ref);
	g_mutex_unlock(&jobs.lock);
	if (!last)
		return;
	g_ptr_array_unref(job->refs);
	g_queue_clear_full(&job->heard, (GDestroyNotify)g_bytes_unref);
	grpc_message_free(job->answer);
	g_mutex_clear(&job->lock);
	g_cond_clear(&job->changed);
	g_free(job->ref);
	g_free(job);
}

bool job_begin(Job *job, Engine *engine, const Bk__ControlSolveRequest *solve, Session *session,
	int hangup_fd, GError **error)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&job->lock);
	if (job->solve != NULL || job->ended)
		return fail(error, BERTH_ERROR_CONFLICT, "job ID %s exists", job->ref);
	job->engine = engine;
	job->solve = solve;
	job->session = session;
	job->history = history_begin(engine, solve);
	job->hangup_fd = hangup_fd;
	g_cond_broadcast(&job->changed);
	return true;
}

bool job_enter(Job *job, bool to_work, GError **error)
{
	gint64 limit = g_get_monotonic_time() + WAIT_US;
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&job->lock);
	while (job->solve == NULL && !job->ended)
		if (!g_cond_wait_until(&job->changed, &job->lock, limit))
			break;
	if (job->solve == NULL && (to_work || !job->ended))
		return fail(error, BERTH_ERROR_NOT_FOUND, "no such job %s", job->ref);
	job->working += to_work;
	job->listeners += !to_work;
	job->heard_once |= !to_work;
	return true;
}

void job_leave(Job *job)
{
	g_mutex_lock(&job->lock);
	job->working--;
	g_cond_broadcast(&job->changed);
	g_mutex_unlock(&job->lock);
}

const Bk__ControlSolveRequest *job_solve(const Job *job)
{
	return job->solve;
}

Session *job_session(const Job *job)
{
	return job->session;
}

GrpcCall *job_call_session(
	const Job *job, const char *method, const char *const *metadata, GError **error)
{
	if (job->session != NULL)
		return grpc_call_new(job->session->connection, method, metadata, error);
	fail(error, BERTH_ERROR_INVALID, "this needs a session, and the build has none");
	return NULL;
}

void job_set_asked(Job *job, const BuildkitOnce *asked)
{
	job->asked = asked;
}

const BuildkitOnce *job_asked(const Job *job)
{
	return job->asked;
}

Engine *job_engine(const Job *job)
{
	return job->engine;
}

int job_hangup_fd(const Job *job)
{
	return job->hangup_fd;
}

void job_return(Job *job, Bk__ReturnRequest *answer)
{
	g_mutex_lock(&job->lock);
	if (job->answer == NULL)
		job->answer = g_steal_pointer(&answer);
	g_cond_broadcast(&job->changed);
	g_mutex_unlock(&job->lock);
	grpc_message_free(answer);
}

const Bk__ReturnRequest *job_wait_return(Job *job, GrpcCall *call)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&job->lock);
	while (job->answer == NULL && !grpc_call_is_over(call))
		g_cond_wait_until(&job->changed, &job->lock, g_get_monotonic_time() + LOOK_US);
	return job->answer;
}

/* A listener that never reads does not delay a build whose client has disconnected. */
static bool is_wanted(const Job *job)
{
	struct pollfd client = {.fd = job->hangup_fd, .events = POLLRDHUP};
	return poll(&client, 1, 0) <= 0 || (client.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}

void job_end_status(Job *job)
{
	g_mutex_lock(&job->lock);
	job->ended = true;
	g_cond_broadcast(&job->changed);
	while (job->listeners > 0 && is_wanted(job))
		g_cond_wait_until(&job->changed, &job->lock, g_get_monotonic_time() + LOOK_US);
	g_mutex_unlock(&job->lock);
}

void job_state(Job *job, const char *text)
{
	g_mutex_lock(&job->lock);
	history_state(job->history, text);
	g_mutex_unlock(&job->lock);
}

void job_end(Job *job, const HistoryEnd *end)
{
	job_end_status(job);
	g_mutex_lock(&job->lock);
	while (job->working > 0)
		g_cond_wait(&job->changed, &job->lock);
	history_end(job->history, end);
	job->history = NULL;
	job->solve = NULL;
	job->session = NULL;
	job->asked = NULL;
	g_mutex_unlock(&job->lock);
	g_ptr_array_set_size(job->refs, 0);
	remember(job);
}

bool job_say(gpointer data, json_t *line)
{
	Job *job = data;
	g_autoptr(json_t) owned = line;
	GBytes *bytes = status_of_line(owned);
	if (bytes == NULL)
		return true;
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&job->lock);
	if (job->history != NULL)
		history_note(job->history, owned, bytes);
	while (job->heard_bytes > HEARD_LIMIT && job->listeners > 0 && work_going())
		g_cond_wait_until(&job->changed, &job->lock, g_get_monotonic_time() + LOOK_US);
	while (job->heard_bytes > HEARD_LIMIT) {
		g_autoptr(GBytes) oldest = g_queue_pop_head(&job->heard);
		job->heard_bytes -= g_bytes_get_size(oldest);
	}
	g_queue_push_tail(&job->heard, bytes);
	job->heard_bytes += g_bytes_get_size(bytes);
	g_cond_broadcast(&job->changed);
	return true;
}

GBytes *job_hear(Job *job, GrpcCall *call)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&job->lock);
	while (job->heard.length == 0 && !job->ended && (call == NULL || !grpc_call_is_over(call)))
		g_cond_wait_until(&job->changed, &job->lock, g_get_monotonic_time() + LOOK_US);
	GBytes *bytes = g_queue_pop_head(&job->heard);
	if (bytes != NULL)
		job->heard_bytes -= g_bytes_get_size(bytes);
	g_cond_broadcast(&job->changed);
	return bytes;
}

bool job_is_heard(Job *job)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&job->lock);
	return job->heard_once || (job->solve == NULL && !job->ended);
}

void job_listen(Job *job, bool on)
{
	g_mutex_lock(&job->lock);
	job->heard_once = true;
	job->listeners += on ? 1 : -1;
	g_cond_broadcast(&job->changed);
	g_mutex_unlock(&job->lock);
}

void job_add_ref(Job *job, Ref *ref)
{
	g_mutex_lock(&job->lock);
	g_ptr_array_add(job->refs, ref);
	g_mutex_unlock(&job->lock);
}

Ref *ref_find(Job *job, const char *name, guint *number, GError **error)
{
	guint own = 0;
	g_autofree char *id = ref_id_part(name, &own);
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&job->lock);
	if (number != NULL)
		*number = own;
	for (guint i = 0; i < job->refs->len; i++) {
		Ref *ref = job->refs->pdata[i];
		if (strcmp(ref->id, id) == 0)
			return ref;
	}
	fail(error, BERTH_ERROR_NOT_FOUND, "no such ref %s", name);
	return NULL;
}
