/* Shared by the files of this room. */
#pragma once
#include "base/notify.h"
#include "builder/build.h"
#include "engine/container/step.h"
#include "image/image.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/git_url.h"

#include <fcntl.h>

typedef struct Progress Progress;
typedef struct Stage Stage;
typedef struct Lane Lane;
typedef struct Source Source;

/* progress.c: a build's progress. A vertex is a line: a step, or work before it. */
Progress *progress_new(const BuildRequest *request);
void progress_free(Progress *progress);
/* Vertices of the Dockerfile are numbered 1 to total, and are shown in this order to classic clients. */
void progress_set_total(Progress *progress, int total);
Vertex *vertex_new(Progress *progress, int number, const char *name, const char *classic);
/* What it says to classic clients is said where voice says it. */
void vertex_speak_in(Vertex *vertex, Vertex *voice);
void vertex_start(Vertex *vertex);
void vertex_log(Vertex *vertex, int stream, const char *bytes, size_t length);
void vertex_say(Vertex *vertex, const char *format, ...)
	G_GNUC_PRINTF(2, 3);			  /* to classic clients only */
void vertex_status(Vertex *vertex, json_t *line); /* of a pull; takes the reference */
/* "what name done", such as the image that was written. Shown as status objects only. */
void vertex_note(Vertex *vertex, const char *what, const char *name);
void vertex_cached(Vertex *vertex);
void vertex_done(Vertex *vertex, const char *id); /* id: of the resulting state, or NULL */
void vertex_fail(Vertex *vertex, const char *message);
void progress_warn(Progress *progress, const char *text);
/* A warning with its details (taken over), of a vertex or of none; shown as status objects only. */
void vertex_warn(Progress *progress, const Vertex *vertex, json_t *warning);
void progress_end(Progress *progress, const char *image_id, char *const *tags);
/* The error of the build, sent last. code: exit code of the command that failed, or 0. */
void progress_error(Progress *progress, const GError *error, int code, const char *excerpt);
bool progress_spoke(const Progress *progress);

/* build.c */
struct Build {
	Engine *engine;
	const BuildRequest *request;
	Progress *progress;
	LayerPins *pins;
	Dockerfile *dockerfile;
	char *dockerfile_name;
	GPtrArray *lanes;   /* of Lane, one for each platform */
	json_t *materials;  /* what the build stands on, for its provenance; guarded by lock */
	json_t *uses;	    /* "secrets" and "ssh" that steps want, for the same; guarded by lock */
	gint64 begun;	    /* nanoseconds since 1970 */
	GHashTable *making; /* keys of steps that some stage makes; guarded by lock */
	GHashTable *used_args; /* names of build arguments that were declared */
	Source *context;
	GMutex fetching;
	GHashTable *sources; /* name -> Source: named contexts and images; guarded by fetching */
	gint64 epoch;	     /* SOURCE_DATE_EPOCH, or -1 */
	int cancel[2];	     /* the reading end hangs up when the build is cancelled */
	GMutex lock;
	GCond changed;	/* fires when a stage has ended */
	GError *error;	/* the first */
	int stopped;	/* atomic */
	gsize expanded; /* of word_expand, atomic */
	Notify ended;	/* and its descriptor, for threads that watch the client */
	int ended_fd;
	GPtrArray *folders;	     /* of char *: names below tmp/, removed with the build */
	char *body_folder;	     /* what the body was unpacked to */
	GHashTable *ssh_offers;	     /* id -> GQueue of descriptors */
	int exit_code;		     /* of the command that failed */
	char *excerpt;		     /* of the Dockerfile, where it failed */
	int fault_first, fault_last; /* its lines */
	char *mistake;		     /* of the Dockerfile that is only checked, or NULL */
	int mistake_line;
	char **lines; /* of a Dockerfile that cannot be parsed */
	bool ready;   /* the lanes are built; else there was nothing to build */
	GThread *watcher;
	bool context_with_client; /* the context stays with the client: files are fetched when they are needed */
	Source *context_part, *context_whole; /* the fetched files; guarded by fetching */
	Vertex *definition; /* source of the Dockerfile, or NULL; owned by the progress */
	GHashTable
		*kept; /* folder -> key, of contexts to keep for the next build; guarded by lock */
	char **excluded; /* the lines of .dockerignore, for the client */
};
bool build_going(Build *build);
void build_stop(Build *build);
void build_fail(Build *build, const GError *error, const Instruction *at, int exit_code);
/* In base64, for the caller to free. NULL without error: the secret is not given. */
char *build_secret(const Build *build, const char *id, GError **error);
void build_use_arg(Build *build, const char *name);
/* A timestamp in the form that images use; 0 is 1970 with SOURCE_DATE_EPOCH, and unknown otherwise. */
char *build_time(const Build *build, gint64 time);
extern const char *const build_proxies[]; /* arguments that steps get without declaring them */
/* Waits until no other stage makes the step of this key, and claims it; build_made releases it. */
void build_making(Build *build, const char *key);
void build_made(Build *build, const char *key);

/* lane.c */
struct Lane {
	Build *build;
	Platform platform;
	GPtrArray *stages; /* of Stage */
	GHashTable *
		global_args; /* of ARGs before the first FROM, and of the platform; name -> value */
	Stage *target;
};
void lane_free(gpointer lane);
bool lanes_make(
	Build *build, GError **error); /* for each of the request's platforms, with its stages */
bool lanes_need(Build *build, GError **error); /* which stages are to be built */
void lanes_number(Build *build);	       /* counts the steps, for the progress */
/* lane_state.c */
/* What a name (in lower case) means instead of a stage or an image: for the lane's platform, or for all; NULL:
 * nothing special. */
const char *lane_context(const Lane *lane, const char *name);
Variables lane_variables(Lane *lane); /* the global ones */
/* The stage of that name (in lower case) before this one, or NULL: what FROM and --target mean. */
Stage *lane_stage_named(Lane *lane, const char *name, int before);
/* The same, in any case, or by its number: what COPY --from and mounts mean. */
Stage *lane_stage(Lane *lane, const char *name, int before);

/* A cache record that a stage has used. */
typedef struct {
	char *key;
	guint layers; /* how many it had then */
	gint64 created;
} StageKey;
void stage_key_free(gpointer key);
void stage_key_add(Stage *stage, const char *key, guint layers, gint64 created);

enum { MAX_LAYERS = 127 }; /* of an image */

/* stage.c */
typedef enum { STAGE_WAITING, STAGE_DONE, STAGE_FAILED } StageState;
struct Stage {
	Build *build;
	Lane *lane;
	int index;
	char *name; /* "build", or "stage-1" */
	const Instruction *from;
	Platform platform;
	GPtrArray *instructions; /* of Instruction, borrowed */
	bool needed;
	int first_number, steps; /* numbers of its steps for classic clients; steps with a vertex */
	/* The result so far. */
	GPtrArray *layers; /* of Layer */
	json_t *image;	   /* the document of an image: config, history */
	gint64 created;	   /* of the last step that made something */
	GHashTable *args;  /* declared: name -> value or NULL */
	GPtrArray *arg_order;
	guint base_layers;   /* of its image */
	GPtrArray *keys;     /* of StageKey: cache keys of its layers */
	bool command_set;    /* CMD in this stage */
	int exit_code;	     /* of the command that failed in it */
	GPtrArray *triggers; /* of Instruction, owned: ONBUILD of the base */
	Vertex *beginning; /* that of FROM while classic clients are told of triggers in it; else NULL */
	StageState state;
	GThread *thread;
	GThreadFunc run; /* the thread's work: the stage from its base to its last step */
	Source *source;	 /* its tree, created at the first use */
};
Stage *stage_new(Lane *lane, const Instruction *from, int index);
void stage_free(Stage *stage);
void stage_start(Stage *stage);			/* starts its thread, once */
char *stage_base(Stage *stage, GError **error); /* the name that it is built on, expanded */
/* "[build 2/4] RUN x"; and whether an instruction has such a line. */
char *stage_title(const Stage *stage, int step, const char *source);
bool stage_shows(const Instruction *instruction);
json_t *stage_config(const Stage *stage);
const char *env_value(const json_t *env, const char *name); /* of "name=value" texts; or NULL */
const char *stage_chain(const Stage *stage);		    /* NULL where it has no layers */
char *stage_expand(Stage *stage, const char *word, GError **error);
/* The image's variables, then arguments: NAME=value. Proxies if they were given. */
json_t *stage_env(Stage *stage, bool with_proxies);
Variables stage_variables(Stage *stage);
const char *stage_value(Stage *stage, const char *name); /* of a variable; NULL: not set */
bool stage_add_history(Stage *stage, const char *created_by, bool layer);
/* Waits until a stage has ended. False with error if it failed, or the build is cancelled. */
bool stage_wait(Stage *stage, GError **error);
bool stage_caches(const Stage *stage);	      /* whether the cache may be asked */
int stage_open(Stage *stage, GError **error); /* its tree, as far as it has come */
/* uid and gid of "user[:group]" in its tree. */
bool stage_user(Stage *stage, const char *text, uid_t *uid, gid_t *gid, GError **error);

/* Carries out an instruction; vertex is its own. */
bool step_run_command(Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error);
bool step_copy(Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error);
bool step_workdir(Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error);

/* cache.c: a key is the digest of a JSON array that describes the inputs. */
char *cache_key(json_t *parts); /* takes the reference; the caller frees the key */
/* If the key is known, the stage takes over the cached result. */
bool cache_apply(Stage *stage, const char *key);
void cache_remember(Stage *stage, const char *key, const char *description, gint64 size);
/* Cache keys recorded in images (--cache-to, --cache-from). */
json_t *cache_export(const Stage *stage);
/* The same of the other targets, or (whole) of all stages that were built; layers they have besides join the list. */
json_t *cache_export_others(const Build *build, bool whole, GPtrArray *layers);
void cache_import(Build *build, const char *reference);
/* A folder of tmp/ becomes the stage's next layer, recorded under the keys (NULL-terminated). */
bool stage_add_layer(Stage *stage, const char *folder, const char *const *keys,
	const char *description, GError **error);

/* source.c: a tree to copy from or to mount. */
struct Source {
	char *what;	   /* "build context", for messages */
	char **folders;	   /* absolute paths, the topmost first */
	GPtrArray *layers; /* of Layer, or NULL: the context's folder */
	const char *chain; /* identity of an unchanging tree: its last layer's chain id; or NULL */
	Patterns *ignore;  /* patterns of files that are hidden, or NULL */
	bool plain;	   /* an image's tree, unmodified by any step */
	int root_fd;
};
/* The only function that opens folders of untrusted content: beneath root, which is ours (below tmp/, absolute),
 * whatever links or ".." it contains (CVE-2026-33748). NOT_FOUND if it does not exist. */
Source *source_of_folder(const char *what, const char *root, const char *path, GError **error);
/* Hides what the .dockerignore of a folder says, if there is one; its text is the caller's. */
bool source_read_ignore(Source *source, char **text, GError **error);
Source *source_of_layers(Engine *engine, const char *what, GPtrArray *layers, GError **error);
void source_free(Source *source);
/* Resolves --from: a named context, a stage, a number, an image. NULL with error. Borrowed. */
Source *source_find(Stage *stage, const char *from, GError **error);
/* Whether it can be resolved, without fetching or waiting for anything. */
bool source_exists(Stage *stage, const char *from, GError **error);
bool source_name_check(const char *from, GError **error);
Source *source_of_image(Lane *lane, const char *reference, GError **error);
/* The client's X-Registry-Auth header; "": anonymous. The caller frees it. */
char *build_auth(const Build *build, const char *domain);
/* The result of an earlier build of the client. */
Source *source_of_input(Build *build, const char *name, GError **error);
/* An image's id by name: local or, if missing or to be refreshed, from its registry. */
char *source_image(Build *build, const char *reference, const Platform *platform, Vertex *vertex,
	GError **error);

/* Whether an image of that name exists, here or in its registry; it is not pulled. */
bool source_image_exists(
	Build *build, const char *reference, const Platform *platform, GError **error);

/* context.c: the main context and Dockerfile, and the named ones. */
bool context_load(Build *build, char **dockerfile_text, GError **error);
Source *context_named(
	Lane *lane, const char *name, GError **error); /* NULL without error: no such */

enum { MAX_DOCKERFILE = 16 << 20, MAX_IGNORE = 4 << 20 };
/* A new folder below tmp/, removed with the build; its absolute path. */
char *build_folder(Build *build, GError **error);

/* context_client.c: for clients that keep their files until they are needed. */
bool context_of_client(Build *build, char **dockerfile_text, GError **error);
Source *context_named_client(Build *build, const char *name, GError **error);
/* context_keep.c: the folder kept under a key, -1 if there is none; and keeping a new one. */
int context_kept(Build *build, const char *key);
void context_keep(Build *build, const char *folder, const char *key);
GPtrArray *context_list(Store *store); /* of CacheRow, least recently used first */
bool context_keep_remove(Store *store, const char *name);
void context_collect(Store *store); /* what is too old, or too much */
/* The main context for an instruction that reads files of it. NULL with error; borrowed. */
Source *context_main(Stage *stage, const Instruction *instruction, GError **error);

/* copy_find.c, tree.c: copying files. */
typedef struct {
	Source *source;
	char **paths;	   /* as in the instruction, expanded */
	char **names;	   /* heredocs: name -> */
	char **contents;   /* their bodies; as many */
	Patterns *exclude; /* or NULL */
	bool parents;
	bool literal; /* a wildcard in a path is taken literally: fetched files may have any name */
} CopyWhat;
typedef struct {
	char *dest; /* absolute */
	bool folder;
	bool owned; /* uid and gid for all copied files: --chown's, or root's */
	bool chown; /* --chown is given: of archives, too */
	uid_t uid;
	gid_t gid;
	char *mode;	    /* --chmod, or NULL */
	mode_t folder_mode; /* of folders that are made on the way */
	bool unpack;	    /* archives (ADD) */
	gint64 epoch;
} CopyTo;
/* A file or folder that matches a path of an instruction. */
typedef struct {
	char *path; /* in the source, no "/" before it */
	char *name; /* what it is to be called below dest */
} CopyItem;
/* copy_find.c */
GArray *copy_find(const CopyWhat *what, GError **error); /* of CopyItem */
char *copy_clean(const char *path);			 /* "/a/../b/" is "b", and "/" is "." */
char *copy_join(const char *folder, const char *name);
bool copy_ignored(const CopyWhat *what, const char *path);
/* Whether it is excluded, and nothing below it is included again. */
bool copy_hidden(const CopyWhat *what, const char *path, bool folder);
/* tree.c */
/* Adds names, contents, modes and owners of what would be copied to the hash. */
bool copy_hash(const CopyWhat *what, GArray *items, const CopyTo *to, struct sha256_ctx *hash,
	GError **error);
bool copy_into(const CopyWhat *what, GArray *items, const CopyTo *to, int root_fd, GError **error);
bool mode_apply(const char *text, mode_t *mode, bool folder, GError **error); /* chmod.c: --chmod */

/* entitlement.c: RUN --network and --security. */
/* Whether the engine's configuration grants what the client allows. */
bool entitlements_check(const Build *build, GError **error);
/* To the step's HostConfig. */
bool entitlements_apply(
	const Build *build, const Instruction *instruction, StepSpec *step, GError **error);

/* option.c: all that the request says of this kind (more: outputs, cacheTo, cacheFrom). */
bool build_options_check(const Build *build, GError **error);

/* annotation.c: what an output's attributes say of annotations. */
bool annotation_is(const char *attribute);
bool annotation_check(const char *attribute, GError **error);
/* Those of "manifest", "manifest-descriptor" or "index", for a platform ("linux/arm64"; "": none): name -> text, a new reference. */
json_t *annotations_of(const Build *build, const char *type, const char *platform);
/* False with error where the result (an index, or one image) has no place for them. */
bool annotations_check(const Build *build, bool index, GError **error);

/* mounts.c: RUN --mount. */
typedef struct Mounts Mounts;
/* Reads the flags; key: their part of the step's cache key. */
Mounts *mounts_read(Stage *stage, const Instruction *instruction, json_t *key, GError **error);
void mounts_free(Mounts *mounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mounts, mounts_free)
/* Prepares the mounts, in the form of launch.c. Locks are released by mounts_free. */
GPtrArray *mounts_make(Mounts *mounts, GError **error); /* of MountPoint; the caller's */
json_t *mounts_env(const Mounts *mounts); /* secrets as variables, SSH_AUTH_SOCK; a new array */

bool cache_mount_in_use(const char *name);

/* ssh.c */
typedef struct SshAgent SshAgent;
bool build_has_ssh(const Build *build, const char *id);
SshAgent *ssh_agent_new(
	Build *build, const char *id, gint64 mode, gint64 uid, gint64 gid, GError **error);
const char *ssh_agent_path(const SshAgent *agent);
void ssh_agent_free(gpointer agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SshAgent, ssh_agent_free)
bool ssh_offer(Build *build, const char *id, int fd, GError **error); /* takes fd over */
void ssh_offers_free(gpointer offers);

/* check.c: reports warnings; only: nothing else was requested. */
bool build_check(Build *build, bool *only, GError **error);
/* Whether what stages stand on and copy from is there, without building. at: the instruction that fails, or NULL. */
bool build_check_sources(Build *build, const Instruction **at, GError **error);

/* A new layer while files are put into it: an overlay on the stage's layers that is mounted nowhere, or (alone) a
 * folder. */
typedef struct {
	Store *store;
	char *folder, *work; /* below tmp/ */
	int root_fd;
} NewLayer;
bool new_layer_open(NewLayer *layer, Stage *stage, bool alone, GError **error);
/* The files in it become the stage's next layer. */
bool new_layer_keep(NewLayer *layer, Stage *stage, const char *const *keys, const char *description,
	GError **error);
void new_layer_clear(NewLayer *layer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NewLayer, new_layer_clear)
/* FROM a folder: its content is the stage's first layer. */
bool stage_from_folder(Stage *stage, Source *source, GError **error);

/* provenance.c: how an image was made, by SLSA 0.2. */
typedef struct {
	const Build *build;
	const Lane *lane;
} Statement;
char *provenance_state(gpointer statement, const char *manifest); /* for IndexPart */
/* Remembers that a step wants one of the client's "secrets", or its "ssh" agents. */
void provenance_use(Build *build, const char *kind, const char *id, bool optional);
/* Remembers an image that the build stands on. */
void provenance_material(
	Build *build, const char *reference, const char *id, const Platform *platform);

/* result.c; *id as build_keep. */
bool result_keep(Build *build, char **id, GError **error);
bool result_is_index(const Build *build); /* else it is one image */
json_t *result_document(Build *build, const Stage *target, bool with_cache);

/* fetch.c, git.c: contexts and ADD from elsewhere. */
bool url_is_http(const char *url);
/* Downloads into a new folder below tmp/, which the caller owns; name of the file in it, with the server's
 * modification time. */
char *url_fetch(Build *build, const char *url, const char *checksum, char **name, GError **error);
/* A repository at a ref, in a new folder below tmp/; subfolder: what of it
 * is meant. */
char *git_fetch(Build *build, const char *url, bool keep_git, const char *checksum,
	char **subfolder, GError **error);
