#include "shim/dns_message.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	CLASS_IN = 1,
	FLAG_RESPONSE = 0x80,
	FLAG_TRUNCATED = 0x02,
	FLAG_RECURSION = 0x80, /* of the second byte: available */
	TTL = 600,
	MAX_LINE = 4096,
	LABEL = 63,
	POINTER = 0xc000 | DNS_HEAD, /* to the name in the question */
};

static uint16_t read16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void write16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

bool dns_question_parse(const uint8_t *message, size_t length, struct dns_question *question)
{
	size_t at = DNS_HEAD, used = 0;
	if (length < DNS_HEAD || message[2] & FLAG_RESPONSE || (message[2] & 0x78) != 0 ||
		read16(message + 4) != 1)
		return false;
	for (;;) {
		if (at >= length)
			return false;
		size_t label = message[at++];
		if (label == 0)
			break;
		/* No pointers in a question; and no bytes that our own files could not hold. */
		if (label > LABEL || at + label > length || used + label + 2 > DNS_NAME)
			return false;
		if (used > 0)
			question->name[used++] = '.';
		for (size_t i = 0; i < label; i++) {
			unsigned char c = message[at + i];
			if (c <= ' ' || c >= 0x7f || c == '.')
				return false;
			question->name[used++] = (char)tolower(c);
		}
		at += label;
	}
	question->name[used] = '\0';
	if (used == 0 || at + 4 > length || read16(message + at + 2) != CLASS_IN)
		return false;
	question->type = read16(message + at);
	question->end = at + 4;
	return true;
}

bool dns_reverse(const char *name, char address[16])
{
	unsigned part[4];
	int used = 0;
	if (sscanf(name, "%3u.%3u.%3u.%3u.in-addr.arpa%n", &part[3], &part[2], &part[1], &part[0],
		    &used) != 4 ||
		used == 0 || name[used] != '\0')
		return false;
	for (int i = 0; i < 4; i++)
		if (part[i] > 255)
			return false;
	snprintf(address, 16, "%u.%u.%u.%u", part[0], part[1], part[2], part[3]);
	return true;
}

/* Head and question of the answer. */
static size_t begin(const uint8_t *query, const struct dns_question *question, uint8_t *out)
{
	memcpy(out, query, question->end);
	out[2] |= FLAG_RESPONSE;
	out[3] = FLAG_RECURSION;
	memset(out + 6, 0, 6);
	return question->end;
}

size_t dns_error(const uint8_t *query, const struct dns_question *question, int code, uint8_t *out)
{
	size_t length = begin(query, question, out);
	out[3] |= (uint8_t)code;
	return length;
}

/* One record; false (and the answer marked as cut) if there is no room for it. */
static bool put_record(uint8_t *out, size_t *length, uint16_t type, const void *data, size_t size)
{
	if (*length + 12 + size > DNS_UDP_SIZE) {
		out[2] |= FLAG_TRUNCATED;
		return false;
	}
	uint8_t *p = out + *length;
	write16(p, POINTER);
	write16(p + 2, type);
	write16(p + 4, CLASS_IN);
	write16(p + 6, 0);
	write16(p + 8, TTL);
	write16(p + 10, (unsigned)size);
	memcpy(p + 12, data, size);
	*length += 12 + size;
	write16(out + 6, read16(out + 6) + 1U);
	return true;
}

/* A name as labels; its length, or 0 if it is none. */
static size_t encode(const char *name, uint8_t *out)
{
	size_t used = 0;
	while (*name != '\0') {
		size_t label = strcspn(name, ".");
		if (label == 0 || label > LABEL || used + label + 2 > DNS_NAME)
			return 0;
		out[used++] = (uint8_t)label;
		memcpy(out + used, name, label);
		used += label;
		name += label + (name[label] == '.');
	}
	out[used++] = 0;
	return used;
}

/* A line of the file taken apart in place. */
struct entry {
	char *v4, *v6, *names; /* names: what follows, parted by blanks */
};

static bool read_entry(char *line, struct entry *entry)
{
	char *save = NULL;
	entry->v4 = strtok_r(line, " ", &save);
	entry->v6 = entry->v4 != NULL ? strtok_r(NULL, " ", &save) : NULL;
	entry->names = save;
	return entry->v6 != NULL && entry->names != NULL;
}

static bool has_name(const char *names, const char *name)
{
	size_t length = strlen(name);
	for (const char *p = names; *p != '\0'; p += strspn(p, " ")) {
		size_t word = strcspn(p, " ");
		if (word == length && strncasecmp(p, name, word) == 0)
			return true;
		p += word;
	}
	return false;
}

static void put_entry(const struct entry *entry, const struct dns_question *question, uint8_t *out,
	size_t *length)
{
	uint8_t data[DNS_NAME + 1];
	if (question->type == DNS_TYPE_A && inet_pton(AF_INET, entry->v4, data) == 1)
		put_record(out, length, DNS_TYPE_A, data, 4);
	else if (question->type == DNS_TYPE_AAAA && inet_pton(AF_INET6, entry->v6, data) == 1)
		put_record(out, length, DNS_TYPE_AAAA, data, 16);
	else if (question->type == DNS_TYPE_PTR) {
		entry->names[strcspn(entry->names, " ")] = '\0';
		size_t size = encode(entry->names, data);
		if (size > 0)
			put_record(out, length, DNS_TYPE_PTR, data, size);
	}
}

/* Goes through the lines that match; each of them, from the wanted one on, or just counts them. */
static unsigned walk(const char *text, const struct dns_question *question, unsigned first,
	unsigned last, const uint8_t *reverse, uint8_t *out, size_t *length)
{
	unsigned found = 0;
	for (const char *p = text; *p != '\0';) {
		char line[MAX_LINE];
		struct entry entry;
		size_t size = strcspn(p, "\n");
		snprintf(
			line, sizeof line, "%.*s", (int)(size < MAX_LINE ? size : MAX_LINE - 1), p);
		p += size + (p[size] == '\n');
		if (!read_entry(line, &entry))
			continue;
		bool matches = reverse != NULL ? strcmp(entry.v4, (const char *)reverse) == 0
					       : has_name(entry.names, question->name);
		if (!matches)
			continue;
		if (out != NULL && found >= first && found < last)
			put_entry(&entry, question, out, length);
		found++;
	}
	return found;
}

size_t dns_answer(const uint8_t *query, const struct dns_question *question, const char *names_text,
	unsigned turn, uint8_t *out)
{
	char address[16];
	const uint8_t *reverse = NULL;
	if (question->type == DNS_TYPE_PTR) {
		if (!dns_reverse(question->name, address))
			return 0;
		reverse = (const uint8_t *)address;
	}
	unsigned count = walk(names_text, question, 0, 0, reverse, NULL, NULL);
	if (count == 0 || question->end + 12 > DNS_UDP_SIZE)
		return 0;
	size_t length = begin(query, question, out);
	unsigned first = turn % count;
	walk(names_text, question, first, count, reverse, out, &length);
	walk(names_text, question, 0, first, reverse, out, &length);
	return length;
}
