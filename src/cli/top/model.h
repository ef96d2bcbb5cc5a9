/* The containers that `top` knows, and which are shown in which order. It knows neither terminal nor engine; one
 * thread. */
#pragma once
#include "base/json.h"

enum { MODEL_HISTORY = 60 };

/* Percent of one CPU; bytes; bytes a second, both directions. */
typedef enum { MEASURE_CPU, MEASURE_MEMORY, MEASURE_NETWORK, MEASURE_BLOCK, MEASURE_COUNT } Measure;

typedef struct {
	char *id;
	/* Already escaped for a terminal. project is "" for none. */
	char *name, *project, *image, *state;
	bool running, unhealthy;
	guint samples;				      /* how many there were */
	double history[MEASURE_COUNT][MODEL_HISTORY]; /* the newest last */
	double received, sent, read, written, limit;  /* bytes, in all */
	gint64 processes, taken; /* number; when, in us of a clock that only goes on */
} ModelRow;

/* A line of the list: a project's heading, or a container. */
typedef struct {
	const char *heading; /* NULL: row */
	ModelRow *row;
} ModelLine;

enum { SORT_NAME = -1 };

typedef struct {
	GHashTable *rows; /* id -> ModelRow, owned */
	GArray *lines;	  /* of ModelLine, as filter and order have them; borrowed from rows */
	char *filter; /* words, all of which a row must have in its name, project, image, state or id */
	int sort;     /* SORT_NAME, or a Measure */
	bool reverse, running_only;
	char *selected; /* an id; NULL: there is no container in lines */
	guint place;	/* where in lines it was when those were made */
	guint running;
} Model;

void model_init(Model *model);
void model_clear(Model *model);
/* Takes over the answer of GET /containers/json?all=1; containers that it lacks are removed. */
void model_set_list(Model *model, const json_t *list);
/* Takes over a sample, and sorts; unknown containers are ignored. now: microseconds. */
void model_take_stats(Model *model, const char *id, const json_t *stats, gint64 now);
void model_set_filter(Model *model, const char *filter);
/* Sorts by this; in reverse if the order was already by it. */
void model_sort(Model *model, int sort);
/* Updates lines. The selected container stays selected; if it is gone, the one at its place is. */
void model_arrange(Model *model);
/* The selected row; NULL: none. */
ModelRow *model_selected(const Model *model);
/* Its place in lines; 0 for none. */
guint model_selected_line(const Model *model);
/* Moves the selection by a number of containers, as far as possible. */
void model_move(Model *model, int by);
/* Selects the container at a place in lines. False if there is none. */
bool model_select_line(Model *model, guint line);
/* The newest of a measure; -1: no sample yet, or it does not run. */
double model_value(const ModelRow *row, Measure measure);
