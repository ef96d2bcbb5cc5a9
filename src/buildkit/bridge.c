/* The bridge (gateway API): calls of a client's own frontend during its Solve, which each call names by its ref. */
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

static bool send_ref(
	GrpcCall *call, Bk__BridgeSolveResponse *answer, const Ref *built, GError **error)
{
	Bk__Ref ref = BK__REF__INIT;
	Bk__Definition definition = BK__DEFINITION__INIT;
	answer->result->result_case = BK__RESULT__RESULT_REF;
	answer->result->ref = &ref;
	if (built != NULL) {
		ref.id = built->id;
		definition_write(&definition, ref.id);
		ref.def = &definition;
	}
	bool ok = grpc_send(call, answer, error);
	definition_clear(&definition);
	return ok;
}

/* One for each platform, by its name. */
typedef struct {
	Bk__RefEntry entry;
	Bk__Ref ref;
	Bk__Definition definition;
} PlatformRef;

static void platform_ref_init(PlatformRef *one, const Ref *built, guint number)
{
	bk__ref_entry__init(&one->entry);
	bk__ref__init(&one->ref);
	one->entry.key = build_platform(built->build, number);
	one->entry.value = &one->ref;
	one->ref.id = ref_name(built, number);
	one->ref.def = &one->definition;
	definition_write(&one->definition, one->ref.id);
}

static void platform_ref_clear(PlatformRef *one)
{
	definition_clear(&one->definition);
	g_free(one->entry.key);
	g_free(one->ref.id);
}

static bool send_refs(
	GrpcCall *call, Bk__BridgeSolveResponse *answer, const Ref *built, GError **error)
{
	guint count = build_platforms(built->build);
	g_autofree PlatformRef *refs = g_new0(PlatformRef, count);
	g_autofree Bk__RefEntry **list = g_new(Bk__RefEntry *, count);
	Bk__RefMap map = BK__REF_MAP__INIT;
	for (guint i = 0; i < count; i++) {
		platform_ref_init(&refs[i], built, i);
		list[i] = &refs[i].entry;
	}
	map.refs = list;
	map.n_refs = count;
	answer->result->result_case = BK__RESULT__RESULT_REFS;
	answer->result->refs = &map;
	bool ok = grpc_send(call, answer, error);
	for (guint i = 0; i < count; i++)
		platform_ref_clear(&refs[i]);
	return ok;
}

static bool answer_solve(GrpcCall *call, const FrontendResult *result, GError **error)
{
	Bk__BridgeSolveResponse answer = BK__BRIDGE_SOLVE_RESPONSE__INIT;
	Bk__Result message = BK__RESULT__INIT;
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
	answer.result = &message;
	return result->ref != NULL && build_platforms(result->ref->build) > 1
		       ? send_refs(call, &answer, result->ref, error)
		       : send_ref(call, &answer, result->ref, error);
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

/* A ref is built before its id is sent to anybody. */
static bool evaluate(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__Empty answer = BK__EMPTY__INIT;
	g_autoptr(Bk__EvaluateRequest) request =
		grpc_receive(call, &bk__evaluate_request__descriptor, error);
	(void)engine;
	if (request == NULL)
		return false;
	g_autoptr(EnteredJob) job = job_of_call(call, error);
	return job != NULL && ref_find(job, request->ref, NULL, error) != NULL &&
	       grpc_send(call, &answer, error);
}

const GrpcMethod bridge_methods[] = {
	{"/moby.buildkit.v1.frontend.LLBBridge/Solve", solve},
	{"/moby.buildkit.v1.frontend.LLBBridge/Return", give_back},
	{"/moby.buildkit.v1.frontend.LLBBridge/Evaluate", evaluate},
	{0},
};
