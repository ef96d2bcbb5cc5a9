/* Requests to a dashboard's listener before routing: pages, the token, the session, terminals. */
#include "api/websocket.h"
#include "engine/engine.h"
#include "engine/process/exec.h"
#include "engine/process/family.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"

#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* POST /enter with the token as its body: sets a cookie, and answers with a key. */
static bool exchange(Request *request, GError **error)
{
	enum { BODY_LIMIT = 256, BODY_S = 10 };
	Dashboard *dashboard = request->caller->dashboard;
	g_autofree char *key = NULL;
	size_t length;
	request->body->deadline = g_get_monotonic_time() + BODY_S * G_USEC_PER_SEC;
	g_autofree char *token = http_body_read_all(request->body, BODY_LIMIT, &length, error);
	if (token == NULL ||
		!dashboard_exchange(dashboard, g_strstrip(token), &request->headers, &key, error))
		return false;
	const char *certificate = request->caller->certificate;
	log_info("a browser has opened the dashboard at %s://%s%s%s", dashboard_scheme(dashboard),
		dashboard_address(dashboard), certificate != NULL ? " by the certificate of " : "",
		certificate != NULL ? certificate : "");
	/* Buttons that the engine would refuse are not shown. */
	bool read_only = dashboard_is_read_only(dashboard) ||
			 !access_would_allow(request, "POST", "/containers/any/stop");
	return reply_json(request, 200, json_pack("{s:s, s:b}", "Key", key, "ReadOnly", read_only));
}

/* The shell ends with its window, together with what it has started. Its process is held by a pidfd: no other process
 * gets the signal. */
static void carry_terminal(Request *request, Exec *exec, int pair[2])
{
	g_autoptr(GError) error = NULL;
	g_free(request->headers);
	request->headers = NULL;
	int client = websocket_accept(request, "berth");
	/* The reason of a failure is sent on the stream. */
	bool started = exec_start(request->engine, exec, pair[1], false, &error);
	int pid = started ? exec_state(request->engine, exec).pid : 0;
	autofd pidfd = pid > 0 ? pidfd_open((pid_t)pid, 0) : -1;
	websocket_carry(client, pair[0], false);
	if (pidfd >= 0 && exec_state(request->engine, exec).running)
		process_end_family(pid, pidfd);
}

/* GET /terminal/ID: starts an exec that was created before, as a WebSocket. A GET that has an effect. */
static bool terminal(Request *request, const char *id, GError **error)
{
	int pair[2];
	if (dashboard_is_read_only(request->caller->dashboard))
		return fail(error, BERTH_ERROR_FORBIDDEN, "this dashboard is read-only");
	/* By another way, but the same as what the API calls so. */
	g_autofree char *path = g_strdup_printf("/exec/%s/start", id);
	if (!access_would_allow(request, "POST", path))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"the certificate \"%s\" does not allow POST %s (\"api-access\" in the "
			"engine's daemon.json)",
			request->caller->certificate, path);
	if (!websocket_asked(request, error))
		return false;
	g_autoptr(Exec) exec = exec_find(request->engine, id, error);
	if (exec == NULL || !exec_can_start(request->engine, exec, error))
		return false;
	if (!exec->tty)
		return fail(error, BERTH_ERROR_INVALID, "exec %s has no terminal", id);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_errno(error, "cannot make a socket pair");
	carry_terminal(request, exec, pair);
	return true;
}

bool dashboard_gate(Request *request, bool *done, GError **error)
{
	static const char terminals[] = "/terminal/";
	const HttpHead *head = request->head;
	const char *method = head->start[0], *target = head->start[1];
	bool get = strcmp(method, "GET") == 0;
	if (!dashboard_origin_check(request->caller->dashboard, head, error))
		return false;
	*done = true;
	const DashboardPage *page = get ? dashboard_page(target) : NULL;
	if (page != NULL)
		return reply_text(request, 200, page->type, page->text);
	if (strcmp(method, "POST") == 0 && strcmp(target, "/enter") == 0)
		return exchange(request, error);
	if (!dashboard_in_session(request->caller->dashboard, head, error))
		return false;
	if (get && g_str_has_prefix(target, terminals))
		return terminal(request, target + strlen(terminals), error);
	*done = false;
	return true;
}
