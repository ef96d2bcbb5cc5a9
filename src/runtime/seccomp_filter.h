/* A system call filter in the making: rules by name, compiled to classic BPF (seccomp(2)). */
#pragma once
#include <glib.h>
#include <seccomp.h>
#include <stdbool.h>

enum { SECCOMP_ARGS = 6 };

/* One comparison of an argument; value2 is what the bits of value must be (SCMP_CMP_MASKED_EQ). */
typedef struct {
	guint argument;
	enum scmp_compare op;
	guint64 value, value2;
} SeccompArg;

typedef struct SeccompFilter SeccompFilter;

/* A filter of this machine's architecture that answers what no rule matches with fallback (SCMP_ACT_...). */
SeccompFilter *seccomp_filter_new(guint32 fallback);
void seccomp_filter_free(SeccompFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SeccompFilter, seccomp_filter_free)
/* Calls of this architecture too (SCMP_ARCH_...), for the rules that are added from here on. */
void seccomp_filter_add_arch(SeccompFilter *filter, guint32 token);
/* A rule whose conditions must all hold. False if nobody knows a system call of this name. */
bool seccomp_filter_add(SeccompFilter *filter, guint32 action, const char *name,
	const SeccompArg *args, guint count);
/* Whether so many rules were added, known or not, that no kernel takes what they come to. */
bool seccomp_filter_full(const SeccompFilter *filter);
/* Whether the action lets less through than the filter's fallback does. */
bool seccomp_filter_denies(const SeccompFilter *filter, guint32 action);
/* The instructions (struct sock_filter), or NULL with INVALID if they are too many for the kernel. */
GBytes *seccomp_filter_compile(SeccompFilter *filter, GError **error);

/* seccomp_names.c: the number of a call on an architecture; NO_CALL: it has none of that name; UNKNOWN_CALL: no
 * architecture has. */
enum { NO_CALL = -1, UNKNOWN_CALL = -2 };
int seccomp_number(guint32 token, const char *name);
/* i386 makes some calls through another: its number, what its first argument is masked with, and what it is then. */
typedef struct {
	int through;
	guint64 mask, call;
} SeccompDetour;
bool seccomp_detour(const char *name, SeccompDetour *detour);
/* Whether the kernel reads only the low 32 bits of this argument: an int, or an unsigned int. */
bool seccomp_argument_is_int(const char *name, guint argument);
