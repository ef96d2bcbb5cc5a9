/* Service Control: builds, their progress, and sessions within a connection. */
#include "buildkit/internal.h"

#include "base/thread.h"
#include "base/timefmt.h"

#include <string.h>
#include <sys/socket.h>

static bool send_status(Job *job, GrpcCall *call, GError **error)
{
	bool ok = true;
	while (ok) {
		g_autoptr(GBytes) bytes = job_hear(job, call);
		if (bytes == NULL)
			break;
		gsize length;
		const void *data = g_bytes_get_data(bytes, &length);
		ok = grpc_call_send(call, data, length, error);
	}
	return ok;
}

static bool status(GrpcCall *call, gpointer engine, GError **error)
{
	g_autofree char *now = time_format(time_now());
	const char *const metadata[] = {"buildkit-current-timestamp", now, NULL};
	g_autoptr(Bk__StatusRequest) request =
		grpc_receive(call, &bk__status_request__descriptor, error);
	if (request == NULL)
		return false;
	g_autoptr(Job) job = job_get(request->ref);
	if (job_is_heard(job) && history_has(engine, request->ref)) {
		grpc_call_send_headers(call, metadata);
		return history_send(engine, request->ref, call, error);
	}
	if (!job_enter(job, false, error))
		return false;
	grpc_call_send_headers(call, metadata);
	bool ok = send_status(job, call, error);
	if (ok)
		grpc_call_finish(call, GRPC_OK, "", NULL);
	job_listen(job, false);
	return ok;
}

static bool answer_solve(GrpcCall *call, const json_t *response, GError **error)
{
	Bk__ControlSolveResponse answer = BK__CONTROL_SOLVE_RESPONSE__INIT;
	size_t count = json_object_size(response);
	g_autofree Bk__Pair *pairs = g_new(Bk__Pair, count + 1),
			    **list = g_new(Bk__Pair *, count + 1);
	answer.n_exporter_response = response_pairs(response, pairs, list);
	answer.exporter_response = list;
	return grpc_send(call, &answer, error);
}

/* A client's frontend has failed: its error is returned unchanged. */
static void pass_error(GrpcCall *call, const Bk__Status *failure)
{
	g_autoptr(GBytes) details = grpc_message_pack(failure);
	grpc_call_finish(call, (GrpcCode)failure->code, failure->message, details);
}

/* Results for several platforms all name the same build. */
static const char *returned_id(const Bk__Result *result)
{
	if (result == NULL)
		return "";
	if (result->result_case == BK__RESULT__RESULT_REF)
		return result->ref->id;
	const Bk__RefMap *map =
		result->result_case == BK__RESULT__RESULT_REFS ? result->refs : NULL;
	return map != NULL && map->n_refs > 0 && map->refs[0]->value != NULL
		       ? map->refs[0]->value->id
		       : "";
}

/* The client's frontend reports the result through the bridge. cancelled is read before the call is answered: a client that has its answer disconnects. */
static bool solve_by_bridge(
	Job *job, GrpcCall *call, json_t *response, bool *cancelled, GError **error)
{
	const Bk__ReturnRequest *returned = job_wait_return(job, call);
	*cancelled = returned == NULL;
	if (returned == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "the client has gone");
	if (returned->error != NULL) {
		*cancelled = returned->error->code == GRPC_CANCELLED;
		job_end_status(job);
		pass_error(call, returned->error);
		return fail(error, BERTH_ERROR_SYSTEM, "%s", returned->error->message);
	}
	const char *id = returned_id(returned->result);
	if (*id == '\0')
		return true;
	Ref *ref = ref_find(job, id, NULL, error);
	bool ok = ref != NULL && export_result(job, ref, response, error);
	*cancelled = grpc_call_is_over(call);
	return ok;
}

/* A build without a frontend in the client, in one call. */
static bool solve_here(Job *job, GrpcCall *call, json_t *response, bool *cancelled, GError **error)
{
	const Bk__ControlSolveRequest *solve = job_solve(job);
	g_auto(FrontendResult) result = {0};
	g_autoptr(GError) problem = NULL;
	bool is_built =
		frontend_solve(job, solve->frontend, solve->frontend_attrs, solve->n_frontend_attrs,
			solve->frontend_inputs, solve->n_frontend_inputs, &result, &problem);
	bool ok =
		is_built && (result.ref == NULL || export_result(job, result.ref, response, error));
	*cancelled = grpc_call_is_over(call);
	if (is_built)
		return ok;
	job_end_status(job);
	if (result.details != NULL)
		grpc_call_finish(call, GRPC_UNKNOWN, problem->message, result.details);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool solve_job(Job *job, GrpcCall *call, Engine *engine,
	const Bk__ControlSolveRequest *request, json_t *response, GError **error)
{
	g_autoptr(Session) session = session_find(request->session, error);
	if (session == NULL || !export_check(request, error) ||
		!job_begin(job, engine, request, session, grpc_call_hangup_fd(call), error))
		return false;
	g_autoptr(GError) problem = NULL;
	bool cancelled = false;
	bool ok = *request->frontend == '\0'
			  ? solve_by_bridge(job, call, response, &cancelled, &problem)
			  : solve_here(job, call, response, &cancelled, &problem);
	/* All progress is delivered before the answer; otherwise clients report a failure as a cancellation. */
	job_end(job, &(HistoryEnd){ok ? NULL : problem->message, cancelled, response});
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

static bool solve(GrpcCall *call, gpointer engine, GError **error)
{
	g_autoptr(json_t) response = json_object();
	g_autoptr(Bk__ControlSolveRequest) request =
		grpc_receive(call, &bk__control_solve_request__descriptor, error);
	if (request == NULL)
		return false;
	if (*request->frontend == '\0' && request->definition != NULL &&
		request->definition->n_def > 0)
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			"LLB is not executed here: only frontend dockerfile.v0 is");
	g_autoptr(Job) job = job_get(request->ref);
	return solve_job(job, call, engine, request, response, error) &&
	       answer_solve(call, response, error);
}

typedef struct {
	GrpcCall *call;
	int fd;
} Inner;

static gpointer run_session(gpointer data)
{
	Inner *inner = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) methods =
		grpc_call_headers(inner->call, "x-docker-expose-session-grpc-method");
	if (!buildkit_session(grpc_call_header(inner->call, "x-docker-expose-session-uuid"),
		    grpc_call_header(inner->call, "x-docker-expose-session-sharedkey"),
		    (const char *const *)methods->pdata, inner->fd, NULL, 0, &error)) {
		grpc_call_finish(inner->call, grpc_code_of(error), error->message, NULL);
		close(inner->fd);
	}
	return NULL;
}

/* A connection inside the messages of a call: HTTP/2 within HTTP/2, in which the client is the server. */
static bool session(GrpcCall *call, gpointer engine, GError **error)
{
	int ends[2];
	(void)engine;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return fail_errno(error, "socketpair");
	autofd outer = ends[0];
	Inner inner = {call, ends[1]};
	grpc_call_send_headers(call, NULL);
	GThread *thread = thread_start("session", run_session, &inner, error);
	if (thread == NULL) {
		close(ends[1]);
		return false;
	}
	bool ok = grpc_carry(call, outer, error);
	fd_clear(&outer);
	g_thread_join(thread);
	/* cppcheck-suppress memleak */ /* joining frees it */
	return ok;
}

const GrpcMethod control_methods[] = {
	{"/moby.buildkit.v1.Control/Solve", solve},
	{"/moby.buildkit.v1.Control/Status", status},
	{"/moby.buildkit.v1.Control/Session", session},
	{0},
};
