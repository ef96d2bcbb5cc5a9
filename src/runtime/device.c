#include "runtime/runtime.h"

#include "base/error.h"

#include <dirent.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { DEV_DEPTH = 4 };

static const struct {
	const char *path;
	unsigned major, minor;
} standard[] = {{"/dev/null", 1, 3}, {"/dev/zero", 1, 5}, {"/dev/full", 1, 7},
	{"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0}};

/* Any node may be made, but only these devices may be used (moby, oci/defaults.go). */
static const DeviceRule standard_rules[] = {{'c', -1, -1, "m"}, {'b', -1, -1, "m"},
	{'c', 1, 3, "rwm"}, {'c', 1, 5, "rwm"}, {'c', 1, 7, "rwm"}, {'c', 1, 8, "rwm"},
	{'c', 1, 9, "rwm"}, {'c', 5, 0, "rwm"}, {'c', 5, 1, "rwm"}, {'c', 5, 2, "rwm"},
	{'c', 136, -1, "rwm"}};

static void put_device(Plan *plan, const char *source, const char *path, mode_t mode, dev_t device,
	uid_t uid, gid_t gid)
{
	gint64 numbers[] = {mode, major(device), minor(device), uid, gid};
	char *strings[] = {(char *)path, (char *)source, NULL};
	if (plan != NULL)
		plan_add(plan, PLAN_DEVICE, numbers, G_N_ELEMENTS(numbers), strings);
}

/* Adds every device node of the host's /dev, for a privileged container. */
static void put_host_devices(Plan *plan, const char *folder, int depth)
{
	static const char *const left_out[] = {"/dev/pts", "/dev/shm", "/dev/fd", "/dev/mqueue",
		"/dev/.lxc", "/dev/console", NULL};
	DIR *dir = opendir(folder);
	if (dir == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		g_autofree char *path = g_build_filename(folder, entry->d_name, NULL);
		struct stat st;
		if (entry->d_name[0] == '.' || g_strv_contains(left_out, path) ||
			lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth > 0)
			put_host_devices(plan, path, depth - 1);
		else if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
			put_device(plan, path, path, st.st_mode, st.st_rdev, st.st_uid, st.st_gid);
	}
	closedir(dir);
}

static void add_rule(GArray *rules, char type, gint64 major, gint64 minor, const char *access)
{
	DeviceRule rule = {.type = type, .major = major, .minor = minor};
	g_strlcpy(rule.access, access, sizeof rule.access);
	g_array_append_val(rules, rule);
}

static bool access_valid(const char *access)
{
	return *access != '\0' && strlen(access) <= 3 && strspn(access, "rwm") == strlen(access);
}

static bool check_access(const char *access, GError **error)
{
	return access_valid(access) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid device mode: %s", access);
}

static void put_node(Plan *plan, GArray *rules, const char *source, const char *target,
	const char *access, const struct stat *st)
{
	put_device(plan, source, target, st->st_mode, st->st_rdev, st->st_uid, st->st_gid);
	add_rule(rules, S_ISCHR(st->st_mode) ? 'c' : 'b', major(st->st_rdev), minor(st->st_rdev),
		access);
}

static bool is_node(const struct stat *st)
{
	return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
}

/* Adds all device nodes below a folder; other files are skipped. */
static void put_nodes_below(Plan *plan, GArray *rules, const char *source, const char *target,
	const char *access, int depth)
{
	DIR *dir = opendir(source);
	if (dir == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		g_autofree char *from = g_build_filename(source, entry->d_name, NULL);
		g_autofree char *to = g_build_filename(target, entry->d_name, NULL);
		struct stat st;
		if (entry->d_name[0] == '.' || stat(from, &st) < 0)
			continue;
		if (is_node(&st))
			put_node(plan, rules, from, to, access, &st);
		else if (S_ISDIR(st.st_mode) && depth > 0)
			put_nodes_below(plan, rules, from, to, access, depth - 1);
	}
	closedir(dir);
}

/* --device /dev/fuse:/dev/other:rw; a folder gives all nodes below it. */
static bool put_asked(Plan *plan, GArray *rules, const DeviceRequest *device, GError **error)
{
	static const char words[] = "error gathering device information while adding custom device";
	const char *source = device->source, *target = device->target, *access = device->access;
	struct stat st;
	guint before = rules->len;
	if (!check_access(access, error))
		return false;
	if (stat(source, &st) < 0)
		return fail(error, BERTH_ERROR_SYSTEM, "%s \"%s\": no such file or directory",
			words, source);
	if (is_node(&st))
		put_node(plan, rules, source, target, access, &st);
	else if (S_ISDIR(st.st_mode))
		put_nodes_below(plan, rules, source, target, access, DEV_DEPTH);
	return rules->len > before ||
	       fail(error, BERTH_ERROR_SYSTEM, "%s \"%s\": not a device node", words, source);
}

/* "*" is -1: any. */
static bool parse_number(const char *text, gint64 *number)
{
	guint64 value = 0;
	bool any = strcmp(text, "*") == 0;
	if (!any && (!g_ascii_isdigit(*text) ||
			    !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &value, NULL)))
		return false;
	*number = any ? -1 : (gint64)value;
	return true;
}

/* --device-cgroup-rule "c 42:* rwm" */
static bool add_rule_text(GArray *rules, const char *text, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	bool whole = g_strv_length(words) == 3;
	g_auto(GStrv) numbers = g_strsplit(whole ? words[1] : "", ":", -1);
	gint64 major, minor;
	if (!whole || strlen(words[0]) != 1 || strchr("abc", *words[0]) == NULL ||
		g_strv_length(numbers) != 2 || !parse_number(numbers[0], &major) ||
		!parse_number(numbers[1], &minor) || !access_valid(words[2]))
		return fail(error, BERTH_ERROR_INVALID, "invalid device cgroup rule format: '%s'",
			text);
	add_rule(rules, *words[0], major, minor, words[2]);
	return true;
}

GArray *device_requests_read(const json_t *list)
{
	GArray *devices = g_array_new(FALSE, FALSE, sizeof(DeviceRequest));
	size_t i;
	json_t *value;
	json_array_foreach (list, i, value) {
		const char *source = json_str(value, "PathOnHost"),
			   *target = json_str(value, "PathInContainer");
		DeviceRequest device = {source, *target != '\0' ? target : source,
			json_str(value, "CgroupPermissions")};
		g_array_append_val(devices, device);
	}
	return devices;
}

bool device_requests_check(const GArray *devices, GError **error)
{
	for (guint i = 0; i < devices->len; i++)
		if (!check_access(g_array_index(devices, DeviceRequest, i).access, error))
			return false;
	return true;
}

GArray *device_rules_read(const json_t *list, GError **error)
{
	GArray *rules = g_array_new(FALSE, FALSE, sizeof(DeviceRule));
	size_t i;
	json_t *value;
	json_array_foreach (list, i, value)
		if (!add_rule_text(rules, json_elem(list, i), error))
			break;
	return rules;
}

static void node_clear(gpointer data)
{
	DeviceNode *node = data;
	g_free(node->source);
	g_free(node->target);
}

GArray *device_nodes_new(void)
{
	GArray *nodes = g_array_new(FALSE, TRUE, sizeof(DeviceNode));
	g_array_set_clear_func(nodes, node_clear);
	return nodes;
}

void device_node_add(GArray *nodes, const char *source, const char *target, const char *access,
	const DeviceNode *facts)
{
	g_array_append_vals(nodes, facts, 1);
	DeviceNode *node = &g_array_index(nodes, DeviceNode, nodes->len - 1);
	node->source = g_strdup(source);
	node->target = g_strdup(target);
	g_strlcpy(node->access, access, sizeof node->access);
}

static void put_described(Plan *plan, GArray *rules, const DeviceNode *node, const User *user)
{
	uid_t uid = user != NULL ? user->uid : 0;
	gid_t gid = user != NULL ? user->gid : 0;
	struct stat st = {.st_mode = node->mode,
		.st_rdev = node->number,
		.st_uid = node->has_uid ? node->uid : uid,
		.st_gid = node->has_gid ? node->gid : gid};
	put_node(plan, rules, node->source, node->target, node->access, &st);
}

/* The first node at a path wins: those of CDI specifications before those of the user. */
GArray *device_plan(Plan *plan, const Confinement *confinement, const GArray *nodes,
	const User *user, GError **error)
{
	g_autoptr(GArray) rules = g_array_new(FALSE, FALSE, sizeof(DeviceRule));
	const GArray *devices = confinement->devices, *asked = confinement->rules;
	for (guint n = 0; nodes != NULL && n < nodes->len; n++)
		put_described(plan, rules, &g_array_index(nodes, DeviceNode, n), user);
	if (confinement->privileged) {
		if (plan != NULL)
			put_host_devices(plan, "/dev", DEV_DEPTH);
		add_rule(rules, 'a', -1, -1, "rwm");
		return g_steal_pointer(&rules);
	}
	g_array_append_vals(rules, standard_rules, G_N_ELEMENTS(standard_rules));
	for (size_t i = 0; i < G_N_ELEMENTS(standard); i++)
		put_device(plan, standard[i].path, standard[i].path, S_IFCHR | 0666,
			makedev(standard[i].major, standard[i].minor), 0, 0);
	for (guint i = 0; i < devices->len; i++)
		if (!put_asked(plan, rules, &g_array_index(devices, DeviceRequest, i), error))
			return NULL;
	g_array_append_vals(rules, asked->data, asked->len);
	return no_fault(confinement->rule_fault, error) ? g_steal_pointer(&rules) : NULL;
}

GArray *device_rules(const Confinement *confinement, const GArray *nodes, GError **error)
{
	return device_plan(NULL, confinement, nodes, NULL, error);
}

char *device_rule_text(const DeviceRule *rule)
{
	g_autofree char *major =
		rule->major < 0 ? g_strdup("*") : g_strdup_printf("%u", (guint32)rule->major);
	g_autofree char *minor =
		rule->minor < 0 ? g_strdup("*") : g_strdup_printf("%u", (guint32)rule->minor);
	return g_strdup_printf("%c %s:%s %s", rule->type, major, minor, rule->access);
}

/* struct bpf_cgroup_dev_ctx: u32 access_type (access << 16 | type), u32 major, u32 minor. */
static void emit(GArray *code, guint8 op, guint8 dst, guint8 src, gint16 offset, gint32 immediate)
{
	struct bpf_insn instruction = {.code = op,
		.dst_reg = dst & 0xfU,
		.src_reg = src & 0xfU,
		.off = offset,
		.imm = immediate};
	g_array_append_val(code, instruction);
}

static void emit_rule(GArray *code, const DeviceRule *rule)
{
	guint32 access = (strchr(rule->access, 'm') ? BPF_DEVCG_ACC_MKNOD : 0U) |
			 (strchr(rule->access, 'r') ? BPF_DEVCG_ACC_READ : 0U) |
			 (strchr(rule->access, 'w') ? BPF_DEVCG_ACC_WRITE : 0U);
	g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct bpf_insn));
	if (rule->type != 'a')
		emit(tests, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0, 0,
			rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (access != (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)) {
		/* Every requested access bit must be among the allowed ones. */
		emit(tests, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_3, 0, 0);
		emit(tests, BPF_ALU | BPF_AND | BPF_K, BPF_REG_1, 0, 0, (gint32)access);
		emit(tests, BPF_JMP | BPF_JNE | BPF_X, BPF_REG_1, BPF_REG_3, 0, 0);
	}
	if (rule->major >= 0)
		emit(tests, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_4, 0, 0, (gint32)rule->major);
	if (rule->minor >= 0)
		emit(tests, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_5, 0, 0, (gint32)rule->minor);
	for (guint i = 0; i < tests->len; i++) {
		struct bpf_insn *test = &g_array_index(tests, struct bpf_insn, i);
		if (BPF_CLASS(test->code) ==
			BPF_JMP) /* jumps over the remaining tests, and the two instructions below */
			test->off = (gint16)(tests->len - i - 1 + 2);
	}
	g_array_append_vals(code, tests->data, tests->len);
	emit(code, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1);
	emit(code, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

GArray *device_rules_compile(GArray *rules)
{
	GArray *code = g_array_new(FALSE, FALSE, sizeof(struct bpf_insn));
	emit(code, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1, 0, 0);
	emit(code, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0);
	emit(code, BPF_ALU | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff);
	emit(code, BPF_ALU | BPF_RSH | BPF_K, BPF_REG_3, 0, 0, 16);
	emit(code, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_4, BPF_REG_1, 4, 0);
	emit(code, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_5, BPF_REG_1, 8, 0);
	for (guint i = 0; i < rules->len; i++)
		emit_rule(code, &g_array_index(rules, DeviceRule, i));
	emit(code, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0);
	emit(code, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	return code;
}
