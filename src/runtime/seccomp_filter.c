/* Compiles rules to BPF. libseccomp drops or widens rules that it cannot express; here the strictest matching rule
 * applies, whatever the order. */
#include "runtime/seccomp_filter.h"

#include "base/error.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

enum { X32_BIT = 0x40000000, FAIL = 255 /* a jump to the end of the rule, patched later */ };

typedef struct {
	guint32 number; /* the kernel's number: with X32_BIT on x32 */
	guint32 action;
	guint order, count;
	SeccompArg args[SECCOMP_ARGS];
	bool low[SECCOMP_ARGS]; /* only the low 32 bits of the argument count */
} Rule;

typedef struct {
	guint32 token;
	guint32 highest; /* highest number that a rule names; calls above it are newer than the profile */
	GArray *rules;
} Arch;

struct SeccompFilter {
	guint32 fallback;
	guint asked; /* number of lookups of names in an architecture */
	GArray *arches;
};

/* Calls first to last are decided by the rules there (count 0: by action, whatever the arguments). */
typedef struct {
	guint32 first, action;
	const Rule *rules;
	guint count;
} Range;

static void arch_clear(gpointer data)
{
	g_array_unref(((Arch *)data)->rules);
}

SeccompFilter *seccomp_filter_new(guint32 fallback)
{
	SeccompFilter *filter = g_new0(SeccompFilter, 1);
	filter->fallback = fallback;
	filter->arches = g_array_new(FALSE, FALSE, sizeof(Arch));
	g_array_set_clear_func(filter->arches, arch_clear);
	seccomp_filter_add_arch(filter, seccomp_arch_native());
	return filter;
}

void seccomp_filter_free(SeccompFilter *filter)
{
	g_array_unref(filter->arches);
	g_free(filter);
}

void seccomp_filter_add_arch(SeccompFilter *filter, guint32 token)
{
	for (guint i = 0; i < filter->arches->len; i++)
		if (g_array_index(filter->arches, Arch, i).token == token)
			return;
	Arch arch = {token, 0, g_array_new(FALSE, FALSE, sizeof(Rule))};
	g_array_append_val(filter->arches, arch);
}

/* The kernel's order: of several results the lowest applies, as a signed number (seccomp(2)). */
static int compare_actions(guint32 a, guint32 b)
{
	gint32 x = (gint32)(a & SECCOMP_RET_ACTION_FULL), y = (gint32)(b & SECCOMP_RET_ACTION_FULL);
	return (x > y) - (x < y);
}

bool seccomp_filter_denies(const SeccompFilter *filter, guint32 action)
{
	return compare_actions(action, filter->fallback) < 0;
}

static void arch_add(Arch *arch, guint32 fallback, int number, guint32 action, const char *name,
	const SeccompArg *args, guint count)
{
	Rule rule = {.number = (guint32)number,
		.action = action,
		.order = arch->rules->len,
		.count = count};
	for (guint i = 0; i < count; i++) {
		rule.args[i] = args[i];
		rule.low[i] = seccomp_argument_is_int(name, args[i].argument) &&
			      (args[i].value | args[i].value2) <= G_MAXUINT32;
	}
	arch->highest = MAX(arch->highest, rule.number);
	if (action != fallback)
		g_array_append_val(arch->rules, rule);
}

/* On i386 the arguments of a multiplexed call are in memory, which a filter cannot read: a call denied for some
 * arguments is denied for all, and one allowed for some is not allowed. */
static void add_detour(
	SeccompFilter *filter, Arch *arch, guint32 action, const char *name, guint count)
{
	SeccompDetour detour;
	if (arch->token != SCMP_ARCH_X86 || !seccomp_detour(name, &detour) ||
		(count > 0 && !seccomp_filter_denies(filter, action)))
		return;
	SeccompArg call = {0, SCMP_CMP_MASKED_EQ, detour.mask, detour.call};
	arch_add(arch, filter->fallback, detour.through, action, "socketcall", &call, 1);
}

/* Every rule takes at least one instruction; duplicates do not count. */
bool seccomp_filter_full(const SeccompFilter *filter)
{
	return filter->asked >= 64 * BPF_MAXINSNS;
}

bool seccomp_filter_add(SeccompFilter *filter, guint32 action, const char *name,
	const SeccompArg *args, guint count)
{
	bool known = false;
	for (guint i = 0; i < filter->arches->len; i++) {
		Arch *arch = &g_array_index(filter->arches, Arch, i);
		int number = seccomp_number(arch->token, name);
		filter->asked++;
		known = known || number != UNKNOWN_CALL;
		if (number >= 0)
			arch_add(arch, filter->fallback, number, action, name, args, count);
		add_detour(filter, arch, action, name, count);
	}
	return known;
}

/* By number, then the strictest first, those with conditions before the one without. */
static int compare_rules(const void *a, const void *b)
{
	const Rule *x = a, *y = b;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	int strict = compare_actions(x->action, y->action);
	if (strict != 0)
		return strict;
	if ((x->count == 0) != (y->count == 0))
		return x->count == 0 ? 1 : -1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void put(GArray *code, guint16 op, guint32 k, guint8 yes, guint8 no)
{
	struct sock_filter instruction = {op, yes, no, k};
	g_array_append_val(code, instruction);
}

static void put_load(GArray *code, guint argument, bool high)
{
	size_t place = offsetof(struct seccomp_data, args) + argument * sizeof(guint64);
	bool second = high == (G_BYTE_ORDER == G_LITTLE_ENDIAN);
	put(code, BPF_LD | BPF_W | BPF_ABS, (guint32)(place + (second ? 4 : 0)), 0, 0);
}

enum {
	EQUAL = BPF_JMP | BPF_JEQ | BPF_K,
	ABOVE = BPF_JMP | BPF_JGT | BPF_K,
	LEAST = BPF_JMP | BPF_JGE | BPF_K
};

/* Tests (argument & value) == value2 of one half; a half with an empty mask needs no test. */
static void put_masked(GArray *code, guint argument, bool high, guint32 mask, guint32 bits)
{
	if (mask == 0)
		return;
	put_load(code, argument, high);
	if (mask != G_MAXUINT32)
		put(code, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	put(code, EQUAL, bits, 0, FAIL);
}

/* The high half may decide: then two instructions of the low half are jumped over. */
static void put_high(GArray *code, const SeccompArg *arg)
{
	guint32 high = (guint32)(arg->value >> 32);
	put_load(code, arg->argument, true);
	if (arg->op == SCMP_CMP_NE) {
		put(code, EQUAL, high, 0, 2);
	} else if (arg->op == SCMP_CMP_GT || arg->op == SCMP_CMP_GE) {
		put(code, ABOVE, high, 3, 0);
		put(code, EQUAL, high, 0, FAIL);
	} else {
		put(code, ABOVE, high, FAIL, 0);
		put(code, EQUAL, high, 0, 2);
	}
}

static void put_condition(GArray *code, const SeccompArg *arg, bool low_only)
{
	guint64 mask = arg->op == SCMP_CMP_MASKED_EQ ? arg->value
		       : low_only		     ? G_MAXUINT32
						     : G_MAXUINT64;
	guint64 bits = arg->op == SCMP_CMP_MASKED_EQ ? arg->value2 : arg->value;
	guint32 low = (guint32)arg->value;
	if (arg->op == SCMP_CMP_EQ || arg->op == SCMP_CMP_MASKED_EQ) {
		put_masked(code, arg->argument, true, (guint32)(mask >> 32), (guint32)(bits >> 32));
		put_masked(code, arg->argument, false, (guint32)mask, (guint32)bits);
		return;
	}
	if (!low_only)
		put_high(code, arg);
	put_load(code, arg->argument, false);
	if (arg->op == SCMP_CMP_NE)
		put(code, EQUAL, low, FAIL, 0);
	else if (arg->op == SCMP_CMP_GT)
		put(code, ABOVE, low, 0, FAIL);
	else if (arg->op == SCMP_CMP_GE)
		put(code, LEAST, low, 0, FAIL);
	else if (arg->op == SCMP_CMP_LT)
		put(code, LEAST, low, FAIL, 0);
	else
		put(code, ABOVE, low, FAIL, 0);
}

static void put_answer(GArray *code, guint32 action)
{
	put(code, BPF_RET | BPF_K, action, 0, 0);
}

static void put_rule(GArray *code, const Rule *rule)
{
	guint start = code->len;
	for (guint i = 0; i < rule->count; i++)
		put_condition(code, &rule->args[i], rule->low[i]);
	put_answer(code, rule->action);
	for (guint i = start; i < code->len; i++) {
		struct sock_filter *jump = &g_array_index(code, struct sock_filter, i);
		guint8 past = (guint8)(code->len - i - 1);
		if (BPF_CLASS(jump->code) != BPF_JMP)
			continue;
		jump->jt = jump->jt == FAIL ? past : jump->jt;
		jump->jf = jump->jf == FAIL ? past : jump->jf;
	}
}

static void put_range(GArray *code, const Range *range)
{
	for (guint i = 0; i < range->count; i++)
		put_rule(code, &range->rules[i]);
	put_answer(code, range->action);
}

/* A binary search over the ranges; the call's number is in the accumulator. */
static void put_tree(GArray *code, const Range *ranges, guint count)
{
	if (count == 1) {
		put_range(code, ranges);
		return;
	}
	guint half = count / 2;
	g_autoptr(GArray) below = g_array_new(FALSE, FALSE, sizeof(struct sock_filter));
	put_tree(below, ranges, half);
	if (below->len < FAIL) {
		put(code, LEAST, ranges[half].first, (guint8)below->len, 0);
	} else {
		put(code, LEAST, ranges[half].first, 0, 1);
		put(code, BPF_JMP | BPF_JA, below->len, 0, 0);
	}
	g_array_append_vals(code, below->data, below->len);
	put_tree(code, ranges + half, count - half);
}

/* Begins a range at first. The previous one is merged if it is empty or has the same rules: every start and exec pays
 * for the filter's length, as the kernel translates it anew. */
static void add_range(GArray *ranges, guint32 first, guint32 action, const Rule *rules, guint count)
{
	Range range = {first, action, rules, count}, *last = NULL;
	if (ranges->len > 0 && g_array_index(ranges, Range, ranges->len - 1).first == first)
		g_array_set_size(ranges, ranges->len - 1);
	if (ranges->len > 0)
		last = &g_array_index(ranges, Range, ranges->len - 1);
	if (last == NULL || last->count > 0 || count > 0 || last->action != action)
		g_array_append_val(ranges, range);
}

/* Calls newer than the profile return ENOSYS, as from an old kernel, so that libraries fall back (as runc's
 * libcontainer/seccomp/patchbpf); not where such calls are allowed anyway. */
static guint32 younger(const SeccompFilter *filter, const Arch *arch)
{
	return compare_actions(filter->fallback, SECCOMP_RET_TRACE) >= 0 || arch->highest == 0
		       ? filter->fallback
		       : SCMP_ACT_ERRNO(ENOSYS);
}

static GArray *ranges_of(const SeccompFilter *filter, Arch *arch)
{
	GArray *ranges = g_array_new(FALSE, FALSE, sizeof(Range)), *rules = arch->rules;
	g_array_sort(rules, compare_rules);
	add_range(ranges, 0, filter->fallback, NULL, 0);
	for (guint i = 0, next; i < rules->len; i = next) {
		const Rule *rule = &g_array_index(rules, Rule, i), *whole = NULL;
		guint conditional = 0;
		for (next = i; next < rules->len && rule[next - i].number == rule->number; next++) {
			if (whole == NULL && rule[next - i].count == 0)
				whole = &rule[next - i];
			conditional += whole == NULL;
		}
		add_range(ranges, rule->number, whole != NULL ? whole->action : filter->fallback,
			conditional > 0 ? rule : NULL, conditional);
		add_range(ranges, rule->number + 1, filter->fallback, NULL, 0);
	}
	add_range(ranges, arch->highest + 1, younger(filter, arch), NULL, 0);
	return ranges;
}

static Arch *arch_find(SeccompFilter *filter, guint32 token)
{
	for (guint i = 0; i < filter->arches->len; i++)
		if (g_array_index(filter->arches, Arch, i).token == token)
			return &g_array_index(filter->arches, Arch, i);
	return NULL;
}

static void put_arch(SeccompFilter *filter, GArray *code, Arch *arch)
{
	g_autoptr(GArray) ranges = ranges_of(filter, arch);
	put_tree(code, (const Range *)(void *)ranges->data, ranges->len);
}

/* x32 calls use x86_64's architecture with a bit set. If x32 is not in the filter they are killed, except -1: that is
 * no call, but what a tracer makes of one that it suppresses. */
static void put_x32(SeccompFilter *filter, GArray *code)
{
	Arch *arch = arch_find(filter, SCMP_ARCH_X32);
	g_autoptr(GArray) calls = g_array_new(FALSE, FALSE, sizeof(struct sock_filter));
	if (arch != NULL) {
		put_arch(filter, calls, arch);
	} else {
		put(calls, EQUAL, G_MAXUINT32, 0, 1);
		put_answer(calls, SCMP_ACT_ERRNO(ENOSYS));
		put_answer(calls, SECCOMP_RET_KILL_THREAD);
	}
	put(code, LEAST, X32_BIT, 1, 0);
	put(code, BPF_JMP | BPF_JA, calls->len, 0, 0);
	g_array_append_vals(code, calls->data, calls->len);
}

GBytes *seccomp_filter_compile(SeccompFilter *filter, GError **error)
{
	g_autoptr(GArray) code = g_array_new(FALSE, FALSE, sizeof(struct sock_filter));
	for (guint i = 0; i < filter->arches->len; i++) {
		Arch *arch = &g_array_index(filter->arches, Arch, i);
		g_autoptr(GArray) calls = g_array_new(FALSE, FALSE, sizeof(struct sock_filter));
		if (arch->token == SCMP_ARCH_X32)
			continue;
		put(calls, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
		if (arch->token == SCMP_ARCH_X86_64)
			put_x32(filter, calls);
		put_arch(filter, calls, arch);
		put(code, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
		put(code, EQUAL, arch->token, 1, 0);
		put(code, BPF_JMP | BPF_JA, calls->len, 0, 0);
		g_array_append_vals(code, calls->data, calls->len);
	}
	put_answer(code, SECCOMP_RET_KILL_THREAD);
	if (code->len > BPF_MAXINSNS) {
		fail(error, BERTH_ERROR_INVALID,
			"the seccomp profile has %u instructions, and the kernel takes %d",
			code->len, BPF_MAXINSNS);
		return NULL;
	}
	gsize size = code->len * sizeof(struct sock_filter);
	return g_bytes_new_take(g_array_free(g_steal_pointer(&code), FALSE), size);
}
