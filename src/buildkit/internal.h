/* What the files of this room share. */
#pragma once
#include "buildkit.pb-c.h"
#include "buildkit/buildkit.h"

#include "base/error.h"
#include "base/fd.h"

/* What every message is made with; for g_autoptr of those that come. */
GRPC_AUTOPTR(Bk__BridgeSolveRequest)
GRPC_AUTOPTR(Bk__BuildHistoryRecord)
GRPC_AUTOPTR(Bk__BuildHistoryRequest)
GRPC_AUTOPTR(Bk__CheckAgentRequest)
GRPC_AUTOPTR(Bk__ContentInfoRequest)
GRPC_AUTOPTR(Bk__ControlSolveRequest)
GRPC_AUTOPTR(Bk__CredentialsResponse)
GRPC_AUTOPTR(Bk__DiskUsageRequest)
GRPC_AUTOPTR(Bk__Empty)
GRPC_AUTOPTR(Bk__EvaluateRequest)
GRPC_AUTOPTR(Bk__GetSecretResponse)
GRPC_AUTOPTR(Bk__Op)
GRPC_AUTOPTR(Bk__Packet)
GRPC_AUTOPTR(Bk__PruneRequest)
GRPC_AUTOPTR(Bk__ReadContentResponse)
GRPC_AUTOPTR(Bk__ReadContentRequest)
GRPC_AUTOPTR(Bk__ReadDirRequest)
GRPC_AUTOPTR(Bk__ReadFileRequest)
GRPC_AUTOPTR(Bk__ResolveImageConfigRequest)
GRPC_AUTOPTR(Bk__ReturnRequest)
GRPC_AUTOPTR(Bk__StatFileRequest)
GRPC_AUTOPTR(Bk__StatusRequest)
GRPC_AUTOPTR(Bk__UpdateBuildHistoryRequest)
GRPC_AUTOPTR(Bk__WriteContentResponse)

/* session.c: a client that answers calls itself. */
typedef struct {
	gint references; /* atomic */
	char *id, *shared_key;
	char **methods;
	GrpcConnection *connection;
} Session;
/* Waits a little for one that is on its way. NULL with error. */
Session *session_find(const char *id, GError **error);
void session_unref(Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_unref)
bool session_serves(const Session *session, const char *method);
/* What a builder asks of it (build.h); the argument is a Ref. */
extern const BuildClient session_client;

/* filesync.c, filesend.c: fsutil's transfer of a tree, to us and from us. */
bool filesync_fetch(Session *session, const BuildFetch *what, const char *folder, GError **error);

/* A tree, or several below folders of these names, in their order. */
typedef struct {
	const char *name; /* "linux_arm64", or "" for the only one */
	int root_fd;
} SentTree;
bool filesync_send(GrpcCall *call, const SentTree *trees, size_t count, GError **error);
guint32 filesync_mode(mode_t mode); /* as Go's os.FileMode */

/* content.c: folders of the client's that hold blobs by their digests. */
/* An image with all that it is made of goes into one. What names it there, a new reference; NULL with error. */
json_t *content_send(
	Session *session, Engine *engine, const char *folder, const char *id, GError **error);
/* The image of "FOLDER@DIGEST" comes out of one. Its id, for the caller; *fresh: it was not here before. NULL with error. */
char *content_load(Session *session, Engine *engine, const char *name, bool *fresh, GError **error);

/* history.c: builds that run and have ended, by their refs. */
typedef struct History History;
/* A build begins; NULL: it is none that is kept. Its request is borrowed until history_end. */
History *history_begin(Engine *engine, const Bk__ControlSolveRequest *solve);
void history_note(History *history, const json_t *line, GBytes *message); /* what it tells */
int history_folder(Engine *engine); /* where it is kept; owned */
enum { HISTORY_STATED_LIMIT = 8 << 20 };
/* How its result was made: a document that clients fetch by its digest (stated.c). */
void history_state(History *history, const char *text);
typedef struct {
	const char *message; /* why it failed, or NULL */
	bool cancelled;
	const json_t *response; /* name -> text */
} HistoryEnd;
void history_end(History *history, const HistoryEnd *end); /* frees it; NULL is none */
bool history_has(Engine *engine, const char *ref);
/* All that a build has told, and tells until its end. */
bool history_send(Engine *engine, const char *ref, GrpcCall *call, GError **error);

/* job.c: a build as its client sees it: by its ref, from the first question for its status to the answer of Solve. */
typedef struct Job Job;
typedef struct Ref Ref;
Job *job_get(const char *ref); /* makes it, if it is not there; a reference */
void job_unref(Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_unref)
/* Solve has begun: what the bridge does for it may use these, which are borrowed until job_end. CONFLICT if it has before. session:
 * NULL where there is nobody to ask. */
bool job_begin(Job *job, Engine *engine, const Bk__ControlSolveRequest *solve, Session *session,
	int hangup_fd, GError **error);
/* After job_begin: what came with the request, borrowed until job_end; NULL with all others. */
void job_set_asked(Job *job, const BuildkitOnce *asked);
const BuildkitOnce *job_asked(const Job *job);
/* Waits until it has begun. False with error if it does not, or (to_work) has ended. job_end waits until who works has left (job_leave);
 * who does not listens, until job_listen ends that. */
bool job_enter(Job *job, bool to_work, GError **error);
void job_leave(Job *job);
const Bk__ControlSolveRequest *job_solve(const Job *job);
Session *job_session(const Job *job); /* or NULL */
/* A call to it; INVALID where there is none. metadata: as grpc_call_new's. */
GrpcCall *job_call_session(
	const Job *job, const char *method, const char *const *metadata, GError **error);
Engine *job_engine(const Job *job);
int job_hangup_fd(const Job *job);
/* The bridge's answer for it; taken over. */
void job_return(Job *job, Bk__ReturnRequest *answer);
/* Waits for that answer, borrowed. NULL if the call is over before. */
const Bk__ReturnRequest *job_wait_return(Job *job, GrpcCall *call);
/* No more status is told. Waits until who listens has heard all, or who asked for the build has gone. */
void job_end_status(Job *job);
/* The same; the bridge's work has ended, and what it has come to goes. */
void job_state(Job *job, const char *text); /* how its result was made */
void job_end(Job *job, const HistoryEnd *end);
/* A BuildSay of a job. */
bool job_say(gpointer job, json_t *line);
/* The next status for who listens (call: by what, or NULL), to be freed; NULL: there is no more. */
GBytes *job_hear(Job *job, GrpcCall *call);
void job_listen(Job *job, bool on);

/* Whether its status is heard already, which is told once; or it is none that has begun here. */
bool job_is_heard(Job *job);

/* bridge.c: the job of a call, which is entered; NULL with error. To be left and given back. */
Job *job_of_call(GrpcCall *call, GError **error);
typedef Job EnteredJob;
static inline void entered_job_leave(EnteredJob *job)
{
	job_leave(job);
	job_unref(job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnteredJob, entered_job_leave)

/* ref.c: what a frontend's Solve has come to. It lives as long as its job, whoever refers to it. */
struct Ref {
	char *id;
	Job *job; /* borrowed */
	BuildRequest request;
	json_t *args, *labels, *more;
	StepHost host;
	json_t *inputs, *locals; /* name -> id of another Ref; folder -> id of a session */
	char **tags, **cache_from;
	char *dockerfile, *target, *platform, *remote;
	bool inline_provenance; /* only of what leaves this engine */
	GrpcBytes upload;
	GrpcCall *upload_call;
	Build *build;
};
Ref *ref_new(Job *job);
void ref_free(gpointer ref);
void ref_publish(Ref *ref); /* once it is solved: others may use it */
/* What a build for several platforms has come to is named for each: "ID.1". *number: which it is; it may be NULL. */
Ref *ref_find(Job *job, const char *id, guint *number, GError **error);
char *ref_name(const Ref *ref, guint number); /* the caller's */
/* The id of the whole, for the caller, and the number behind it; 0 where none is said. */
char *ref_id_part(const char *name, guint *number);
/* The image and layers (of Layer, the caller's) of a ref of any job. */
json_t *ref_image(const char *id, GPtrArray **layers, GError **error);
void job_add_ref(Job *job, Ref *ref);
/* A definition that stands for a ref, and the id of the ref that one stands for, or NULL. */
void definition_write(Bk__Definition *definition, const char *id);
void definition_clear(Bk__Definition *definition);
char *definition_read(const Bk__Definition *definition);

/* options.c: a frontend's options, and those of the job's Solve, become the builder's request. What is not understood is refused. */
bool options_read(Ref *ref, Bk__Pair *const *options, size_t count,
	Bk__DefinitionEntry *const *inputs, size_t input_count, GError **error);
/* An exporter or a cache as an object of texts: its attributes, and "type". A new reference. */
json_t *pairs_json(const char *type, Bk__Pair *const *pairs, size_t count);
const char *pair_find(
	Bk__Pair *const *pairs, size_t count, const char *key); /* "" if there is none */

/* frontend.c: does what dockerfile.v0 is asked for. The answer has to be freed by frontend_clear. False with error, and details where a
 * Dockerfile is to blame. */
typedef struct {
	Ref *ref;	  /* the job's; NULL: there is only metadata */
	json_t *metadata; /* name -> text, or bytes in a string */
	GBytes *details;
} FrontendResult;
bool frontend_solve(Job *job, const char *frontend, Bk__Pair *const *options, size_t count,
	Bk__DefinitionEntry *const *inputs, size_t input_count, FrontendResult *result,
	GError **error);
void frontend_clear(FrontendResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FrontendResult, frontend_clear)

/* export.c: what becomes of a ref, by the exporters of the job's Solve. response: name -> text. False with error. */
bool export_result(Job *job, Ref *ref, json_t *response, GError **error);
bool export_check(const Bk__ControlSolveRequest *solve, GError **error);

/* status.c */
GBytes *status_of_line(const json_t *line); /* NULL: nothing to tell */
Bk__Timestamp *timestamp_new(gint64 time);  /* nanoseconds since 1970 */
/* response (name -> text) as entries: pairs, and list of pointers to them, have room for all. How many there are. */
size_t response_pairs(const json_t *response, Bk__Pair *pairs, Bk__Pair **list);
/* What failed, as clients show it. */
GBytes *failure_details(const GError *error, const BuildFault *fault);

/* worker.c */
/* The one worker that there is. */
Bk__Worker *worker_new(Engine *engine);
void worker_free(Bk__Worker *worker);

/* Tables of methods, a file each. */
extern const GrpcMethod worker_methods[], control_methods[], bridge_methods[], usage_methods[],
	file_methods[], history_methods[], stated_methods[];
