#include "api/api.h"
#include "daemon/config_keys.h"

#include <string.h>

typedef struct {
	const char *grant, *method, *path;
	bool allowed;
} Case;

static bool allowed(const char *rules, const char *method, const char *path)
{
	Config config = {.file = json_loads(rules, 0, NULL)};
	Engine engine = {.config = &config};
	Caller caller = {.is_tcp = true, .certificate = "bob"};
	g_auto(HttpHead) head = {0};
	g_autofree char *text = g_strdup_printf("%s %s HTTP/1.1\r\nHost: b\r\n\r\n", method, path);
	g_assert_true(http_head_parse(&head, text, strlen(text)));
	Request request = {
		.engine = &engine, .caller = &caller, .head = &head, .path = (char *)path};
	bool is_allowed = access_allowed(&request, NULL);
	json_decref(config.file);
	return is_allowed;
}

static void test_grants(void)
{
	static const Case cases[] = {{"{}", "POST", "/build", true},
		{"{\"api-access\":{}}", "GET", "/info", false},
		{"{\"api-access\":{}}", "GET", "/_ping", true},
		{"{\"api-access\":{\"bob\":\"all\"}}", "POST", "/build", true},
		{"{\"api-access\":{\"bob\":\"read-only\"}}", "GET", "/info", true},
		{"{\"api-access\":{\"bob\":\"read-only\"}}", "POST", "/build", false},
		{"{\"api-access\":{\"bob\":\"read-only\"}}", "GET", "/containers/a/attach/ws",
			false},
		{"{\"api-access\":{\"ann\":\"all\"}}", "GET", "/info", false},
		{"{\"api-access\":{\"*\":\"read-only\"}}", "GET", "/info", true},
		{"{\"api-access\":{\"*\":\"all\",\"bob\":[]}}", "GET", "/info", false},
		{"{\"api-access\":{\"bob\":[\"GET /containers/*\"]}}", "GET", "/containers/a/json",
			true},
		{"{\"api-access\":{\"bob\":[\"GET /containers/*\"]}}", "GET", "/images/json",
			false},
		{"{\"api-access\":{\"bob\":[\"GET /containers/*\"]}}", "DELETE", "/containers/a",
			false}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s %s by %s", cases[i].method, cases[i].path, cases[i].grant);
		g_assert_true(allowed(cases[i].grant, cases[i].method, cases[i].path) ==
			      cases[i].allowed);
	}
}

static bool of_browser(const char *header, bool is_tcp)
{
	static char *hosts[] = {(char *)"tcp://engine.example:2375", NULL};
	Config config = {.hosts = hosts};
	Engine engine = {.config = &config};
	Caller caller = {.is_tcp = is_tcp};
	g_auto(HttpHead) head = {0};
	g_autofree char *text = g_strdup_printf("GET /info HTTP/1.1\r\n%s\r\n\r\n", header);
	g_assert_true(http_head_parse(&head, text, strlen(text)));
	Request request = {.engine = &engine, .caller = &caller, .head = &head};
	return !access_of_browser(&request, NULL);
}

/* A page has its browser name where it comes from, and reaches us by a name that is not ours. */
static void test_browsers(void)
{
	g_assert_false(of_browser("Host: engine.example:2375", true));
	g_assert_false(of_browser("Host: 10.0.0.1:2375", true));
	g_assert_false(of_browser("Host: localhost", true));
	g_assert_false(of_browser("Host: anything", false));
	g_assert_true(of_browser("Host: rebound.example", true));
	g_assert_true(of_browser("Host: localhost\r\nOrigin: http://localhost", true));
	g_assert_true(of_browser("Host: b\r\nOrigin: null", false));
	g_assert_true(of_browser("Host: b\r\nSec-Fetch-Site: cross-site", false));
}

static bool rules_pass(const char *text)
{
	Config config = {.file = json_loads(text, 0, NULL)};
	bool ok = config_check_access(config.file, NULL);
	json_decref(config.file);
	return ok;
}

static void test_rules(void)
{
	g_assert_true(rules_pass("{}"));
	g_assert_true(rules_pass("{\"api-access\":{\"a\":\"all\",\"b\":[\"GET /info\"]}}"));
	g_assert_false(rules_pass("{\"api-access\":[\"all\"]}"));
	g_assert_false(rules_pass("{\"api-access\":{\"a\":\"readonly\"}}"));
	g_assert_false(rules_pass("{\"api-access\":{\"a\":[\"GET info\"]}}"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/access/grants", test_grants);
	g_test_add_func("/access/browsers", test_browsers);
	g_test_add_func("/access/rules", test_rules);
	return g_test_run();
}
