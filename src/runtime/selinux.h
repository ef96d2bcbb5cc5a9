/* SELinux labels: what a container's process and files are called, and what is bound into it. root: "/", or a recorded tree in
 * tests. */
#pragma once
#include "runtime/runtime.h"

typedef struct {
	char *process, *mount; /* "": none is set */
} SelinuxLabels;
void selinux_labels_clear(SelinuxLabels *labels);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SelinuxLabels, selinux_labels_clear)

/* Labels by the policy's lxc_contexts and HostConfig.SecurityOpt's "label=" (options), as opencontainers/selinux makes them. take
 * reserves a pair of categories ("s0:c1,c2"), and answers whether nobody had it; of those that the options name it is not asked. SYSTEM where the policy names no labels for containers. */
bool selinux_labels(const char *root, const GPtrArray *options,
	bool (*take)(gpointer data, const char *level), gpointer data, SelinuxLabels *labels,
	GError **error);
/* The part of a label behind its type: "" where it has none. Borrowed from it. */
const char *selinux_level(const char *label);
/* Labels a process has already as options ("user:...", ...), for one that shares its namespaces; of char *. */
GPtrArray *selinux_options_of(const char *process);

/* Records that put the process under its label; and everything that the plan mounts under the other. */
bool selinux_plan(const SelinuxLabels *labels, const char *root, Plan *plan, GError **error);
void selinux_plan_exec(const char *process, Plan *plan);

/* Relabels what is open (O_PATH), and all below it, by descriptors: no link is followed. shared: without categories, for all
 * containers. INVALID for /, /usr, /etc and their kin, by whatever path they were opened. */
bool selinux_relabel(int fd, const char *path, const char *mount_label, bool shared,
	const char *root, GError **error);
