/* A connection for each request: connect, ask, read to the end, close; and connections that are kept. */
#include "load.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 64

struct slot { int fd, asked; uint64_t got; };

static struct options o;
static struct slot *slots;
static int poll_fd, open_slots;

static void begin(struct slot *s) {
  s->fd = open_socket(&o);
  s->asked = 0;
  s->got = 0;
  set_nonblocking(s->fd);
  start_connect(s->fd, &o);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u32 = s - slots};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, s->fd, &event);
  open_slots++;
}

/* Whether the connection is over. */
static int go_on(struct slot *s, uint32_t events) {
  if (!s->asked && events & (EPOLLOUT | EPOLLERR)) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) { errno = error; fail("connect"); }
    if (send(s->fd, o.request, o.request_length, 0) != (ssize_t)o.request_length) fail("send");
    s->asked = 1;
  }
  for (;;) {
    ssize_t read = recv(s->fd, block, BLOCK, 0);
    if (read == 0) return 1;
    if (read < 0) { if (errno == EAGAIN) return 0; fail("recv"); }
    s->got += read;
  }
}

static void answer_connect(const char *command, double first, double second) {
  (void)command, (void)second;
  uint64_t done = 0, counted = 0;
  double began = now(), until = began + first / 1000, took = 0;
  for (int i = 0; i < o.connections; i++) begin(&slots[i]);
  while (open_slots) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(poll_fd, events, EVENTS, 1000);
    if (count == 0 && now() > until + 20) { errno = ETIMEDOUT; fail("connections"); }
    for (int i = 0; i < count; i++) {
      struct slot *s = &slots[events[i].data.u32];
      if (!go_on(s, events[i].events)) continue;
      if (!s->got) { errno = EPROTO; fail("a connection without a response"); }
      close(s->fd);
      open_slots--;
      done++;
      if (now() < until) begin(s);
      else if (!took) { took = now() - began; counted = done; }
    }
  }
  printf("{\"count\":%lu,\"seconds\":%.6f}\n", counted, took);
}

answer *open_connect(const struct options *options) {
  o = *options;
  slots = calloc(o.connections, sizeof *slots);
  poll_fd = epoll_create1(0);
  return answer_connect;
}

/* Opens further connections, each with one request that is answered, and keeps them. */
static void answer_hold(const char *command, double first, double second) {
  (void)command, (void)second;
  double began = now();
  int *fds = calloc((size_t)first, sizeof *fds);
  open_answered(&o, fds, (int)first);
  free(fds);
  printf("{\"count\":%.0f,\"seconds\":%.6f}\n", first, now() - began);
}

answer *open_hold(const struct options *options) {
  o = *options;
  return answer_hold;
}
