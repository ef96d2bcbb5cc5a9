#include "runtime/runtime.h"

#include "base/error.h"
#include "runtime/seccomp_parse.h"
#include "runtime/seccomp_profile.h"

#include <errno.h>
#include <linux/filter.h>
#include <string.h>

enum { MAX_REMEMBERED = 64, MAX_PROFILE = 1 << 20 };

/* The architectures of the default profile: 32-bit programs run in containers too, where the kernel supports them. */
static SeccompFilter *default_filter(guint64 capabilities)
{
	SeccompFilter *filter = seccomp_filter_new(SCMP_ACT_ERRNO(EPERM));
	if (seccomp_arch_native() == SCMP_ARCH_X86_64) {
		seccomp_filter_add_arch(filter, SCMP_ARCH_X86);
		seccomp_filter_add_arch(filter, SCMP_ARCH_X32);
	} else if (seccomp_arch_native() == SCMP_ARCH_AARCH64) {
		seccomp_filter_add_arch(filter, SCMP_ARCH_ARM);
	}
	for (gsize i = 0; i < seccomp_default_rule_count; i++) {
		const SeccompRule *rule = &seccomp_default_rules[i];
		if ((capabilities & rule->needs) != rule->needs ||
			(capabilities & rule->lacks) != 0)
			continue;
		guint32 action =
			rule->errnum != 0 ? SCMP_ACT_ERRNO((guint32)rule->errnum) : SCMP_ACT_ALLOW;
		SeccompArg arg = {rule->argument < 0 ? 0 : (guint)rule->argument,
			(enum scmp_compare)rule->compare, rule->value, rule->value2};
		g_auto(GStrv) names = g_strsplit(rule->names, " ", -1);
		for (int n = 0; names[n] != NULL; n++)
			seccomp_filter_add(
				filter, action, names[n], &arg, rule->argument >= 0 ? 1 : 0);
	}
	return filter;
}

typedef struct {
	GBytes *bytes; /* struct sock_filter... */
	guint32 flags;
} Compiled;

static void compiled_free(gpointer data)
{
	Compiled *compiled = data;
	g_bytes_unref(compiled->bytes);
	g_free(compiled);
}

static Compiled *compile(const char *profile, guint64 capabilities, GError **error)
{
	g_autoptr(json_t) json = NULL;
	g_autoptr(SeccompFilter) filter = NULL;
	guint32 flags = 0;
	if (*profile == '\0')
		filter = default_filter(capabilities);
	else if (strlen(profile) > MAX_PROFILE)
		fail(error, BERTH_ERROR_TOO_LARGE, "it is larger than %d bytes", MAX_PROFILE);
	else if ((json = json_parse(profile, strlen(profile), error)) != NULL)
		filter = seccomp_parse(json, capabilities, &flags, error);
	GBytes *bytes = filter != NULL ? seccomp_filter_compile(filter, error) : NULL;
	if (bytes == NULL) {
		g_prefix_error(error, "Decoding seccomp profile failed: ");
		return NULL;
	}
	Compiled *compiled = g_new(Compiled, 1);
	*compiled = (Compiled){bytes, flags};
	return compiled;
}

static void put_filter(Plan *plan, const Compiled *compiled)
{
	char flags[16], *strings[] = {flags, NULL};
	g_snprintf(flags, sizeof flags, "%u", compiled->flags);
	plan_add(plan, PLAN_SECCOMP, g_bytes_get_data(compiled->bytes, NULL),
		g_bytes_get_size(compiled->bytes) / sizeof(struct sock_filter), strings);
}

/* Cache: capabilities and the profile's checksum -> Compiled. */
static struct {
	GMutex lock;
	GHashTable *table;
} remembered;

/* Puts the cached filter of the key into the plan (NULL: nowhere). */
static bool put_remembered(const char *key, Plan *plan)
{
	g_mutex_lock(&remembered.lock);
	Compiled *compiled =
		remembered.table != NULL ? g_hash_table_lookup(remembered.table, key) : NULL;
	if (compiled != NULL && plan != NULL)
		put_filter(plan, compiled);
	g_mutex_unlock(&remembered.lock);
	return compiled != NULL;
}

static void remember(char *key, Compiled *compiled)
{
	g_mutex_lock(&remembered.lock);
	if (remembered.table == NULL || g_hash_table_size(remembered.table) >= MAX_REMEMBERED) {
		g_clear_pointer(&remembered.table, g_hash_table_unref);
		remembered.table =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, compiled_free);
	}
	g_hash_table_insert(remembered.table, key, compiled);
	g_mutex_unlock(&remembered.lock);
}

bool seccomp_add(Plan *plan, const char *profile, guint64 capabilities, GError **error)
{
	if (profile != NULL && strcmp(profile, "unconfined") == 0)
		return true;
	if (profile == NULL || strcmp(profile, "builtin") == 0)
		profile = "";
	/* A profile may be long: the key holds its checksum. */
	g_autofree char *sum = *profile != '\0' ? g_compute_checksum_for_string(
							  G_CHECKSUM_SHA256, profile, -1)
						: NULL,
			*key = g_strdup_printf(
				"%" G_GINT64_MODIFIER "x %s", capabilities, sum != NULL ? sum : "");
	if (put_remembered(key, plan))
		return true;
	/* Compiled without the lock: a large profile delays nobody else. */
	Compiled *compiled = compile(profile, capabilities, error);
	if (compiled == NULL)
		return false;
	if (plan != NULL)
		put_filter(plan, compiled);
	remember(g_steal_pointer(&key), compiled);
	return true;
}
