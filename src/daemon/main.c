/* berthd: reads its configuration, opens the engine and its listeners, serves until it is told to stop. */
#include "api/api.h"
#include "daemon/config.h"
#include "engine/engine.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "daemon/reload.h"
#include "daemon/root.h"
#include "daemon/service.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

static int refuse(GError *error)
{
	fprintf(stderr, "berthd: %s\n", error->message);
	return EXIT_FAILURE;
}

static bool write_pidfile(const Config *config, GError **error)
{
	g_autofree char *text = g_strdup_printf("%d", (int)getpid());
	return *config->pidfile == '\0' ||
	       file_replace(config->pidfile, text, strlen(text), 0644, false, error);
}

/* Handles a signal while the engine serves. */
typedef struct {
	Engine *engine;
	Config *config;
	int argc;
	char **argv;
} Daemon;

static int block_signals(void)
{
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	pthread_sigmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &mask, SFD_CLOEXEC);
}

static void write_state(Engine *engine)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = engine_state_write(engine, &error);
	if (path != NULL)
		log_info("the engine's state is in %s", path);
	else
		log_warn("the engine's state cannot be written: %s", error->message);
}

/* SIGHUP reloads the configuration, SIGUSR1 writes the engine's state to a file, SIGTERM and SIGINT end it. */
static bool signal_came(int fd, gpointer data)
{
	const Daemon *self = data;
	struct signalfd_siginfo info;
	if (read(fd, &info, sizeof info) != sizeof info)
		return false;
	if (info.ssi_signo == SIGUSR1) {
		write_state(self->engine);
		return true;
	}
	if (info.ssi_signo != SIGHUP)
		return false;
	service_tell_reloading();
	config_reload(self->engine, self->config, self->argc, self->argv);
	service_tell("READY=1");
	return true;
}

static bool watchdog_due(int fd, gpointer unused)
{
	(void)unused;
	guint64 times;
	if (read(fd, &times, sizeof times) == sizeof times)
		service_tell("WATCHDOG=1");
	return true;
}

static void listeners_close(const Config *config)
{
	for (int i = 0; config->hosts[i] != NULL; i++)
		if (g_str_has_prefix(config->hosts[i], "unix://"))
			unlink(config->hosts[i] + strlen("unix://"));
	if (*config->pidfile != '\0')
		unlink(config->pidfile);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	/* Many short-lived threads: an arena for each would keep memory that is never returned. */
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_TRIM_THRESHOLD, 256 * 1024);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	umask(0022);
	Config *config = config_load(argc, argv, &error);
	if (config == NULL)
		return refuse(error);
	if (getuid() != 0) {
		fail(&error, BERTH_ERROR_FORBIDDEN,
			"the engine needs to be root: start it with sudo");
		return refuse(error);
	}
	if (log_is_journal())
		log_use_journal("/run/systemd/journal/socket");
	if (!root_make_own(&error))
		return refuse(error);
	confine_self();
	int signals = block_signals();
	Engine *engine = engine_new(config, &error);
	/* Not freed: threads may still use it at the end. */
	static Server *server;
	server = engine != NULL ? server_new(engine, &error) : NULL;
	if (error != NULL)
		return refuse(error);
	for (int i = 0; config->hosts[i] != NULL; i++) {
		if (!server_listen(server, config, config->hosts[i], &error))
			return refuse(error);
		log_info("listening at %s", config->hosts[i]);
	}
	if (*config->metrics_addr != '\0' &&
		!server_listen_metrics(server, config->metrics_addr, &error))
		return refuse(error);
	if (!write_pidfile(config, &error))
		return refuse(error);
	server_watch(server, signals, signal_came,
		&(Daemon){.engine = engine, .config = config, .argc = argc, .argv = argv});
	autofd watchdog = service_watchdog_timer();
	if (watchdog >= 0)
		server_watch(server, watchdog, watchdog_due, NULL);
	service_tell("READY=1");
	server_run(server);
	service_tell("STOPPING=1");
	log_info("stopping; containers run on");
	listeners_close(config);
	engine_free(engine);
	return EXIT_SUCCESS;
}
