#include "dashboard/private.h"

#include <string.h>

const DashboardPage *dashboard_page(const char *target)
{
	const char *wanted = strcmp(target, "/") == 0 ? "/index.html" : target;
	for (const DashboardPage *page = dashboard_pages; page->path != NULL; page++)
		if (strcmp(page->path, wanted) == 0)
			return page;
	return NULL;
}
