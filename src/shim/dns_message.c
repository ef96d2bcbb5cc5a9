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
	FLAG_RECURSION = 0x80, /* second byte: recursion available */
	TTL = 600,
	MAX_LINE = 4096,
	LABEL = 63,
	POINTER = 0xc000 | DNS_HEAD, /* a pointer to the name in the question */
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
		/* Questions have no compression pointers, and no bytes that our own files could not contain. */
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

/* 32 digits, each a label; the last digit of the address comes first. */
static bool reverse_v6(const char *name, uint8_t address[16])
{
	static const char suffix[] = "ip6.arpa", digits[] = "0123456789abcdef";
	enum { DIGITS = 32 };
	if (strlen(name) != 2 * DIGITS + sizeof suffix - 1 ||
		strcmp(name + 2 * DIGITS, suffix) != 0)
		return false;
	memset(address, 0, 16);
	for (int i = 0; i < DIGITS; i++) {
		const char *digit = strchr(digits, name[2 * i]);
		if (digit == NULL || name[2 * i + 1] != '.')
			return false;
		address[15 - i / 2] |= (uint8_t)((digit - digits) << (i % 2 * 4));
	}
	return true;
}

int dns_reverse(const char *name, uint8_t address[16])
{
	unsigned part[4];
	int used = 0;
	if (reverse_v6(name, address))
		return AF_INET6;
	if (sscanf(name, "%3u.%3u.%3u.%3u.in-addr.arpa%n", &part[3], &part[2], &part[1], &part[0],
		    &used) != 4 ||
		used == 0 || name[used] != '\0')
		return 0;
	for (int i = 0; i < 4; i++) {
		if (part[i] > 255)
			return 0;
		address[i] = (uint8_t)part[i];
	}
	return AF_INET;
}

/* The header and the question of the answer. */
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

/* Appends one record; false (and the answer marked as truncated) if there is no room. */
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

/* Encodes a name as labels; its length, or 0 if it is invalid. */
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

/* A parsed line of the names file. */
struct entry {
	char *v4, *v6, *names; /* names: the rest of the line, separated by blanks */
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

/* The search: a name or, where family is not 0, the address whose name is asked for. */
struct wanted {
	const char *name;
	int family;
	uint8_t address[16];
};

static bool matches(const struct entry *entry, const struct wanted *wanted)
{
	uint8_t bytes[16];
	const char *text = wanted->family == AF_INET6 ? entry->v6 : entry->v4;
	if (wanted->family == 0)
		return has_name(entry->names, wanted->name);
	return inet_pton(wanted->family, text, bytes) == 1 &&
	       memcmp(bytes, wanted->address, wanted->family == AF_INET6 ? 16 : 4) == 0;
}

/* The next line of the text, cut to MAX_LINE; NULL at the end. */
static const char *next_line(const char *text, char line[MAX_LINE])
{
	size_t size = strcspn(text, "\n");
	if (*text == '\0')
		return NULL;
	snprintf(line, MAX_LINE, "%.*s", (int)(size < MAX_LINE ? size : MAX_LINE - 1), text);
	return text + size + (text[size] == '\n');
}

/* Visits the matching lines: each of them, starting with the wanted one, or only to count them. */
static unsigned walk(const char *text, const struct wanted *wanted,
	const struct dns_question *question, unsigned first, unsigned last, uint8_t *out,
	size_t *length)
{
	unsigned found = 0;
	char line[MAX_LINE];
	while ((text = next_line(text, line)) != NULL) {
		struct entry entry;
		if (*line == '@' || !read_entry(line, &entry) || !matches(&entry, wanted))
			continue;
		if (out != NULL && found >= first && found < last)
			put_entry(&entry, question, out, length);
		found++;
	}
	return found;
}

/* The name that the owner's alias stands for, in target; false if it has no such alias. */
static bool find_alias(const struct dns_names *names, const char *name, char target[MAX_LINE])
{
	char line[MAX_LINE];
	size_t id = strlen(names->owner);
	for (const char *text = names->text; (text = next_line(text, line)) != NULL;) {
		if (*line != '@' || strncmp(line + 1, names->owner, id) != 0 || line[1 + id] != ' ')
			continue;
		char *alias = line + 1 + id + 1, *colon = strchr(alias, ':');
		if (colon == NULL)
			continue;
		*colon = '\0';
		if (strcasecmp(alias, name) != 0)
			continue;
		memcpy(target, colon + 1, strlen(colon + 1) + 1);
		return true;
	}
	return false;
}

size_t dns_answer(const uint8_t *query, const struct dns_question *question,
	const struct dns_names *names, unsigned turn, uint8_t *out)
{
	char target[MAX_LINE];
	struct wanted wanted = {.name = question->name};
	if (question->type == DNS_TYPE_PTR) {
		wanted.family = dns_reverse(question->name, wanted.address);
		if (wanted.family == 0)
			return 0;
	} else if (find_alias(names, question->name, target)) {
		wanted.name = target;
	}
	unsigned count = walk(names->text, &wanted, question, 0, 0, NULL, NULL);
	if (count == 0 || question->end + 12 > DNS_UDP_SIZE)
		return 0;
	size_t length = begin(query, question, out);
	unsigned first = turn % count;
	walk(names->text, &wanted, question, first, count, out, &length);
	walk(names->text, &wanted, question, 0, first, out, &length);
	return length;
}
