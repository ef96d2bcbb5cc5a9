/* Service Worker: one worker, with its capabilities. */
#include "buildkit/internal.h"

#include "image/image.h"

/* The release of BuildKit whose API this is compatible with. */
#define BERTH_BUILDKIT_VERSION "0.25.0"

static Bk__Pair *pair_new(const char *key, const char *value)
{
	Bk__Pair *pair = g_new(Bk__Pair, 1);
	bk__pair__init(pair);
	pair->key = g_strdup(key);
	pair->value = g_strdup(value);
	return pair;
}

static void pair_free(Bk__Pair *pair)
{
	g_free(pair->key);
	g_free(pair->value);
	g_free(pair);
}

static Bk__Platform *platform_new(const char *architecture)
{
	Bk__Platform *platform = g_new(Bk__Platform, 1);
	bk__platform__init(platform);
	platform->os = (char *)"linux";
	platform->architecture = (char *)architecture;
	return platform;
}

Bk__Worker *worker_new(Engine *engine)
{
	Bk__Worker *worker = g_new(Bk__Worker, 1);
	bk__worker__init(worker);
	worker->id = g_strdup(engine->id);
	worker->platforms = g_new(Bk__Platform *, 1);
	worker->platforms[0] = platform_new(platform_architecture());
	worker->n_platforms = 1;
	/* By the second, clients recognise a store that keeps indexes, and a builder that can push. */
	worker->labels = g_new(Bk__Pair *, 2);
	worker->labels[0] = pair_new("org.mobyproject.buildkit.worker.moby.engine", "berth");
	worker->labels[1] = pair_new("org.mobyproject.buildkit.worker.snapshotter", "overlayfs");
	worker->n_labels = 2;
	worker->version = g_new(Bk__Version, 1);
	bk__version__init(worker->version);
	worker->version->package = (char *)"github.com/moby/buildkit";
	worker->version->version = (char *)"v" BERTH_BUILDKIT_VERSION "+berth";
	return worker;
}

void worker_free(Bk__Worker *worker)
{
	for (size_t i = 0; i < worker->n_platforms; i++)
		g_free(worker->platforms[i]);
	for (size_t i = 0; i < worker->n_labels; i++)
		pair_free(worker->labels[i]);
	g_free(worker->version);
	g_free(worker->platforms);
	g_free(worker->labels);
	g_free(worker->id);
	g_free(worker);
}

/* The request's content does not change the answer, but some clients take an answer before the end of their request for a failure (curl 7.88). */
static void hear_out(GrpcCall *call)
{
	for (GBytes *message; (message = grpc_call_receive(call, NULL)) != NULL;)
		g_bytes_unref(message);
}

static bool list_workers(GrpcCall *call, gpointer engine, GError **error)
{
	hear_out(call);
	Bk__ListWorkersResponse answer = BK__LIST_WORKERS_RESPONSE__INIT;
	Bk__Worker *worker = worker_new(engine);
	answer.record = &worker;
	answer.n_record = 1;
	bool ok = grpc_send(call, &answer, error);
	worker_free(worker);
	return ok;
}

static bool info(GrpcCall *call, gpointer engine, GError **error)
{
	hear_out(call);
	Bk__InfoResponse answer = BK__INFO_RESPONSE__INIT;
	Bk__Worker *worker = worker_new(engine);
	answer.version = worker->version;
	bool ok = grpc_send(call, &answer, error);
	worker_free(worker);
	return ok;
}

/* The part of BuildKit's capabilities that concerns users of dockerfile.v0 without LLB of their own. */
static const char *const frontend_caps[] = {"frontend.caps", "frontend.inputs", "gateway.evaluate",
	"gateway.solve.metadata", "importcaches", "proto.refarray", "readdir", "readfile",
	"reference.output", "resolveimage", "resolveimage.resolvemode", "return", "returnmap",
	"solve.base", "statfile"};
static const char *const llb_caps[] = {"constraints", "exec.cgroup", "exec.meta.base",
	"exec.meta.cgroup.parent", "exec.meta.network", "exec.meta.proxyenv", "exec.meta.security",
	"exec.meta.setsdefaultpath", "exec.meta.ulimit", "exec.mount.bind",
	"exec.mount.bind.readwrite-nooutput", "exec.mount.cache", "exec.mount.cache.sharing",
	"exec.mount.secret", "exec.mount.selector", "exec.mount.ssh", "exec.mount.tmpfs",
	"exec.mount.tmpfs.size", "exec.secretenv", "exporter.image.annotations",
	"exporter.image.attestations", "exporter.multiple", "exporter.session",
	"exporter.sourcedateepoch", "file.base", "file.copy.alwaysreplaceexistingdestpaths",
	"file.copy.includeexcludepatterns", "file.rm.wildcard", "meta.description",
	"meta.exportcache", "meta.ignorecache", "platform", "source.git", "source.git.checksum",
	"source.git.fullurl", "source.git.keepgitdir", "source.git.subdir", "source.http",
	"source.http.checksum", "source.http.perm", "source.image", "source.image.resolvemode",
	"source.local", "source.local.excludepatterns", "source.local.followpaths",
	"source.local.includepatterns", "source.local.sessionid", "source.local.sharedkeyhint",
	"source.local.unique"};

static Bk__Cap **caps_new(const char *const *names, size_t count, Bk__Cap *caps)
{
	Bk__Cap **list = g_new(Bk__Cap *, count);
	for (size_t i = 0; i < count; i++) {
		bk__cap__init(&caps[i]);
		caps[i].id = (char *)names[i];
		caps[i].enabled = true;
		list[i] = &caps[i];
	}
	return list;
}

static bool ping(GrpcCall *call, gpointer engine, GError **error)
{
	hear_out(call);
	Bk__PongResponse answer = BK__PONG_RESPONSE__INIT;
	Bk__Cap frontend[G_N_ELEMENTS(frontend_caps)], llb[G_N_ELEMENTS(llb_caps)];
	Bk__Worker *worker = worker_new(engine);
	g_autofree Bk__Cap **first = caps_new(frontend_caps, G_N_ELEMENTS(frontend_caps), frontend),
			   **second = caps_new(llb_caps, G_N_ELEMENTS(llb_caps), llb);
	answer.frontend_caps = first;
	answer.n_frontend_caps = G_N_ELEMENTS(frontend_caps);
	answer.llb_caps = second;
	answer.n_llb_caps = G_N_ELEMENTS(llb_caps);
	answer.workers = &worker;
	answer.n_workers = 1;
	bool ok = grpc_send(call, &answer, error);
	worker_free(worker);
	return ok;
}

const GrpcMethod worker_methods[] = {
	{"/moby.buildkit.v1.Control/ListWorkers", list_workers},
	{"/moby.buildkit.v1.Control/Info", info},
	{"/moby.buildkit.v1.frontend.LLBBridge/Ping", ping},
	{0},
};
