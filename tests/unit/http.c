#include "base/http.h"

#include "base/error.h"

#include <string.h>
#include <unistd.h>

static bool parse(HttpHead *head, const char *text)
{
	size_t length = http_head_length(text, strlen(text));
	return length > 0 && http_head_parse(head, text, length);
}

static void test_head(void)
{
	g_auto(HttpHead) head = {0};
	g_assert_true(parse(
		&head, "GET /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Type:  text/plain \r\n\r\nrest"));
	g_assert_cmpstr(head.start[0], ==, "GET");
	g_assert_cmpstr(head.start[1], ==, "/a?b=c");
	g_assert_cmpstr(head.start[2], ==, "HTTP/1.1");
	g_assert_cmpstr(http_header(&head, "content-type"), ==, "text/plain");
	g_assert_cmpstr(http_header(&head, "missing"), ==, "");
	g_auto(HttpHead) bare = {0};
	g_assert_true(parse(&bare, "HTTP/1.1 200\r\nHost: y\r\n\r\n"));
	g_assert_cmpstr(bare.start[2], ==, "");
	g_assert_cmpstr(http_header(&bare, "Host"), ==, "y");
	g_assert_cmpuint(http_head_length("GET / HTTP/1.1\r\nHost: x\r\n", 25), ==, 0);
}

static void test_bad_heads(void)
{
	static const char *const bad[] = {"\r\n\r\n", "GET\r\n\r\n",
		"GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n folded: x\r\n\r\n",
		"GET / HTTP/1.1\r\nA: b\nOrigin: c\r\n\r\n", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
		"GET / HTTP/1.1\r\nA: \x7f\r\n\r\n", "GET /?a\nB:c HTTP/1.1\r\n\r\n"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_auto(HttpHead) head = {0};
		g_test_message("%zu", i);
		g_assert_false(parse(&head, bad[i]));
	}
}

static void test_requests(void)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
		{"GET / HTTP/1.0\r\nA:\tb\r\n\r\n", true}, {"GET / HTTP/1.2\r\n\r\n", false},
		{"GET / HTTP/1.1 x\r\n\r\n", false}, {"GET  HTTP/1.1\r\n\r\n", false},
		{"G@T / HTTP/1.1\r\n\r\n", false}, {" / HTTP/1.1\r\n\r\n", false},
		{"GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n", false},
		{"GET / HTTP/1.1\r\nOrigin:\r\nOrigin: y\r\n\r\n", false}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(HttpHead) head = {0};
		g_test_message("%zu", i);
		g_assert_true(parse(&head, cases[i].text));
		g_assert_cmpint(http_head_is_request(&head), ==, cases[i].ok);
	}
}

/* Whoever answers a head that is none asks it for its method. */
static void test_nothing_understood(void)
{
	static const char bytes[] = "GET / HTTP/1.1\r\nA: \0\r\n\r\n";
	g_auto(HttpHead) head = {0};
	g_assert_false(http_head_parse(&head, bytes, sizeof bytes - 1));
	for (int i = 0; i < 3; i++)
		g_assert_cmpstr(head.start[i], ==, "");
	g_assert_cmpstr(http_header(&head, "A"), ==, "");
}

/* A body that comes with the head, and none behind it. */
static char *read_body(const char *headers, const char *rest, size_t limit, GError **error)
{
	g_autofree char *text = g_strconcat("POST / HTTP/1.1\r\n", headers, "\r\n", NULL);
	g_auto(HttpHead) head = {0};
	int pair[2];
	size_t length;
	g_assert_true(parse(&head, text));
	g_assert_cmpint(pipe(pair), ==, 0);
	close(pair[1]);
	HttpBody body = {0};
	char *got = NULL;
	if (http_body_init(&body, pair[0], &head, rest, strlen(rest), false, error))
		got = http_body_read_all(&body, limit, &length, error);
	http_body_clear(&body);
	close(pair[0]);
	return got;
}

static void test_bodies(void)
{
	static const struct {
		const char *headers, *rest, *text; /* text NULL: an error */
	} cases[] = {{"Content-Length: 3\r\n", "abc", "abc"}, {"Content-Length: 0\r\n", "", ""},
		{"", "", ""},
		{"Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"},
		{"Transfer-Encoding: chunked\r\n", "3;x=y\r\nabc\r\n0\r\nTrailer: z\r\n\r\n",
			"abc"},
		{"Content-Length: 4\r\n", "abc", NULL}, {"Content-Length: -1\r\n", "", NULL},
		{"Content-Length: 1x\r\n", "a", NULL},
		{"Content-Length: 99999999999999999999\r\n", "a", NULL},
		{"Content-Length: 1\r\nContent-Length: 2\r\n", "ab", NULL},
		{"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", NULL},
		{"Transfer-Encoding: gzip\r\n", "x", NULL},
		{"Transfer-Encoding: chunked\r\n", "zz\r\n", NULL},
		{"Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n", NULL},
		{"Transfer-Encoding: chunked\r\n", "3\r\nabcX\r\n0\r\n\r\n", NULL},
		{"Transfer-Encoding: chunked\r\n", "3 \t;x\r\nabc\r\n0\r\n\r\n", "abc"},
		{"Transfer-Encoding: chunked\r\n", "3 x\r\nabc\r\n0\r\n\r\n", NULL},
		{"Transfer-Encoding: chunked\r\n", "3\nabc\r\n0\r\n\r\n", NULL},
		{"Transfer-Encoding: chunked\r\n", "3;x\ny\r\nabc\r\n0\r\n\r\n", NULL},
		{"Transfer-Encoding: chunked\r\n", "0\r\nGET / HTTP/1.1\r\n\r\n", NULL},
		{"Transfer-Encoding: identity\r\nContent-Length: 1\r\n", "a", NULL},
		{"Transfer-Encoding:\r\nContent-Length: 1\r\n", "a", NULL},
		{"Transfer-Encoding: chunked\r\nContent-Length:\r\n", "0\r\n\r\n", NULL},
		{"Content-Length:\r\n", "a", NULL}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = read_body(cases[i].headers, cases[i].rest, 100, &error);
		g_test_message("%zu", i);
		g_assert_cmpstr(text, ==, cases[i].text);
		g_assert_true((error != NULL) == (cases[i].text == NULL));
	}
	g_autoptr(GError) error = NULL;
	g_autofree char *text = read_body("Content-Length: 5\r\n", "abcde", 4, &error);
	g_assert_null(text);
	g_assert_error(error, BERTH_ERROR, BERTH_ERROR_TOO_LARGE);
}

static void test_decode(void)
{
	static const struct {
		const char *text, *plain;
		bool form;
	} cases[] = {{"a%20b", "a b", false}, {"a+b", "a+b", false}, {"a+b", "a b", true},
		{"%", NULL, false}, {"%4", NULL, false}, {"%zz", NULL, false}, {"%00", NULL, false},
		{"%C3%A4", "\xc3\xa4", false}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *plain = http_decode(cases[i].text, -1, cases[i].form);
		g_assert_cmpstr(plain, ==, cases[i].plain);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http/head", test_head);
	g_test_add_func("/http/bad-heads", test_bad_heads);
	g_test_add_func("/http/requests", test_requests);
	g_test_add_func("/http/nothing-understood", test_nothing_understood);
	g_test_add_func("/http/bodies", test_bodies);
	g_test_add_func("/http/decode", test_decode);
	return g_test_run();
}
