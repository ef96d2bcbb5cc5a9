#include "template/template.h"
#include "template/print.h"

#include <string.h>

static const char document[] =
	"{\"Name\":\"web\",\"Count\":3,\"On\":true,\"Off\":false,\"Null\":null,\"Empty\":[],"
	"\"List\":[\"a\",\"b\"],"
	"\"Map\":{\"x\":\"1\",\"y\":\"2\"},\"Deep\":{\"Er\":{\"Est\":\"core\"}},\"Float\":1.5}";

static void check(const char *text, const char *wanted)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) data = json_loads(document, 0, NULL);
	g_autoptr(GString) out = g_string_new("");
	g_autoptr(Template) template = template_parse("", text, &error);
	g_test_message("%s", text);
	if (template == NULL && wanted == NULL)
		return;
	g_assert_no_error(error);
	bool ok = template_run(template, TEMPLATE_PLAIN, (GoValue){&go_any, data}, out, &error);
	if (wanted == NULL) {
		g_assert_false(ok);
		return;
	}
	g_assert_no_error(error);
	g_assert_cmpstr(out->str, ==, wanted);
}

static void test_values(void)
{
	check("plain", "plain");
	check("{{.Name}}-{{.Count}}", "web-3");
	check("{{.On}} {{.Off}} {{.Null}}", "true false <no value>");
	check("{{.Deep.Er.Est}}", "core");
	check("{{.List}} {{.Map}}", "[a b] map[x:1 y:2]");
	check("{{json .List}}", "[\"a\",\"b\"]");
	check("{{json .Name}}", "\"web\"");
	check("a{{- \" b \" -}}c", "a b c");
	check("{{/* nothing */}}x", "x");
	check("{{$v := .Name}}{{$v}}", "web");
}

static void test_functions(void)
{
	check("{{upper .Name}} {{lower \"ABC\"}} {{title .Name}}", "WEB abc Web");
	check("{{join .List \", \"}}", "a, b");
	check("{{len .List}} {{len .Name}}", "2 3");
	check("{{index .List 1}} {{index .Map \"y\"}}", "b 2");
	check("{{printf \"%s=%d %q %05d %v\" .Name .Count .Name .Count .On}}",
		"web=3 \"web\" 00003 true");
	check("{{println .Name}}", "web\n");
	check("{{.Name | upper | printf \"<%s>\"}}", "<WEB>");
	check("{{split \"a,b\" \",\"}}", "[a b]");
	check("{{truncate .Name 2}}", "we");
	check("{{pad .Name 1 2}}.", " web  .");
	check("{{slice .Name 1}}", "eb");
}

static void test_control(void)
{
	check("{{if .On}}y{{else}}n{{end}}", "y");
	check("{{if .Off}}y{{else if .On}}z{{else}}n{{end}}", "z");
	check("{{if .Empty}}y{{else}}n{{end}}", "n");
	check("{{range .List}}[{{.}}]{{end}}", "[a][b]");
	check("{{range $i, $e := .List}}{{$i}}={{$e}} {{end}}", "0=a 1=b ");
	check("{{range $k, $v := .Map}}{{$k}}{{$v}}{{end}}", "x1y2");
	check("{{range .Empty}}x{{else}}none{{end}}", "none");
	check("{{with .Deep.Er}}{{.Est}}{{end}}{{with .Null}}x{{end}}", "core");
	check("{{range .List}}{{$.Name}}{{end}}", "webweb");
	check("{{if and .On (eq .Name \"web\")}}1{{end}}{{if or .Off .On}}2{{end}}{{if not "
	      ".Off}}3{{end}}",
		"123");
	check("{{if eq .Count 3}}e{{end}}{{if ne .Name \"x\"}}n{{end}}{{if lt .Count "
	      "4}}l{{end}}{{if ge .Count 3}}g{{end}}",
		"enlg");
}

static void test_errors(void)
{
	static const char *const bad[] = {"{{", "{{.Name", "{{end}}", "{{if .On}}",
		"{{nosuch .Name}}", "{{range .List}}", "{{else}}", "{{\"open}}", "{{(.Name}}",
		"{{.Name)}}"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", bad[i]);
		g_assert_null(template_parse("", bad[i], &error));
		g_assert_nonnull(error);
	}
	check("{{index .List 9}}", NULL);
	check("{{.Name.Field}}", NULL);
	check("{{$undefined}}", NULL);
	check("{{.Name | }}", "web"); /* as Go has it */
}

static void test_depth(void)
{
	g_autoptr(GString) text = g_string_new("");
	for (int i = 0; i < 100000; i++)
		g_string_append(text, "{{if .On}}");
	g_autoptr(GError) error = NULL;
	g_assert_null(template_parse("", text->str, &error));
	g_autofree char *open = g_strnfill(100000, '('), *nested = g_strconcat("{{", open, NULL);
	g_clear_error(&error);
	g_assert_null(template_parse("", nested, &error));
}

/* What is no UTF-8 is read, cut and printed without a step beyond its end. */
/* Half a character is one byte wide, wherever it stands: what is behind it stays. */
static void test_halves(void)
{
	g_autoptr(json_t) data = json_loads(document, 0, NULL);
	g_autoptr(GString) out = g_string_new("");
	g_autoptr(Template) template = template_parse(
		"", "{{\"a\xf0\"}}{{/*\xf0*/}}\xf0{{printf \"%q\" \"b\xf0\"}}", NULL);
	g_assert_nonnull(template);
	g_assert_true(template_run(template, TEMPLATE_PLAIN, (GoValue){&go_any, data}, out, NULL));
	g_assert_true(g_str_has_suffix(out->str, "\"b\xef\xbf\xbd\""));
	g_autoptr(GString) quoted = g_string_new("");
	go_quote(quoted, "c\xf0\0\0\0\0");
	g_assert_cmpstr(quoted->str, ==, "\"c\\xf0\"");
}

static void test_bytes(void)
{
	static const char *const odd[] = {"{{printf \"%5\xf6\" .Name}}", "\xf6{{title \"a\xf6\"}}",
		"{{slice \"\xc3\xa9\" 0 1}}", "{{truncate \"\xc3\xa9\" 1}}", "{{\"\\xf6\"}}",
		"{{js \"\\xff\"}}", "{{.\xf6}}", "{{'\xf6'}}"};
	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
		g_autoptr(json_t) data = json_loads(document, 0, NULL);
		g_autoptr(GString) out = g_string_new("");
		g_autoptr(Template) template = template_parse("", odd[i], NULL);
		if (template != NULL)
			template_run(template, TEMPLATE_PLAIN, (GoValue){&go_any, data}, out, NULL);
		g_assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
	}
}

static char *own_text(const json_t *json)
{
	return g_strdup(json_string_value(json));
}

/* What Go's fmt says of a nil pointer whose type has a method String; and that a struct with a list equals nothing. */
static void test_types(void)
{
	static const GoType named = {.kind = GO_STRING, .name = "x.Named", .text = own_text};
	static const GoType pointer = {.kind = GO_POINTER, .name = "*x.Named", .items = &named};
	static const GoField fields[] = {
		{"Nil", "Nil", &pointer}, {"List", "List", &go_list_string}, {0}};
	static const GoType type = {.kind = GO_STRUCT, .name = "x.Row", .fields = fields};
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) data = json_pack("{s:[s]}", "List", "a");
	g_autoptr(GString) out = g_string_new("");
	g_autoptr(Template) nils =
		template_parse("", "{{printf \"%v %q %x %d\" .Nil .Nil .Nil .Nil}}", &error),
			    equal = template_parse("", "{{eq . .}}", &error);
	g_assert_true(template_run(nils, TEMPLATE_PLAIN, (GoValue){&type, data}, out, &error));
	g_assert_cmpstr(out->str, ==, "<nil> <nil> <nil> 0");
	g_assert_false(template_run(equal, TEMPLATE_PLAIN, (GoValue){&type, data}, out, &error));
	g_assert_nonnull(strstr(error->message, "non-comparable type {<nil> [a]}: x.Row"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/template/values", test_values);
	g_test_add_func("/template/functions", test_functions);
	g_test_add_func("/template/control", test_control);
	g_test_add_func("/template/errors", test_errors);
	g_test_add_func("/template/bytes", test_bytes);
	g_test_add_func("/template/halves", test_halves);
	g_test_add_func("/template/depth", test_depth);
	g_test_add_func("/template/types", test_types);
	return g_test_run();
}
