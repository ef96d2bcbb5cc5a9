/* HTTP/1.1 messages (RFC 9112) for both sides of the Engine API: headers and bodies. A connection is a blocking
 * socket; hijacking it is taking over the descriptor. */
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

/* The length of a complete header in data ("...\r\n\r\n"), 0 if it is incomplete. */
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

/* A body being received. Bytes that were read with the header come first. */
typedef struct {
	int fd;
	GByteArray *data;
	size_t taken;	  /* of data */
	gint64 left;	  /* of the length, or of the chunk; -1: until the connection closes */
	GByteArray *back; /* bytes that were returned, or NULL */
	size_t back_taken;
	gint64 pause_us,
		deadline; /* the longest pause, and a monotonic deadline for the whole body; 0: none */
	bool chunked, ended, expect; /* expect: "100 Continue" must be sent before the first read */
} HttpBody;

/* Determines the length of the body. Both lengths, or an invalid one, are refused (request smuggling, RFC 9112 6.3).
 * is_response: a body without length ends with the connection. */
bool http_body_init(HttpBody *body, int fd, const HttpHead *head, const char *rest,
	size_t rest_length, bool is_response, GError **error);
void http_body_clear(HttpBody *body);
/* Up to size bytes; 0 at the end, -1 with error. */
ssize_t http_body_read(gpointer body, void *data, size_t size, GError **error);
/* Sends "100 Continue" if the peer waits for it: before the response header at the latest. False if the peer is
 * gone. */
bool http_body_go_on(HttpBody *body);
/* Returns bytes that were read too far: the next reads begin with them. */
void http_body_unread(HttpBody *body, const void *data, size_t length);
/* All of it, NUL-terminated; TOO_LARGE over limit. The caller frees it. */
char *http_body_read_all(HttpBody *body, size_t limit, size_t *length, GError **error);

/* "%20" and "+" decoded; NULL for what is no valid encoding, or holds NUL. */
char *http_decode(const char *text, gssize length, bool form);
