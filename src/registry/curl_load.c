#include "registry/curl_load.h"

#include "base/error.h"

#include <dlfcn.h>

Curl curl;

static bool load(GError **error)
{
	static const char library[] = "libcurl-gnutls.so.4";
	static const struct {
		const char *name;
		void *place;
	} functions[] = {{"curl_global_init", &curl.global_init},
		{"curl_easy_init", &curl.easy_init}, {"curl_easy_setopt", &curl.easy_setopt},
		{"curl_easy_perform", &curl.easy_perform},
		{"curl_easy_getinfo", &curl.easy_getinfo}, {"curl_easy_reset", &curl.easy_reset},
		{"curl_easy_cleanup", &curl.easy_cleanup},
		{"curl_easy_strerror", &curl.easy_strerror},
		{"curl_slist_append", &curl.slist_append},
		{"curl_slist_free_all", &curl.slist_free_all}};
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; handle != NULL && i < G_N_ELEMENTS(functions); i++) {
		void *function = dlsym(handle, functions[i].name);
		if (function == NULL)
			handle = NULL;
		*(void **)functions[i].place = function;
	}
	if (handle == NULL)
		return fail(error, BERTH_ERROR_SYSTEM,
			"registries cannot be reached: %s (install libcurl3-gnutls)", dlerror());
	return curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ||
	       fail(error, BERTH_ERROR_SYSTEM, "libcurl does not start");
}

bool curl_load(GError **error)
{
	static GMutex lock;
	static bool ready;
	g_mutex_lock(&lock);
	ready = ready || load(error);
	bool ok = ready;
	g_mutex_unlock(&lock);
	return ok;
}
