/* Any text as a template of --format, on a value that has some of everything. */
#include "template/template.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char value[] =
		"{\"ID\":\"abc\",\"Names\":[\"a\",\"b\"],\"Labels\":{\"x\":\"y\"},\"N\":5,"
		"\"F\":1.5,\"T\":true,\"Z\":null,\"State\":{\"Pid\":7,\"List\":[{\"a\":1}]}}";
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(json_t) json = json_parse(value, strlen(value), NULL);
	g_autoptr(Template) template = template_parse("", text, NULL);
	g_autoptr(GString) out = g_string_new("");
	if (template == NULL)
		return 0;
	template_run(template, TEMPLATE_PLAIN, (GoValue){&go_any, json}, out, NULL);
	return 0;
}
