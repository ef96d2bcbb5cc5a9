#include "registry/curl_load.h"

enum { MAX_REDIRECTS = 10, STALLED_SECONDS = 60 };

CURL *curl_handle_of(
	const char *url, curl_write_callback take, curl_xferinfo_callback going, void *data)
{
	CURL *handle = curl.easy_init();
	curl.easy_setopt(handle, CURLOPT_URL, url);
	curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
	curl.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
	curl.easy_setopt(handle, CURLOPT_MAXREDIRS, (long)MAX_REDIRECTS);
	curl.easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
	curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)STALLED_SECONDS);
	curl.easy_setopt(handle, CURLOPT_USERAGENT, "berth");
	curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
	curl.easy_setopt(handle, CURLOPT_WRITEDATA, data);
	curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
	curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, going);
	curl.easy_setopt(handle, CURLOPT_XFERINFODATA, data);
	return handle;
}
