/* Names of the instructions. */
#include "dockerfile/dockerfile.h"

static const char *const names[DF_KINDS] = {
	[DF_ADD] = "ADD",
	[DF_ARG] = "ARG",
	[DF_CMD] = "CMD",
	[DF_COPY] = "COPY",
	[DF_ENTRYPOINT] = "ENTRYPOINT",
	[DF_ENV] = "ENV",
	[DF_EXPOSE] = "EXPOSE",
	[DF_FROM] = "FROM",
	[DF_HEALTHCHECK] = "HEALTHCHECK",
	[DF_LABEL] = "LABEL",
	[DF_MAINTAINER] = "MAINTAINER",
	[DF_ONBUILD] = "ONBUILD",
	[DF_RUN] = "RUN",
	[DF_SHELL] = "SHELL",
	[DF_STOPSIGNAL] = "STOPSIGNAL",
	[DF_USER] = "USER",
	[DF_VOLUME] = "VOLUME",
	[DF_WORKDIR] = "WORKDIR",
};

const char *instruction_name(InstructionKind kind)
{
	return names[kind];
}

bool instruction_kind(const char *keyword, InstructionKind *kind)
{
	for (int i = 0; i < DF_KINDS; i++)
		if (g_ascii_strcasecmp(keyword, names[i]) == 0) {
			*kind = (InstructionKind)i;
			return true;
		}
	return false;
}
