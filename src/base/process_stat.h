/* The status line of a process: proc_pid_stat(5). */
#pragma once

/* The fields of /proc/PID/stat from the third on, "S 1 ...": after the program's name, which may contain anything but
 * ends at the last parenthesis. A pid of 0 is this process. name, if it is not NULL, is set to that. The caller frees
 * both; NULL: there is no such process. */
char *process_stat(int pid, char **name);
