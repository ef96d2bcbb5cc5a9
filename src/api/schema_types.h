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
extern const SchemaType *const schema_auth_config;
extern const SchemaType *const schema_auth_configs;
extern const SchemaType *const schema_build_args;
extern const SchemaType *const schema_labels;
extern const SchemaType *const schema_ulimits;
extern const SchemaType *const schema_strings;
extern const SchemaType *const schema_config;
extern const SchemaType *const schema_platform;
extern const SchemaType *const schema_outputs;
