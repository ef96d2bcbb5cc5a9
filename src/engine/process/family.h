/* Killing processes by their origin. */
#pragma once

/* Kills the process behind pidfd (whose number is pid) and all that it has started and that is still in its session,
 * in its group, or below it. */
void process_end_family(int pid, int pidfd);
