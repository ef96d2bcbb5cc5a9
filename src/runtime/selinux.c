#include "runtime/selinux.h"

#include "base/error.h"
#include "base/fd.h"
#include "runtime/lsm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

enum { USER, ROLE, TYPE, LEVEL, PARTS };
enum { CATEGORIES = 1024, ATTEMPTS = 100000, FILE_LIMIT = 1 << 20, MAX_DEPTH = 2000 };

void selinux_labels_clear(SelinuxLabels *labels)
{
	g_clear_pointer(&labels->process, g_free);
	g_clear_pointer(&labels->mount, g_free);
}

/* The value of "NAME = value" or "NAME = "value"" in a file of lines; "" where there is none. */
static char *setting_of(const char *text, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		char *sign = strchr(lines[i], '=');
		if (sign == NULL || *g_strstrip(lines[i]) == '#')
			continue;
		*sign = '\0';
		g_strstrip(lines[i]);
		if (strcmp(lines[i], name) != 0)
			continue;
		char *value = g_strstrip(sign + 1);
		size_t length = strlen(value);
		bool quoted = length >= 2 && *value == '"' && value[length - 1] == '"';
		return quoted ? g_strndup(value + 1, length - 2) : g_strdup(value);
	}
	return g_strdup("");
}

/* The policy's file that lists the labels for containers' processes and files. */
static char *contexts_of(const char *root)
{
	g_autofree char *config_path = g_build_filename(root, "etc/selinux/config", NULL),
			*config = file_read(config_path, FILE_LIMIT);
	g_autofree char *policy = setting_of(config != NULL ? config : "", "SELINUXTYPE");
	if (*policy == '\0' || strchr(policy, '/') != NULL)
		return g_strdup("");
	g_autofree char *path =
		g_build_filename(root, "etc/selinux", policy, "contexts/lxc_contexts", NULL);
	char *text = file_read(path, FILE_LIMIT);
	return text != NULL ? text : g_strdup("");
}

/* Splits "user:role:type:level"; the level may contain colons, or be missing. */
static char **split(const char *label)
{
	char **parts = g_strsplit(label, ":", PARTS);
	if (g_strv_length(parts) >= LEVEL)
		return parts;
	g_strfreev(parts);
	return NULL;
}

static void set_part(char **parts, int part, const char *value)
{
	g_free(parts[part]);
	parts[part] = g_strdup(value);
}

const char *selinux_level(const char *label)
{
	for (int i = 0; i < LEVEL && label != NULL; i++)
		label = (label = strchr(label, ':')) != NULL ? label + 1 : NULL;
	return label != NULL ? label : "";
}

GPtrArray *selinux_options_of(const char *process)
{
	static const char *const kinds[] = {"user", "role", "type", "level"};
	GPtrArray *options = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) parts = split(process);
	for (int i = 0; parts != NULL && parts[i] != NULL; i++)
		g_ptr_array_add(options, g_strconcat(kinds[i], ":", parts[i], NULL));
	return options;
}

/* Chooses two categories that no other container has. */
static bool choose_level(char **process, char **mount,
	bool (*take)(gpointer data, const char *level), gpointer data, GError **error)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		int a = g_random_int_range(0, CATEGORIES), b = g_random_int_range(0, CATEGORIES);
		g_autofree char *level = g_strdup_printf("s0:c%d,c%d", MIN(a, b), MAX(a, b));
		if (a == b || !take(data, level))
			continue;
		set_part(process, LEVEL, level);
		set_part(mount, LEVEL, level);
		return true;
	}
	return fail(error, BERTH_ERROR_SYSTEM, "no categories are left for the container's labels");
}

static const char *asked(const GPtrArray *options, const char *kind)
{
	const char *value = NULL;
	size_t length = strlen(kind);
	for (guint i = 0; i < options->len; i++) {
		const char *option = options->pdata[i];
		if (strncmp(option, kind, length) == 0 && option[length] == ':')
			value = option + length + 1;
	}
	return value;
}

/* User and level apply to its files, too; their type has an option of its own. */
static void apply_options(const GPtrArray *options, char **process, char **mount)
{
	static const struct {
		const char *name;
		int part;
		bool of_process, of_mount;
	} kinds[] = {{"user", USER, true, true}, {"role", ROLE, true, false},
		{"type", TYPE, true, false}, {"level", LEVEL, true, true},
		{"filetype", TYPE, false, true}};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const char *value = asked(options, kinds[i].name);
		if (value != NULL && kinds[i].of_process && process[kinds[i].part] != NULL)
			set_part(process, kinds[i].part, value);
		if (value != NULL && kinds[i].of_mount && mount[kinds[i].part] != NULL)
			set_part(mount, kinds[i].part, value);
	}
}

static bool is_disabled(const GPtrArray *options)
{
	for (guint i = 0; i < options->len; i++)
		if (strcmp(options->pdata[i], "disable") == 0)
			return true;
	return false;
}

bool selinux_labels(const char *root, const GPtrArray *options,
	bool (*take)(gpointer data, const char *level), gpointer data, SelinuxLabels *labels,
	GError **error)
{
	g_autofree char *text = contexts_of(root), *of_process = setting_of(text, "process"),
			*of_file = setting_of(text, "file");
	g_auto(GStrv) process = split(of_process), mount = split(of_file);
	if (process == NULL || mount == NULL)
		return fail(error, BERTH_ERROR_SYSTEM,
			"SELinux is enabled, but its policy names no labels for containers "
			"(install "
			"container-selinux), and selinux-enabled asks for them");
	bool has_level = process[LEVEL] != NULL && mount[LEVEL] != NULL;
	/* The last pair is reserved for files of containers that have no label. */
	if (is_disabled(options)) {
		if (has_level)
			set_part(mount, LEVEL, "s0:c1022,c1023");
		*labels = (SelinuxLabels){g_strdup(""), g_strjoinv(":", mount)};
		return true;
	}
	if (has_level && asked(options, "level") == NULL &&
		!choose_level(process, mount, take, data, error))
		return false;
	apply_options(options, process, mount);
	*labels = (SelinuxLabels){g_strjoinv(":", process), g_strjoinv(":", mount)};
	return true;
}

void selinux_plan_exec(const char *process, Plan *plan)
{
	if (*process == '\0')
		return;
	plan_put(plan, PLAN_EXEC_ATTRIBUTE, 0, 0, "/proc/thread-self/attr/exec", process,
		"/proc/thread-self/attr/current", process, NULL);
	/* The session keyring is created before the program is executed. */
	plan_put(
		plan, PLAN_EXEC_ATTRIBUTE, 0, 0, "/proc/thread-self/attr/keycreate", process, NULL);
}

bool selinux_plan(const SelinuxLabels *labels, const char *root, Plan *plan, GError **error)
{
	bool labelled = labels->process != NULL && labels->mount != NULL;
	if (!labelled || (*labels->process == '\0' && *labels->mount == '\0'))
		return true;
	if (!lsm_has_selinux(root))
		return fail(error, BERTH_ERROR_SYSTEM,
			"selinux label is specified in config, but selinux is disabled or not "
			"supported");
	selinux_plan_exec(labels->process, plan);
	plan_put(plan, PLAN_MOUNT_LABEL, 0, 0, labels->mount, NULL);
	return true;
}

/* Paths that opencontainers/selinux refuses to relabel, since the whole host would suffer. Compared by inode, not by
 * name. */
static bool is_forbidden(int fd, const char *root)
{
	static const char *const paths[] = {"", "bin", "boot", "dev", "etc", "etc/passwd",
		"etc/pki", "etc/shadow", "home", "lib", "lib64", "media", "opt", "proc", "root",
		"run", "sbin", "srv", "sys", "tmp", "usr", "var", "var/lib", "var/log"};
	struct stat st, other;
	if (fstat(fd, &st) < 0)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *path = g_build_filename(root, paths[i], NULL);
		if (stat(path, &other) == 0 && st.st_dev == other.st_dev &&
			st.st_ino == other.st_ino)
			return true;
	}
	return false;
}

static bool set_label(int fd, const char *label)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	/* A file system without label support has one label for all of its files. */
	return setxattr(path, "security.selinux", label, strlen(label) + 1, 0) == 0 ||
	       errno == ENOTSUP;
}

static bool relabel_tree(int fd, const char *label, int depth)
{
	if (!set_label(fd, label))
		return false;
	int folder = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = folder >= 0 ? fdopendir(folder) : NULL;
	bool ok = depth < MAX_DEPTH;
	for (struct dirent *entry; ok && dir != NULL && (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		autofd below = openat(folder, entry->d_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		/* A file that has been removed meanwhile needs no label. */
		ok = below >= 0 ? relabel_tree(below, label, depth + 1) : errno == ENOENT;
	}
	if (dir != NULL)
		closedir(dir);
	return ok;
}

bool selinux_relabel(int fd, const char *path, const char *mount_label, bool shared,
	const char *root, GError **error)
{
	g_auto(GStrv) parts = split(mount_label);
	if (parts == NULL)
		return true;
	if (is_forbidden(fd, root))
		return fail(error, BERTH_ERROR_INVALID,
			"error setting label on mount source '%s': SELinux relabeling of %s is not "
			"allowed",
			path, path);
	if (shared && parts[LEVEL] != NULL)
		set_part(parts, LEVEL, "s0");
	g_autofree char *label = g_strjoinv(":", parts);
	return relabel_tree(fd, label, 0) ||
	       fail_errno(error, "error setting label on mount source '%s'", path);
}
