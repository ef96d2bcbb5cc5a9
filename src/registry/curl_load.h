/* libcurl, loaded at its first use: it and what it brings along would add 5 MB to an engine that runs
 * containers and asks no registry (docs/decisions/dependencies.md). */
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
/* A handle that gets what is at a URL of http or https, wherever it is sent on to; a server that says nothing for a minute
 * is given up. take is given the bytes, going is asked whether to go on (0). The caller cleans it up. curl_handle.c */
CURL *curl_handle_of(
	const char *url, curl_write_callback take, curl_xferinfo_callback going, void *data);
/* Why an exchange broke, in Go's words, which scripts know, for what they know; detail: curl's, or "". The caller frees
 * it. transport.c */
char *transport_reason(CURL *handle, const char *url, CURLcode code, const char *detail);
