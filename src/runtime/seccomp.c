#include "runtime/runtime.h"

#include "base/error.h"
#include "base/fd.h"
#include "runtime/seccomp_profile.h"

#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>

enum { MAX_FILTER = 1 << 20, MAX_REMEMBERED = 64 };

/* 32-bit programs run in containers too, where the kernel lets them. */
static void add_architectures(scmp_filter_ctx filter)
{
#if defined(__x86_64__)
	seccomp_arch_add(filter, SCMP_ARCH_X86);
	seccomp_arch_add(filter, SCMP_ARCH_X32);
#elif defined(__aarch64__)
	seccomp_arch_add(filter, SCMP_ARCH_ARM);
#else
	(void)filter;
#endif
}

/* A name that this libseccomp or architecture does not know is left out: it stays refused. */
static bool add_rule(scmp_filter_ctx filter, guint32 action, const char *name, guint count,
	const struct scmp_arg_cmp *args, GError **error)
{
	int number = seccomp_syscall_resolve_name(name);
	if (number == __NR_SCMP_ERROR)
		return true;
	int failed = seccomp_rule_add_array(filter, action, number, count, args);
	return failed == 0 || failed == -EACCES || failed == -EDOM || failed == -EINVAL ||
	       failed == -EEXIST ||
	       fail(error, BERTH_ERROR_SYSTEM, "seccomp: cannot add a rule for %s: %s", name,
		       g_strerror(-failed));
}

static bool add_default(scmp_filter_ctx filter, guint64 capabilities, GError **error)
{
	for (gsize i = 0; i < seccomp_default_rule_count; i++) {
		const SeccompRule *rule = &seccomp_default_rules[i];
		if ((capabilities & rule->needs) != rule->needs ||
			(capabilities & rule->lacks) != 0)
			continue;
		guint32 action =
			rule->errnum != 0 ? SCMP_ACT_ERRNO((guint32)rule->errnum) : SCMP_ACT_ALLOW;
		struct scmp_arg_cmp arg = {.arg = (unsigned)rule->argument,
			.op = (enum scmp_compare)rule->compare,
			.datum_a = rule->value,
			.datum_b = rule->value2};
		g_auto(GStrv) names = g_strsplit(rule->names, " ", -1);
		for (int n = 0; names[n] != NULL; n++)
			if (*names[n] != '\0' && !add_rule(filter, action, names[n],
							 rule->argument >= 0 ? 1 : 0, &arg, error))
				return false;
	}
	return true;
}

static bool parse_action(const char *name, gint64 errnum, guint32 *action, GError **error)
{
	const struct {
		const char *name;
		guint32 action;
	} actions[] = {{"SCMP_ACT_KILL", SCMP_ACT_KILL},
		{"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
		{"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS}, {"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
		{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW}, {"SCMP_ACT_LOG", SCMP_ACT_LOG},
		{"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO((guint16)errnum)},
		{"SCMP_ACT_TRACE", SCMP_ACT_TRACE((guint16)errnum)}};
	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
		if (strcmp(name, actions[i].name) == 0) {
			*action = actions[i].action;
			return true;
		}
	return fail(
		error, BERTH_ERROR_INVALID, "invalid seccomp profile: unknown action \"%s\"", name);
}

static gint64 errno_of(const json_t *object, const char *key)
{
	return json_object_get(object, key) != NULL ? json_int(object, key) : EPERM;
}

/* "includes" and "excludes": lists of capabilities and architectures. */
static bool list_holds(const json_t *filter, guint64 capabilities, bool want_all)
{
	json_t *caps = json_object_get(filter, "caps"), *arches = json_object_get(filter, "arches"),
	       *value;
	size_t i, hits = 0;
	struct utsname name;
	json_array_foreach (caps, i, value)
		hits += (capabilities & capability_mask(json_elem(caps, i))) != 0;
	if (want_all ? hits < json_array_size(caps) : hits > 0)
		return !want_all;
	if (json_array_size(arches) == 0)
		return want_all;
	uname(&name);
	const char *here = strcmp(name.machine, "x86_64") == 0	  ? "amd64"
			   : strcmp(name.machine, "aarch64") == 0 ? "arm64"
								  : name.machine;
	json_array_foreach (arches, i, value)
		if (strcmp(json_elem(arches, i), here) == 0)
			return true;
	return false;
}

static bool parse_args(const json_t *list, struct scmp_arg_cmp *args, guint *count, GError **error)
{
	static const char *const compares[] = {[SCMP_CMP_NE] = "SCMP_CMP_NE",
		[SCMP_CMP_LT] = "SCMP_CMP_LT",
		[SCMP_CMP_LE] = "SCMP_CMP_LE",
		[SCMP_CMP_EQ] = "SCMP_CMP_EQ",
		[SCMP_CMP_GE] = "SCMP_CMP_GE",
		[SCMP_CMP_GT] = "SCMP_CMP_GT",
		[SCMP_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ"};
	size_t i;
	json_t *value;
	*count = 0;
	json_array_foreach (list, i, value) {
		enum scmp_compare op = SCMP_CMP_NE;
		while (op <= SCMP_CMP_MASKED_EQ && strcmp(compares[op], json_str(value, "op")) != 0)
			op++;
		if (op > SCMP_CMP_MASKED_EQ || i >= 6 || json_int(value, "index") < 0 ||
			json_int(value, "index") > 5)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid seccomp profile: invalid argument");
		args[(*count)++] = (struct scmp_arg_cmp){.arg = (unsigned)json_int(value, "index"),
			.op = op,
			.datum_a = (guint64)json_int(value, "value"),
			.datum_b = (guint64)json_int(value, "valueTwo")};
	}
	return true;
}

static bool add_profile(scmp_filter_ctx filter, const json_t *profile, guint64 capabilities,
	guint32 fallback, GError **error)
{
	size_t i, n;
	json_t *entry, *name;
	json_array_foreach (json_object_get(profile, "syscalls"), i, entry) {
		struct scmp_arg_cmp args[6];
		guint count;
		guint32 action;
		json_t *names = json_object_get(entry, "names");
		g_autoptr(json_t) single = json_pack("[s]", json_str(entry, "name"));
		if (!parse_action(json_str(entry, "action"), errno_of(entry, "errnoRet"), &action,
			    error) ||
			!parse_args(json_object_get(entry, "args"), args, &count, error))
			return false;
		if (action == fallback ||
			!list_holds(json_object_get(entry, "includes"), capabilities, true) ||
			list_holds(json_object_get(entry, "excludes"), capabilities, false))
			continue;
		names = names != NULL ? names : single;
		json_array_foreach (names, n, name)
			if (!add_rule(filter, action, json_elem(names, n), count, args, error))
				return false;
	}
	return true;
}

/* The filter as bytes: libseccomp writes it to a descriptor only. */
static GBytes *export(scmp_filter_ctx filter, GError **error)
{
	autofd fd = memfd_create("seccomp", MFD_CLOEXEC);
	size_t length;
	char *data = NULL;
	if (fd < 0 || seccomp_export_bpf(filter, fd) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
		(data = fd_read_all(fd, MAX_FILTER, &length)) == NULL) {
		fail_errno(error, "cannot compile the seccomp profile");
		return NULL;
	}
	return g_bytes_new_take(data, length);
}

static GBytes *compile(const char *profile, guint64 capabilities, GError **error)
{
	g_autoptr(json_t) json = NULL;
	guint32 fallback = SCMP_ACT_ERRNO(EPERM);
	if (*profile != '\0' &&
		((json = json_parse(profile, strlen(profile), error)) == NULL ||
			!parse_action(json_str(json, "defaultAction"),
				errno_of(json, "defaultErrnoRet"), &fallback, error))) {
		g_prefix_error(error, "Decoding seccomp profile failed: ");
		return NULL;
	}
	scmp_filter_ctx filter = seccomp_init(fallback);
	GBytes *bytes = NULL;
	add_architectures(filter);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree: a call costs log n */
	if (json != NULL ? add_profile(filter, json, capabilities, fallback, error)
			 : add_default(filter, capabilities, error))
		bytes = export(filter, error);
	seccomp_release(filter);
	return bytes;
}

bool seccomp_add(Plan *plan, const char *profile, guint64 capabilities, GError **error)
{
	static GMutex lock;
	static GHashTable
		*remembered; /* profile and capabilities -> GBytes; compiling takes 2 ms */
	if (profile != NULL && strcmp(profile, "unconfined") == 0)
		return true;
	if (profile == NULL || strcmp(profile, "builtin") == 0)
		profile = "";
	g_autofree char *key = g_strdup_printf("%" G_GINT64_MODIFIER "x %s", capabilities, profile);
	g_mutex_lock(&lock);
	if (remembered == NULL || g_hash_table_size(remembered) > MAX_REMEMBERED) {
		g_clear_pointer(&remembered, g_hash_table_unref);
		remembered = g_hash_table_new_full(
			g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
	}
	GBytes *bytes = g_hash_table_lookup(remembered, key);
	if (bytes == NULL && (bytes = compile(profile, capabilities, error)) != NULL)
		g_hash_table_insert(remembered, g_steal_pointer(&key), bytes);
	if (bytes != NULL)
		plan_add(plan, PLAN_SECCOMP, g_bytes_get_data(bytes, NULL),
			g_bytes_get_size(bytes) / sizeof(struct sock_filter), NULL);
	g_mutex_unlock(&lock);
	return bytes != NULL;
}
