/* Whole exchanges with bodies, one after the other on one connection. */
#include "load.h"
#include <stdio.h>
#include <sys/socket.h>

static struct options o;
static int fd;

static uint64_t exchange(void) {
  uint64_t got, length;
  send_all(fd, o.request, o.request_length);
  for (uint64_t sent = 0; sent < o.body_length;) {
    size_t part = o.body_length - sent < BLOCK ? o.body_length - sent : BLOCK;
    send_all(fd, block, part);
    sent += part;
  }
  length = response_length(fd, &got);
  while (got < length) {
    ssize_t read = recv(fd, block, BLOCK, 0);
    if (read <= 0) fail("recv");
    got += read;
  }
  return length + o.body_length;
}

/* At least one, and then until the time is over; counted are whole ones. */
static void answer_body(const char *command, double first, double second) {
  (void)command, (void)second;
  uint64_t bytes = 0, count = 0;
  double began = now(), took;
  do {
    bytes += exchange();
    count++;
    took = now() - began;
  } while (took < first / 1000);
  printf("{\"count\":%lu,\"bytes\":%lu,\"seconds\":%.6f}\n", count, bytes, took);
}

answer *open_body(const struct options *options) {
  o = *options;
  fd = connected(&o);
  return answer_body;
}
