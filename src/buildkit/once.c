/* A build by one request of the Engine API (POST /build, version 2), as docker's client sent it before buildx: its files are in a session, or in the request's body, as libraries send them; progress is lines of JSON that contain BuildKit's messages. */
#include "buildkit/internal.h"

#include "base/thread.h"

#include <string.h>

typedef struct {
	Job *job;
	const BuildkitOnce *asked;
} Teller;

static gpointer tell(gpointer data)
{
	Teller *teller = data;
	job_listen(teller->job, true);
	for (;;) {
		g_autoptr(GBytes) bytes = job_hear(teller->job, NULL);
		if (bytes == NULL)
			break;
		gsize length;
		const guchar *all = g_bytes_get_data(bytes, &length);
		g_autofree char *text = g_base64_encode(all, length);
		if (!teller->asked->quiet)
			teller->asked->say(teller->asked->who,
				json_pack("{s:s, s:s}", "id", "moby.buildkit.trace", "aux", text));
	}
	job_listen(teller->job, false);
	return NULL;
}

/* Pairs of a vector: name, value, name, value... */
static Bk__Pair **pairs_new(const char *const *vector, size_t *count)
{
	*count = g_strv_length((char **)vector) / 2;
	Bk__Pair **list = g_new0(Bk__Pair *, *count + 1);
	for (size_t i = 0; i < *count; i++) {
		list[i] = g_new(Bk__Pair, 1);
		bk__pair__init(list[i]);
		list[i]->key = (char *)vector[2 * i];
		list[i]->value = (char *)vector[2 * i + 1];
	}
	return list;
}

static void pairs_free(Bk__Pair **list)
{
	for (Bk__Pair **one = list; *one != NULL; one++)
		g_free(*one);
	g_free(list);
}

static void tell_image(const BuildkitOnce *asked, const char *id)
{
	if (id == NULL)
		return;
	asked->say(asked->who, json_pack("{s:s, s:{s:s}}", "id", "moby.image.id", "aux", "ID", id));
	g_autofree char *line = g_strconcat(id, "\n", NULL);
	if (asked->quiet)
		asked->say(asked->who, json_pack("{s:s}", "stream", line));
}

static bool run(Job *job, const Bk__ControlSolveRequest *solve, Engine *engine, Session *session,
	const BuildkitOnce *asked, GError **error)
{
	g_autoptr(json_t) response = json_object();
	g_auto(FrontendResult) result = {0};
	if (!job_begin(job, engine, solve, session, asked->peer_fd, error))
		return false;
	job_set_asked(job, asked);
	Teller teller = {job, asked};
	g_autoptr(GError) problem = NULL;
	GThread *thread = thread_start("tell", tell, &teller, &problem);
	bool ok = thread != NULL &&
		  frontend_solve(job, solve->frontend, solve->frontend_attrs,
			  solve->n_frontend_attrs, NULL, 0, &result, &problem) &&
		  export_result(job, result.ref, response, &problem);
	job_end(job, &(HistoryEnd){.message = ok ? NULL : problem->message, .response = response});
	if (thread != NULL)
		g_thread_join(thread);
	if (ok)
		tell_image(asked,
			json_string_value(json_object_get(response, "containerimage.digest")));
	else
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

bool buildkit_once(Engine *engine, const BuildkitOnce *asked, GError **error)
{
	Bk__ControlSolveRequest solve = BK__CONTROL_SOLVE_REQUEST__INIT;
	Bk__Exporter exporter = BK__EXPORTER__INIT, *exporters[] = {&exporter};
	g_autofree char *random = g_uuid_string_random();
	g_autoptr(Session) session =
		*asked->session != '\0' ? session_find(asked->session, error) : NULL;
	if (session == NULL && *asked->session != '\0')
		return false;
	solve.ref = *asked->id != '\0' ? (char *)asked->id : random;
	solve.session = (char *)asked->session;
	solve.frontend = (char *)"dockerfile.v0";
	solve.frontend_attrs = pairs_new(asked->options, &solve.n_frontend_attrs);
	exporter.type = (char *)asked->exporter;
	exporter.attrs = pairs_new(asked->attributes, &exporter.n_attrs);
	solve.exporters = exporters;
	solve.n_exporters = 1;
	g_autoptr(Job) job = job_get(solve.ref);
	bool ok = export_check(&solve, error) && run(job, &solve, engine, session, asked, error);
	pairs_free(solve.frontend_attrs);
	pairs_free(exporter.attrs);
	return ok;
}
