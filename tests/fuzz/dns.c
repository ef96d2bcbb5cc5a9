/* Any bytes as a DNS message, answered out of a names file. */
#include "shim/dns_message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dns_names names = {"10.0.0.2 fd00::2 web www\n10.0.0.3 - db\n10.0.0.4 "
					       "- web\n- fd00::9 six\n@me d:db\n",
		"me"};
	struct dns_question question;
	uint8_t out[DNS_UDP_SIZE];
	uint8_t address[16];
	if (!dns_question_parse(data, size, &question))
		return 0;
	dns_reverse(question.name, address);
	size_t length = dns_answer(data, &question, &names, size & 3, out);
	if (length > sizeof out || dns_error(data, &question, DNS_SERVFAIL, out) > sizeof out)
		abort();
	return 0;
}
