/* Arguments of a function call, and its failure. */
#include "bake/hcl_function.h"

#include "base/error.h"

json_t *hcl_argument(const HclCall *call, size_t i)
{
	return json_array_get(call->list, i);
}

char *hcl_text_at(const HclCall *call, size_t i)
{
	char *text = hcl_text(hcl_argument(call, i));
	return text != NULL ? text : g_strdup("");
}

double hcl_number_at(const HclCall *call, size_t i)
{
	double number = 0;
	hcl_number(hcl_argument(call, i), &number);
	return number;
}

json_t *hcl_wrong(const HclCall *call, const char *what)
{
	fail(call->error, BERTH_ERROR_INVALID, "%s", what);
	return NULL;
}
