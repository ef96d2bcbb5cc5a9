/* Functions of bake files over points in time (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include "base/timefmt.h"

#include <string.h>
#include <time.h>

static json_t *now(const Call *call)
{
	(void)call;
	g_autofree char *text = time_format(time_now() / 1000000000 * 1000000000);
	return json_string(text);
}

/* As Terraform's formatdate: runs of one letter. */
static json_t *formatdate(const Call *call)
{
	static const struct {
		const char *word, *form;
	} words[] = {{"YYYY", "%Y"}, {"YY", "%y"}, {"MMMM", "%B"}, {"MMM", "%b"}, {"MM", "%m"},
		{"DD", "%d"}, {"EEEE", "%A"}, {"EEE", "%a"}, {"hh", "%H"}, {"HH", "%I"},
		{"mm", "%M"}, {"ss", "%S"}, {"AA", "%p"}, {"ZZZZZ", "+00:00"}, {"ZZZZ", "+0000"},
		{"ZZZ", "UTC"}, {"Z", "Z"}};
	g_autofree char *form = text_at(call, 0), *time = text_at(call, 1);
	gint64 when;
	if (!time_parse(time, &when))
		return wrong(call, "not a valid RFC3339 timestamp");
	time_t seconds = (time_t)(when / 1000000000);
	struct tm parts;
	gmtime_r(&seconds, &parts);
	g_autoptr(GString) text = g_string_new("");
	for (const char *c = form; *c != '\0';) {
		size_t i = 0;
		while (i < G_N_ELEMENTS(words) && !g_str_has_prefix(c, words[i].word))
			i++;
		if (i == G_N_ELEMENTS(words)) {
			if (*c != '\'')
				g_string_append_c(text, *c);
			c++;
			continue;
		}
		char one[64] = "";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		strftime(one, sizeof one, words[i].form, &parts);
#pragma GCC diagnostic pop
		g_string_append(text, one);
		c += strlen(words[i].word);
	}
	return json_string(text->str);
}

const HclFunction hcl_times[] = {
	{"formatdate", formatdate, 2, 2}, {"timestamp", now, 0, 0}, {NULL, NULL, 0, 0}};
