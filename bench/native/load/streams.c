/*
 * Slices of one long stream. What the first milliseconds of a slice move is not counted: buffers that
 * have filled meanwhile, a window that has to open again.
 */
#include "load.h"
#include <stdio.h>
#include <sys/socket.h>

static int fd;

static void print_slice(uint64_t bytes, double seconds) {
  printf("{\"bytes\":%lu,\"seconds\":%.6f}\n", bytes, seconds);
}

static void answer_read(const char *command, double first, double second) {
  (void)command;
  uint64_t bytes = 0;
  double start = now() + first / 1000, began = 0, t;
  for (;;) {
    ssize_t read = recv(fd, block, BLOCK, 0);
    if (read <= 0) fail("recv");
    t = now();
    if (began) bytes += read;
    else if (t >= start) began = t;
    if (began && t >= began + second / 1000) break;
  }
  print_slice(bytes, t - began);
}

/* Counted is what the peer's TCP has acknowledged, not what the kernel has taken. */
static void answer_write(const char *command, double first, double second) {
  (void)command;
  uint64_t before = 0;
  double start = now() + first / 1000, began = 0, t;
  for (;;) {
    if (send(fd, block, 64 * 1024, 0) <= 0) fail("send");
    t = now();
    if (!began && t >= start) { before = acknowledged(fd); began = t; }
    if (began && t >= began + second / 1000) break;
  }
  print_slice(acknowledged(fd) - before, t - began);
}

answer *open_read(const struct options *o) {
  fd = connected(o);
  if (o->request_length) send_all(fd, o->request, o->request_length);
  return answer_read;
}

answer *open_write(const struct options *o) {
  fd = connected(o);
  return answer_write;
}
