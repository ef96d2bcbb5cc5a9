#include "registry/internal.h"

#include "base/error.h"
#include "base/work.h"
#include "version.h"

#include <string.h>
#include <unistd.h>

enum {
	CONNECT_SECONDS = 15,
	STALL_SECONDS =
		30, /* below STALL_BYTES per second the host is given up: no usable line is that slow */
	STALL_BYTES = 100,
	ANSWER_SECONDS = 120, /* for everything but blobs */
	MAX_REDIRECTS = 10,
	MAX_ERROR_BODY = 64 * 1024,
	MAX_HEADERS = 200,
	IDLE_HANDLES = 8,
	GATHERED = 128 * 1024, /* bytes that a sink is given at once: curl has 16 kB at a time */
};

void answer_clear(Answer *answer)
{
	g_clear_pointer(&answer->body, g_byte_array_unref);
	g_clear_pointer(&answer->headers, g_hash_table_unref);
}

const char *answer_header(const Answer *answer, const char *name)
{
	const char *value =
		answer->headers != NULL ? g_hash_table_lookup(answer->headers, name) : NULL;
	return value != NULL ? value : "";
}

/* "https://registry.example:5000/v2/" is "registry.example:5000"; so is a URL without a scheme, as curl reads it. */
static char *host_in(const char *url)
{
	const char *scheme = strstr(url, "://"), *name = scheme != NULL ? scheme + 3 : url;
	return g_strndup(name, strcspn(name, "/"));
}

/* The folder of a registry in one of the certificate folders. */
static char *cert_folder(const RegistryOptions *options, const char *base)
{
	g_autofree char *host = host_in(base);
	for (size_t i = 0; i < G_N_ELEMENTS(options->certs); i++) {
		if (options->certs[i] == NULL)
			continue;
		g_autofree char *path = g_build_filename(options->certs[i], host, NULL);
		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			return g_steal_pointer(&path);
	}
	return NULL;
}

/* A pair NAME.cert and NAME.key is a client certificate (Docker's certs.d). */
static void find_client_pair(Host *host)
{
	g_autoptr(GDir) folder = g_dir_open(host->cert_folder, 0, NULL);
	const char *name;
	while (folder != NULL && host->client_key == NULL &&
		(name = g_dir_read_name(folder)) != NULL) {
		if (!g_str_has_suffix(name, ".cert"))
			continue;
		g_autofree char *stem = g_strndup(name, strlen(name) - strlen(".cert"));
		g_autofree char *key_name = g_strconcat(stem, ".key", NULL);
		host->client_cert = g_build_filename(host->cert_folder, name, NULL);
		host->client_key = g_build_filename(host->cert_folder, key_name, NULL);
	}
}

Host *host_new(const RegistryOptions *options, const char *base, bool verify)
{
	Host *host = g_new0(Host, 1);
	host->base = g_strdup(base);
	host->verify = verify;
	host->options = options;
	host->cert_folder = cert_folder(options, base);
	if (host->cert_folder != NULL)
		find_client_pair(host);
	host->idle = g_ptr_array_new();
	g_mutex_init(&host->lock);
	return host;
}

void host_free(Host *host)
{
	for (guint i = 0; i < host->idle->len; i++)
		curl.easy_cleanup(host->idle->pdata[i]);
	g_ptr_array_unref(host->idle);
	g_mutex_clear(&host->lock);
	g_free(host->base);
	g_free(host->cert_folder);
	g_free(host->client_cert);
	g_free(host->client_key);
	g_free(host);
}

static CURL *handle_take(Host *host)
{
	g_mutex_lock(&host->lock);
	CURL *handle = host->idle->len > 0
			       ? g_ptr_array_steal_index_fast(host->idle, host->idle->len - 1)
			       : curl.easy_init();
	g_mutex_unlock(&host->lock);
	return handle;
}

static void handle_give(Host *host, CURL *handle)
{
	curl.easy_reset(handle);
	g_mutex_lock(&host->lock);
	bool keep = host->idle->len < IDLE_HANDLES;
	if (keep)
		g_ptr_array_add(host->idle, handle);
	g_mutex_unlock(&host->lock);
	if (!keep)
		curl.easy_cleanup(handle);
}

/* Shared by the callbacks of one exchange. */
typedef struct {
	CURL *handle;
	const Exchange *exchange;
	Answer *answer;
	GError *problem;
	gint64 skip;	/* bytes that come again where a server knows no ranges */
	gint64 given;	/* of a stream */
	char *gathered; /* for the sink; NULL: nothing yet */
	size_t length;
} Passage;

static long status_of(const Passage *passage)
{
	long status = 0;
	curl.easy_getinfo(passage->handle, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static bool is_good(long status)
{
	return status >= 200 && status < 300;
}

static size_t keep(Passage *passage, bool fine, const char *bytes, size_t length)
{
	GByteArray *body = passage->answer->body;
	gint64 limit = fine ? passage->exchange->limit : MAX_ERROR_BODY;
	if ((gint64)(body->len + length) <= limit) {
		g_byte_array_append(body, (const guint8 *)bytes, (guint)length);
		return length;
	}
	if (!fine)
		return length; /* the beginning is enough for a message */
	fail(&passage->problem, BERTH_ERROR_SYSTEM,
		"the answer of %s is longer than %" G_GINT64_FORMAT " bytes",
		passage->exchange->url, limit);
	return 0;
}

static bool pass_on(Passage *passage)
{
	size_t length = passage->length;
	passage->length = 0;
	if (length == 0)
		return true;
	if (!passage->exchange->sink(
		    passage->exchange->data, passage->gathered, length, &passage->problem))
		return false;
	passage->answer->received += (gint64)length;
	return true;
}

static bool gather(Passage *passage, const char *bytes, size_t length)
{
	if (passage->gathered == NULL)
		passage->gathered = g_malloc(GATHERED);
	while (length > 0) {
		size_t n = MIN(length, GATHERED - passage->length);
		memcpy(passage->gathered + passage->length, bytes, n);
		passage->length += n;
		bytes += n;
		length -= n;
		if (passage->length == GATHERED && !pass_on(passage))
			return false;
	}
	return true;
}

static size_t take_body(char *bytes, size_t one, size_t length, void *data)
{
	Passage *passage = data;
	(void)one;
	long status = status_of(passage);
	if (passage->exchange->sink == NULL || !is_good(status))
		return keep(passage, is_good(status), bytes, length);
	if (passage->answer->received == 0 && passage->length == 0 && passage->skip < 0)
		passage->skip = status == 206 ? 0 : passage->exchange->from;
	size_t skipped = (size_t)MIN(passage->skip, (gint64)length);
	passage->skip -= (gint64)skipped;
	if (skipped == length)
		return length;
	return gather(passage, bytes + skipped, length - skipped) ? length : 0;
}

static size_t take_header(char *bytes, size_t one, size_t length, void *data)
{
	Passage *passage = data;
	(void)one;
	g_autofree char *line = g_strndup(bytes, length);
	char *colon = strchr(line, ':');
	/* A status line begins another response: the previous one was a redirect. */
	if (colon == NULL || g_str_has_prefix(line, "HTTP/")) {
		if (g_str_has_prefix(line, "HTTP/"))
			g_hash_table_remove_all(passage->answer->headers);
		return length;
	}
	if (g_hash_table_size(passage->answer->headers) < MAX_HEADERS)
		g_hash_table_insert(passage->answer->headers, g_ascii_strdown(line, colon - line),
			g_strdup(g_strstrip(colon + 1)));
	return length;
}

static size_t give_body(char *room, size_t one, size_t length, void *data)
{
	Passage *passage = data;
	const BlobStream *stream = passage->exchange->stream;
	(void)one;
	ssize_t n = stream == NULL ? read(passage->exchange->upload_fd, room, length)
				   : stream->read(stream->data, room, length, passage->given,
					     &passage->problem);
	if (n < 0) {
		if (passage->problem == NULL)
			fail_errno(&passage->problem, "cannot read the blob");
		return CURL_READFUNC_ABORT;
	}
	passage->given += n;
	return (size_t)n;
}

static int seek_body(void *data, curl_off_t offset, int origin)
{
	Passage *passage = data;
	if (passage->exchange->stream == NULL)
		return lseek(passage->exchange->upload_fd, offset, origin) < 0 ? CURL_SEEKFUNC_FAIL
									       : CURL_SEEKFUNC_OK;
	passage->given = offset; /* counted from the beginning: curl knows no other way */
	return CURL_SEEKFUNC_OK;
}

static int watch(void *data, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
	const Passage *passage = data;
	(void)total, (void)now, (void)up_total;
	if (passage->exchange->sent != NULL)
		passage->exchange->sent(passage->exchange->data, up);
	return !work_going() ||
	       (passage->exchange->stop != NULL && g_atomic_int_get(passage->exchange->stop));
}

static void set_tls(const Host *host, CURL *handle)
{
	curl.easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (!host->verify) {
		/* Without verification the system's certificates need not be loaded. */
		curl.easy_setopt(handle, CURLOPT_CAINFO, NULL);
		curl.easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
		curl.easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	/* In addition to the system's. */
	if (host->cert_folder != NULL)
		curl.easy_setopt(handle, CURLOPT_CAPATH, host->cert_folder);
	if (host->client_key != NULL) {
		curl.easy_setopt(handle, CURLOPT_SSLCERT, host->client_cert);
		curl.easy_setopt(handle, CURLOPT_SSLKEY, host->client_key);
	}
}

static void set_proxy(const Host *host, CURL *handle, const char *url)
{
	const RegistryOptions *options = host->options;
	const char *proxy =
		g_str_has_prefix(url, "https:") ? options->https_proxy : options->http_proxy;
	curl.easy_setopt(handle, CURLOPT_PROXY, proxy != NULL ? proxy : "");
	curl.easy_setopt(
		handle, CURLOPT_NOPROXY, options->no_proxy != NULL ? options->no_proxy : "");
}

static void set_method(CURL *handle, const Exchange *exchange, Passage *passage)
{
	bool is_file = exchange->upload_fd >= 0;
	if (strcmp(exchange->method, "HEAD") == 0)
		curl.easy_setopt(handle, CURLOPT_NOBODY, 1L);
	else if (is_file || exchange->stream != NULL) {
		if (is_file)
			lseek(exchange->upload_fd, 0, SEEK_SET);
		curl.easy_setopt(handle, CURLOPT_UPLOAD, 1L);
		curl.easy_setopt(handle, CURLOPT_READFUNCTION, give_body);
		curl.easy_setopt(handle, CURLOPT_READDATA, passage);
		curl.easy_setopt(handle, CURLOPT_SEEKFUNCTION, seek_body);
		curl.easy_setopt(handle, CURLOPT_SEEKDATA, passage);
		curl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, exchange->method);
		curl.easy_setopt(handle, CURLOPT_INFILESIZE_LARGE,
			is_file ? (curl_off_t)exchange->upload_size : (curl_off_t)-1);
		curl.easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, 256 * 1024L);
	} else if (strcmp(exchange->method, "GET") != 0) {
		curl.easy_setopt(
			handle, CURLOPT_POSTFIELDS, exchange->body != NULL ? exchange->body : "");
		curl.easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->length);
		curl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, exchange->method);
	}
}

static struct curl_slist *headers_of(const Exchange *exchange)
{
	/* Does not wait for 100 Continue, which few registries send. */
	struct curl_slist *list = curl.slist_append(NULL, "Expect:");
	for (int i = 0; exchange->headers != NULL && exchange->headers[i] != NULL; i++)
		list = curl.slist_append(list, exchange->headers[i]);
	if (exchange->authorization != NULL) {
		g_autofree char *line =
			g_strconcat("Authorization: ", exchange->authorization, NULL);
		list = curl.slist_append(list, line);
	}
	return list;
}

static void set_common(CURL *handle, const Exchange *exchange, Passage *passage)
{
	bool tls = g_str_has_prefix(exchange->url, "https:");
	curl.easy_setopt(handle, CURLOPT_URL, exchange->url);
	curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl.easy_setopt(handle, CURLOPT_USERAGENT, "berth/" BERTH_VERSION);
	curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
	/* Credentials stay with their host: curl drops the header when host, port or protocol change. A redirect from
	 * https to http is not followed. */
	curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
	curl.easy_setopt(handle, CURLOPT_MAXREDIRS, (long)MAX_REDIRECTS);
	curl.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
	curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
	curl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
	if (exchange->limit > 0 && exchange->upload_fd < 0 && exchange->stream == NULL)
		curl.easy_setopt(handle, CURLOPT_TIMEOUT, (long)ANSWER_SECONDS);
	curl.easy_setopt(handle, CURLOPT_BUFFERSIZE, 256 * 1024L);
	curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
	curl.easy_setopt(handle, CURLOPT_WRITEDATA, passage);
	curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
	curl.easy_setopt(handle, CURLOPT_HEADERDATA, passage);
	curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
	curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, watch);
	curl.easy_setopt(handle, CURLOPT_XFERINFODATA, passage);
	if (exchange->from > 0) {
		g_autofree char *range = g_strdup_printf("%" G_GINT64_FORMAT "-", exchange->from);
		curl.easy_setopt(handle, CURLOPT_RANGE, range);
	}
}

char *transport_reason(CURL *handle, const char *url, CURLcode code, const char *detail)
{
	long why = 0;
	curl.easy_getinfo(handle, CURLINFO_OS_ERRNO, &why);
	if (code == CURLE_COULDNT_CONNECT && why != 0) {
		g_autofree char *host = host_in(url),
				*lower = g_ascii_strdown(g_strerror((int)why), -1);
		return g_strdup_printf("dial tcp %s: connect: %s", host, lower);
	}
	if (code == CURLE_COULDNT_RESOLVE_HOST) {
		g_autofree char *host = host_in(url);
		host[strcspn(host, ":")] = '\0';
		return g_strdup_printf("dial tcp: lookup %s: no such host", host);
	}
	if (code == CURLE_OPERATION_TIMEDOUT)
		return g_strdup("the registry does not answer in time");
	return g_strdup(*detail != '\0' ? detail : curl.easy_strerror(code));
}

/* Errors that are the same at every attempt, such as where a redirect leads. */
static bool is_final(CURLcode code)
{
	return code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_UNSUPPORTED_PROTOCOL ||
	       code == CURLE_URL_MALFORMAT;
}

static bool broke(Passage *passage, CURLcode code, const char *detail, GError **error)
{
	static const CURLcode connect_errors[] = {CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST,
		CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION};
	if (passage->problem != NULL) {
		g_propagate_error(error, passage->problem);
		return false;
	}
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return fail(error, BERTH_ERROR_SYSTEM, "context canceled");
	passage->answer->transport_error = !is_final(code);
	for (size_t i = 0; i < G_N_ELEMENTS(connect_errors); i++)
		passage->answer->refused = passage->answer->refused || code == connect_errors[i];
	g_autofree char *why =
		transport_reason(passage->handle, passage->exchange->url, code, detail);
	const char *url = passage->exchange->url, *path = strstr(url, "/v2/");
	g_autofree char *shown = passage->answer->refused && path != NULL
					 ? g_strndup(url, (gsize)(path - url) + strlen("/v2/"))
					 : g_strdup(url);
	g_autofree char *verb = g_ascii_strdown(passage->exchange->method, -1);
	*verb = g_ascii_toupper(*verb);
	return fail(error, BERTH_ERROR_SYSTEM, "%s \"%s\": %s",
		passage->answer->refused ? "Get" : verb, shown, why);
}

bool host_exchange(Host *host, const Exchange *exchange, Answer *answer, GError **error)
{
	char detail[CURL_ERROR_SIZE] = "";
	CURL *handle = curl_load(error) ? handle_take(host) : NULL;
	Passage passage = {.handle = handle, .exchange = exchange, .answer = answer, .skip = -1};
	if (handle == NULL)
		return fail(error, BERTH_ERROR_SYSTEM, "no memory for a transfer");
	answer_clear(answer);
	*answer = (Answer){.body = g_byte_array_new(),
		.headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
	struct curl_slist *headers = headers_of(exchange);
	set_common(handle, exchange, &passage);
	set_method(handle, exchange, &passage);
	set_tls(host, handle);
	set_proxy(host, handle, exchange->url);
	curl.easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
	curl.easy_setopt(handle, CURLOPT_ERRORBUFFER, detail);
	CURLcode code = curl.easy_perform(handle);
	/* What came before the line was cut counts, too. */
	if (passage.problem == NULL && !pass_on(&passage) && code == CURLE_OK)
		code = CURLE_WRITE_ERROR;
	g_free(passage.gathered);
	curl_off_t retry_after = 0;
	curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer->status);
	curl.easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
	answer->retry_after = retry_after;
	bool ok = code == CURLE_OK || broke(&passage, code, detail, error);
	curl.slist_free_all(headers);
	handle_give(host, handle);
	return ok;
}
