/* Log drivers that send lines to a receiver: each is a struct, in a file of its own, that turns a line into a
 * message. */
#pragma once
#include "shim/shim.h"

struct log_line {
	int stream;
	const char *text; /* without its newline */
	size_t length;
	bool partial; /* the line continues in another message */
	int64_t time;
	unsigned
		part; /* counts the messages of a long line from 1; 0: the message is a whole line */
	const char *id;	 /* of that line */
	uint64_t number; /* counts the messages of a container's run from 1 */
};
enum { LOG_ID_SIZE = 65 };
/* A random identifier of 64 hexadecimal digits, as Docker's. */
void log_random_id(char id[LOG_ID_SIZE]);

/* An output buffer: what exceeds it is dropped, and full is set. */
struct log_text {
	char *at;
	size_t used, room;
	bool full;
};
void text_put(struct log_text *text, const void *bytes, size_t length);
void text_puts(struct log_text *text, const char *string);
__attribute__((format(printf, 2, 3))) void text_printf(
	struct log_text *text, const char *format, ...);

struct log_driver {
	const char *name;
	/* record: PLAN_LOG_SEND. The output becomes one message. */
	void (*format)(const struct plan_record *record, const struct log_line *line,
		struct log_text *text);
	size_t chunk;  /* larger datagrams are sent in chunks of this size (GELF); 0: never */
	bool no_empty; /* empty lines are not sent */
};
extern const struct log_driver log_syslog, log_journald, log_fluentd, log_gelf;
