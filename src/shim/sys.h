/* System calls that the C library does not wrap. */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL /* Linux 5.7 */
#endif

struct sys_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup;
};

static inline pid_t sys_clone3(struct sys_clone_args *args)
{
	return (pid_t)syscall(SYS_clone3, args, sizeof *args);
}

static inline int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
	enum { RETRIES = 32 };
	struct open_how how = {.flags = flags, .resolve = resolve};
	int fd = -1;
	/* EAGAIN: a concurrent rename, after which the kernel cannot tell whether ".." stays inside. */
	for (int i = 0; i == 0 || (fd < 0 && errno == EAGAIN && i < RETRIES); i++)
		fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
	return fd;
}

static inline int sys_fsopen(const char *type)
{
	return (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
}

static inline int sys_fsconfig(int fd, unsigned command, const char *key, const char *value)
{
	return (int)syscall(SYS_fsconfig, fd, command, key, value, 0);
}

static inline int sys_fsmount(int fd, unsigned attributes)
{
	return (int)syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, attributes);
}

static inline int sys_open_tree(int dir, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dir, path, flags | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

/* Attaches the mount at the opened target: no path is involved that could be swapped. */
static inline int sys_move_mount(int from, int target)
{
	return (int)syscall(SYS_move_mount, from, "", target, "",
		MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static inline int sys_mount_setattr(
	int dir, const char *path, unsigned flags, struct mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, dir, path, flags, attr, sizeof *attr);
}

static inline int sys_mount(
	const char *source, const char *target, const char *type, const void *data)
{
	return (int)syscall(SYS_mount, source, target, type, 0UL, data);
}

static inline int sys_umount_detach(const char *target)
{
	return (int)syscall(SYS_umount2, target, 2 /* MNT_DETACH */);
}
