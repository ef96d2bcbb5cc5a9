#include "base/schema.h"

#include "base/error.h"
#include "base/json_reader.h"
#include "base/nearest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* MAX_DEPTH: as jansson has it; Go's is 10000, more than a thread's stack should hold. */
enum { MAX_DEPTH = 2048 };

/* The position of a value: a key or an index, below another. */
typedef struct Step Step;
struct Step {
	const Step *up;
	const char *key;
	size_t index; /* where key is NULL */
	unsigned depth;
};

typedef struct {
	JsonReader in;
	const SchemaType *root;
	SchemaMode mode;
	unsigned version;
	GError *mismatch; /* the first wrong type: the rest is still parsed, for syntax errors */
} Decoder;

const char schema_trailing[] = "unexpected content after JSON";
static const SchemaType any = {.kind = SCHEMA_ANY};
static const SchemaType text_type = {.kind = SCHEMA_STRING, .go = "string"};

/* old: the value of an earlier duplicate of the key, or NULL; borrowed. Returns NULL if it is refused, or absent
 * (null). */
static json_t *read_value(Decoder *d, const SchemaType *type, const Step *step, json_t *old);

/* ".HostConfig.Binds.0" as a JSON pointer writes its parts. */
static void append_path(GString *path, const Step *step)
{
	if (step == NULL)
		return;
	append_path(path, step->up);
	if (step->key == NULL) {
		g_string_append_printf(path, ".%zu", step->index);
		return;
	}
	g_string_append_c(path, '.');
	for (const char *c = step->key; *c != '\0'; c++)
		if (*c == '~' || *c == '/')
			g_string_append(path, *c == '~' ? "~0" : "~1");
		else
			g_string_append_c(path, *c);
}

/* Go takes a path that ends in digits for a list element, and does not call it a "struct field". */
static bool ends_in_index(const Step *step)
{
	return step->key == NULL ||
	       (*step->key != '\0' && strspn(step->key, "0123456789") == strlen(step->key));
}

static json_t *mismatch(Decoder *d, const char *what, const char *go, const Step *step)
{
	if (d->mismatch != NULL)
		return NULL;
	g_autoptr(GString) path = g_string_new(d->root->root != NULL ? d->root->root : "");
	append_path(path, step);
	if (step == NULL)
		g_string_assign(path, "Go value");
	else if (!ends_in_index(step))
		g_string_prepend(path, "Go struct field ");
	fail(&d->mismatch, BERTH_ERROR_INVALID, "json: cannot unmarshal %s into %s of type %s",
		what, path->str, go);
	return NULL;
}

static json_t *read_string(Decoder *d, const SchemaType *type, const Step *step)
{
	g_autofree char *text = reader_string(&d->in);
	if (text == NULL)
		return NULL;
	if (type->kind == SCHEMA_WORDS)
		return json_pack("[s]", text);
	if (type->kind != SCHEMA_STRING && type->kind != SCHEMA_ANY)
		return mismatch(d, "string", type->go, step);
	return json_string_nocheck(text);
}

/* An integer within the type's range. Larger ones than 64 bits are clamped: no such quantity exists. */
static json_t *whole_number(const SchemaType *type, const char *literal)
{
	errno = 0;
	if (type->kind == SCHEMA_INT) {
		gint64 value = g_ascii_strtoll(literal, NULL, 10);
		return errno == 0 && value >= type->min && value <= (gint64)type->max
			       ? json_integer(value)
			       : NULL;
	}
	guint64 value = g_ascii_strtoull(literal, NULL, 10);
	return errno == 0 && *literal != '-' && value <= type->max
		       ? json_integer((json_int_t)MIN(value, (guint64)G_MAXINT64))
		       : NULL;
}

static json_t *free_number(const char *literal, bool whole)
{
	errno = 0;
	gint64 value = g_ascii_strtoll(literal, NULL, 10);
	if (whole && errno == 0)
		return json_integer(value);
	return json_real(g_ascii_strtod(literal, NULL));
}

static json_t *read_number(Decoder *d, const SchemaType *type, const Step *step)
{
	bool whole;
	g_autofree char *literal = reader_number(&d->in, &whole);
	json_t *value = NULL;
	if (literal == NULL)
		return NULL;
	if (type->kind == SCHEMA_INT || type->kind == SCHEMA_UINT)
		value = whole ? whole_number(type, literal) : NULL;
	else if (type->kind == SCHEMA_FLOAT || type->kind == SCHEMA_ANY)
		value = free_number(literal, whole);
	else
		return mismatch(d, "number", type->kind == SCHEMA_WORDS ? "string" : type->go,
			type->kind == SCHEMA_WORDS ? NULL : step);
	if (value != NULL)
		return value;
	/* jansson cannot hold a real beyond a double's range either. */
	g_autofree char *what = g_strconcat("number ", literal, NULL);
	return mismatch(d, what, type->go != NULL ? type->go : "float64", step);
}

static json_t *read_bool(Decoder *d, const SchemaType *type, const Step *step)
{
	bool yes = *d->in.at == 't';
	if (!reader_word(&d->in, yes ? "true" : "false"))
		return NULL;
	if (type->kind == SCHEMA_WORDS)
		return mismatch(d, "bool", "string", NULL);
	if (type->kind != SCHEMA_BOOL && type->kind != SCHEMA_ANY)
		return mismatch(d, "bool", type->go, step);
	return json_boolean(yes);
}

static json_t *zero_of(const SchemaType *type);

static void add_zeros(const SchemaType *type, json_t *object)
{
	for (const SchemaField *field = type->fields; field->name != NULL; field++)
		if (json_object_get(object, field->name) == NULL)
			json_object_set_new(object, field->name, zero_of(field->type));
}

static json_t *zero_object(const SchemaType *type)
{
	json_t *object = json_object();
	if (type->zeros == SCHEMA_ZEROS_WHOLE)
		add_zeros(type, object);
	return object;
}

/* The zero value that Go leaves for null in a list or a map. */
static json_t *zero_of(const SchemaType *type)
{
	switch (type->kind) {
	case SCHEMA_BOOL:
		return json_false();
	case SCHEMA_STRING:
		return json_string("");
	case SCHEMA_INT:
	case SCHEMA_UINT:
	case SCHEMA_FLOAT:
		return json_integer(0);
	case SCHEMA_OBJECT:
		return zero_object(type);
	default:
		return json_null();
	}
}

/* A fixed number of elements: more are dropped, missing ones are zero. */
static void fit_count(const SchemaType *type, json_t *list)
{
	if (type->count == 0)
		return;
	while (json_array_size(list) > type->count)
		json_array_remove(list, json_array_size(list) - 1);
	while (json_array_size(list) < type->count)
		json_array_append_new(list, zero_of(type->items));
}

/* A null in a list of pointers: no user of one expects it, and dockerd ends the connection in a panic. */
static void refuse_null(Decoder *d, const SchemaType *type, const Step *step)
{
	if (type->kind != SCHEMA_LIST || d->mode == SCHEMA_ANSWER || d->mismatch != NULL ||
		d->in.syntax != NULL || !g_str_has_prefix(type->go, "[]*"))
		return;
	g_autoptr(GString) path = g_string_new(d->root->root != NULL ? d->root->root : "");
	append_path(path, step);
	fail(&d->mismatch, BERTH_ERROR_INVALID, "%s must not be null",
		path->str + (*path->str == '.' ? 1 : 0));
}

static json_t *read_list(Decoder *d, const SchemaType *type, const Step *step)
{
	bool words = type->kind == SCHEMA_WORDS, fits = words || type->kind == SCHEMA_LIST;
	const SchemaType *items = words ? &any : fits ? type->items : &any;
	g_autoptr(json_t) list = json_array();
	size_t index = 0;
	bool only_texts = true;
	if (!fits && type->kind != SCHEMA_ANY)
		mismatch(d, "array", type->go, step);
	for (bool more = reader_open(&d->in, ']'); more && d->in.syntax == NULL;
		more = reader_more(&d->in, ']', "after array element")) {
		Step item = {step, NULL, index++, step != NULL ? step->depth + 1 : 1};
		json_t *value = read_value(d, items, &item, NULL);
		if (value == NULL) {
			refuse_null(d, type, &item);
			value = words ? json_string("") : zero_of(items);
		}
		only_texts = only_texts && json_is_string(value);
		json_array_append_new(list, value);
	}
	if (words && !only_texts)
		mismatch(d, "array", text_type.go, NULL);
	fit_count(type, list);
	return g_steal_pointer(&list);
}

/* Whether two keys are one but for case as Unicode folds it, where two letters more are folded to ASCII's: the Kelvin
 * sign to k and the long s to s. */
static bool key_folds(const char *name, const char *key)
{
	while (*name != '\0' && *key != '\0') {
		gunichar c = g_utf8_get_char(key);
		c = c == 0x212a ? 'k' : c == 0x17f ? 's' : c;
		if (c > 0x7f || g_ascii_tolower(*name++) != g_ascii_tolower((char)c))
			return false;
		key = g_utf8_next_char(key);
	}
	return *name == *key;
}

/* The entry of a key: spelled so, or else in another case. */
static const SchemaField *find_field(const SchemaType *type, const char *key, SchemaMode mode)
{
	const SchemaField *near = NULL;
	for (const SchemaField *field = type->fields; field->name != NULL; field++) {
		if (strcmp(field->name, key) == 0)
			return field;
		if (near == NULL && key_folds(field->name, key))
			near = field;
	}
	return mode == SCHEMA_REQUEST ? near : NULL;
}

static void unknown_key(Decoder *d, const SchemaType *type, const char *key)
{
	enum { MAX_KEYS = 128 };
	const char *names[MAX_KEYS] = {0};
	int count = 0;
	if (d->mismatch != NULL)
		return;
	for (const SchemaField *f = type->fields; f->name != NULL && count < MAX_KEYS - 1; f++)
		names[count++] = f->name;
	const char *near = words_nearest(key, names);
	g_autofree char *hint =
		near != NULL ? g_strdup_printf(" (did you mean %s?)", near) : g_strdup("");
	fail(&d->mismatch, BERTH_ERROR_INVALID,
		d->mode == SCHEMA_CONFIG
			? "the following directives don't match any configuration option: %s%s"
			: "unknown key: %s%s",
		key, hint);
}

/* Whether an unknown key is kept. Private keys ("_") can neither come in nor go out. */
static bool keep_unknown(Decoder *d, const SchemaType *type, const char *key)
{
	if (d->mode == SCHEMA_CONFIG || (d->mode == SCHEMA_ANSWER && *key == '_'))
		unknown_key(d, type, key);
	return *key != '_';
}

/* null takes an earlier pointer, list, map or object of the same key away, and leaves what is plain. */
static void put_member(json_t *object, const char *key, json_t *value, bool pointer)
{
	const json_t *old = json_object_get(object, key);
	if (value != NULL)
		json_object_set_new_nocheck(object, key, value);
	else if (pointer || json_is_object(old) || json_is_array(old))
		json_object_del(object, key);
}

static bool is_in_version(const SchemaField *field, unsigned version)
{
	return version >= field->since && (field->until == 0 || version <= field->until);
}

static void read_field(
	Decoder *d, const SchemaType *type, json_t *object, const char *key, const Step *up)
{
	const SchemaField *field = find_field(type, key, d->mode);
	Step step = {up, key, 0, up != NULL ? up->depth + 1 : 1};
	const char *name = field != NULL ? field->name : key;
	bool keep = field != NULL ? is_in_version(field, d->version) : keep_unknown(d, type, key);
	json_t *value = read_value(
		d, field != NULL ? field->type : &any, &step, json_object_get(object, name));
	/* Go writes null for a nil list or map: it counts as present. */
	if (value == NULL && d->mode == SCHEMA_ANSWER && field != NULL && d->mismatch == NULL)
		value = json_null();
	if (keep)
		put_member(object, name, value, field != NULL && field->pointer);
	else
		json_decref(value);
}

static void read_entry(
	Decoder *d, const SchemaType *type, json_t *map, const char *key, const Step *up)
{
	const SchemaType *items = type->kind == SCHEMA_MAP ? type->items : &any;
	Step step = {up, key, 0, up != NULL ? up->depth + 1 : 1};
	json_t *value = read_value(d, items, &step, NULL);
	if (value == NULL)
		value = type->nullable ? json_null() : zero_of(items);
	json_object_set_new_nocheck(map, key, value);
}

static bool wrong_answer(Decoder *d, const Step *step, const char *field, const char *what)
{
	g_autoptr(GString) path = g_string_new("");
	append_path(path, step);
	return fail(&d->mismatch, BERTH_ERROR_INVALID, "%s.%s %s", path->str, field, what);
}

static void check_answer(Decoder *d, const SchemaType *type, json_t *object, const Step *step)
{
	for (const SchemaField *field = type->fields; field->name != NULL; field++) {
		json_t *value = json_object_get(object, field->name);
		if (field->required && value == NULL)
			wrong_answer(d, step, field->name, "is missing");
		else if (field->values != NULL && json_is_string(value) &&
			 !g_strv_contains(field->values, json_string_value(value)))
			wrong_answer(d, step, field->name, "has a value that it may not have");
	}
}

/* Whether Go's omitempty leaves it out. Structs and pointers to them are never empty. */
static bool is_empty(const json_t *value)
{
	return json_is_array(value)    ? json_array_size(value) == 0
	       : json_is_string(value) ? json_string_length(value) == 0
	       : json_is_number(value) ? json_number_value(value) == 0
				       : !json_is_true(value);
}

static bool is_empty_field(const SchemaField *field, const json_t *value)
{
	return field->type->kind == SCHEMA_MAP			      ? json_object_size(value) == 0
	       : field->type->kind == SCHEMA_OBJECT || field->pointer ? false
								      : is_empty(value);
}

static void take_zeros(const SchemaType *type, json_t *object)
{
	for (const SchemaField *field = type->fields; field->name != NULL; field++) {
		const json_t *value = json_object_get(object, field->name);
		if (value != NULL && is_empty_field(field, value))
			json_object_del(object, field->name);
	}
}

/* What Go's struct would write again. */
static void settle_zeros(const SchemaType *type, json_t *object)
{
	if (type->zeros == SCHEMA_ZEROS_WHOLE)
		add_zeros(type, object);
	else if (type->zeros == SCHEMA_ZEROS_SPARSE)
		take_zeros(type, object);
}

/* A duplicate is decoded over the first one, as into an existing struct or map. */
static json_t *read_object(Decoder *d, const SchemaType *type, const Step *step, json_t *old)
{
	bool fits = type->kind == SCHEMA_OBJECT || type->kind == SCHEMA_MAP;
	g_autoptr(json_t) object = fits && json_is_object(old) ? json_incref(old) : json_object();
	if (type->kind == SCHEMA_WORDS)
		mismatch(d, "object", text_type.go, NULL);
	else if (!fits && type->kind != SCHEMA_ANY)
		mismatch(d, "object", type->go, step);
	for (bool more = reader_open(&d->in, '}'); more && d->in.syntax == NULL;
		more = reader_more(&d->in, '}', "after object key:value pair")) {
		if (d->in.at >= d->in.end || *d->in.at != '"')
			return reader_unexpected(
				&d->in, "looking for beginning of object key string");
		g_autofree char *key = reader_string(&d->in);
		reader_skip_blanks(&d->in);
		if (key == NULL || d->in.at >= d->in.end || *d->in.at != ':')
			return reader_unexpected(&d->in, "after object key");
		d->in.at++;
		reader_skip_blanks(&d->in);
		if (type->kind == SCHEMA_OBJECT)
			read_field(d, type, object, key, step);
		else
			read_entry(d, type, object, key, step);
	}
	if (d->mode == SCHEMA_ANSWER && type->kind == SCHEMA_OBJECT && d->in.syntax == NULL)
		check_answer(d, type, object, step);
	if (d->mode == SCHEMA_REQUEST && type->kind == SCHEMA_OBJECT)
		settle_zeros(type, object);
	return g_steal_pointer(&object);
}

static json_t *read_value(Decoder *d, const SchemaType *type, const Step *step, json_t *old)
{
	if (step != NULL && step->depth > MAX_DEPTH)
		return reader_fail(&d->in, "exceeded max depth");
	switch (d->in.at < d->in.end ? *d->in.at : '\0') {
	case '"':
		return read_string(d, type, step);
	case '[':
		return read_list(d, type, step);
	case '{':
		return read_object(d, type, step, old);
	case 't':
	case 'f':
		return read_bool(d, type, step);
	case 'n':
		reader_word(&d->in, "null");
		return NULL;
	case '-':
	case '0' ... '9':
		return read_number(d, type, step);
	default:
		return reader_unexpected(&d->in, "looking for beginning of value");
	}
}

json_t *schema_decode(const SchemaType *type, SchemaMode mode, unsigned version, const char *text,
	size_t length, GError **error)
{
	Decoder d = {{text, text + length, NULL}, type, mode, version, NULL};
	reader_skip_blanks(&d.in);
	g_autoptr(json_t) value = read_value(&d, type, NULL, NULL);
	if (d.in.syntax != NULL || d.mismatch != NULL) {
		GError **first = d.in.syntax != NULL ? &d.in.syntax : &d.mismatch;
		g_propagate_error(error, g_steal_pointer(first));
		g_clear_error(&d.mismatch);
		return NULL;
	}
	reader_skip_blanks(&d.in);
	/* Of a request Docker checks its decoder's More(), which takes a closing bracket for the end. */
	bool bracket = d.in.at < d.in.end && strchr("}]", *d.in.at) != NULL;
	if (d.in.at < d.in.end && mode == SCHEMA_CONFIG) {
		fail(error, BERTH_ERROR_INVALID, "invalid character '%c' after top-level value",
			*d.in.at);
		return NULL;
	}
	if (d.in.at < d.in.end && !bracket) {
		fail(error, BERTH_ERROR_INVALID, "%s", schema_trailing);
		return NULL;
	}
	return value != NULL ? g_steal_pointer(&value) : json_null();
}
