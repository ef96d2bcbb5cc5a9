#include "shim/dns_message.h"

#include <glib.h>
#include <string.h>
#include <sys/socket.h>

static const char names[] =
	"172.18.0.2 - web.net web www 0123456789ab\n172.18.0.3 fd00::3 db.net db www\nbroken\n\n"
	"172.18.0.4 - \n@me sql:db\n@me sql.net:db\n@other mine:db\n@me broken\n@m x:db\n";

/* A query for name (labels in DNS form) and type. */
static size_t query(uint8_t *out, const char *name, uint16_t type)
{
	size_t used = DNS_HEAD;
	memset(out, 0, DNS_HEAD);
	out[0] = 0x12;
	out[2] = 1;
	out[5] = 1;
	g_auto(GStrv) labels = g_strsplit(name, ".", -1);
	for (int i = 0; labels[i] != NULL; i++) {
		size_t length = strlen(labels[i]);
		out[used++] = (uint8_t)length;
		memcpy(out + used, labels[i], length);
		used += length;
	}
	out[used++] = 0;
	out[used++] = (uint8_t)(type >> 8);
	out[used++] = (uint8_t)type;
	out[used++] = 0;
	out[used++] = 1;
	return used;
}

static size_t answer_from(const uint8_t *message, const struct dns_question *question,
	const char *text, unsigned turn, uint8_t *out)
{
	struct dns_names all = {text, "me"};
	return dns_answer(message, question, &all, turn, out);
}

static size_t answer(const char *name, uint16_t type, unsigned turn, uint8_t *out)
{
	uint8_t message[DNS_UDP_SIZE];
	struct dns_question question;
	size_t length = query(message, name, type);
	g_assert_true(dns_question_parse(message, length, &question));
	return answer_from(message, &question, names, turn, out);
}

static void test_answers(void)
{
	uint8_t out[DNS_UDP_SIZE];
	size_t length = answer("WEB", DNS_TYPE_A, 0, out);
	g_assert_cmpuint(length, >, 0);
	g_assert_cmpint(out[0], ==, 0x12);
	g_assert_cmpint(out[2] & 0x80, ==, 0x80);
	g_assert_cmpint(out[7], ==, 1);
	g_assert_cmpmem(out + length - 4, 4, ((uint8_t[]){172, 18, 0, 2}), 4);
	/* Known, but not of that kind: an answer without records; unknown: none of ours. */
	g_assert_cmpuint(answer("web", DNS_TYPE_AAAA, 0, out), >, 0);
	g_assert_cmpint(out[7], ==, 0);
	g_assert_cmpuint(answer("db.net", DNS_TYPE_AAAA, 0, out), >, 0);
	g_assert_cmpint(out[7], ==, 1);
	g_assert_cmpuint(answer("nobody", DNS_TYPE_A, 0, out), ==, 0);
	g_assert_cmpuint(answer("we", DNS_TYPE_A, 0, out), ==, 0);
	/* Round robin. */
	length = answer("www", DNS_TYPE_A, 0, out);
	g_assert_cmpint(out[7], ==, 2);
	g_assert_cmpint(out[length - 1], ==, 3);
	length = answer("www", DNS_TYPE_A, 1, out);
	g_assert_cmpint(out[length - 1], ==, 2);
	g_assert_cmpuint(answer("3.0.18.172.in-addr.arpa", DNS_TYPE_PTR, 0, out), >, 0);
	g_assert_cmpint(out[7], ==, 1);
	g_assert_cmpuint(answer("9.0.18.172.in-addr.arpa", DNS_TYPE_PTR, 0, out), ==, 0);
}

/* What one container alone calls another, be it in capitals; no other's aliases. */
static void test_aliases(void)
{
	uint8_t out[DNS_UDP_SIZE];
	size_t length = answer("SQL", DNS_TYPE_A, 0, out);
	g_assert_cmpuint(length, >, 0);
	g_assert_cmpmem(out + length - 4, 4, ((uint8_t[]){172, 18, 0, 3}), 4);
	g_assert_cmpuint(answer("sql.net", DNS_TYPE_AAAA, 0, out), >, 0);
	g_assert_cmpint(out[7], ==, 1);
	g_assert_cmpuint(answer("mine", DNS_TYPE_A, 0, out), ==, 0);
	g_assert_cmpuint(answer("x", DNS_TYPE_A, 0, out), ==, 0);
	g_assert_cmpuint(answer("broken", DNS_TYPE_A, 0, out), ==, 0);
}

static void test_truncated(void)
{
	g_autoptr(GString) many = g_string_new("");
	uint8_t message[DNS_UDP_SIZE], out[DNS_UDP_SIZE];
	struct dns_question question;
	for (int i = 0; i < 200; i++)
		g_string_append_printf(many, "10.0.0.%d - all\n", i);
	g_assert_true(dns_question_parse(message, query(message, "all", DNS_TYPE_A), &question));
	size_t length = answer_from(message, &question, many->str, 7, out);
	g_assert_cmpuint(length, <=, DNS_UDP_SIZE);
	g_assert_cmpint(out[2] & 0x02, ==, 0x02);
}

#define ZEROS_26 "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."

static void test_reverse(void)
{
	uint8_t address[16], out[DNS_UDP_SIZE];
	static const char six[] = "3.0." ZEROS_26 "0.0.d.f.ip6.arpa";
	g_assert_cmpint(dns_reverse("4.3.2.1.in-addr.arpa", address), ==, AF_INET);
	g_assert_cmpmem(address, 4, ((uint8_t[]){1, 2, 3, 4}), 4);
	g_assert_cmpint(dns_reverse(six, address), ==, AF_INET6);
	g_assert_cmpint(address[0], ==, 0xfd);
	g_assert_cmpint(address[15], ==, 3);
	g_assert_cmpuint(answer(six, DNS_TYPE_PTR, 0, out), >, 0);
	g_assert_cmpint(out[7], ==, 1);
	static const char *const bad[] = {"", "1.2.3.in-addr.arpa", "256.1.1.1.in-addr.arpa",
		"1.2.3.4.in-addr.arpa.x", "-1.2.3.4.in-addr.arpa", "1.2.3.4", "ip6.arpa",
		"3.0." ZEROS_26 "0.0.d.ip6.arpa", "3.0." ZEROS_26 "0.0.d.g.ip6.arpa",
		"30.." ZEROS_26 "0.0.d.f.ip6.arpa"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_cmpint(dns_reverse(bad[i], address), ==, 0);
}

/* Whatever comes, nothing outside of the message is read, and an answer fits its room. */
static void test_hostile(void)
{
	uint8_t good[DNS_UDP_SIZE], out[DNS_UDP_SIZE];
	struct dns_question question;
	size_t length = query(good, "www.net", DNS_TYPE_A);
	for (size_t cut = 0; cut < length; cut++) {
		g_autofree uint8_t *copy = g_memdup2(good, cut);
		g_assert_false(dns_question_parse(copy, cut, &question));
	}
	for (size_t at = 2; at < length; at++)
		for (int value = 0; value < 256; value++) {
			g_autofree uint8_t *copy = g_memdup2(good, length);
			copy[at] = (uint8_t)value;
			if (dns_question_parse(copy, length, &question))
				g_assert_cmpuint(answer_from(copy, &question, names, 0, out), <=,
					DNS_UDP_SIZE);
		}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dns/answers", test_answers);
	g_test_add_func("/dns/aliases", test_aliases);
	g_test_add_func("/dns/truncated", test_truncated);
	g_test_add_func("/dns/reverse", test_reverse);
	g_test_add_func("/dns/hostile", test_hostile);
	return g_test_run();
}
