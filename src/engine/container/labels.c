/* SELinux labels of containers (docs/decisions/selinux.md): no two containers have the same categories, and one that
 * joins another's namespaces has that one's. Kept in the specification, as "SELinux". */
#include "engine/container/labels.h"
#include "engine/volume/volume.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "runtime/selinux.h"

#include <fcntl.h>
#include <string.h>

/* Counts how many containers have a level; the engine's lock is held. */
static guint count_of(Engine *engine, const char *level)
{
	lock_held(&engine->lock);
	return GPOINTER_TO_UINT(g_hash_table_lookup(engine->levels, level));
}

static void count(Engine *engine, const char *level, bool more)
{
	guint now = count_of(engine, level) + (more ? 1 : (guint)-1);
	if (*level == '\0' || (!more && count_of(engine, level) == 0))
		return;
	if (now == 0)
		g_hash_table_remove(engine->levels, level);
	else
		g_hash_table_insert(engine->levels, g_strdup(level), GUINT_TO_POINTER(now));
}

static bool take(gpointer data, const char *level)
{
	Engine *engine = data;
	g_mutex_lock(&engine->lock);
	bool unused = count_of(engine, level) == 0;
	if (unused)
		count(engine, level, true);
	g_mutex_unlock(&engine->lock);
	return unused;
}

static void count_spec(Engine *engine, const Spec *spec, bool more)
{
	g_mutex_lock(&engine->lock);
	count(engine, selinux_level(spec->process_label), more);
	g_mutex_unlock(&engine->lock);
}

void labels_remember(Engine *engine, const Spec *spec)
{
	count_spec(engine, spec, true);
}

void labels_forget(Engine *engine, const Spec *spec)
{
	count_spec(engine, spec, false);
}

/* The labels of the container whose namespace is joined, as options; NULL: it has none, or none is joined. */
static GPtrArray *labels_of(Engine *engine, const NamespaceMode *mode)
{
	if (mode->share != SHARE_CONTAINER)
		return NULL;
	g_autoptr(Container) other = container_find(engine, mode->target, NULL);
	g_autoptr(Spec) spec = other != NULL ? container_spec(other, NULL) : NULL;
	const char *process = spec != NULL ? spec->process_label : "";
	return *process != '\0' ? selinux_options_of(process) : NULL;
}

static bool same(const GPtrArray *a, const GPtrArray *b)
{
	bool same = a->len == b->len;
	for (guint i = 0; same && i < a->len; i++)
		same = strcmp(a->pdata[i], b->pdata[i]) == 0;
	return same;
}

/* The default labels follow from the namespaces and privileges: moby's daemon/create.go. NULL with error. */
static GPtrArray *implied(Engine *engine, const Spec *spec, GError **error)
{
	const NamespaceMode *ipc = &spec->modes.ipc, *pid = &spec->modes.pid;
	GPtrArray *options = g_ptr_array_new_with_free_func(g_free);
	if (spec->confinement.privileged || ipc->share == SHARE_HOST || pid->share == SHARE_HOST) {
		g_ptr_array_add(options, g_strdup("disable"));
		return options;
	}
	g_autoptr(GPtrArray) of_ipc = labels_of(engine, ipc), of_pid = labels_of(engine, pid);
	if (of_ipc != NULL && of_pid != NULL && !same(of_ipc, of_pid)) {
		g_ptr_array_unref(options);
		fail(error, BERTH_ERROR_SYSTEM,
			"--ipc and --pid containers SELinux labels aren't the same");
		return NULL;
	}
	if (of_ipc == NULL && of_pid == NULL)
		return options;
	g_ptr_array_unref(options);
	return of_ipc != NULL ? g_steal_pointer(&of_ipc) : g_steal_pointer(&of_pid);
}

static bool refuse(const GPtrArray *labels, GError **error)
{
	for (guint i = 0; i < labels->len; i++)
		if (strcmp(labels->pdata[i], "disable") != 0)
			return fail(error, BERTH_ERROR_INVALID,
				"cannot apply label \"%s\": this engine sets no SELinux labels "
				"(selinux-enabled is not set)",
				(char *)labels->pdata[i]);
	return true;
}

bool labels_allot(Engine *engine, Spec *spec, GError **error)
{
	g_auto(SelinuxLabels) labels = {0};
	GPtrArray *asked = spec->confinement.security.labels;
	if (!no_fault(spec->confinement.security_fault, error))
		return false;
	if (!engine->config->selinux)
		return refuse(asked, error);
	g_autoptr(GPtrArray) options =
		asked->len > 0 ? g_ptr_array_ref(asked) : implied(engine, spec, error);
	if (options == NULL || !selinux_labels("/", options, take, engine, &labels, error))
		return false;
	spec_set_labels(spec, labels.process, labels.mount);
	for (guint i = 0; i < options->len; i++)
		if (g_str_has_prefix(options->pdata[i], "level:")) {
			labels_remember(engine, spec); /* another container may have it already */
			break;
		}
	return true;
}

Spec *labels_adopt(Container *container, Spec *spec, GError **error)
{
	if (!container->engine->config->selinux || spec->labelled)
		return spec;
	g_autoptr(Spec) own = spec_restore(json_copy(spec->json));
	spec_unref(spec);
	if (labels_allot(container->engine, own, error) &&
		(container->unlisted || container_set_spec(container, own, error)))
		return g_steal_pointer(&own);
	labels_forget(container->engine, own);
	return NULL;
}

/* ":z" and ":Z" of a bind; volumes default to "z". */
static const char *sharing_of(const MountPoint *mount)
{
	g_auto(GStrv) words = g_strsplit(mount->mode, ",", -1);
	return g_strv_contains((const char *const *)words, "Z")	  ? "Z"
	       : g_strv_contains((const char *const *)words, "z") ? "z"
								  : "";
}

bool labels_put(const Spec *spec, const GPtrArray *mounts, GError **error)
{
	const char *label = spec->mount_label;
	bool ok = true;
	for (guint i = 0; *label != '\0' && ok && i < mounts->len; i++) {
		const MountPoint *mount = mounts->pdata[i];
		const char *sharing = sharing_of(mount);
		if (*sharing == '\0')
			continue;
		autofd source = mount_source_open(mount, error);
		ok = source >= 0 &&
		     selinux_relabel(source, mount->source, label, *sharing == 'z', "/", error);
	}
	return ok;
}

bool labels_put_network(const Spec *spec, const char *folder, GError **error)
{
	static const char *const files[] = {"resolv.conf", "hostname", "hosts"};
	const char *label = spec->mount_label;
	bool shared = spec->modes.network.share == SHARE_CONTAINER, ok = true;
	for (size_t i = 0; *label != '\0' && ok && i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(folder, files[i], NULL);
		autofd file = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		ok = file < 0 || selinux_relabel(file, path, label, shared, "/", error);
	}
	return ok;
}
