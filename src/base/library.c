#include "base/library.h"

#include "base/error.h"

#include <dlfcn.h>

static bool load(const Library *library, GError **error)
{
	void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
	bool ok = handle != NULL;
	for (size_t i = 0; ok && i < library->count; i++) {
		void *function = dlsym(handle, library->functions[i].name);
		*(void **)library->functions[i].place = function;
		ok = function != NULL;
	}
	if (!ok)
		return fail(error, BERTH_ERROR_SYSTEM, "%s: %s (install %s)", library->trouble,
			dlerror(), library->package);
	return library->begin == NULL || library->begin(error);
}

bool library_load(Library *library, GError **error)
{
	static GMutex lock;
	g_mutex_lock(&lock);
	library->ready = library->ready || load(library, error);
	bool ok = library->ready;
	g_mutex_unlock(&lock);
	return ok;
}
