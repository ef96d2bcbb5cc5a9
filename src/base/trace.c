#include "base/trace.h"

#include "base/error.h"
#include "base/log.h"

#include <string.h>

static const struct {
	const char *name;
	TraceArea area;
} names[] = {{"api", TRACE_API}, {"shim", TRACE_SHIM}, {"network", TRACE_NETWORK},
	{"store", TRACE_STORE}, {"all", TRACE_ALL}};

static unsigned selected; /* set before there are threads, and by a reload: atomic */

static unsigned area_named(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].area;
	return 0;
}

bool trace_select(const char *areas, GError **error)
{
	g_auto(GStrv) words = g_strsplit(areas != NULL ? areas : "", ",", -1);
	unsigned found = 0;
	for (int i = 0; words[i] != NULL; i++) {
		unsigned area = area_named(g_strstrip(words[i]));
		if (area == 0)
			return fail(error, BERTH_ERROR_INVALID,
				"BERTH_TRACE: %s is none of api, shim, network, store, all",
				words[i]);
		found |= area;
	}
	g_atomic_int_set(&selected, found);
	return true;
}

bool trace_on(TraceArea area)
{
	return (g_atomic_int_get(&selected) & area) != 0;
}

void trace(TraceArea area, const char *format, ...)
{
	size_t i = 0;
	va_list args;
	if (!trace_on(area))
		return;
	while (names[i].area != area)
		i++;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	const char *request = log_request();
	log_trace("%s%s%s: %s", names[i].name, *request != '\0' ? " " : "", request, text);
}
