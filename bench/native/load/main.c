/* Chooses the mode, and reads the lines. */
#include "load.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const struct { const char *name; answer *(*open)(const struct options *); } modes[] = {
  {"keep", open_keep}, {"connect", open_connect}, {"read", open_read},
  {"write", open_write}, {"body", open_body}, {"hold", open_hold},
};

static void raise_descriptors(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
  if (argc < 7) {
    fprintf(stderr, "load MODE HOST PORT CONGESTION-CONTROL CONNECTIONS REQUEST [BODY-BYTES]\n");
    return 2;
  }
  struct options options = {
    .host = argv[2], .port = atoi(argv[3]), .control = argv[4], .connections = atoi(argv[5]),
    .request = argv[6], .request_length = strlen(argv[6]),
    .body_length = argc > 7 ? strtoull(argv[7], NULL, 10) : 0,
  };
  signal(SIGPIPE, SIG_IGN);
  raise_descriptors();
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    if (strcmp(modes[i].name, argv[1])) continue;
    answer *answer = modes[i].open(&options);
    printf("ready\n");
    fflush(stdout);
    char line[256], command[32];
    while (fgets(line, sizeof line, stdin)) {
      double first = 0, second = 0;
      if (sscanf(line, "%31s %lf %lf", command, &first, &second) < 1) continue;
      answer(command, first, second);
      fflush(stdout);
    }
    return 0;
  }
  fprintf(stderr, "no mode is called %s\n", argv[1]);
  return 2;
}
