/* `berth dashboard`: a listener for one browser, which lasts as long as the command's request. */
#include "dashboard/dashboard.h"
#include "api/api.h"

#include "base/error.h"
#include "base/log.h"

enum { LIFE_S = 300, LONGEST_S = 3600 };

static bool say_opened(Request *request)
{
	return reply_line(request, json_pack("{s:b}", "Opened", 1));
}

/* The answer lasts as long as the dashboard: the command ends it by closing the connection. */
static void last(Request *request, Dashboard *dashboard)
{
	Notify *changed = dashboard_changed(dashboard);
	int fd = notify_subscribe(changed);
	bool reported = false, there = true;
	do {
		if (!reported && dashboard_opened(dashboard))
			there = reported = say_opened(request);
	} while (there && notify_wait(fd, request->fd, -1));
	notify_unsubscribe(changed, fd);
}

static bool no_certificates(GError **error)
{
	g_prefix_error(error,
		"a dashboard with --tls needs the engine's certificates, which \"berth "
		"system certs\" makes: ");
	return false;
}

static bool dashboard_start(Request *request, GError **error)
{
	DashboardOptions options = {.listen = request_param(request, "listen")};
	if (*options.listen == '\0')
		options.listen = "127.0.0.1:0";
	if (!request_bool(request, "readonly", &options.read_only, error) ||
		!request_bool(request, "tls", &options.tls, error) ||
		!request_whole(request, "expires", LIFE_S, &options.life_s, error))
		return false;
	if (options.life_s < 1 || options.life_s > LONGEST_S)
		return fail(error, BERTH_ERROR_INVALID,
			"a dashboard's link lasts 1 second to 1 hour, and not %d s",
			options.life_s);
	const TlsContext *tls =
		options.tls ? server_tls(request->engine->config, true, error) : NULL;
	if (options.tls && tls == NULL)
		return no_certificates(error);
	g_autoptr(Dashboard) dashboard = dashboard_new(&options, error);
	if (dashboard == NULL)
		return false;
	server_add_dashboard_listener(
		request->server, dashboard_take_listener(dashboard), dashboard, tls);
	log_info("a dashboard is open at %s://%s%s", dashboard_scheme(dashboard),
		dashboard_address(dashboard), options.read_only ? ", read-only" : "");
	/* The token gives access to the engine: only a client that may use everything gets one. */
	if (reply_begin(request, 200, "application/json") &&
		reply_line(request,
			json_pack("{s:s, s:s, s:s, s:b}", "Scheme", dashboard_scheme(dashboard),
				"Address", dashboard_address(dashboard), "Token",
				options.tls ? "" : dashboard_token(dashboard), "ReadOnly",
				options.read_only)))
		last(request, dashboard);
	dashboard_close(dashboard);
	log_info("the dashboard at %s://%s is closed", dashboard_scheme(dashboard),
		dashboard_address(dashboard));
	return true;
}

const Route dashboard_routes[] = {
	{"POST", "/dashboard", dashboard_start},
	{0},
};
