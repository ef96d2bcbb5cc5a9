/* Types of variables in bake files (hashicorp/hcl, ext/typeexpr). A type is JSON: "bool", "number", "string" or "any", or a list of
 * a kind and what it holds: ["list", T], ["set", T], ["map", T], ["tuple", [T...]], ["object", {name: T}]. */
#pragma once
#include "bake/hcl.h"

/* The type that an expression states. file: what errors call it. A new reference; NULL with error. */
json_t *type_read(const char *file, const Node *node, GError **error);
/* The type that a default has without a word of it. A new reference. */
json_t *type_of(const json_t *value);
/* As buildx writes it, "list of number"; for the caller. */
char *type_text(const json_t *type);
/* A value in its type, numbers of texts and the like. lenient: members of an object may be missing, as in JSON of the environment. A
 * new reference; NULL with what is wanted in *error. */
json_t *type_convert(const json_t *type, const json_t *value, bool lenient, GError **error);
/* What the environment says of a variable, as it stands there or, with json, as JSON. A new reference; NULL with error. */
json_t *type_parse(
	const json_t *type, const char *name, const char *text, bool as_json, GError **error);
