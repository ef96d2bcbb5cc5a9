/* libcurl, loaded at its first use: it would add 5 MB to an engine that never contacts a registry
 * (docs/decisions/dependencies.md). */
#pragma once
#include <curl/curl.h>
#include <glib.h>
#include <stdbool.h>

typedef struct {
	CURLcode (*global_init)(long flags);
	CURL *(*easy_init)(void);
	CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
	CURLcode (*easy_perform)(CURL *handle);
	CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
	void (*easy_reset)(CURL *handle);
	void (*easy_cleanup)(CURL *handle);
	const char *(*easy_strerror)(CURLcode code);
	struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
	void (*slist_free_all)(struct curl_slist *list);
} Curl;
extern Curl curl;
bool curl_load(GError **error);
/* curl_handle.c: a handle for a GET of an http or https URL, following redirects; a server that is silent for a
 * minute is given up. take gets the bytes, going cancels by a result other than 0. The caller cleans it up. */
CURL *curl_handle_of(
	const char *url, curl_write_callback take, curl_xferinfo_callback going, void *data);
/* transport.c: the reason for a failed exchange, in Go's words, which scripts know, where there are any; detail:
 * curl's, or "". The caller frees it. */
char *transport_reason(CURL *handle, const char *url, CURLcode code, const char *detail);
