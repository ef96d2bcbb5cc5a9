/* Builds: a Dockerfile and a context become an image. Stages are threads, steps are containers of the engine, and
 * results are cached by what they were made of. Built on the engine (docs/decisions/builds.md); it must not know
 * HTTP. */
#pragma once
#include "base/bytes.h"
#include "dockerfile/dockerfile.h"
#include "engine/object/engine.h"
#include "engine/object/filter.h"
#include "engine/object/step_host.h"

/* Sends a line of the answer: an object of a JSON stream; false if the client is gone. Takes the reference. Called
 * from several threads, one at a time. */
typedef bool (*BuildSay)(gpointer who, json_t *line);

/* The prefix of a cache that the client keeps; no image reference begins like this. */
#define BUILD_CACHE_LOCAL "local://"

/* A request for a folder of the client's. */
typedef struct {
	const char *name;      /* "context", "dockerfile", or of --build-context */
	char *const *paths;    /* only these paths, and what is below them; NULL: all */
	char *const *excluded; /* patterns of .dockerignore, or NULL */
	gint64 *received;      /* set to the number of bytes received */
	int older; /* the folder of the previous transfer, or -1: unchanged files need not be sent */
} BuildFetch;

/* Requests to the client during a build, where it supports them (BuildKit's sessions). Called from several threads at
 * once. NULL or -1 without an error: the client has no answer. */
typedef struct {
	/* The identity of its contexts across builds; "": unknown. */
	const char *(*shared_key)(gpointer who);
	/* Transfers a folder of the client's into an empty folder. */
	bool (*fetch)(gpointer who, const BuildFetch *what, const char *folder, GError **error);
	char *(*secret)(gpointer who, const char *id, GError **error); /* base64 */
	bool (*has_ssh)(gpointer who, const char *id);
	int (*ssh)(
		gpointer who, const char *id, GError **error); /* a connection to its ssh agent */
	char *(*auth)(
		gpointer who, const char *domain); /* an X-Registry-Auth header; "": anonymous */
	/* Imports a cached image from the client, by its name in cache_from. The id, for the caller; *fresh: it did
	 * not exist here before. */
	char *(*cache)(gpointer who, const char *name, bool *fresh, GError **error);
	/* The result of an earlier build: its image's document, a new reference, and layers (of Layer). */
	json_t *(*input)(gpointer who, const char *name, GPtrArray **layers, GError **error);
} BuildClient;

/* option.c: what an --output, a --cache-to or a --cache-from says, as an object of texts with its "type"; false with error where
 * that is not done here, word for word. */
typedef enum { BUILD_OUTPUT, BUILD_CACHE_TO, BUILD_CACHE_FROM } BuildOption;
bool build_option_check(BuildOption of, const json_t *fields, GError **error);

typedef struct {
	const char *dockerfile; /* path in the context; "": Dockerfile */
	const char *remote;	/* URL or git repository used instead of the body, or "" */
	char *const *tags;
	const json_t *args, *labels;		   /* name -> value; null: not set */
	const StepHost *host;			   /* network mode of each step */
	const char *target, *platform, *id, *auth; /* auth: of an X-Registry-Config header */
	char **cache_from; /* references, and caches that the client keeps: BUILD_CACHE_LOCAL... */
	bool no_cache, pull, quiet, squash;
	bool events; /* progress as BuildKit's status objects, instead of the classic builder's text */
	/* extensions that only Berth's client sends (docs/build-api.md), or an empty object */
	const json_t *more;
	ByteSource body; /* a tar, maybe compressed, or a Dockerfile alone; NULL: none */
	gpointer body_data;
	BuildSay say;
	gpointer who;	 /* argument of say */
	ByteSink output; /* receives the result, if an output was requested, after the last line */
	gpointer output_data;
	int peer_fd;		   /* -1, or a descriptor whose hang-up cancels the build */
	const BuildClient *client; /* or NULL: everything is in the body and in more */
	gpointer session;	   /* its first argument */
} BuildRequest;

/* Runs a build. A failure before the first line is in *error only; later ones have been sent as well. */
bool build_run(Engine *engine, const BuildRequest *request, GError **error);
/* A build in steps, for callers that decide about the result later. The request is borrowed until build_free. */
typedef struct Build Build;
Build *build_new(Engine *engine, const BuildRequest *request, GError **error);
bool build_solve(Build *build, GError **error);
/* Keeps the image under the request's tags and output. The image's id or the digest of an index (NULL if there is
 * none) is the caller's. */
bool build_keep(Build *build, char **id, GError **error);
/* Lends what the targets stand on, with the keys it can be found by, as an image without a name. whole: all stages that the
 * build has run (mode=max). */
typedef bool (*BuildCacheUse)(gpointer data, const char *id, GError **error);
bool build_lend_cache(Build *build, bool whole, BuildCacheUse use, gpointer data, GError **error);
/* The same becomes an image of that name in a registry. */
bool build_push_cache(Build *build, bool whole, const char *tag, GError **error);
/* After build_keep: sends what a tag means to its registry. *digest, the caller's: what it is called there. */
bool build_push(Build *build, const char *tag, char **digest, GError **error);
/* provenance.c: how the result was made (SLSA's predicate 0.2); whole: with what was given to the build (mode=max). Of a build that
 * was solved; a new reference. */
json_t *build_provenance(const Build *build, bool whole);
void build_free(Build *build);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Build, build_free)
/* After build_solve: the number of platforms (0: only a question was asked), and each of them: "linux/arm64". */
guint build_platforms(const Build *build);
char *build_platform(const Build *build, guint number);
/* An image's document, a new reference; its layers, borrowed. NULL: there is none. */
json_t *build_image(Build *build, guint number, GPtrArray **layers);
/* The root folder of the result; an owned descriptor, -1 with error. */
int build_open(Build *build, guint number, GError **error);
/* A line of the progress display for what is done with the result (exports, pushes). _end takes the vertex; error: why it failed, or NULL. */
typedef struct Vertex Vertex;
Vertex *build_vertex_begin(Build *build, const char *title);
void build_vertex_end(Vertex *vertex, const char *error);
/* Reads only the Dockerfile, instead of build_solve. */
bool build_read(Build *build, GError **error);
/* question.c: what is asked by a name of BuildKit ("frontend.outline"), after build_read. Its JSON, a new reference, and the caller's
 * text of it; NULL with error. */
json_t *build_question(Build *build, const char *name, char **text, GError **error);
GArray *build_findings(Build *build); /* of Finding: results of the checks; the caller's */
/* A valid tag in BuildKit's form: the full name, with ":latest" only if it was given. */
char *build_tag_name(const char *tag);
char *build_rule_url(const char *rule); /* URL of the documentation of a check */
const char *build_rule_description(const char *rule);
/* Where a build failed: the Dockerfile's name, its text (NULL: unknown), and the lines; 0: none. */
typedef struct {
	const char *name;
	char *const *lines;
	int first, last, exit_code;
} BuildFault;
BuildFault build_fault(const Build *build);
/* POST /build/cancel: NOT_FOUND if no build of that id is running. */
bool build_cancel(const char *id, GError **error);
/* Offers a connection to the client's ssh agent; takes fd over. */
bool build_ssh_offer(const char *build_id, const char *ssh_id, int fd, GError **error);

/* prune.c: the cache, for /system/df and /build/prune. */
json_t *build_cache_json(Engine *engine, const Filters *filters); /* NULL: all of it */
typedef struct {
	bool all;
	gint64 keep; /* bytes to keep; 0: nothing */
	const Filters *filters;
} BuildPrune;
json_t *build_prune(Engine *engine, const BuildPrune *prune);
/* After a build: removes what exceeds the limits (daemon.json: builder.gc). */
void build_cache_collect(Engine *engine);
