/* Nodes of expressions, bodies and blocks: made and freed. */
#include "bake/hcl.h"

Node *node_new(NodeKind kind, int line)
{
	Node *node = g_new0(Node, 1);
	node->kind = kind;
	node->line = line;
	node->parts = g_ptr_array_new_with_free_func(node_free);
	return node;
}

void node_free(gpointer data)
{
	Node *node = data;
	if (node == NULL)
		return;
	json_decref(node->value);
	g_free(node->text);
	g_free(node->second);
	g_ptr_array_unref(node->parts);
	g_free(node);
}

static void block_free(gpointer data)
{
	Block *block = data;
	g_free(block->type);
	g_free(block->label);
	g_clear_pointer(&block->body, body_free);
	g_free(block);
}

Body *body_new(void)
{
	Body *body = g_new0(Body, 1);
	body->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, node_free);
	body->names = g_ptr_array_new();
	body->blocks = g_ptr_array_new_with_free_func(block_free);
	return body;
}

void body_free(gpointer data)
{
	Body *body = data;
	g_ptr_array_unref(body->names);
	g_hash_table_unref(body->attributes);
	g_ptr_array_unref(body->blocks);
	g_free(body);
}
