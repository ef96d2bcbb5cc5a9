/* Results of a frontend's Solve. Clients name them by refs; as the input of another build they come back as definitions. */
#include "buildkit/internal.h"

#include "base/digest.h"

#include <string.h>

static const char source_prefix[] = "docker-image://berth.invalid/ref:";

static struct {
	GMutex lock;
	GHashTable *table; /* id -> Ref, borrowed */
} refs;

Ref *ref_new(Job *job)
{
	Ref *ref = g_new0(Ref, 1);
	ref->id = g_uuid_string_random();
	ref->job = job;
	return ref;
}

static void register_ref(Ref *ref, bool on)
{
	g_mutex_lock(&refs.lock);
	if (refs.table == NULL)
		refs.table = g_hash_table_new(g_str_hash, g_str_equal);
	if (on)
		g_hash_table_insert(refs.table, ref->id, ref);
	else
		g_hash_table_remove(refs.table, ref->id);
	g_mutex_unlock(&refs.lock);
}

void ref_publish(Ref *ref)
{
	register_ref(ref, true);
}

void ref_free(gpointer data)
{
	Ref *ref = data;
	register_ref(ref, false);
	g_clear_pointer(&ref->build, build_free);
	grpc_bytes_clear(&ref->upload);
	g_clear_pointer(&ref->upload_call, grpc_call_unref);
	json_t *const values[] = {ref->args, ref->labels, ref->more, ref->inputs, ref->locals};
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		json_decref(values[i]);
	step_host_clear(&ref->host);
	g_strfreev(ref->tags);
	g_strfreev(ref->cache_from);
	char *const texts[] = {ref->dockerfile, ref->target, ref->platform, ref->remote, ref->id};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_free(ref);
}

char *ref_name(const Ref *ref, guint number)
{
	return build_platforms(ref->build) > 1 ? g_strdup_printf("%s.%u", ref->id, number)
					       : g_strdup(ref->id);
}

char *ref_id_part(const char *name, guint *number)
{
	guint64 value = 0;
	size_t length = strcspn(name, ".");
	if (name[length] == '.' &&
		!g_ascii_string_to_unsigned(name + length + 1, 10, 0, G_MAXUINT, &value, NULL))
		return g_strdup("");
	*number = (guint)value;
	return g_strndup(name, length);
}

json_t *ref_image(const char *name, GPtrArray **layers, GError **error)
{
	guint number = 0;
	g_autofree char *id = ref_id_part(name, &number);
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&refs.lock);
	Ref *ref = refs.table != NULL ? g_hash_table_lookup(refs.table, id) : NULL;
	GPtrArray *there = NULL;
	json_t *image =
		ref != NULL && ref->build != NULL ? build_image(ref->build, number, &there) : NULL;
	if (image == NULL) {
		fail(error, BERTH_ERROR_NOT_FOUND,
			"the build that is an input is not there any more");
		return NULL;
	}
	*layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	for (guint i = 0; i < there->len; i++)
		g_ptr_array_add(*layers, layer_copy(there->pdata[i]));
	return image;
}

static void add_op(Bk__Definition *definition, const Bk__Op *op, const char *cap, char **digest)
{
	gsize length;
	g_autoptr(GBytes) packed = grpc_message_pack(op);
	const void *bytes = g_bytes_get_data(packed, &length);
	size_t at = definition->n_def++;
	definition->n_metadata++;
	definition->def[at].data = g_memdup2(bytes, length);
	definition->def[at].len = length;
	*digest = digest_of(bytes, length);
	Bk__OpMetadataEntry *entry = g_new(Bk__OpMetadataEntry, 1);
	bk__op_metadata_entry__init(entry);
	entry->key = g_strdup(*digest);
	entry->value = g_new(Bk__OpMetadata, 1);
	bk__op_metadata__init(entry->value);
	definition->metadata[at] = entry;
	if (cap == NULL)
		return;
	Bk__CapEntry *one = g_new(Bk__CapEntry, 1);
	bk__cap_entry__init(one);
	one->key = (char *)cap;
	one->value = true;
	entry->value->n_caps = 1;
	entry->value->caps = g_new(Bk__CapEntry *, 1);
	entry->value->caps[0] = one;
}

void definition_write(Bk__Definition *definition, const char *id)
{
	Bk__SourceOp source = BK__SOURCE_OP__INIT;
	Bk__Op first = BK__OP__INIT, last = BK__OP__INIT;
	Bk__Input input = BK__INPUT__INIT, *inputs[] = {&input};
	g_autofree char *identifier = g_strconcat(source_prefix, id, NULL), *digest = NULL,
			*end = NULL;
	bk__definition__init(definition);
	definition->def = g_new0(ProtobufCBinaryData, 2);
	definition->metadata = g_new0(Bk__OpMetadataEntry *, 2);
	source.identifier = identifier;
	first.source = &source;
	add_op(definition, &first, "source.image", &digest);
	input.digest = digest;
	last.inputs = inputs;
	last.n_inputs = 1;
	add_op(definition, &last, NULL, &end);
}

void definition_clear(Bk__Definition *definition)
{
	for (size_t i = 0; i < definition->n_def; i++) {
		Bk__OpMetadataEntry *entry = definition->metadata[i];
		g_free(definition->def[i].data);
		for (size_t c = 0; c < entry->value->n_caps; c++)
			g_free(entry->value->caps[c]);
		g_free(entry->value->caps);
		g_free(entry->value);
		g_free(entry->key);
		g_free(entry);
	}
	g_free(definition->def);
	g_free(definition->metadata);
}

char *definition_read(const Bk__Definition *definition)
{
	for (size_t i = 0; definition != NULL && i < definition->n_def; i++) {
		g_autoptr(GBytes) bytes =
			g_bytes_new_static(definition->def[i].data, definition->def[i].len);
		g_autoptr(Bk__Op) op = grpc_message_unpack(&bk__op__descriptor, bytes, NULL);
		if (op != NULL && op->source != NULL &&
			g_str_has_prefix(op->source->identifier, source_prefix))
			return g_strdup(op->source->identifier + strlen(source_prefix));
	}
	return NULL;
}
