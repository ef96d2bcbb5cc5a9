/* --call: what is asked about a Dockerfile. */
#pragma once
#include "cli/common/cli.h"

typedef struct {
	char *name;	    /* of buildx: "build", "check", "outline", ... */
	bool json;	    /* the answer is shown as JSON */
	bool ignore_status; /* findings are no failure */
} BuildCall;
void build_call_clear(BuildCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BuildCall, build_call_clear)
/* "outline,format=json", and --check. */
bool build_call_read(Cli *cli, BuildCall *call, GError **error);
/* The question's name for the engine, the caller's; "" where a check's text or a build is wanted. */
char *build_call_question(const BuildCall *call);
