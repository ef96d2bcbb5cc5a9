/* Volumes with options: their device is mounted at the volume's folder while a container uses it, as dockerd's local
 * driver does (moby, volume/local/local_linux.go). Holders are kept in memory only: at its start the engine counts
 * running containers, and unmounts what nobody holds (docs/decisions/volumes.md). */
#include "engine/object/event.h"
#include "engine/volume/volume.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/size.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netdb.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

typedef struct {
	int count;
	bool busy; /* being mounted or unmounted, without the lock: a server may be slow */
} Held;

struct VolumeHolds {
	GMutex lock;
	GCond changed;
	GHashTable *held; /* name -> Held */
};

enum { PROPAGATIONS = MS_PRIVATE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE };

static const struct {
	const char *word;
	unsigned long set, clear;
} words[] = {{"defaults", 0, 0}, {"ro", MS_RDONLY, 0}, {"rw", 0, MS_RDONLY}, {"suid", 0, MS_NOSUID},
	{"nosuid", MS_NOSUID, 0}, {"dev", 0, MS_NODEV}, {"nodev", MS_NODEV, 0},
	{"exec", 0, MS_NOEXEC}, {"noexec", MS_NOEXEC, 0}, {"sync", MS_SYNCHRONOUS, 0},
	{"async", 0, MS_SYNCHRONOUS}, {"dirsync", MS_DIRSYNC, 0}, {"remount", MS_REMOUNT, 0},
	{"mand", MS_MANDLOCK, 0}, {"nomand", 0, MS_MANDLOCK}, {"atime", 0, MS_NOATIME},
	{"noatime", MS_NOATIME, 0}, {"diratime", 0, MS_NODIRATIME},
	{"nodiratime", MS_NODIRATIME, 0}, {"bind", MS_BIND, 0}, {"rbind", MS_BIND | MS_REC, 0},
	{"unbindable", MS_UNBINDABLE, 0}, {"runbindable", MS_UNBINDABLE | MS_REC, 0},
	{"private", MS_PRIVATE, 0}, {"rprivate", MS_PRIVATE | MS_REC, 0}, {"shared", MS_SHARED, 0},
	{"rshared", MS_SHARED | MS_REC, 0}, {"slave", MS_SLAVE, 0},
	{"rslave", MS_SLAVE | MS_REC, 0}, {"relatime", MS_RELATIME, 0},
	{"norelatime", 0, MS_RELATIME}, {"strictatime", MS_STRICTATIME, 0},
	{"nostrictatime", 0, MS_STRICTATIME}};

VolumeHolds *volume_holds_new(void)
{
	VolumeHolds *holds = g_new0(VolumeHolds, 1);
	g_mutex_init(&holds->lock);
	g_cond_init(&holds->changed);
	holds->held = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return holds;
}

static bool check_size(const json_t *options, GError **error)
{
	const json_t *value = json_object_get(options, "size");
	const char *text = json_str(options, "size");
	gint64 size = 0;
	if (value != NULL && (!size_parse(text, &size) || size < 0))
		return fail(error, BERTH_ERROR_INVALID, "invalid size: '%s'", text);
	return size == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "quota size requested but no quota support");
}

bool volume_options_check(const json_t *options, GError **error)
{
	static const char *const known[] = {"type", "o", "device", "size", NULL};
	static const char *const needs[][2] = {
		{"device", "type"}, {"type", "device"}, {"o", "device"}, {"o", "type"}};
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)options, key, value)
		if (!g_strv_contains(known, key) || !json_is_string(value))
			return fail(error, BERTH_ERROR_INVALID, "invalid option: \"%s\"", key);
	for (size_t i = 0; i < G_N_ELEMENTS(needs); i++)
		if (json_object_get(options, needs[i][0]) != NULL &&
			json_object_get(options, needs[i][1]) == NULL)
			return fail(error, BERTH_ERROR_INVALID, "missing required option: \"%s\"",
				needs[i][1]);
	if (strcmp(json_str(options, "type"), "cifs") == 0 &&
		!volume_device_url_check(json_str(options, "device"), error))
		return false;
	return check_size(options, error);
}

json_t *volume_options(Engine *engine, const char *name)
{
	g_autoptr(VolumeRow) row = volume_store_get(engine->store, name);
	return row != NULL && row->options != NULL
		       ? json_parse(row->options, strlen(row->options), NULL)
		       : NULL;
}

static bool needs_mount(const json_t *options)
{
	return *json_str(options, "device") != '\0' || *json_str(options, "type") != '\0';
}

bool volume_needs_mount(Engine *engine, const char *name)
{
	g_autoptr(json_t) options = volume_options(engine, name);
	return needs_mount(options);
}

static int open_data(Engine *engine, const char *name, guint64 flags, guint64 resolve)
{
	g_autofree char *path = g_build_filename(name, "_data", NULL);
	struct open_how how = {
		.flags = flags | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_BENEATH | resolve};
	return (int)syscall(SYS_openat2, engine->store->volumes_fd, path, &how, sizeof how);
}

int volume_open(Engine *engine, const char *name)
{
	return open_data(engine, name, O_RDONLY, 0);
}

bool volume_is_mounted(Engine *engine, const char *name)
{
	autofd fd = open_data(engine, name, O_PATH, RESOLVE_NO_XDEV);
	return fd < 0 && errno == EXDEV;
}

/* Resolves a name to "10.0.0.1"; new string, or NULL with error. */
static char *resolve(const char *host, GError **error)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	char text[INET6_ADDRSTRLEN];
	int failed = getaddrinfo(host, NULL, &hints, &found);
	if (failed == 0)
		failed = getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0,
			NI_NUMERICHOST);
	if (found != NULL)
		freeaddrinfo(found);
	if (failed == 0)
		return g_strdup(text);
	fail(error, BERTH_ERROR_SYSTEM,
		"error resolving passed in network volume address: lookup %s: %s", host,
		failed == EAI_NONAME ? "no such host" : gai_strerror(failed));
	return NULL;
}

/* The kernel accepts addresses only: the name after mark, up to one of the characters in ends, is replaced by its
 * address. */
static bool put_address(char **text, const char *mark, const char *ends, GError **error)
{
	const char *at = g_str_has_prefix(*text, mark) ? *text : NULL;
	if (at == NULL && strcmp(mark, "//") != 0) {
		g_autofree char *later = g_strconcat(",", mark, NULL);
		at = strstr(*text, later);
		at = at != NULL ? at + 1 : NULL;
	}
	if (at == NULL)
		return true;
	size_t start = (size_t)(at - *text) + strlen(mark), length = strcspn(*text + start, ends);
	g_autofree char *host = g_strndup(*text + start, length);
	if (length == 0 || g_hostname_is_ip_address(host))
		return true;
	g_autofree char *address = resolve(host, error);
	if (address == NULL)
		return false;
	char *changed =
		g_strdup_printf("%.*s%s%s", (int)start, *text, address, *text + start + length);
	g_free(*text);
	*text = changed;
	return true;
}

static bool resolve_addresses(const char *type, char **device, char **options, GError **error)
{
	bool cifs = strcmp(type, "cifs") == 0, named = strstr(*options, "addr=") != NULL;
	if (!cifs && strcmp(type, "nfs") != 0)
		return true;
	return put_address(options, "addr=", ",", error) &&
	       (!cifs || named || put_address(device, "//", "/", error));
}

/* Splits options into flags of mount(2) and data for the file system. */
static char *parse_words(const char *options, unsigned long *flags)
{
	g_autoptr(GString) data = g_string_new("");
	g_auto(GStrv) parts = g_strsplit(options, ",", -1);
	*flags = 0;
	for (int i = 0; parts[i] != NULL; i++) {
		size_t w = 0;
		while (w < G_N_ELEMENTS(words) && strcmp(words[w].word, parts[i]) != 0)
			w++;
		if (w < G_N_ELEMENTS(words))
			*flags = (*flags & ~words[w].clear) | words[w].set;
		else if (*parts[i] != '\0')
			g_string_append_printf(data, "%s%s", data->len > 0 ? "," : "", parts[i]);
	}
	return g_string_free(g_steal_pointer(&data), FALSE);
}

/* Keeps passwords out of logs and answers. */
static char *hide_password(const char *data)
{
	g_auto(GStrv) parts = g_strsplit(data, ",", -1);
	for (int i = 0; parts[i] != NULL; i++)
		if (g_str_has_prefix(parts[i], "password=")) {
			g_free(parts[i]);
			parts[i] = g_strdup("password=********");
		}
	return g_strjoinv(",", parts);
}

/* As moby/sys/mount words it: "mount DEVICE:TARGET, flags: 0x1000, data: size=1m: no such device". */
static bool mount_failed(const char *device, const char *target, unsigned long flags,
	const char *data, GError **error)
{
	g_autofree char *why = g_strdup(g_strerror(errno)), *hidden = hide_password(data);
	g_autoptr(GString) text = g_string_new("");
	*why = g_ascii_tolower(*why);
	g_string_append_printf(text, "mount %s%s%s", device, *device != '\0' ? ":" : "", target);
	if (flags != 0)
		g_string_append_printf(text, ", flags: 0x%lx", flags);
	if (*hidden != '\0')
		g_string_append_printf(text, ", data: %s", hidden);
	return fail(
		error, BERTH_ERROR_SYSTEM, "failed to mount local volume: %s: %s", text->str, why);
}

static bool mount_at(const char *device, const char *target, const char *type, unsigned long flags,
	const char *data, GError **error)
{
	unsigned long plain = flags & ~(unsigned long)PROPAGATIONS;
	const unsigned long bound = MS_BIND | MS_RDONLY;
	if (mount(device, target, type, plain, data) < 0)
		return mount_failed(device, target, plain, data, error);
	/* A bind gets its own flags, and any mount its propagation, by a second call only. */
	if (((flags & PROPAGATIONS) == 0 ||
		    mount("", target, "", flags & (PROPAGATIONS | MS_REC), NULL) == 0) &&
		((plain & bound) != bound || mount("", target, "", plain | MS_REMOUNT, NULL) == 0))
		return true;
	mount_failed("", target, flags, "", error);
	umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW);
	return false;
}

static bool mount_volume(Engine *engine, const char *name, const json_t *options, GError **error)
{
	const char *type = json_str(options, "type");
	g_autofree char *target = volume_store_path(engine->store, name),
			*device = g_strdup(json_str(options, "device")),
			*asked = g_strdup(json_str(options, "o"));
	unsigned long flags;
	if (*device == '\0')
		return fail(error, BERTH_ERROR_SYSTEM, "missing device in volume options");
	if (!resolve_addresses(type, &device, &asked, error))
		return false;
	g_autofree char *data = parse_words(asked, &flags);
	return mount_at(device, target, type, flags, data, error);
}

static void unmount_volume(Engine *engine, const char *name)
{
	g_autofree char *target = volume_store_path(engine->store, name);
	if (umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		log_warn("cannot unmount volume %s: %s", name, g_strerror(errno));
}

/* The volume's entry, marked busy: no other thread changes it until leave(). */
static Held *enter(VolumeHolds *holds, const char *name)
{
	g_mutex_lock(&holds->lock);
	Held *held = g_hash_table_lookup(holds->held, name);
	if (held == NULL)
		g_hash_table_insert(holds->held, g_strdup(name), held = g_new0(Held, 1));
	while (held->busy)
		g_cond_wait(&holds->changed, &holds->lock);
	held->busy = true;
	g_mutex_unlock(&holds->lock);
	return held;
}

static void leave(VolumeHolds *holds, Held *held)
{
	g_mutex_lock(&holds->lock);
	held->busy = false;
	g_cond_broadcast(&holds->changed);
	g_mutex_unlock(&holds->lock);
}

bool volume_hold(Engine *engine, const char *name, GError **error)
{
	g_autoptr(json_t) options = volume_options(engine, name);
	g_autofree char *path = volume_store_path(engine->store, name);
	if (!needs_mount(options))
		return true;
	Held *held = enter(engine->volume_holds, name);
	bool ok = volume_is_mounted(engine, name) || mount_volume(engine, name, options, error);
	held->count += ok;
	leave(engine->volume_holds, held);
	if (!ok)
		g_prefix_error(error, "error while mounting volume '%s': ", path);
	return ok;
}

void volume_release(Engine *engine, const char *name)
{
	if (!volume_needs_mount(engine, name))
		return;
	Held *held = enter(engine->volume_holds, name);
	held->count = MAX(held->count - 1, 0);
	if (held->count == 0 && volume_is_mounted(engine, name))
		unmount_volume(engine, name);
	leave(engine->volume_holds, held);
}

bool volume_settle(Engine *engine, const char *name)
{
	if (!volume_needs_mount(engine, name))
		return !volume_is_mounted(engine, name);
	Held *held = enter(engine->volume_holds, name);
	if (held->count == 0 && volume_is_mounted(engine, name))
		unmount_volume(engine, name);
	bool settled = held->count == 0 && !volume_is_mounted(engine, name);
	leave(engine->volume_holds, held);
	return settled;
}

/* The names of the container's volumes, one for each use. */
static char **volumes_of(const GPtrArray *mounts)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	for (guint i = 0; mounts != NULL && i < mounts->len; i++) {
		const MountPoint *mount = mounts->pdata[i];
		if (mount->type == MOUNT_VOLUME)
			g_strv_builder_add(names, mount->name);
	}
	return g_strv_builder_end(names);
}

static void publish_mounts(Container *container, const GPtrArray *mounts)
{
	for (guint i = 0; !container->unlisted && i < mounts->len; i++) {
		const MountPoint *mount = mounts->pdata[i];
		if (mount->type != MOUNT_VOLUME)
			continue;
		event_publish(container->engine, "volume", "mount", mount->name,
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "container", container->row.id,
				"destination", mount->target, "driver", "local", "propagation",
				mount->propagation, "read/write",
				mount->writable ? "true" : "false"));
	}
}

static void publish_unmount(Container *container, const char *name)
{
	if (!container->unlisted)
		event_publish(container->engine, "volume", "unmount", name,
			json_pack("{s:s, s:s}", "container", container->row.id, "driver", "local"));
}

static void keep_names(Container *container, char **names)
{
	g_mutex_lock(&container->engine->lock);
	char **before = container->volumes;
	container->volumes = names;
	g_mutex_unlock(&container->engine->lock);
	g_strfreev(before);
}

bool volumes_hold(Container *container, const GPtrArray *mounts, GError **error)
{
	char **names = volumes_of(mounts);
	for (int i = 0; names[i] != NULL; i++) {
		if (volume_hold(container->engine, names[i], error))
			continue;
		while (i-- > 0)
			volume_release(container->engine, names[i]);
		g_strfreev(names);
		return false;
	}
	keep_names(container, names);
	publish_mounts(container, mounts);
	return true;
}

void volumes_release(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	g_auto(GStrv) names = g_steal_pointer(&container->volumes);
	g_mutex_unlock(&container->engine->lock);
	for (int i = 0; names != NULL && names[i] != NULL; i++) {
		volume_release(container->engine, names[i]);
		publish_unmount(container, names[i]);
	}
}

/* A container that ran when the engine started: its volumes have been mounted since, or were lost with the host. */
static void count_again(Container *container)
{
	g_autoptr(GPtrArray) mounts = container_mounts(container, NULL);
	char **names = volumes_of(mounts);
	for (int i = 0; names[i] != NULL; i++) {
		if (!volume_needs_mount(container->engine, names[i]))
			continue;
		Held *held = enter(container->engine->volume_holds, names[i]);
		held->count++;
		leave(container->engine->volume_holds, held);
	}
	keep_names(container, names);
}

void volumes_resume(Engine *engine, GPtrArray *containers)
{
	for (guint i = 0; i < containers->len; i++)
		if (container_running(containers->pdata[i]))
			count_again(containers->pdata[i]);
	g_autoptr(GPtrArray) rows = volume_store_list(engine->store);
	for (guint i = 0; i < rows->len; i++) {
		const VolumeRow *row = rows->pdata[i];
		if (row->options != NULL)
			volume_settle(engine, row->name);
	}
}

int mount_source_open(const MountPoint *mount, GError **error)
{
	const char *source = mount->source, *subpath = mount->subpath;
	autofd root = open(source, O_PATH | O_CLOEXEC);
	if (root < 0)
		fail_errno(error, "cannot open %s", source);
	if (root < 0 || *subpath == '\0')
		return fd_steal(&root);
	int fd = path_open_beneath(root, subpath, O_PATH);
	if (fd < 0 && errno == EXDEV)
		fail(error, BERTH_ERROR_SYSTEM,
			"path concatenation escapes the base directory, base: %s, subpath: %s",
			source, subpath);
	else if (fd < 0)
		fail_errno(error, "cannot access path %s/%s", source, subpath);
	return fd;
}
