/* DNS messages (RFC 1035), as far as container names need them. Every byte may be hostile. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DNS_HEAD = 12,
	DNS_UDP_SIZE = 512,
	DNS_NAME = 256,
	DNS_TYPE_A = 1,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_AAAA = 28,
	DNS_SERVFAIL = 2,
};

struct dns_question {
	char name[DNS_NAME]; /* lower case, without the trailing dot */
	uint16_t type;
	size_t end; /* of the question in the message */
};

/* Parses a query for one name of class IN. False for anything else. */
bool dns_question_parse(const uint8_t *message, size_t length, struct dns_question *question);
/* "4.3.2.1.in-addr.arpa" as 1.2.3.4, and names of ip6.arpa (RFC 3596): the family, with the address in bytes, or 0 if it is no
 * such name. */
int dns_reverse(const char *name, uint8_t address[16]);

/* A network's names: lines of "IPv4 IPv6 name name...", "-" for no address, and "@ID alias:name" for what the container with
 * that id alone calls another. */
struct dns_names {
	const char *text, *owner; /* not modified; owner: the id of the container that asks */
};
/* Returns the length of the answer in out (DNS_UDP_SIZE bytes), or 0 if no line has the name. turn rotates several
 * addresses. */
size_t dns_answer(const uint8_t *query, const struct dns_question *question,
	const struct dns_names *names, unsigned turn, uint8_t *out);
/* Turns the query into an error answer. Returns its length. */
size_t dns_error(const uint8_t *query, const struct dns_question *question, int code, uint8_t *out);
