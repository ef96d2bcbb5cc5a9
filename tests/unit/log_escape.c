/* The escaping of log lines: sixteen bytes at a time and a byte at a time come to the same. */
#include "shim/log_escape.h"

#include <glib.h>
#include <string.h>

enum { ROOM = 300, ROUNDS = 200000 };

static void same(const char *text, size_t length, const char *expected, size_t expected_length)
{
	g_assert_cmpmem(text, (int)length, expected, (int)expected_length);
}

static void expect(const char *text, size_t length, const char *expected, size_t taken)
{
	char vectors[ROOM * ESCAPE_MOST + ESCAPE_SLACK], bytes[sizeof vectors];
	size_t taken_vectors, taken_bytes;
	size_t n = json_escape(vectors, text, length, &taken_vectors);
	same(vectors, n, expected, strlen(expected));
	g_assert_cmpuint(taken_vectors, ==, taken);
	n = json_escape_scalar(bytes, text, length, &taken_bytes);
	same(bytes, n, expected, strlen(expected));
	g_assert_cmpuint(taken_bytes, ==, taken);
}

static void test_known(void)
{
	expect("plain\n", 6, "plain\\n", 6);
	expect("one\ntwo\n", 8, "one\\n", 4);
	expect("no end", 6, "no end", 6);
	expect("a line that has more than sixteen bytes\nx", 41,
		"a line that has more than sixteen bytes\\n", 40);
	expect("\"\\<>&\t\r\x01\x7f", 9, "\\\"\\\\\\u003c\\u003e\\u0026\\t\\r\\u0001\x7f", 9);
	expect("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		9);
	/* Overlong, a surrogate, cut off, a byte that begins nothing. */
	expect("\xc0\x80", 2, "\\ufffd\\ufffd", 2);
	expect("\xed\xa0\x80", 3, "\\ufffd\\ufffd\\ufffd", 3);
	expect("\xe2\x82", 2, "\\ufffd\\ufffd", 2);
	expect("\xff", 1, "\\ufffd", 1);
	expect("\0", 1, "\\u0000", 1);
}

/* Each byte at each place of a vector. */
static void test_places(void)
{
	for (int place = 0; place < 40; place++)
		for (int byte = 0; byte < 256; byte++) {
			char text[40], vectors[sizeof text * ESCAPE_MOST + ESCAPE_SLACK],
				bytes[sizeof vectors];
			size_t taken[2];
			memset(text, 'x', sizeof text);
			text[place] = (char)byte;
			size_t n = json_escape(vectors, text, sizeof text, &taken[0]);
			size_t m = json_escape_scalar(bytes, text, sizeof text, &taken[1]);
			same(vectors, n, bytes, m);
			g_assert_cmpuint(taken[0], ==, taken[1]);
		}
}

/* Random text of plain bytes with odd ones among them, in memory of just its size: nothing is read behind it, and nothing
 * written behind what may be. */
static void test_random(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(23);
	for (int round = 0; round < ROUNDS; round++) {
		size_t length = (size_t)g_rand_int_range(rand, 1, ROOM), taken[2];
		g_autofree char *text = g_malloc(length);
		g_autofree char *vectors = g_malloc(length * ESCAPE_MOST + ESCAPE_SLACK);
		g_autofree char *bytes = g_malloc(length * ESCAPE_MOST + ESCAPE_SLACK);
		int odd = g_rand_int_range(rand, 0, 100);
		for (size_t i = 0; i < length; i++)
			text[i] = (char)(g_rand_int_range(rand, 0, 100) < odd
						 ? g_rand_int_range(rand, 0, 256)
						 : g_rand_int_range(rand, ' ', 0x7f));
		size_t n = json_escape(vectors, text, length, &taken[0]);
		size_t m = json_escape_scalar(bytes, text, length, &taken[1]);
		same(vectors, n, bytes, m);
		g_assert_cmpuint(taken[0], ==, taken[1]);
		g_assert_cmpuint(n, <=, length * ESCAPE_MOST);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/log_escape/known", test_known);
	g_test_add_func("/log_escape/places", test_places);
	g_test_add_func("/log_escape/random", test_random);
	return g_test_run();
}
