#include "runtime/runtime.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>
#include <sys/mman.h>

void plan_init(Plan *plan)
{
	guint64 magic = PLAN_MAGIC;
	plan->bytes = g_byte_array_new();
	g_byte_array_append(plan->bytes, (const guint8 *)&magic, sizeof magic);
}

void plan_clear(Plan *plan)
{
	g_clear_pointer(&plan->bytes, g_byte_array_unref);
}

void plan_add(
	Plan *plan, enum plan_op op, const gint64 *numbers, size_t count, char *const *strings)
{
	static const guint8 padding[PLAN_ALIGN];
	guint at = plan->bytes->len;
	struct plan_record record = {.op = op, .numbers = (guint32)count};
	g_byte_array_append(plan->bytes, (const guint8 *)&record, sizeof record);
	if (count > 0)
		g_byte_array_append(
			plan->bytes, (const guint8 *)numbers, (guint)(count * sizeof *numbers));
	for (; strings != NULL && strings[record.strings] != NULL; record.strings++)
		g_byte_array_append(plan->bytes, (const guint8 *)strings[record.strings],
			(guint)strlen(strings[record.strings]) + 1);
	g_byte_array_append(plan->bytes, padding, (guint)(-(plan->bytes->len - at)) % PLAN_ALIGN);
	record.size = plan->bytes->len - at;
	memcpy(plan->bytes->data + at, &record, sizeof record);
}

void plan_put(Plan *plan, enum plan_op op, size_t count, gint64 number, ...)
{
	g_autoptr(GPtrArray) strings = g_ptr_array_new();
	va_list args;
	va_start(args, number);
	for (char *s; (s = va_arg(args, char *)) != NULL;)
		g_ptr_array_add(strings, s);
	va_end(args);
	g_ptr_array_add(strings, NULL);
	plan_add(plan, op, &number, count, (char *const *)strings->pdata);
}

int plan_seal(const Plan *plan, GError **error)
{
	if (plan->bytes->len > PLAN_MAX_SIZE) {
		fail(error, BERTH_ERROR_INVALID, "the container's configuration is too large");
		return -1;
	}
	autofd fd = memfd_create("berth-plan", MFD_CLOEXEC);
	if (fd < 0 || !fd_write_all(fd, plan->bytes->data, plan->bytes->len)) {
		fail_errno(error, "cannot pass the launch plan on");
		return -1;
	}
	return fd_steal(&fd);
}
