/* Processes by where they come from. */
#pragma once

/* Kills the process behind pidfd (whose number is pid) and all that it has started, as long as that is still of its session, of its
 * group, or below it. */
void process_end_family(int pid, int pidfd);
