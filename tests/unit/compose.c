/* The parts of a project's way from text to model that think: variables, merging, scalars of YAML, dotenv. What is expected is what
 * compose-go 2.9 does (the release in Docker Compose 2.40). */
#include "compose/variables.h"
#include "compose/walk.h"
#include "compose/yaml.h"

#include <string.h>

static Environment *known(void)
{
	Environment *environment = environment_new(false);
	environment->quiet = true;
	environment_set(environment, "SET", "value", true);
	environment_set(environment, "EMPTY", "", true);
	return environment;
}

static void test_interpolate(void)
{
	static const struct {
		const char *text, *becomes; /* NULL: refused */
	} cases[] = {{"plain", "plain"}, {"$SET-${SET}", "value-value"}, {"$$SET", "$SET"},
		{"a$", "a$"}, {"$1 $? $(date)", "$1 $? $(date)"}, {"${UNSET:-other}", "other"},
		{"${EMPTY:-other}", "other"}, {"${EMPTY-other}", ""}, {"${SET:-other}", "value"},
		{"${SET:+there}", "there"}, {"${EMPTY:+there}", ""}, {"${EMPTY+there}", "there"},
		{"${UNSET:-${SET}}", "value"}, {"${UNSET:-${EMPTY:-deep}}", "deep"},
		{"${UNSET:?is wanted}", NULL}, {"${EMPTY?is wanted}", ""}, {"${EMPTY:?x}", NULL},
		{"${", NULL}, {"${}", NULL}, {"${SET", NULL}};
	g_autoptr(Environment) environment = known();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = interpolate(cases[i].text, environment, &error);
		g_assert_cmpstr(text, ==, cases[i].becomes);
		g_assert_true((text == NULL) == (error != NULL));
	}
}

static json_t *parsed(const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) documents = yaml_parse("test", text, strlen(text), &error);
	g_assert_no_error(error);
	g_assert_cmpuint(documents->len, ==, 1);
	return json_incref(((Document *)documents->pdata[0])->tree);
}

static void test_scalars(void)
{
	g_autoptr(json_t) value =
		parsed("a: 1\nb: 0x10\nc: 0o17\nd: 1.50\ne: true\nf: yes\ng: ~\n"
		       "h: '1'\ni: |\n  two\n  lines\nj: [x, \"y z\"]\nk: 1:30\n");
	g_autofree char *text = json_text(value);
	g_assert_cmpstr(text, ==,
		"{\"a\":1,\"b\":16,\"c\":15,\"d\":1.5,\"e\":true,\"f\":\"yes\",\"g\":null,\"h\":"
		"\"1\","
		"\"i\":\"two\\nlines\\n\",\"j\":[\"x\",\"y z\"],\"k\":\"1:30\"}");
}

static void test_refused_yaml(void)
{
	static const char *const bad[] = {
		"a: [1", "a: *nobody", "a: 1\na: 2", "\tx: 1", "a: 'b", "a: \x01", "? [k]\n: v"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(yaml_parse("test", bad[i], strlen(bad[i]), &error));
		g_assert_nonnull(error);
	}
}

/* One service over another, as of two files. */
static char *merged(const char *base, const char *over)
{
	g_autoptr(json_t) a = parsed(base);
	g_autoptr(json_t) b = parsed(over);
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) both = service_merge(a, b, &error);
	return both != NULL ? json_text(both) : g_strdup(error->message);
}

static void test_merge(void)
{
	static const struct {
		const char *base, *over, *both;
	} cases[] = {
		{"image: a\n", "image: b\n", "{\"image\":\"b\"}"},
		{"command: [a, b]\n", "command: [c]\n", "{\"command\":[\"c\"]}"},
		{"environment: {A: 1, B: 2}\n", "environment: [B=3, C=4]\n",
			"{\"environment\":[\"A=1\",\"B=2\",\"B=3\",\"C=4\"]}"},
		{"dns: 1.1.1.1\n", "dns: [2.2.2.2]\n", "{\"dns\":[\"1.1.1.1\",\"2.2.2.2\"]}"},
		{"labels: {a: x}\n", "labels: {b: y}\n", "{\"labels\":[\"a=x\",\"b=y\"]}"},
		{"deploy: {replicas: 1, mode: global}\n", "deploy: {replicas: 2}\n",
			"{\"deploy\":{\"replicas\":2,\"mode\":\"global\"}}"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *both = merged(cases[i].base, cases[i].over);
		g_assert_cmpstr(both, ==, cases[i].both);
	}
}

static void test_dotenv(void)
{
	g_autoptr(Environment) environment = known();
	g_autoptr(GError) error = NULL;
	static const char text[] =
		"# a comment\nA=1\nexport B = 'single $SET'\nC=\"$SET\\n\"\nD=a # b\n"
		"E=${A}2\nF='two\nlines'\nSET\n";
	g_autoptr(json_t) values = dotenv_parse(text, ".env", false, environment, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(json_str(values, "A"), ==, "1");
	g_assert_cmpstr(json_str(values, "B"), ==, "single $SET");
	g_assert_cmpstr(json_str(values, "C"), ==, "value\n");
	g_assert_cmpstr(json_str(values, "D"), ==, "a");
	g_assert_cmpstr(json_str(values, "E"), ==, "12");
	g_assert_cmpstr(json_str(values, "F"), ==, "two\nlines");
	g_assert_cmpstr(json_str(values, "SET"), ==, "value");
	g_assert_null(dotenv_parse("A=1\nB='open", ".env", false, environment, &error));
	g_assert_nonnull(strstr(error->message, "line 2"));
}

static void test_mount_target(void)
{
	static const struct {
		const char *text, *target;
	} cases[] = {{"/data", "/data"}, {"./a:/b", "/b"}, {"v:/b:ro", "/b"}, {"v", "v"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *target = mount_target(cases[i].text);
		g_assert_cmpstr(target, ==, cases[i].target);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/compose/interpolate", test_interpolate);
	g_test_add_func("/compose/scalars", test_scalars);
	g_test_add_func("/compose/refused", test_refused_yaml);
	g_test_add_func("/compose/merge", test_merge);
	g_test_add_func("/compose/dotenv", test_dotenv);
	g_test_add_func("/compose/mount-target", test_mount_target);
	return g_test_run();
}
