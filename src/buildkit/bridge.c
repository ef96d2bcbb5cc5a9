/* The bridge: what a client's own frontend asks for while its Solve goes on. Each call names that by its ref. */
#include "buildkit/internal.h"

#include <string.h>

Job *job_of_call(GrpcCall *call, GError **error)
{
	Job *job = job_get(grpc_call_header(call, "buildkit-controlapi-buildid"));
	if (job_enter(job, true, error))
		return job;
	job_unref(job);
	return NULL;
}

static bool answer_solve(GrpcCall *call, const FrontendResult *result, GError **error)
{
	Bk__BridgeSolveResponse answer = BK__BRIDGE_SOLVE_RESPONSE__INIT;
	Bk__Result message = BK__RESULT__INIT;
	Bk__Ref ref = BK__REF__INIT;
	Bk__Definition definition = BK__DEFINITION__INIT;
	size_t count = json_object_size(result->metadata);
	g_autofree Bk__BytesPair *pairs = g_new(Bk__BytesPair, count + 1),
				 **list = g_new(Bk__BytesPair *, count + 1);
	const char *key;
	json_t *value;
	json_object_foreach (result->metadata, key, value) {
		Bk__BytesPair *pair = &pairs[message.n_metadata];
		bk__bytes_pair__init(pair);
		pair->key = (char *)key;
		pair->value.data = (uint8_t *)json_string_value(value);
		pair->value.len = json_string_length(value);
		list[message.n_metadata++] = pair;
	}
	message.metadata = list;
	message.result_case = BK__RESULT__RESULT_REF;
	message.ref = &ref;
	answer.result = &message;
	if (result->ref != NULL) {
		ref.id = result->ref->id;
		definition_write(&definition, ref.id);
		ref.def = &definition;
	}
	bool ok = grpc_send(call, &answer, error);
	definition_clear(&definition);
	return ok;
}

static bool solve(GrpcCall *call, gpointer engine, GError **error)
{
	g_auto(FrontendResult) result = {0};
	g_autoptr(GError) problem = NULL;
	g_autoptr(Bk__BridgeSolveRequest) request =
		grpc_receive(call, &bk__bridge_solve_request__descriptor, error);
	(void)engine;
	if (request == NULL)
		return false;
	if (request->definition != NULL && request->definition->n_def > 0)
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			"LLB is not executed here: only frontend dockerfile.v0 is");
	g_autoptr(EnteredJob) job = job_of_call(call, error);
	if (job == NULL)
		return false;
	if (frontend_solve(job, request->frontend, request->frontend_opt, request->n_frontend_opt,
		    request->frontend_inputs, request->n_frontend_inputs, &result, &problem))
		return answer_solve(call, &result, error);
	if (result.details != NULL)
		grpc_call_finish(call, GRPC_UNKNOWN, problem->message, result.details);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool give_back(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__Empty answer = BK__EMPTY__INIT;
	Bk__ReturnRequest *request = grpc_receive(call, &bk__return_request__descriptor, error);
	(void)engine;
	if (request == NULL)
		return false;
	g_autoptr(EnteredJob) job = job_of_call(call, error);
	if (job == NULL) {
		grpc_message_free(request);
		return false;
	}
	job_return(job, request);
	return grpc_send(call, &answer, error);
}

/* A ref is built before its id is known. */
static bool evaluate(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__Empty answer = BK__EMPTY__INIT;
	g_autoptr(Bk__EvaluateRequest) request =
		grpc_receive(call, &bk__evaluate_request__descriptor, error);
	(void)engine;
	if (request == NULL)
		return false;
	g_autoptr(EnteredJob) job = job_of_call(call, error);
	return job != NULL && ref_find(job, request->ref, error) != NULL &&
	       grpc_send(call, &answer, error);
}

const GrpcMethod bridge_methods[] = {
	{"/moby.buildkit.v1.frontend.LLBBridge/Solve", solve},
	{"/moby.buildkit.v1.frontend.LLBBridge/Return", give_back},
	{"/moby.buildkit.v1.frontend.LLBBridge/Evaluate", evaluate},
	{0},
};
