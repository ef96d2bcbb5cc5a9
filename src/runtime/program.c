#include "runtime/program.h"

void program_read(const json_t *config, Program *program)
{
	const json_t *timeout = json_object_get(config, "StopTimeout");
	gint64 seconds = CLAMP(json_whole(timeout), G_MININT + 1, G_MAXINT);
	*program = (Program){.argv = json_texts(json_object_get(config, "Entrypoint"),
				     json_object_get(config, "Cmd")),
		.env = json_texts(json_object_get(config, "Env"), NULL),
		.user = json_str(config, "User"),
		.folder = json_str(config, "WorkingDir"),
		.hostname = json_str(config, "Hostname"),
		.domainname = json_str(config, "Domainname"),
		.stop_signal = json_str(config, "StopSignal"),
		.stop_timeout = json_is_integer(timeout) ? (int)seconds : G_MININT,
		.tty = json_bool(config, "Tty"),
		.open_stdin = json_bool(config, "OpenStdin"),
		.stdin_once = json_bool(config, "StdinOnce")};
}

void program_clear(Program *program)
{
	g_clear_pointer(&program->argv, g_free);
	g_clear_pointer(&program->env, g_free);
}
