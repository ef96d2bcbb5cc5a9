#include "registry/curl_load.h"

#include "base/error.h"
#include "base/library.h"

Curl curl;

static bool begin(GError **error)
{
	return curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ||
	       fail(error, BERTH_ERROR_SYSTEM, "libcurl does not start");
}

bool curl_load(GError **error)
{
	static const LibraryFunction functions[] = {{"curl_global_init", &curl.global_init},
		{"curl_easy_init", &curl.easy_init}, {"curl_easy_setopt", &curl.easy_setopt},
		{"curl_easy_perform", &curl.easy_perform},
		{"curl_easy_getinfo", &curl.easy_getinfo}, {"curl_easy_reset", &curl.easy_reset},
		{"curl_easy_cleanup", &curl.easy_cleanup},
		{"curl_easy_strerror", &curl.easy_strerror},
		{"curl_slist_append", &curl.slist_append},
		{"curl_slist_free_all", &curl.slist_free_all}};
	static Library library = {.file = "libcurl-gnutls.so.4",
		.package = "libcurl3-gnutls",
		.trouble = "registries cannot be reached",
		.functions = functions,
		.count = G_N_ELEMENTS(functions),
		.begin = begin};
	return library_load(&library, error);
}
