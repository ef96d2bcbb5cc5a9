/* Builds: a Dockerfile and a context become an image. Stages are threads, steps are containers of the engine's,
 * what they make is remembered by what it was made of. It stands on the engine, as a step is run and an image
 * is kept by its means (docs/decisions/builds.md); it must not know HTTP. */
#pragma once
#include "base/bytes.h"
#include "dockerfile/dockerfile.h"
#include "engine/object/engine.h"
#include "engine/object/filter.h"
#include "engine/object/step_host.h"

/* A line of the answer: the object of a JSON stream; false if nobody hears it. Takes the reference. Calls come
 * from several threads, one at a time. */
typedef bool (*BuildSay)(gpointer who, json_t *line);

/* Before the name of a cache that the client keeps; no reference begins like this. */
#define BUILD_CACHE_LOCAL "local://"

/* What is wanted of a folder of the client's. */
typedef struct {
	const char *name;      /* "context", "dockerfile", or of --build-context */
	char *const *paths;    /* these, and what lies below; NULL: all */
	char *const *excluded; /* patterns of .dockerignore, or NULL */
	gint64 *received;      /* gets how many bytes came */
	int older; /* the folder of what came last time, or -1: what is the same need not be sent */
} BuildFetch;

/* What is asked of a client while a build runs, where it can be asked (BuildKit's sessions). Called from several threads at
 * once. An answer that is NULL, or -1, without an error: there is none. */
typedef struct {
	/* What its contexts are known by from build to build; "": they are not. */
	const char *(*shared_key)(gpointer who);
	/* Puts it into a folder, an empty one. */
	bool (*fetch)(gpointer who, const BuildFetch *what, const char *folder, GError **error);
	char *(*secret)(gpointer who, const char *id, GError **error); /* base64 */
	bool (*has_ssh)(gpointer who, const char *id);
	int (*ssh)(
		gpointer who, const char *id, GError **error); /* a conversation with its agent */
	char *(*auth)(gpointer who, const char *domain); /* an X-Registry-Auth header; "": none */
	/* Brings in an image that it keeps as a cache, by its name in cache_from. The id, for the caller; *fresh: it was not here
	 * before. */
	char *(*cache)(gpointer who, const char *name, bool *fresh, GError **error);
	/* What an earlier build has come to: its image's document, a new reference, and layers (of Layer). */
	json_t *(*input)(gpointer who, const char *name, GPtrArray **layers, GError **error);
} BuildClient;

/* option.c: what an --output, a --cache-to or a --cache-from says, as an object of texts with its "type"; false with error where
 * that is not done here, word for word. */
typedef enum { BUILD_OUTPUT, BUILD_CACHE_TO, BUILD_CACHE_FROM } BuildOption;
bool build_option_check(BuildOption of, const json_t *fields, GError **error);

typedef struct {
	const char *dockerfile; /* path in the context; "": Dockerfile */
	const char *remote;	/* URL or git repository instead of the body, or "" */
	char *const *tags;
	const json_t *args, *labels; /* name -> text; an argument may be null: not set */
	const StepHost *host;	     /* of each step */
	const char *target, *platform, *id, *auth; /* auth: of an X-Registry-Config header */
	char **cache_from; /* references, and what the client keeps itself: BUILD_CACHE_LOCAL... */
	bool no_cache, pull, quiet, squash;
	bool events; /* tell by BuildKit's status objects, not in the classic builder's words */
	/* What only Berth's own client sends (docs/build-api.md), or an empty object. */
	const json_t *more;
	ByteSource body; /* a tar, maybe compressed, or a Dockerfile alone; NULL: none */
	gpointer body_data;
	BuildSay say;
	gpointer who;	 /* whom say tells */
	ByteSink output; /* gets the result, where an output was asked for, behind the last line */
	gpointer output_data;
	int peer_fd;		   /* -1, or whose hang-up cancels the build */
	const BuildClient *client; /* or NULL: all that it has to say is in the body, and in more */
	gpointer session;	   /* its first argument */
} BuildRequest;

/* Builds. What fails before anything was said is in *error alone; later failures have been said, too. */
bool build_run(Engine *engine, const BuildRequest *request, GError **error);
/* The same in steps, for who decides later what becomes of the result. The request is borrowed until build_free. */
typedef struct Build Build;
Build *build_new(Engine *engine, const BuildRequest *request, GError **error);
bool build_solve(Build *build, GError **error);
/* By the request's tags and output. The image's id, or the digest of an index, (NULL where there is none) is the caller's. */
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
/* Of a build that was solved: for how many platforms it is (0: only a question), and which they are, by their number: "linux/arm64". */
guint build_platforms(const Build *build);
char *build_platform(const Build *build, guint number);
/* The document of an image, a new reference; its layers, borrowed. NULL: there is none. */
json_t *build_image(Build *build, guint number, GPtrArray **layers);
/* The root of what it has come to; an owned descriptor, -1 with error. */
int build_open(Build *build, guint number, GError **error);
/* A line of the progress display for what is done with the result (exports, pushes). _end takes the vertex; error: why it failed, or NULL. */
typedef struct Vertex Vertex;
Vertex *build_vertex_begin(Build *build, const char *title);
void build_vertex_end(Vertex *vertex, const char *error);
/* Instead of build_solve: only the Dockerfile is read. */
bool build_read(Build *build, GError **error);
const Dockerfile *build_dockerfile(const Build *build, const char **name);
GArray *build_findings(Build *build); /* of Finding: what checks say of it; the caller's */
/* What a build would fail by at once: names of FROM that are blank, or of images that are not to be had. *line: where; 0: nowhere. */
bool build_check_bases(Build *build, int *line, GError **error);
/* A valid tag as BuildKit tells it: by its whole name, with ":latest" only where that was said. */
char *build_tag_name(const char *tag);
char *build_rule_url(const char *rule); /* the page of a rule of the checks */
const char *build_rule_description(const char *rule);
/* After build_read: finds the target, and what it needs. */
bool build_choose(Build *build, GError **error);
/* The stage that was asked for, by its number; -1 with error. */
int build_target(Build *build, GError **error);
/* Where a build has failed: the Dockerfile's name, its text (NULL: not known), and the lines; 0: nowhere in it. */
typedef struct {
	const char *name;
	char *const *lines;
	int first, last, exit_code;
} BuildFault;
BuildFault build_fault(const Build *build);
/* POST /build/cancel: NOT_FOUND if no build of that id runs. */
bool build_cancel(const char *id, GError **error);
/* A connection that carries one conversation with the client's ssh agent; takes fd over. */
bool build_ssh_offer(const char *build_id, const char *ssh_id, int fd, GError **error);

/* prune.c: the cache, for /system/df and /build/prune. */
json_t *build_cache_json(Engine *engine, const Filters *filters); /* NULL: all of it */
typedef struct {
	bool all;
	gint64 keep; /* bytes that may stay; 0: nothing */
	const Filters *filters;
} BuildPrune;
json_t *build_prune(Engine *engine, const BuildPrune *prune);
/* After a build: what is too much or too old (daemon.json: builder.gc). */
void build_cache_collect(Engine *engine);
