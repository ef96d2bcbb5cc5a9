/* The default seccomp profile: which system calls a container may make (the equivalent of Docker's). */
#pragma once
#include <glib.h>

typedef struct {
	const char *names; /* separated by blanks */
	guint64 needs,
		lacks; /* masks of capabilities: all of needs and none of lacks are required; 0: no condition */
	int argument; /* -1: none; else the argument's index, compared with value by compare */
	int compare;  /* enum scmp_compare */
	guint64 value,
		value2; /* value2: for SCMP_CMP_MASKED_EQ, the required value of the masked bits */
	int errnum;	/* 0: allow; else fail with this errno */
} SeccompRule;

extern const SeccompRule seccomp_default_rules[];
extern const gsize seccomp_default_rule_count;
