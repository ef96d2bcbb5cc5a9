#include "cli/build/build_call.h"
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/size.h"

#include <string.h>

void build_call_clear(BuildCall *call)
{
	g_free(call->name);
}

static bool read_field(BuildCall *call, const char *text, const char *field, GError **error)
{
	const char *equals = strchr(field, '=');
	if (equals == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: invalid print value: %s", text);
	if (g_str_has_prefix(field, "format=")) {
		call->json = strcmp(equals + 1, "json") == 0;
		return true;
	}
	if (!g_str_has_prefix(field, "ignorestatus="))
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "ERROR: invalid print field: %s", field);
	return bool_parse(equals + 1, &call->ignore_status) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "ERROR: invalid ignorestatus print value: %s: strconv.ParseBool: parsing "
		       "\"%s\": invalid syntax",
		       equals + 1, equals + 1);
}

bool build_call_read(Cli *cli, BuildCall *call, GError **error)
{
	const char *text = flag_text(cli, "call"), *name = "";
	g_auto(GStrv) fields = csv_split(text, NULL);
	for (int i = 0; fields[i] != NULL && *text != '\0'; i++)
		if (i == 0 && strchr(fields[i], '=') == NULL)
			name = fields[i];
		else if (!read_field(call, text, fields[i], error))
			return false;
	bool check = strcmp(name, "lint") == 0 || (*text == '\0' && flag_bool(cli, "check", false));
	call->name = g_strdup(check ? "check" : *text == '\0' ? "build" : name);
	return true;
}

char *build_call_question(const BuildCall *call)
{
	bool check = strcmp(call->name, "check") == 0, build = strcmp(call->name, "build") == 0;
	return build || (check && !call->json) ? g_strdup("")
	       : check			       ? g_strdup("frontend.lint")
					       : g_strconcat("frontend.", call->name, NULL);
}
