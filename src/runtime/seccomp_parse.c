/* A profile in Docker's JSON format becomes rules. Anything that is not understood is refused: ignoring a rule could
 * allow its call. */
#include "runtime/seccomp_parse.h"

#include "base/error.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

typedef struct {
	const char *name;
	char kind; /* 's'tring, 'u'nsigned number, 'l'ist, list of strings: 'S', 'o'bject */
} Key;

static const Key profile_keys[] = {{"defaultAction", 's'}, {"defaultErrnoRet", 'u'},
	{"architectures", 'S'}, {"archMap", 'l'}, {"flags", 'S'}, {"listenerPath", 's'},
	{"listenerMetadata", 's'}, {"syscalls", 'l'}, {"comment", 's'}, {NULL, 0}};
static const Key map_keys[] = {{"architecture", 's'}, {"subArchitectures", 'S'}, {NULL, 0}};
static const Key rule_keys[] = {{"name", 's'}, {"names", 'S'}, {"action", 's'}, {"errnoRet", 'u'},
	{"args", 'l'}, {"includes", 'o'}, {"excludes", 'o'}, {"comment", 's'}, {NULL, 0}};
static const Key filter_keys[] = {{"caps", 'S'}, {"arches", 'S'}, {"minKernel", 's'}, {NULL, 0}};
static const Key arg_keys[] = {
	{"index", 'u'}, {"value", 'u'}, {"valueTwo", 'u'}, {"op", 's'}, {NULL, 0}};

static bool bad(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool bad(GError **error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	return fail(error, BERTH_ERROR_INVALID, "invalid seccomp profile: %s", text);
}

static bool kind_fits(const json_t *value, char kind)
{
	size_t i;
	json_t *element;
	if (json_is_null(value))
		return true;
	if (kind == 's')
		return json_is_string(value);
	if (kind == 'u')
		return json_is_integer(value) && json_integer_value(value) >= 0;
	if (kind == 'o')
		return json_is_object(value);
	if (kind == 'S')
		json_array_foreach ((json_t *)value, i, element)
			if (!json_is_string(element))
				return false;
	return json_is_array(value);
}

/* Every member is known and of the right type; members that begin with "_" or "$" are comments. */
static bool check(const json_t *object, const char *where, const Key *keys, GError **error)
{
	const char *name;
	json_t *value;
	if (!json_is_object(object))
		return bad(error, "%s has to be an object", where);
	json_object_foreach ((json_t *)object, name, value) {
		const Key *key = keys;
		if (*name == '_' || *name == '$')
			continue;
		while (key->name != NULL && strcmp(key->name, name) != 0)
			key++;
		if (key->name == NULL)
			return bad(error, "unknown key \"%s\" in %s", name, where);
		if (!kind_fits(value, key->kind))
			return bad(error, "\"%s\" in %s is of the wrong type", name, where);
	}
	return true;
}

static bool parse_action(
	const char *name, const json_t *errnum, guint32 *action, const char *where, GError **error)
{
	static const struct {
		const char *name;
		guint32 action;
		bool with_data;
	} actions[] = {{"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD, false},
		{"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD, false},
		{"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, false},
		{"SCMP_ACT_TRAP", SECCOMP_RET_TRAP, false},
		{"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW, false},
		{"SCMP_ACT_LOG", SECCOMP_RET_LOG, false},
		{"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO, true},
		{"SCMP_ACT_TRACE", SECCOMP_RET_TRACE, true}};
	enum { MAX_ERRNO = 4095 }; /* the kernel clamps greater values (seccomp(2)) */
	gint64 data = json_is_integer(errnum) ? json_integer_value(errnum) : EPERM;
	if (strcmp(name, "SCMP_ACT_NOTIFY") == 0)
		return bad(
			error, "%s: SCMP_ACT_NOTIFY needs an agent, which is not supported", where);
	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
		if (strcmp(name, actions[i].name) != 0)
			continue;
		if (actions[i].with_data && data > MAX_ERRNO)
			return bad(error, "%s: errnoRet %" G_GINT64_FORMAT " is no error number",
				where, data);
		*action = actions[i].action | (actions[i].with_data ? (guint32)data : 0);
		return true;
	}
	return bad(error, "%s: string %s is not a valid action for seccomp", where, name);
}

/* Whether this kernel is "major.minor" or later. */
static bool kernel_is(const char *version, bool *holds, GError **error)
{
	struct utsname here;
	unsigned major, minor, own_major = 0, own_minor = 0;
	int end = 0;
	if (sscanf(version, "%3u.%5u%n", &major, &minor, &end) != 2 || version[end] != '\0' ||
		!g_ascii_isdigit(*version))
		return bad(error, "invalid kernel version: \"%s\", expected \"<kernel>.<major>\"",
			version);
	uname(&here);
	sscanf(here.release, "%u.%u", &own_major, &own_minor);
	*holds = own_major > major || (own_major == major && own_minor >= minor);
	return true;
}

static const char *own_arch(void)
{
	static const struct {
		guint32 token;
		const char *name; /* Go's */
	} names[] = {{SCMP_ARCH_X86_64, "amd64"}, {SCMP_ARCH_AARCH64, "arm64"},
		{SCMP_ARCH_X86, "386"}, {SCMP_ARCH_ARM, "arm"}, {SCMP_ARCH_PPC64LE, "ppc64le"},
		{SCMP_ARCH_S390X, "s390x"}, {SCMP_ARCH_RISCV64, "riscv64"}};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (names[i].token == seccomp_arch_native())
			return names[i].name;
	return "";
}

/* Architecture names in profiles: Go's, and those of moby's own profile. */
static bool check_arches(const json_t *arches, GError **error)
{
	static const char *const known[] = {"386", "amd64", "arm", "arm64", "loong64", "mips",
		"mips64", "mips64le", "mips64n32", "mipsel", "mipsel64", "mipsel64n32", "mipsle",
		"parisc", "parisc64", "ppc", "ppc64", "ppc64le", "riscv64", "s390", "s390x", "x32",
		"x86", NULL};
	for (size_t i = 0; i < json_array_size(arches); i++)
		if (!g_strv_contains(known, json_elem(arches, i)))
			return bad(error, "unknown architecture \"%s\"", json_elem(arches, i));
	return true;
}

/* The number of listed capabilities in the set; -1 with error for an unknown name. */
static int caps_held(const json_t *caps, guint64 capabilities, GError **error)
{
	size_t i;
	json_t *value;
	int held = 0;
	json_array_foreach ((json_t *)caps, i, value) {
		const char *name = json_string_value(value);
		guint64 mask = g_str_has_prefix(name, "CAP_") ? capability_mask(name) : 0;
		if (mask == 0) {
			bad(error, "unknown capability \"%s\"", name);
			return -1;
		}
		held += (capabilities & mask) != 0;
	}
	return held;
}

/* All conditions of "includes" must hold, and none of "excludes"; an empty condition is ignored. */
static bool applies(
	const json_t *filter, bool excludes, guint64 capabilities, bool *yes, GError **error)
{
	json_t *caps = json_object_get(filter, "caps"), *arches = json_object_get(filter, "arches");
	const char *kernel = json_str(filter, "minKernel");
	bool newer = !excludes;
	if (!json_filled(filter))
		return true;
	if (!check(filter, excludes ? "excludes" : "includes", filter_keys, error) ||
		!check_arches(arches, error) ||
		(*kernel != '\0' && !kernel_is(kernel, &newer, error)))
		return false;
	int held = caps_held(caps, capabilities, error);
	if (held < 0)
		return false;
	g_auto(GStrv) names = json_strv(arches);
	bool here = g_strv_contains((const char *const *)names, own_arch());
	if (excludes)
		*yes = *yes && held == 0 && !here && !newer;
	else
		*yes = *yes && held == (int)json_array_size(caps) && newer &&
		       (here || json_array_size(arches) == 0);
	return true;
}

static bool parse_arg(const json_t *value, SeccompArg *arg, GError **error)
{
	static const char *const compares[] = {[SCMP_CMP_NE] = "SCMP_CMP_NE",
		[SCMP_CMP_LT] = "SCMP_CMP_LT",
		[SCMP_CMP_LE] = "SCMP_CMP_LE",
		[SCMP_CMP_EQ] = "SCMP_CMP_EQ",
		[SCMP_CMP_GE] = "SCMP_CMP_GE",
		[SCMP_CMP_GT] = "SCMP_CMP_GT",
		[SCMP_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ"};
	if (!check(value, "args", arg_keys, error))
		return false;
	enum scmp_compare op = SCMP_CMP_NE;
	while (op <= SCMP_CMP_MASKED_EQ && strcmp(compares[op], json_str(value, "op")) != 0)
		op++;
	if (op > SCMP_CMP_MASKED_EQ)
		return bad(error, "string %s is not a valid operator for seccomp",
			json_str(value, "op"));
	gint64 index = json_int(value, "index");
	if (index >= SECCOMP_ARGS)
		return bad(error,
			"syscalls only have up to 6 arguments (%" G_GINT64_FORMAT " given)", index);
	*arg = (SeccompArg){(guint)index, op, (guint64)json_int(value, "value"),
		(guint64)json_int(value, "valueTwo")};
	if (op == SCMP_CMP_MASKED_EQ && (arg->value2 & ~arg->value) != 0)
		return bad(error, "valueTwo has bits that are not in the mask: no call matches");
	return true;
}

typedef struct {
	guint32 action;
	GArray *args;
	bool separate; /* each condition becomes a rule */
} Rule;

/* Conditions on different arguments must hold together. Several on one argument become separate rules, as in Docker
 * (runc's libcontainer/seccomp, matchCall): right for denied values, and for lists of allowed values. A range written
 * that way would allow everything. */
static bool check_args(const SeccompFilter *filter, const char *name, Rule *rule, GError **error)
{
	guint counts[SECCOMP_ARGS] = {0}, most = 0;
	bool values = true;
	for (guint i = 0; i < rule->args->len; i++) {
		const SeccompArg *arg = &g_array_index(rule->args, SeccompArg, i);
		counts[arg->argument]++;
		most = MAX(most, counts[arg->argument]);
		values = values &&
			 arg->argument == g_array_index(rule->args, SeccompArg, 0).argument &&
			 (arg->op == SCMP_CMP_EQ || arg->op == SCMP_CMP_MASKED_EQ);
	}
	rule->separate = most > 1;
	if (rule->separate && !values && !seccomp_filter_denies(filter, rule->action))
		return bad(error,
			"%s: several conditions on one argument cannot allow a call, other than as "
			"a list "
			"of values: each would be a rule of its own",
			name);
	return true;
}

static bool add_call(SeccompFilter *filter, const char *name, const Rule *rule, GError **error)
{
	const SeccompArg *args = (const SeccompArg *)(void *)rule->args->data;
	bool known = false;
	if (seccomp_filter_full(filter))
		return bad(error, "it has more rules than a kernel can take");
	for (guint i = 0; rule->separate && i < rule->args->len; i++)
		known = seccomp_filter_add(filter, rule->action, name, args + i, 1);
	if (!rule->separate)
		known = seccomp_filter_add(filter, rule->action, name, args, rule->args->len);
	/* An unknown call that a rule would allow stays denied, which is safe. */
	return known || !seccomp_filter_denies(filter, rule->action) ||
	       bad(error, "the system call %s is not known here, so it cannot be denied", name);
}

static bool add_calls(
	SeccompFilter *filter, const json_t *entry, guint64 capabilities, GError **error)
{
	json_t *names = json_object_get(entry, "names"), *value;
	const char *single = json_str(entry, "name");
	g_autoptr(GArray) args = g_array_new(FALSE, FALSE, sizeof(SeccompArg));
	Rule rule = {.args = args};
	bool yes = true;
	size_t i;
	if (!check(entry, "syscalls", rule_keys, error))
		return false;
	if (*single != '\0' && json_array_size(names) > 0)
		return bad(error,
			"both 'name' and 'names' are specified in the seccomp profile, use "
			"either 'name' or 'names'");
	g_auto(GStrv) calls = *single != '\0' ? g_strsplit(single, "\n", 1) : json_strv(names);
	const char *first = calls[0];
	if (first == NULL)
		return bad(error, "a rule without names");
	if (!parse_action(json_str(entry, "action"), json_object_get(entry, "errnoRet"),
		    &rule.action, first, error) ||
		!applies(json_object_get(entry, "includes"), false, capabilities, &yes, error) ||
		!applies(json_object_get(entry, "excludes"), true, capabilities, &yes, error))
		return false;
	json_array_foreach (json_object_get(entry, "args"), i, value) {
		SeccompArg arg;
		if (!parse_arg(value, &arg, error))
			return false;
		g_array_append_val(args, arg);
	}
	if (args->len > SECCOMP_ARGS && !seccomp_filter_denies(filter, rule.action))
		return bad(error, "%s: too many conditions", first);
	if (!check_args(filter, first, &rule, error))
		return false;
	for (int n = 0; yes && calls[n] != NULL; n++)
		if (!add_call(filter, calls[n], &rule, error))
			return false;
	return true;
}

/* An architecture's number; 0 for one that no kernel of this machine can run, -1 with error for an unknown name. */
static gint64 parse_architecture(const char *name, GError **error)
{
	static const struct {
		const char *name;
		guint32 token;
	} known[] = {{"X86", SCMP_ARCH_X86}, {"X86_64", SCMP_ARCH_X86_64}, {"X32", SCMP_ARCH_X32},
		{"ARM", SCMP_ARCH_ARM}, {"AARCH64", SCMP_ARCH_AARCH64}, {"MIPS", 0}, {"MIPS64", 0},
		{"MIPS64N32", 0}, {"MIPSEL", 0}, {"MIPSEL64", 0}, {"MIPSEL64N32", 0}, {"PPC", 0},
		{"PPC64", 0}, {"PPC64LE", 0}, {"S390", 0}, {"S390X", 0}, {"PARISC", 0},
		{"PARISC64", 0}, {"RISCV64", 0}, {"LOONGARCH64", 0}, {"M68K", 0}, {"SH", 0},
		{"SHEB", 0}};
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (g_str_has_prefix(name, "SCMP_ARCH_") &&
			strcmp(known[i].name, name + strlen("SCMP_ARCH_")) == 0)
			return known[i].token;
	bad(error, "string %s is not a valid arch for seccomp", name);
	return -1;
}

static bool add_architectures(SeccompFilter *filter, const json_t *list, bool count, GError **error)
{
	size_t i;
	json_t *value;
	json_array_foreach ((json_t *)list, i, value) {
		gint64 token = parse_architecture(json_string_value(value), error);
		if (token < 0)
			return false;
		if (count && token > 0)
			seccomp_filter_add_arch(filter, (guint32)token);
	}
	return true;
}

/* The additional architectures: a plain list, or those that a map has for ours. */
static bool choose_architectures(SeccompFilter *filter, const json_t *profile, GError **error)
{
	json_t *list = json_object_get(profile, "architectures"),
	       *map = json_object_get(profile, "archMap"), *entry;
	size_t i;
	if (json_array_size(list) > 0 && json_array_size(map) > 0)
		return bad(error, "both 'architectures' and 'archMap' are specified in the seccomp "
				  "profile, use either 'architectures' or 'archMap'");
	json_array_foreach (map, i, entry) {
		if (!check(entry, "archMap", map_keys, error))
			return false;
		gint64 token = parse_architecture(json_str(entry, "architecture"), error);
		if (token < 0 ||
			!add_architectures(filter, json_object_get(entry, "subArchitectures"),
				token == seccomp_arch_native(), error))
			return false;
	}
	return add_architectures(filter, list, true, error);
}

static bool parse_flags(const json_t *profile, guint32 *flags, GError **error)
{
	/* Threads are created after the filter is loaded, so TSYNC has no effect. */
	static const struct {
		const char *name;
		guint32 flag;
	} known[] = {{"SECCOMP_FILTER_FLAG_TSYNC", 0},
		{"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
		{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW}};
	size_t i;
	json_t *value;
	json_array_foreach (json_object_get(profile, "flags"), i, value) {
		size_t k = 0;
		while (k < G_N_ELEMENTS(known) &&
			strcmp(known[k].name, json_string_value(value)) != 0)
			k++;
		if (k == G_N_ELEMENTS(known))
			return bad(error, "seccomp flag %s is not known", json_string_value(value));
		*flags |= known[k].flag;
	}
	return true;
}

SeccompFilter *seccomp_parse(
	const json_t *profile, guint64 capabilities, guint32 *flags, GError **error)
{
	guint32 fallback;
	size_t i;
	json_t *entry;
	if (!check(profile, "the profile", profile_keys, error) ||
		!parse_action(json_str(profile, "defaultAction"),
			json_object_get(profile, "defaultErrnoRet"), &fallback, "defaultAction",
			error))
		return NULL;
	g_autoptr(SeccompFilter) filter = seccomp_filter_new(fallback);
	if (!choose_architectures(filter, profile, error) || !parse_flags(profile, flags, error))
		return NULL;
	json_array_foreach (json_object_get(profile, "syscalls"), i, entry)
		if (!add_calls(filter, entry, capabilities, error))
			return NULL;
	return g_steal_pointer(&filter);
}
