/* A system call filter under construction: rules by name, compiled to classic BPF (seccomp(2)). */
#pragma once
#include <glib.h>
#include <seccomp.h>
#include <stdbool.h>

enum { SECCOMP_ARGS = 6 };

/* A comparison of one argument; value2: the required value of the bits in value (SCMP_CMP_MASKED_EQ). */
typedef struct {
	guint argument;
	enum scmp_compare op;
	guint64 value, value2;
} SeccompArg;

typedef struct SeccompFilter SeccompFilter;

/* A filter of this machine's architecture, whose result for calls without a matching rule is fallback
 * (SCMP_ACT_...). */
SeccompFilter *seccomp_filter_new(guint32 fallback);
void seccomp_filter_free(SeccompFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SeccompFilter, seccomp_filter_free)
/* Adds an architecture (SCMP_ARCH_...) for the rules that are added from here on. */
void seccomp_filter_add_arch(SeccompFilter *filter, guint32 token);
/* Adds a rule whose conditions must all hold. False if no architecture has a system call of this name. */
bool seccomp_filter_add(SeccompFilter *filter, guint32 action, const char *name,
	const SeccompArg *args, guint count);
/* Whether more rules were added than any filter that the kernel accepts could hold. */
bool seccomp_filter_full(const SeccompFilter *filter);
/* Whether the action is stricter than the filter's fallback. */
bool seccomp_filter_denies(const SeccompFilter *filter, guint32 action);
/* The instructions (struct sock_filter), or NULL with INVALID if there are too many for the kernel. */
GBytes *seccomp_filter_compile(SeccompFilter *filter, GError **error);

/* seccomp_names.c: the number of a call on an architecture; NO_CALL: that architecture lacks it; UNKNOWN_CALL: all
 * do. */
enum { NO_CALL = -1, UNKNOWN_CALL = -2 };
int seccomp_number(guint32 token, const char *name);
/* i386 multiplexes some calls: the multiplexer's number, the mask of its first argument, and the value that selects
 * the call. */
typedef struct {
	int through;
	guint64 mask, call;
} SeccompDetour;
bool seccomp_detour(const char *name, SeccompDetour *detour);
/* Whether the kernel reads only the low 32 bits of this argument: an int, or an unsigned int. */
bool seccomp_argument_is_int(const char *name, guint argument);
