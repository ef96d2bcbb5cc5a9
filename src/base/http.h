/* HTTP/1.1 messages (RFC 9112) as both sides of the Engine API need them: heads and bodies. A
 * connection is a blocking socket; hijacking it takes nothing but the descriptor. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

enum { HTTP_HEAD_LIMIT = 64 * 1024 };

typedef struct {
	const char *start
		[3]; /* method, target, version; or version, status, reason; "" where it has none */
	GPtrArray *headers; /* name, value, name, value... */
	char *text;	    /* what they point into */
} HttpHead;

/* Bytes of a whole head in data ("...\r\n\r\n"), 0 if it is not whole yet. */
size_t http_head_length(const char *data, size_t length);
/* Takes a copy of it apart. False if it is no HTTP head; what was understood of it may be asked for all the same. A control
 * character in it is refused (RFC 9110 5.5): one reader's line is another one's two. */
bool http_head_parse(HttpHead *head, const char *data, size_t length);
/* Whether it is the head of a request that is understood in one way: a method, a target, HTTP/1.0 or 1.1,
 * no two hosts or origins. */
bool http_head_is_request(const HttpHead *head);
void http_head_clear(HttpHead *head);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HttpHead, http_head_clear)
/* A header's value, "" if it is not there; names have no case. */
const char *http_header(const HttpHead *head, const char *name);

/* A body on its way in. What was read along with the head lies in data first. */
typedef struct {
	int fd;
	GByteArray *data;
	size_t taken;	  /* of data */
	gint64 left;	  /* of the length, or of the chunk; -1: until the connection closes */
	GByteArray *back; /* what was given back, or NULL */
	size_t back_taken;
	gint64 pause_us,
		deadline; /* the longest silence, and a monotonic time for all of it; 0: none */
	bool chunked, ended,
		expect; /* expect: "100 Continue" is to be sent before the first read */
} HttpBody;

/* Decides by the head how long the body is. Both lengths, or an odd one, are refused (request
 * smuggling, RFC 9112 6.3). is_response: a body without length lasts until the end. */
bool http_body_init(HttpBody *body, int fd, const HttpHead *head, const char *rest,
	size_t rest_length, bool is_response, GError **error);
void http_body_clear(HttpBody *body);
/* Up to size bytes; 0 at the end, -1 with error. */
ssize_t http_body_read(gpointer body, void *data, size_t size, GError **error);
/* Tells the peer to send the body that it announced, if it waits for that: before the answer's own head at the latest,
 * as nothing may stand in the middle of that. False if the peer is gone. */
bool http_body_go_on(HttpBody *body);
/* Gives bytes back that were read too far: the next reads begin with them. */
void http_body_unread(HttpBody *body, const void *data, size_t length);
/* All of it, NUL-terminated; TOO_LARGE over limit. The caller frees it. */
char *http_body_read_all(HttpBody *body, size_t limit, size_t *length, GError **error);

/* "%20" and "+" decoded; NULL for what is no valid encoding, or holds NUL. */
char *http_decode(const char *text, gssize length, bool form);
