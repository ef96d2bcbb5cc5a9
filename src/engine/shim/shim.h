/* Shims: launching them, and the connection to each. */
#pragma once
#include "engine/object/exec.h"
#include "shim/protocol.h"

/* shim_launch.c */
bool shim_copy(Engine *engine, GError **error);
/* Called when a container's process exists, in a new network namespace (netns, borrowed), and waits for its network;
 * on failure the launch is given up. dns_ports: the ports of its resolver (udp, and tcp in the next 16 bits); 0: it
 * has none. */
typedef bool (*ShimCreated)(Container *container, int netns, gint64 dns_ports, GError **error);
/* Starts a shim with the plan, and waits until it has started the container and the row is written. The returned link
 * is not read from before shim_link_watch: the container's end cannot overtake what follows its start. created: NULL,
 * it waits for no network. */
ShimLink *shim_launch(Container *container, int plan_fd, ShimCreated created,
	const Attachment *attachments, guint count, GError **error);
/* Starts a shim for this exec alone, with all of the engine's capabilities: the container's own shim has dropped
 * them. */
bool shim_launch_exec(Container *container, Exec *exec, GError **error);

/* start_error.c: the exit code that the message of a failed start implies, or otherwise; that message as an error,
 * with its status. False. */
int start_error_exit_code(const char *why, int otherwise);
bool start_error(GError **error, const char *why);

/* shim_link.c: the connection to a shim. */
/* What shims report of running containers. Called in the monitor's thread, with no lock held. */
typedef struct {
	/* Also called for a shim that was killed before it could report. */
	void (*exited)(
		Container *container, int exit_code, bool oom, gint64 time, const char *message);
	void (*oom)(Container *container);
	void (*detached)(Container *container);
	void (*exec)(Engine *engine, const struct shim_message *message);
	void (*exec_shim_ended)(Engine *engine,
		const Exec *exec); /* the shim that was started for this exec alone has ended */
} ShimEvents;
void shim_monitor_start(Engine *engine, const ShimEvents *events);
/* exec: the one that the shim is for alone, or NULL. Takes socket over; pid: of our child, or 0. Read from only after
 * shim_link_watch. */
ShimLink *shim_link_new(Container *container, Exec *exec, int socket, pid_t pid);
void shim_link_watch(ShimLink *link);
pid_t shim_link_pid(const ShimLink *link); /* of the shim; 0: it is gone */
bool shim_tell(int socket, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count);
void exec_folder_remove(Engine *engine, const char *id); /* the folder with its socket */
/* Kills what runs under an id although no row says that it runs: a start that a crash interrupted. Waits for its
 * end. */
void shim_end(Engine *engine, const char *id);
bool shim_reconnect(Container *container); /* false if no shim answers */
/* container->resolver; waits briefly for a shim that has just been reconnected to. */
int shim_resolver_state(Container *container);
/* Sends to the shim of the exec that id names, or the container's; CONFLICT if that does not run. */
bool shim_send(Container *container, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count, GError **error);
char *shim_socket_path(Engine *engine, const char *id);
/* Waits until the last shim of a container that has ended is gone. */
void shim_wait_gone(Container *container);

/* container_process.c: opens "root" or "ns/net" of a running container's first process, never of another process that
 * has reused its pid. -1 with CONFLICT: it does not run. */
int container_part_open(Container *container, const char *part, int flags, GError **error);
/* The network namespace of a process that this shim is making, which is not the engine's. -1 with error. */
int making_netns_open(pid_t pid, pid_t shim, GError **error);
