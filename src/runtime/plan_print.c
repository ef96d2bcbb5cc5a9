/* Prints a launch plan for traces: one operation per line, without anything that may be secret. */
#include "runtime/runtime.h"

#include <string.h>

#define OP(name) [PLAN_##name] = #name

static const char *const names[PLAN_OPS] = {OP(ID), OP(STDIO), OP(LOG), OP(CGROUP_MAKE),
	OP(CGROUP_WRITE), OP(CGROUP_BPF), OP(CGROUP_OOM), OP(CGROUP_JOIN), OP(DNS), OP(CLONE),
	OP(USERNS), OP(JOIN), OP(WITH_ENGINE), OP(CGROUP_NAMESPACE), OP(ROOT), OP(ROOT_MAPPED),
	OP(MOUNT_NEW), OP(MOUNT_BIND), OP(MOUNT_TREE), OP(FILE), OP(DEVICE), OP(SYMLINK), OP(PIVOT),
	OP(MASK), OP(READONLY), OP(MOUNT_READONLY), OP(LOOPBACK), OP(HOSTNAME), OP(SYSCTL),
	OP(NETWORK), OP(RLIMIT), OP(OOM_SCORE), OP(WORKDIR), OP(IDS), OP(CAPS), OP(NO_NEW_PRIVS),
	OP(SECCOMP), OP(INIT), OP(ENV), OP(EXEC), OP(ENTER), OP(EXEC_ATTRIBUTE), OP(LOG_SEND),
	OP(MOUNT_LABEL), OP(TRACE)};

/* A variable without its value, a program without its arguments: both may hold passwords. So may addresses of log
 * receivers. */
static size_t shown_length(enum plan_op op, guint32 index, const char *text)
{
	if (op == PLAN_ENV)
		return strcspn(text, "=");
	return (op == PLAN_EXEC && index > 0) || op == PLAN_LOG_SEND ? 0 : strlen(text);
}

static void print_strings(GString *out, const struct plan_record *record, const char *text)
{
	for (guint32 i = 0; i < record->strings; i++) {
		g_autofree char *shown =
			g_strndup(text, shown_length((enum plan_op)record->op, i, text));
		g_string_append_printf(out, " \"%s\"", shown);
		text += strlen(text) + 1;
	}
}

/* Long strings are data: a file's content, a filter. */
static void print_numbers(GString *out, const struct plan_record *record, const char *at)
{
	enum { FEW = 8 };
	for (guint32 i = 0; i < MIN(record->numbers, FEW); i++) {
		gint64 number;
		memcpy(&number, at + i * sizeof number, sizeof number);
		g_string_append_printf(out, " %" G_GINT64_FORMAT, number);
	}
	if (record->numbers > FEW)
		g_string_append_printf(out, " ... (%u numbers)", record->numbers);
}

static void print_record(GString *out, const struct plan_record *record, const char *at)
{
	bool known = record->op < PLAN_OPS && names[record->op] != NULL;
	g_string_append_printf(out, "%s", known ? names[record->op] : "?");
	if (record->op != PLAN_FILE)
		print_numbers(out, record, at);
	print_strings(out, record, at + record->numbers * sizeof(gint64));
	g_string_append_c(out, '\n');
}

char *plan_print(const Plan *plan)
{
	GString *out = g_string_new("");
	for (guint at = sizeof(guint64); at < plan->bytes->len;) {
		const char *data = (const char *)plan->bytes->data + at;
		struct plan_record record;
		memcpy(&record, data, sizeof record);
		print_record(out, &record, data + sizeof record);
		at += record.size;
	}
	return g_string_free(out, FALSE);
}
