/* The schema of the Engine API's bodies: the tables made by tools/api-schema. */
#pragma once
#include "base/schema.h"

typedef struct {
	const char *method, *path; /* as in a Route; ended by {0} */
	const SchemaType *type;
	bool needed;	/* an empty body is an error */
	bool any_media; /* its Content-Type is not looked at */
} SchemaBody;

extern const SchemaBody schema_bodies[];

/* JSON in other parts of a request than its body. */
extern const SchemaType *const schema_auth_config,
	*const schema_auth_configs, *const schema_build_args,
					    *const schema_labels,
						    *const schema_ulimits,
							    *const schema_strings,
								    *const schema_platform,
									    *const schema_outputs;
