#include "engine/object/name.h"

#include <string.h>
#include <sys/random.h>

static const char *const adjectives[] = {"able", "agile", "amber", "ample", "apt", "aqua", "azure",
	"balmy", "blithe", "bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "clear",
	"clever", "coral", "cosy", "crisp", "deft", "eager", "early", "elated", "fair", "fleet",
	"fluent", "fond", "frank", "free", "fresh", "gentle", "glad", "golden", "grand", "hale",
	"happy", "hardy", "hearty", "humble", "ideal", "jolly", "keen", "kind", "lively", "loyal",
	"lucid", "lucky", "mellow", "merry", "mighty", "mild", "neat", "nimble", "noble", "open",
	"placid", "plucky", "poised", "prime", "proud", "quick", "quiet", "rapid", "ready", "rosy",
	"royal", "serene", "sharp", "shiny", "silent", "smart", "snug", "solid", "spry", "steady",
	"sunny", "sure", "swift", "tidy", "trusty", "upbeat", "vivid", "warm", "wise", "witty",
	"young", "zealous", "zesty"};

/* People who advanced ships, harbours and computers. */
static const char *const surnames[] = {"ampere", "bell", "blackwell", "boole", "bowditch", "brunel",
	"carson", "cerf", "chapelle", "colossus", "cook", "cousteau", "curie", "davis", "diffie",
	"dijkstra", "drake", "earle", "ekman", "engelbart", "euler", "fermat", "floyd", "franklin",
	"gama", "gauss", "goodall", "hamilton", "harrison", "hedy", "hellman", "heyerdahl", "hoare",
	"hopper", "hudson", "humboldt", "huygens", "hypatia", "jemison", "johnson", "kepler",
	"knuth", "kuhn", "lamarr", "lamport", "lehmann", "liskov", "lovelace", "magellan",
	"marconi", "maury", "mercator", "mirzakhani", "moore", "morse", "nansen", "nautilus",
	"newton", "noether", "pascal", "perlman", "plimsoll", "polo", "ptolemy", "ritchie", "ross",
	"shannon", "slocum", "sverdrup", "tasman", "tharp", "thompson", "torvalds", "turing",
	"vernier", "wilkes", "wirth", "zheng"};

char *name_generate(guint attempt)
{
	const char *adjective = adjectives[g_random_int_range(0, G_N_ELEMENTS(adjectives))];
	const char *surname = surnames[g_random_int_range(0, G_N_ELEMENTS(surnames))];
	return attempt < 3 ? g_strdup_printf("%s_%s", adjective, surname)
			   : g_strdup_printf(
				     "%s_%s%d", adjective, surname, g_random_int_range(0, 100000));
}

bool name_valid(const char *name)
{
	size_t length = strlen(name);
	if (length < 2 || !g_ascii_isalnum(*name))
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if (!g_ascii_isalnum(*p) && strchr("_.-", *p) == NULL)
			return false;
	return true;
}

char *id_generate(void)
{
	guint8 bytes[32];
	char *id = g_malloc(65);
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		g_error("the kernel has no random numbers");
	for (size_t i = 0; i < sizeof bytes; i++)
		g_snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	return id;
}
