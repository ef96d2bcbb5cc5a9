/* RUN --mount: bind, cache, tmpfs, secret and ssh (Dockerfile reference, "RUN --mount"). */
#include "builder/internal.h"

#include "base/fd.h"
#include "base/nearest.h"
#include "base/size.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SECRET_MODE = 0400, SSH_MODE = 0600, CACHE_MODE = 0755 };

typedef struct {
	char *type, *id, *target, *source, *from, *sharing, *env;
	bool writable, writable_set, required, size_set,
		owned;		     /* owned: mode, uid or gid is stated */
	gint64 mode, uid, gid, size; /* mode, uid, gid -1: not given */
	Source *tree;		     /* of bind, and of a cache's first content; borrowed */
} Mount;

struct Mounts {
	Stage *stage;
	GArray *list;	    /* of Mount */
	GPtrArray *held;    /* names of caches in use: shared_* below */
	GPtrArray *folders; /* folders below tmp/, for writes to a bind mount */
	GPtrArray *agents;  /* of SshAgent */
	json_t *env;
};

static void mount_clear(gpointer data)
{
	Mount *mount = data;
	char *texts[] = {mount->type, mount->id, mount->target, mount->source, mount->from,
		mount->sharing, mount->env};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
}

/* Users of each cache: for sharing=locked and private. */
static struct {
	GMutex lock;
	GCond changed;
	GHashTable *users; /* name -> count of users */
} caches;

static int cache_users(const char *name)
{
	if (caches.users == NULL)
		caches.users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return GPOINTER_TO_INT(g_hash_table_lookup(caches.users, name));
}

static void cache_count(const char *name, int change)
{
	int users = cache_users(name) + change;
	if (users > 0)
		g_hash_table_insert(caches.users, g_strdup(name), GINT_TO_POINTER(users));
	else
		g_hash_table_remove(caches.users, name);
	g_cond_broadcast(&caches.changed);
}

/* The folder that this step may use: another one if a private cache is in use. */
static char *cache_hold(Build *build, const char *name, const char *sharing)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&caches.lock);
	g_autofree char *chosen = g_strdup(name);
	if (strcmp(sharing, "private") == 0)
		for (int i = 1; cache_users(chosen) > 0; i++) {
			g_free(chosen);
			chosen = g_strdup_printf("%s#%d", name, i);
		}
	while (strcmp(sharing, "locked") == 0 && cache_users(chosen) > 0 && build_going(build))
		g_cond_wait_until(&caches.changed, &caches.lock,
			g_get_monotonic_time() + G_TIME_SPAN_SECOND / 10);
	cache_count(chosen, 1);
	return g_steal_pointer(&chosen);
}

bool cache_mount_in_use(const char *name)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&caches.lock);
	return cache_users(name) > 0;
}

void mounts_free(Mounts *mounts)
{
	Store *store = mounts->stage->build->engine->store;
	g_mutex_lock(&caches.lock);
	for (guint i = 0; i < mounts->held->len; i++)
		cache_count(mounts->held->pdata[i], -1);
	g_mutex_unlock(&caches.lock);
	for (guint i = 0; i < mounts->folders->len; i++)
		store_discard(store, store->tmp_fd, mounts->folders->pdata[i]);
	g_ptr_array_unref(mounts->held);
	g_ptr_array_unref(mounts->folders);
	g_ptr_array_unref(mounts->agents);
	g_array_unref(mounts->list);
	json_decref(mounts->env);
	g_free(mounts);
}

/* An id, or a mode (octal). */
static bool set_number(const char *key, const char *text, int base, gint64 *number, GError **error)
{
	guint64 value = 0;
	bool ok = g_ascii_string_to_unsigned(
		text, (guint)base, 0, base == 8 ? 07777 : G_MAXINT32, &value, NULL);
	*number = (gint64)value;
	return ok || fail(error, BERTH_ERROR_INVALID, "invalid value %s for %s", text, key);
}

static bool set_switch(
	const char *key, const char *text, bool has_value, bool *value, GError **error)
{
	if (!has_value || strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*value = true;
	else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*value = false;
	else
		return fail(error, BERTH_ERROR_INVALID, "invalid value for %s: %s", key, text);
	return true;
}

static void set_text_taken(char **place, char *text)
{
	g_free(*place);
	*place = text;
}

/* One "key=value" of a mount. */
static bool set_field(
	Mount *mount, const char *key, const char *value, bool has_value, GError **error)
{
	static const char *const keys[] = {"type", "id", "target", "dst", "destination", "source",
		"src", "from", "sharing", "env", "rw", "readwrite", "ro", "readonly", "required",
		"mode", "uid", "gid", "size", NULL};
	const struct {
		const char *names[4];
		char **text;
		gint64 *number;
		int base;
	} fields[] = {{{"type"}, &mount->type, NULL, 0}, {{"id"}, &mount->id, NULL, 0},
		{{"target", "dst", "destination"}, &mount->target, NULL, 0},
		{{"source", "src"}, &mount->source, NULL, 0}, {{"from"}, &mount->from, NULL, 0},
		{{"sharing"}, &mount->sharing, NULL, 0}, {{"env"}, &mount->env, NULL, 0},
		{{"mode"}, NULL, &mount->mode, 8}, {{"uid"}, NULL, &mount->uid, 10},
		{{"gid"}, NULL, &mount->gid, 10}};
	bool value_of;
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		for (size_t n = 0; n < 4 && fields[i].names[n] != NULL; n++) {
			if (strcmp(fields[i].names[n], key) != 0)
				continue;
			if (!has_value)
				return fail(error, BERTH_ERROR_INVALID,
					"invalid field '%s' must be a key=value pair", key);
			if (fields[i].number != NULL)
				return set_number(
					key, value, fields[i].base, fields[i].number, error);
			bool word =
				fields[i].text == &mount->type || fields[i].text == &mount->sharing;
			set_text_taken(fields[i].text,
				word ? g_ascii_strdown(value, -1) : g_strdup(value));
			return true;
		}
	mount->size_set = mount->size_set || strcmp(key, "size") == 0;
	if (strcmp(key, "size") == 0)
		return size_parse(value, &mount->size) ||
		       fail(error, BERTH_ERROR_INVALID, "invalid value for size: %s", value);
	if (strcmp(key, "required") == 0)
		return set_switch(key, value, has_value, &mount->required, error);
	if (strcmp(key, "rw") == 0 || strcmp(key, "readwrite") == 0 || strcmp(key, "ro") == 0 ||
		strcmp(key, "readonly") == 0) {
		if (!set_switch(key, value, has_value, &value_of, error))
			return false;
		mount->writable = *key == 'r' && (key[1] == 'w' || strcmp(key, "readwrite") == 0)
					  ? value_of
					  : !value_of;
		mount->writable_set = true;
		return true;
	}
	if (!has_value)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid field '%s' must be a key=value pair", key);
	const char *near = words_nearest_within(key, keys, 2);
	return fail(error, BERTH_ERROR_INVALID, "unexpected key '%s' in '%s=%s'%s%s%s", key, key,
		value, near != NULL ? " (did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
}

static bool read_fields(Stage *stage, Mount *mount, const char *flag, GError **error)
{
	g_auto(GStrv) fields = g_strsplit(flag, ",", -1);
	for (int i = 0; fields[i] != NULL; i++) {
		char *equals = strchr(fields[i], '=');
		g_autofree char *key = g_ascii_strdown(
			fields[i], equals != NULL ? equals - fields[i] : (gssize)strlen(fields[i]));
		g_autofree char *value =
			stage_expand(stage, equals != NULL ? equals + 1 : "", error);
		if (value == NULL ||
			!set_field(mount, g_strstrip(key), value, equals != NULL, error))
			return false;
	}
	return true;
}

/* Whose it is to be, and what a secret cannot say. */
static bool check_owner(const Mount *mount, GError **error)
{
	const bool plain = strcmp(mount->type, "bind") == 0 || strcmp(mount->type, "tmpfs") == 0,
		   secret = strcmp(mount->type, "secret") == 0;
	const char *key = mount->mode >= 0  ? "mode"
			  : mount->uid >= 0 ? "uid"
			  : mount->gid >= 0 ? "gid"
					    : NULL,
		   *why = !secret		   ? NULL
			  : mount->from != NULL	   ? "secret mount should not have a from"
			  : mount->sharing != NULL ? "secret mount should not define sharing"
			  : mount->source != NULL && mount->id != NULL
				  ? "both source and id can't be set"
				  : NULL;
	if (plain && key != NULL)
		return fail(error, BERTH_ERROR_INVALID, "%s not allowed for \"%s\" type mounts",
			key, mount->type);
	return why == NULL || fail(error, BERTH_ERROR_INVALID, "%s", why);
}

/* Fields of certain types only. */
static bool check_keys(const Mount *mount, GError **error)
{
	bool cache = strcmp(mount->type, "cache") == 0, tmpfs = strcmp(mount->type, "tmpfs") == 0,
	     client = strcmp(mount->type, "secret") == 0 || strcmp(mount->type, "ssh") == 0;
	const char *key = mount->size_set && !tmpfs	   ? "size"
			  : mount->required && !client	   ? "required"
			  : mount->source != NULL && tmpfs ? "source"
							   : NULL;
	if (key != NULL)
		return fail(error, BERTH_ERROR_INVALID, "unexpected key '%s' for mount type '%s'",
			key, mount->type);
	if (strcmp(mount->type, "ssh") == 0 && mount->source != NULL)
		return fail(error, BERTH_ERROR_INVALID, "ssh does not support source");
	return mount->sharing == NULL || cache ||
	       fail(error, BERTH_ERROR_INVALID, "invalid cache sharing set for %s mount",
		       mount->type);
}

static bool complete(Stage *stage, Mount *mount, GError **error)
{
	static const char *const types[] = {"bind", "cache", "tmpfs", "secret", "ssh", NULL},
				 *const sharings[] = {"shared", "private", "locked", NULL};
	const char *workdir = json_str(stage_config(stage), "WorkingDir");
	if (mount->type == NULL)
		mount->type = g_strdup("bind");
	bool secret = strcmp(mount->type, "secret") == 0, ssh = strcmp(mount->type, "ssh") == 0;
	if (!check_owner(mount, error))
		return false;
	mount->owned = mount->mode >= 0 || mount->uid >= 0 || mount->gid >= 0;
	mount->uid = MAX(mount->uid, 0);
	mount->gid = MAX(mount->gid, 0);
	if (secret && mount->id == NULL)
		mount->id = g_strdup(mount->source);
	if (mount->from != NULL && *mount->from == '\0')
		g_clear_pointer(&mount->from, g_free);
	const char *near = words_nearest_within(mount->type, types, 2);
	if (!g_strv_contains(types, mount->type))
		return fail(error, BERTH_ERROR_INVALID, "unsupported mount type \"%s\"%s%s%s",
			mount->type, near != NULL ? " (did you mean " : "",
			near != NULL ? near : "", near != NULL ? "?)" : "");
	if (mount->sharing != NULL && !g_strv_contains(sharings, mount->sharing))
		return fail(error, BERTH_ERROR_INVALID, "unsupported sharing value \"%s\"",
			mount->sharing);
	if (!check_keys(mount, error))
		return false;
	bool named = mount->id != NULL && *mount->id != '\0';
	if (secret && !named && mount->target == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid secret mount. one of source, target required");
	if (secret && !named)
		set_text_taken(&mount->id, g_path_get_basename(mount->target));
	if (ssh && mount->id == NULL)
		mount->id = g_strdup("default");
	if (secret && mount->target == NULL && mount->env == NULL)
		mount->target = g_strconcat("/run/secrets/", mount->id, NULL);
	if (secret || ssh)
		provenance_use(
			stage->build, secret ? "secrets" : "ssh", mount->id, !mount->required);
	if (mount->target == NULL && !secret && !ssh)
		mount->target = g_strdup("/");
	if (mount->target != NULL) {
		char *target = path_normal(mount->target, *workdir == '/' ? workdir : "/");
		g_free(mount->target);
		mount->target = target;
		if (strcmp(target, "/") == 0)
			return fail(error, BERTH_ERROR_INVALID, "invalid mount target \"/\"");
	}
	if (strcmp(mount->type, "cache") == 0 && !mount->writable_set)
		mount->writable = true;
	return true;
}

/* The content of a bind mount is part of the step's cache key. */
static bool add_content(
	Mounts *mounts, Mount *mount, const Instruction *instruction, json_t *parts, GError **error)
{
	bool bind = strcmp(mount->type, "bind") == 0;
	if (!bind && mount->from == NULL)
		return true;
	mount->tree = mount->from != NULL ? source_find(mounts->stage, mount->from, error)
					  : context_main(mounts->stage, instruction, error);
	if (mount->tree == NULL || !bind)
		return mount->tree != NULL;
	char *paths[] = {mount->source != NULL ? mount->source : (char *)".", NULL};
	if (mount->tree->chain != NULL) {
		json_array_append_new(parts, json_pack("[s, s]", paths[0], mount->tree->chain));
		return true;
	}
	CopyWhat what = {.source = mount->tree, .paths = paths};
	CopyTo to = {.owned = mount->from == NULL};
	struct sha256_ctx hash;
	sha256_init(&hash);
	g_autoptr(GArray) items = copy_find(&what, error);
	if (items == NULL || !copy_hash(&what, items, &to, &hash, error))
		return false;
	g_autofree char *digest = digest_end(&hash);
	json_array_append_new(parts, json_string(digest));
	return true;
}

Mounts *mounts_read(Stage *stage, const Instruction *instruction, json_t *key, GError **error)
{
	g_autoptr(Mounts) mounts = g_new0(Mounts, 1);
	g_auto(GStrv) flags = instruction_flags(instruction, "mount");
	mounts->stage = stage;
	mounts->list = g_array_new(FALSE, TRUE, sizeof(Mount));
	g_array_set_clear_func(mounts->list, mount_clear);
	mounts->held = g_ptr_array_new_with_free_func(g_free);
	mounts->folders = g_ptr_array_new_with_free_func(g_free);
	mounts->agents = g_ptr_array_new_with_free_func(ssh_agent_free);
	mounts->env = json_array();
	if (!mount_count_check(g_strv_length(flags), error))
		return NULL;
	for (int i = 0; flags[i] != NULL; i++) {
		Mount fresh = {.mode = -1, .uid = -1, .gid = -1};
		g_array_append_val(mounts->list, fresh);
		Mount *mount = &g_array_index(mounts->list, Mount, i);
		if (!read_fields(stage, mount, flags[i], error) || !complete(stage, mount, error))
			return NULL;
		json_t *parts = json_pack("[s, s?, s?, s?, s?, s?, b, I, I, I, I]", mount->type,
			mount->target, mount->id, mount->source, mount->env, mount->sharing,
			mount->writable, (json_int_t)mount->mode, (json_int_t)mount->uid,
			(json_int_t)mount->gid, (json_int_t)mount->size);
		json_array_append_new(key, parts);
		if (!add_content(mounts, mount, instruction, parts, error))
			return NULL;
	}
	return g_steal_pointer(&mounts);
}

static MountPoint *tree_mount(const Mount *mount, char **folders, const char *subpath)
{
	MountPoint *tree = mount_point_new(MOUNT_TREE, "", mount->target);
	mount_point_set(&tree->subpath, subpath);
	tree->folders = g_strdupv(folders);
	tree->writable = mount->writable;
	return tree;
}

/* A folder for an overlay's upper and work, removed with the mounts. */
static char *make_own(Mounts *mounts, GError **error)
{
	Store *store = mounts->stage->build->engine->store;
	static const char *const parts[] = {"upper", "work"};
	char *folder = layer_begin(store, NULL, error);
	if (folder == NULL)
		return NULL;
	g_ptr_array_add(mounts->folders, folder);
	g_autofree char *path = g_build_filename(store->root, "tmp", folder, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *part = g_build_filename(path, parts[i], NULL);
		if (mkdir(part, 0755) < 0) {
			fail_errno(error, "cannot make a folder to write to");
			return NULL;
		}
	}
	return g_steal_pointer(&path);
}

/* Writes to it are discarded: they go to an upper folder. */
static MountPoint *make_bind(Mounts *mounts, const Mount *mount, GError **error)
{
	g_autofree char *subpath =
		mount->source != NULL ? path_normal(mount->source, "/") : g_strdup("/");
	autofd there = path_open_in_root(mount->tree->root_fd, subpath, O_PATH, 0);
	if (there < 0) {
		fail(error, BERTH_ERROR_NOT_FOUND, "\"%s\": not found in %s", subpath,
			mount->tree->what);
		return NULL;
	}
	g_autofree char *own = mount->writable ? make_own(mounts, error) : g_strdup("");
	if (own == NULL)
		return NULL;
	MountPoint *tree = tree_mount(mount, mount->tree->folders, subpath);
	mount_point_set(&tree->own, own);
	return tree;
}

/* Creates a cache: its owner and mode, and its initial content. */
static bool prepare_cache(const Mount *mount, int fd, GError **error)
{
	gint64 mode = mount->mode >= 0 ? mount->mode : CACHE_MODE;
	g_autofree char *subpath = mount->from != NULL && mount->source != NULL
					   ? path_normal(mount->source, "/")
					   : g_strdup("/");
	if (!tree_is_empty(fd))
		return true;
	if (mount->from != NULL) {
		autofd from =
			path_open_in_root(mount->tree->root_fd, subpath, O_RDONLY | O_DIRECTORY, 0);
		if (from < 0 || !tree_copy(from, fd, error))
			return fail(error, BERTH_ERROR_NOT_FOUND, "\"%s\": not found in %s",
				subpath, mount->tree->what);
	}
	return (fchown(fd, (uid_t)mount->uid, (gid_t)mount->gid) == 0 &&
		       fchmod(fd, (mode_t)mode & 07777) == 0) ||
	       fail_errno(error, "cannot prepare the cache at %s", mount->target);
}

static MountPoint *make_cache(Mounts *mounts, const Mount *mount, GError **error)
{
	Build *build = mounts->stage->build;
	Store *store = build->engine->store;
	const char *space =
		json_string_value(json_object_get(build->request->args, "BUILDKIT_CACHE_MOUNT_NS"));
	/* As in BuildKit, one that states its owner or mode is another than the plain one of that id. */
	g_autofree char *owner = mount->owned
					 ? g_strdup_printf("@%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
							   ":%" G_GINT64_FORMAT,
						   mount->uid, mount->gid, mount->mode)
					 : g_strdup(""),
			*name = g_strconcat(space != NULL ? space : "", space != NULL ? "/" : "",
				mount->id != NULL ? mount->id : mount->target, owner, NULL);
	char *held = cache_hold(build, name, mount->sharing != NULL ? mount->sharing : "shared");
	g_ptr_array_add(mounts->held, held);
	g_autofree char *id = cache_mount_open(store, held, error);
	autofd fd =
		id != NULL ? openat(store->caches_fd, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0 || !prepare_cache(mount, fd, error))
		return NULL;
	g_autofree char *folder = g_build_filename(store->root, "caches", id, NULL);
	bool part = mount->source != NULL && mount->from == NULL;
	autofd made = part ? path_make_in_root(fd, mount->source, 0755) : -1;
	if (part && made < 0) {
		fail_errno(error, "cannot make \"%s\" in the cache", mount->source);
		return NULL;
	}
	char *folders[] = {folder, NULL};
	return tree_mount(mount, folders, part ? mount->source : "/");
}

static MountPoint *make_tmpfs(const Mount *mount)
{
	bool reads_only = mount->writable_set && !mount->writable;
	g_autofree char *size = mount->size > 0
					? g_strdup_printf(",size=%" G_GINT64_FORMAT, mount->size)
					: g_strdup(""),
			*options = g_strconcat("exec", reads_only ? ",ro" : "", size, NULL);
	MountPoint *made = mount_point_new(MOUNT_TMPFS, "", mount->target);
	mount_point_set(&made->options, options);
	return made;
}

/* NULL without error: the secret is not given, and optional. */
static MountPoint *make_secret(Mounts *mounts, const Mount *mount, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *content = build_secret(mounts->stage->build, mount->id, &problem);
	gint64 mode = mount->mode >= 0 ? mount->mode : SECRET_MODE;
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	else if (content == NULL && mount->required)
		fail(error, BERTH_ERROR_NOT_FOUND, "secret %s: not found", mount->id);
	/* The variable is set, and empty, even if no secret is given. */
	if (content == NULL && (problem != NULL || mount->required || mount->env == NULL))
		return NULL;
	bool given = content != NULL;
	gsize length;
	guchar *text = g_base64_decode(given ? content : "", &length);
	g_autoptr(GBytes) bytes = g_bytes_new_take(text, length);
	if (mount->env != NULL) {
		g_autofree char *setting =
			g_strdup_printf("%s=%.*s", mount->env, (int)length, (char *)text);
		json_array_append_new(mounts->env, json_lenient(setting));
	}
	if (mount->target == NULL || !given)
		return NULL;
	MountPoint *made = mount_point_new(MOUNT_FILE, "", mount->target);
	made->content = g_steal_pointer(&bytes);
	made->file_mode = (mode_t)mode & 0777;
	made->uid = (uid_t)mount->uid;
	made->gid = (gid_t)mount->gid;
	return made;
}

static MountPoint *make_ssh(Mounts *mounts, const Mount *mount, GError **error)
{
	Build *build = mounts->stage->build;
	gint64 mode = mount->mode >= 0 ? mount->mode : SSH_MODE;
	bool offered = build_has_ssh(build, mount->id);
	if (!offered && mount->required)
		fail(error, BERTH_ERROR_NOT_FOUND, "unset ssh forward key %s", mount->id);
	if (!offered && mount->required)
		return NULL;
	g_autofree char *target =
		mount->target != NULL
			? g_strdup(mount->target)
			: g_strdup_printf("/run/buildkit/ssh_agent.%u", mounts->agents->len);
	g_autofree char *setting = g_strconcat("SSH_AUTH_SOCK=", target, NULL);
	/* The variable is set even if no agent is offered. */
	json_array_append_new(mounts->env, json_lenient(setting));
	SshAgent *agent =
		offered ? ssh_agent_new(build, mount->id, mode, mount->uid, mount->gid, error)
			: NULL;
	if (agent == NULL)
		return NULL;
	g_ptr_array_add(mounts->agents, agent);
	MountPoint *made = mount_point_new(MOUNT_BIND, ssh_agent_path(agent), target);
	mount_point_set(&made->propagation, "rprivate");
	made->writable = true;
	return made;
}

GPtrArray *mounts_make(Mounts *mounts, GError **error)
{
	g_autoptr(GPtrArray) list = mount_points_new();
	for (guint i = 0; i < mounts->list->len; i++) {
		const Mount *mount = &g_array_index(mounts->list, Mount, i);
		g_autoptr(GError) problem = NULL;
		MountPoint *made =
			strcmp(mount->type, "bind") == 0    ? make_bind(mounts, mount, &problem)
			: strcmp(mount->type, "cache") == 0 ? make_cache(mounts, mount, &problem)
			: strcmp(mount->type, "tmpfs") == 0 ? make_tmpfs(mount)
			: strcmp(mount->type, "ssh") == 0   ? make_ssh(mounts, mount, &problem)
							    : make_secret(mounts, mount, &problem);
		if (problem != NULL) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return NULL;
		}
		if (made != NULL)
			g_ptr_array_add(list, made);
	}
	return g_steal_pointer(&list);
}

json_t *mounts_env(const Mounts *mounts)
{
	return json_incref(mounts->env);
}
