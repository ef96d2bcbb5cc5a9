/* A build's request is sent, and its answer read: lines of JSON, and after them possibly the result itself. */
#include "cli/build/build_answer.h"
#include "cli/registry/credentials.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 * 1024, MAX_LINE = 16 << 20 };

static void set_texts(BuildAnswer *answer, const json_t *build)
{
	answer->text = g_strdup(json_str(build, "text"));
	answer->mistake = g_strdup(json_str(build, "mistake"));
}

static void take_line(BuildAnswer *answer, const json_t *line)
{
	const json_t *build = json_object_get(line, "build");
	const char *id = json_str(line, "aux.ID"), *problem = json_str(line, "errorDetail.message");
	if (*json_str(build, "output") != '\0')
		answer->output = true;
	else if (json_is_string(json_object_get(build, "text")))
		set_texts(answer, build);
	else if (json_is_object(json_object_get(build, "provenance")))
		answer->provenance = json_incref(json_object_get(build, "provenance"));
	else if (build != NULL)
		build_progress_take(answer->progress, answer->part, build);
	if (json_object_get(build, "answer") != NULL)
		answer->answer = json_incref(json_object_get(build, "answer"));
	if (json_is_true(json_object_get(build, "failed")))
		answer->failed = 1;
	if (*id != '\0')
		answer->image = g_strdup(id);
	if (*problem == '\0')
		return;
	answer->error = g_strdup(problem);
	answer->excerpt = g_strdup(json_str(line, "errorDetail.excerpt"));
}

static bool read_lines(BuildAnswer *answer, HttpBody *body, GError **error)
{
	g_autofree char *block = g_malloc(BLOCK);
	g_autoptr(GString) text = g_string_new("");
	ssize_t n;
	while (!answer->output && (n = http_body_read(body, block, BLOCK, error)) != 0) {
		if (n < 0)
			return false;
		g_string_append_len(text, block, n);
		for (char *end;
			!answer->output && (end = memchr(text->str, '\n', text->len)) != NULL;) {
			size_t length = (size_t)(end - text->str);
			g_autoptr(json_t) line = json_parse(text->str, length, NULL);
			take_line(answer, line);
			g_string_erase(text, 0, (gssize)length + 1);
		}
		if (!answer->output && text->len > MAX_LINE)
			return fail(
				error, BERTH_ERROR_UNAVAILABLE, "the engine's answer has no lines");
	}
	http_body_unread(body, text->str, text->len);
	return true;
}

bool build_exchange(Cli *cli, const BuildContext *context, const char *path, const char *head,
	BuildAnswer *answer, Response *response, GError **error)
{
	g_autofree char *known = credentials_all(cli),
			*headers = g_strdup_printf(
				"Content-Type: application/vnd.berth.build\r\n%s%s%s",
				*known != '\0' ? "X-Registry-Config: " : "", known,
				*known != '\0' ? "\r\n" : "");
	g_autoptr(GError) problem = NULL, unread = NULL;
	BuildBody *body = build_body_new(context, head);
	const BodyFile file = build_body_file(body);
	bool ok = client_send_file(cli->client, "POST", path, headers, &file, response, &problem);
	bool sent = build_body_end(body, &unread);
	ok = ok && sent && read_lines(answer, &response->body, &problem);
	/* A context that cannot be read explains a request that broke off. */
	const GError *why = !sent ? unread : problem;
	if (why != NULL && (is_answer(why) || (why->domain == BERTH_ERROR &&
						      why->code != BERTH_ERROR_UNAVAILABLE)))
		answer->error =
			g_strdup(why->message); /* the build's: shown like its other errors */
	else if (why != NULL)
		g_propagate_error(error, g_error_copy(why));
	return ok;
}

void build_answer_clear(BuildAnswer *answer)
{
	g_free(answer->image);
	g_free(answer->error);
	g_free(answer->excerpt);
	g_free(answer->text);
	g_free(answer->mistake);
	json_decref(answer->answer);
	json_decref(answer->provenance);
}
