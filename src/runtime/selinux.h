/* SELinux labels: of a container's process, of its files, and of what is bind-mounted into it. root: "/", or a
 * recorded tree in tests. */
#pragma once
#include "runtime/runtime.h"

typedef struct {
	char *process, *mount; /* "": none is set */
} SelinuxLabels;
void selinux_labels_clear(SelinuxLabels *labels);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SelinuxLabels, selinux_labels_clear)

/* Chooses labels by the policy's lxc_contexts and HostConfig.SecurityOpt's "label=" (options), as
 * opencontainers/selinux does. take reserves a pair of categories ("s0:c1,c2") and returns whether it was free; it is
 * not called for a pair that the options name. SYSTEM where the policy has no labels for containers. */
bool selinux_labels(const char *root, const GPtrArray *options,
	bool (*take)(gpointer data, const char *level), gpointer data, SelinuxLabels *labels,
	GError **error);
/* The part of a label after its type: "" where it has none. Borrowed from label. */
const char *selinux_level(const char *label);
/* A process's labels as options ("user:...", ...), for a container that shares its namespaces; of char *. */
GPtrArray *selinux_options_of(const char *process);

/* Adds records that label the process, and everything that the plan mounts. */
bool selinux_plan(const SelinuxLabels *labels, const char *root, Plan *plan, GError **error);
void selinux_plan_exec(const char *process, Plan *plan);

/* Relabels an open file or folder (O_PATH) and all below it, by descriptors: no link is followed. shared: without
 * categories, for all containers. INVALID for /, /usr, /etc and the like, by whatever path they were opened. */
bool selinux_relabel(int fd, const char *path, const char *mount_label, bool shared,
	const char *root, GError **error);
