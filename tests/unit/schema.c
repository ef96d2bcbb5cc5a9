/* The decoder, against the sentences of dockerd 28.5.2. */
#include "base/schema.h"
#include "base/error.h"

#include <string.h>

static const SchemaType text = {.kind = SCHEMA_STRING, .go = "string"};
static const SchemaType truth = {.kind = SCHEMA_BOOL, .go = "bool"};
static const SchemaType small = {.kind = SCHEMA_UINT, .go = "uint16", .max = G_MAXUINT16};
static const SchemaType large = {.kind = SCHEMA_UINT, .go = "uint64", .max = G_MAXUINT64};
static const SchemaType whole = {
	.kind = SCHEMA_INT, .go = "int64", .min = G_MININT64, .max = G_MAXINT64};
static const SchemaType real = {.kind = SCHEMA_FLOAT, .go = "float64"};
static const SchemaType words = {.kind = SCHEMA_WORDS, .go = "string"};
static const SchemaType texts = {.kind = SCHEMA_LIST, .go = "[]string", .items = &text};
static const SchemaType pair = {
	.kind = SCHEMA_LIST, .go = "[2]uint16", .items = &small, .count = 2};
static const SchemaField no_fields[] = {{0}};
static const SchemaType nothing = {.kind = SCHEMA_OBJECT, .go = "struct {}", .fields = no_fields};
static const SchemaType map = {.kind = SCHEMA_MAP, .go = "map[string]string", .items = &text};
static const SchemaType nothings = {.kind = SCHEMA_MAP, .go = "x.Set", .items = &nothing};
static const SchemaType nullable = {
	.kind = SCHEMA_MAP, .go = "map[string]*string", .items = &text, .nullable = true};
static const SchemaType inner;
static const SchemaType inners = {.kind = SCHEMA_MAP, .go = "map[string]x.Inner", .items = &inner};
static const SchemaField inner_fields[] = {
	{"Name", &text}, {"On", &truth}, {"Late", &text, 44}, {0}};
static const SchemaType inner = {.kind = SCHEMA_OBJECT, .go = "x.Inner", .fields = inner_fields};
static const SchemaType pointers = {.kind = SCHEMA_LIST, .go = "[]*x.Inner", .items = &inner};
/* A struct that Go writes whole, and one whose zeros it leaves out. */
static const SchemaField rate_fields[] = {
	{"Path", &text}, {"Rate", &whole}, {"On", &truth}, {"Ids", &texts}, {"Options", &map}, {0}};
static const SchemaType rate = {
	.kind = SCHEMA_OBJECT, .go = "x.Rate", .fields = rate_fields, .zeros = SCHEMA_ZEROS_WHOLE};
static const SchemaType rates = {.kind = SCHEMA_LIST, .go = "[]x.Rate", .items = &rate};
static const SchemaField check_fields[] = {{"Path", &text}, {"Rate", &whole}, {"On", &truth},
	{"Ids", &texts}, {"Options", &map}, {"Host", &inner}, {0}};
static const SchemaType check = {.kind = SCHEMA_OBJECT,
	.go = "x.Check",
	.fields = check_fields,
	.zeros = SCHEMA_ZEROS_SPARSE};
static const SchemaField fields[] = {{"Rates", &rates}, {"Check", &check}, {"Set", &nothings},
	{"Pointers", &pointers}, {"Image", &text}, {"Tty", &truth}, {"Small", &small},
	{"Large", &large}, {"Memory", &whole}, {"Real", &real}, {"Cmd", &words}, {"Env", &texts},
	{"Size", &pair}, {"Labels", &map}, {"Args", &nullable}, {"Host", &inner},
	{"Inners", &inners}, {"Pids", &whole, .pointer = true}, {0}};
static const SchemaType object = {
	.kind = SCHEMA_OBJECT, .go = "x.Request", .root = "Request", .fields = fields};

static json_t *decode(SchemaMode mode, const char *json, GError **error)
{
	return schema_decode(&object, mode, 43, json, strlen(json), error);
}

static void check_refused(SchemaMode mode, const char *json, const char *sentence)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) value = decode(mode, json, &error);
	g_assert_null(value);
	g_assert_error(error, BERTH_ERROR, BERTH_ERROR_INVALID);
	g_assert_cmpstr(error->message, ==, sentence);
}

static void check_taken(const char *json, const char *wanted)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) value = decode(SCHEMA_REQUEST, json, &error);
	g_assert_no_error(error);
	g_autofree char *out = json_text(value);
	g_assert_cmpstr(out, ==, wanted);
}

static void test_types(void)
{
	static const struct {
		const char *json, *sentence;
	} cases[] = {
		{"[]", "json: cannot unmarshal array into Go value of type x.Request"},
		{"1.5", "json: cannot unmarshal number into Go value of type x.Request"},
		{"{\"Image\":1}",
			"json: cannot unmarshal number into Go struct field Request.Image of type "
			"string"},
		{"{\"image\":{}}",
			"json: cannot unmarshal object into Go struct field Request.image of type "
			"string"},
		{"{\"Tty\":\"true\"}",
			"json: cannot unmarshal string into Go struct field Request.Tty of type "
			"bool"},
		{"{\"Small\":65536}",
			"json: cannot unmarshal number 65536 into Go struct field Request.Small of "
			"type uint16"},
		{"{\"Small\":-1}",
			"json: cannot unmarshal number -1 into Go struct field Request.Small of "
			"type uint16"},
		{"{\"Memory\":1e3}",
			"json: cannot unmarshal number 1e3 into Go struct field Request.Memory of "
			"type int64"},
		{"{\"Memory\":1.0}",
			"json: cannot unmarshal number 1.0 into Go struct field Request.Memory of "
			"type int64"},
		{"{\"Memory\":9223372036854775808}",
			"json: cannot unmarshal number 9223372036854775808 into Go struct field "
			"Request.Memory of type int64"},
		{"{\"Real\":1e400}",
			"json: cannot unmarshal number 1e400 into Go struct field Request.Real of "
			"type float64"},
		{"{\"Cmd\":1}", "json: cannot unmarshal number into Go value of type string"},
		{"{\"Cmd\":[1]}", "json: cannot unmarshal array into Go value of type string"},
		{"{\"Cmd\":{}}", "json: cannot unmarshal object into Go value of type string"},
		{"{\"Env\":\"a\"}",
			"json: cannot unmarshal string into Go struct field Request.Env of type "
			"[]string"},
		{"{\"Env\":[\"a\",1]}",
			"json: cannot unmarshal number into Request.Env.1 of type string"},
		{"{\"Size\":[1,-2]}",
			"json: cannot unmarshal number -2 into Request.Size.1 of type uint16"},
		{"{\"Labels\":{\"a/~b\":1}}",
			"json: cannot unmarshal number into Go struct field Request.Labels.a~1~0b "
			"of type string"},
		{"{\"Labels\":{\"80\":1}}",
			"json: cannot unmarshal number into Request.Labels.80 of type string"},
		{"{\"Host\":true}",
			"json: cannot unmarshal bool into Go struct field Request.Host of type "
			"x.Inner"},
		{"{\"Inners\":{\"n\":{\"On\":1}}}",
			"json: cannot unmarshal number into Go struct field Request.Inners.n.On of "
			"type bool"},
		/* Of several the first; one that a later key of the same name would cover; one of a newer API. */
		{"{\"Tty\":1,\"Image\":1}",
			"json: cannot unmarshal number into Go struct field Request.Tty of type "
			"bool"},
		{"{\"Tty\":\"x\",\"Tty\":true}",
			"json: cannot unmarshal string into Go struct field Request.Tty of type "
			"bool"},
		{"{\"Host\":{\"Late\":1}}",
			"json: cannot unmarshal number into Go struct field Request.Host.Late of "
			"type string"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		check_refused(SCHEMA_REQUEST, cases[i].json, cases[i].sentence);
}

static void test_syntax(void)
{
	static const struct {
		const char *json, *sentence;
	} cases[] = {
		{"", "unexpected EOF"},
		{"{\"a\" 1}", "invalid character '1' after object key"},
		{"{\"a\":1,}", "invalid character '}' looking for beginning of object key string"},
		{"{\"Env\":[1,]}", "invalid character ']' looking for beginning of value"},
		{"{\"Tty\":trux}", "invalid character 'x' in literal true (expecting 'e')"},
		{"{\"a\":\"\\x\"}", "invalid escape sequence `\\x` in string"},
		{"{\"a\":\"\\u12zz\"}", "invalid escape sequence `\\u12zz` in string"},
		{"{\"a\":\"x\x01\"}", "invalid character '\\x01' in string"},
		{"{\"a\":\"\\u0000\"}", "invalid character '\\x00' in string"},
		{"{\"a\":01}", "invalid character '1' after object key:value pair"},
		{"{\"a\":1.}", "invalid character '}' in numeric literal"},
		{"{\"a\":.5}", "invalid character '.' looking for beginning of value"},
		{"{\"a\":1", "unexpected EOF"},
		{"{\"a\":\"", "unexpected EOF"},
		{"{\"a\":\"\\", "unexpected EOF"},
		{"{\"a\":\"\\u1", "unexpected EOF"},
		{"{\"a\":\"x\t\"}", "invalid character '\\t' in string"},
		{"\xef\xbb\xbf{}", "invalid character '\\ufeff' looking for beginning of value"},
		{"\xc2\xa0{}", "invalid character '\\u00a0' looking for beginning of value"},
		{"'x'", "invalid character '\\'' looking for beginning of value"},
		{"{\"a\":é}", "invalid character 'é' looking for beginning of value"},
		{"\xff", "invalid character '\\xff' looking for beginning of value"},
		{"{\"Image\":1,\"a\" 1}", "invalid character '1' after object key"},
		{"{} x", "unexpected content after JSON"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		check_refused(SCHEMA_REQUEST, cases[i].json, cases[i].sentence);
	g_autofree char *deep = g_strnfill(100000, '['),
			*body = g_strconcat("{\"Future\":", deep, NULL);
	check_refused(SCHEMA_REQUEST, body, "exceeded max depth");
}

static void test_taken(void)
{
	check_taken("{\"IMAGE\":\"a\",\"Image\":\"b\",\"image\":\"c\"}", "{\"Image\":\"c\"}");
	check_taken(" { \"Memory\" : -5 , \"Real\" : 1.5 } \n", "{\"Memory\":-5,\"Real\":1.5}");
	check_taken("{\"Large\":18446744073709551615}", "{\"Large\":9223372036854775807}");
	check_taken("{\"Cmd\":\"a b\"}", "{\"Cmd\":[\"a b\"]}");
	check_taken("{\"Cmd\":[\"a\",null]}", "{\"Cmd\":[\"a\",\"\"]}");
	check_taken("{\"Env\":[null],\"Size\":[1,2,3]}", "{\"Env\":[\"\"],\"Size\":[1,2]}");
	check_taken("{\"Size\":[1]}", "{\"Size\":[1,0]}");
	check_taken("{\"Image\":null,\"Host\":null,\"Cmd\":null}", "{}");
	check_taken("{\"Tty\":true,\"Tty\":null,\"Env\":[\"a\"],\"Env\":null}", "{\"Tty\":true}");
	check_taken("{\"Labels\":{\"_a\":null},\"Args\":{\"b\":null}}",
		"{\"Labels\":{\"_a\":\"\"},\"Args\":{\"b\":null}}");
	/* A second object of the same key is laid over the first; a newer API's field is not there. */
	check_taken("{\"Host\":{\"Name\":\"a\"},\"host\":{\"on\":true,\"late\":\"x\"}}",
		"{\"Host\":{\"Name\":\"a\",\"On\":true}}");
	/* What we do not know stays; what only we may say does not come in. */
	check_taken("{\"Future\":{\"a\":[1,2.5,null]},\"_Link\":\"x\"}",
		"{\"Future\":{\"a\":[1,2.5,null]}}");
	check_taken("{\"Inners\":{\"_n\":{\"_Ports\":[],\"Name\":\"x\"}}}",
		"{\"Inners\":{\"_n\":{\"Name\":\"x\"}}}");
	check_taken("{\"Image\":\"\\ud83d\\ude00\\ud800\\n\xff\"}",
		"{\"Image\":\"\U0001F600\uFFFD\\n\uFFFD\"}");
	check_taken("null", "null");
	check_taken("{}}", "{}");
}

/* What is shown again is what Go's structs would write. */
static void test_zeros(void)
{
	static const char zero[] = "{\"Path\":\"\",\"Rate\":0,\"On\":false,\"Ids\":null,"
				   "\"Options\":null}";
	g_autofree char *both = g_strdup_printf(
		"{\"Rates\":[%s,{\"Rate\":2,\"Path\":\"\",\"On\":false,\"Ids\":null,"
		"\"Options\":null}]}",
		zero);
	check_taken("{\"Rates\":[{\"rate\":2}]}",
		"{\"Rates\":[{\"Rate\":2,\"Path\":\"\",\"On\":false,\"Ids\":null,"
		"\"Options\":null}]}");
	check_taken("{\"Rates\":[null,{\"Rate\":2}]}", both);
	check_taken("{\"Check\":{\"Path\":\"\",\"Rate\":0,\"On\":false,\"Ids\":[],\"Options\":{},"
		    "\"Host\":{}}}",
		"{\"Check\":{\"Host\":{}}}");
	check_taken("{\"Check\":{\"Rate\":1,\"On\":true,\"Ids\":[\"\"]}}",
		"{\"Check\":{\"Rate\":1,\"On\":true,\"Ids\":[\"\"]}}");
	check_taken("{\"Set\":{\"80/tcp\":null}}", "{\"Set\":{\"80/tcp\":{}}}");
}

static void test_config(void)
{
#define NO_MATCH "the following directives don't match any configuration option: "
	check_refused(SCHEMA_CONFIG, "{\"Imgae\":\"a\"}", NO_MATCH "Imgae (did you mean Image?)");
	check_refused(SCHEMA_CONFIG, "{\"image\":\"a\"}", NO_MATCH "image (did you mean Image?)");
	check_refused(SCHEMA_CONFIG, "{\"something else\":1}", NO_MATCH "something else");
}

static void test_answer(void)
{
	static const char *const values[] = {"a", "b", NULL};
	static const SchemaField must[] = {
		{"Id", &text, 0, true}, {"State", &text, 0, false, values}, {0}};
	static const SchemaType answer = {.kind = SCHEMA_OBJECT, .go = "Answer", .fields = must};
	static const struct {
		const char *json, *sentence;
	} cases[] = {{"{}", ".Id is missing"}, {"{\"id\":\"x\"}", "unknown key"},
		{"{\"Id\":\"x\",\"_a\":1}", "unknown key: _a"},
		{"{\"Id\":\"x\",\"State\":\"c\"}", ".State has a value that it may not have"},
		{"{\"Id\":\"x\",\"State\":\"b\",\"More\":1}", NULL}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_t) value = schema_decode(
			&answer, SCHEMA_ANSWER, 51, cases[i].json, strlen(cases[i].json), &error);
		g_assert_true((value != NULL) == (cases[i].sentence == NULL));
		if (i != 1 && cases[i].sentence != NULL)
			g_assert_cmpstr(error->message, ==, cases[i].sentence);
	}
}

/* Two letters beyond ASCII fold to one of it: who checks a body before us may not know them. */
static void test_folded_keys(void)
{
	check_taken("{\"\xe2\x84\xaain\":1}", "{\"\xe2\x84\xaain\":1}");
	check_taken("{\"PID\xc5\xbf\":1,\"Label\xc5\xbf\":{\"a\":\"b\"}}",
		"{\"Pids\":1,\"Labels\":{\"a\":\"b\"}}");
	check_refused(SCHEMA_REQUEST, "{\"Ho\xc5\xbft\":1}",
		"json: cannot unmarshal number into Go struct field Request.Ho\xc5\xbft of type "
		"x.Inner");
	check_taken("{\"Tt\xc3\xbf\":1}", "{\"Tt\xc3\xbf\":1}");
}

static void test_null_of_pointers(void)
{
	check_taken("{\"Pids\":1,\"Pids\":null}", "{}");
	check_taken("{\"Memory\":1,\"Memory\":null}", "{\"Memory\":1}");
	check_taken("{\"Env\":[\"a\"],\"Env\":null}", "{}");
	check_taken("{\"Pointers\":[{\"Name\":\"a\"}],\"Pointers\":null}", "{}");
	check_refused(SCHEMA_REQUEST, "{\"Pointers\":[{\"Name\":\"a\"},null]}",
		"Request.Pointers.1 must not be null");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schema/types", test_types);
	g_test_add_func("/schema/syntax", test_syntax);
	g_test_add_func("/schema/taken", test_taken);
	g_test_add_func("/schema/zeros", test_zeros);
	g_test_add_func("/schema/config", test_config);
	g_test_add_func("/schema/answer", test_answer);
	g_test_add_func("/schema/folded-keys", test_folded_keys);
	g_test_add_func("/schema/null-of-pointers", test_null_of_pointers);
	return g_test_run();
}
