/*
 * Requests on kept connections: as many as they can, or at a constant rate. At a rate the latency counts
 * from the moment when a request was due, so that a server that stood still is not flattered.
 */
#include "load.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define EVENTS 256

struct connection { int fd; uint64_t got; double due; };

static struct options o;
static struct connection *connections;
static int *idle, first_idle, idle_count, poll_fd;
static uint64_t length; /* of every response */

static void put_idle(int index) {
  idle[(first_idle + idle_count++) % o.connections] = index;
}

static struct connection *take_idle(void) {
  struct connection *c = &connections[idle[first_idle]];
  first_idle = (first_idle + 1) % o.connections;
  idle_count--;
  return c;
}

static void ask(struct connection *c) {
  c->got = 0;
  if (send(c->fd, o.request, o.request_length, 0) != (ssize_t)o.request_length) fail("send");
}

/* Calls `done` for each response that is complete. */
static void receive(int wait_ms, void (*done)(struct connection *)) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(poll_fd, events, EVENTS, wait_ms);
  for (int i = 0; i < count; i++) {
    struct connection *c = &connections[events[i].data.u32];
    ssize_t read = recv(c->fd, block, BLOCK, 0);
    if (read < 0 && errno == EAGAIN) continue;
    if (read <= 0) { if (!read) errno = ECONNRESET; fail("recv"); }
    c->got += read;
    if (c->got > length) { errno = EPROTO; fail("a response of another length"); }
    if (c->got == length) done(c);
  }
}

static uint64_t answered;
static double until;

static void rest(struct connection *c) { put_idle(c - connections); }

static void count_and_rest(struct connection *c) {
  answered++;
  rest(c);
}

/* The connection that has waited longest asks next. */
static void ask_next(struct connection *c) {
  count_and_rest(c);
  if (now() < until) ask(take_idle());
}

static void settle(void) {
  double patience = now() + 20;
  while (idle_count < o.connections) {
    if (now() > patience) { errno = ETIMEDOUT; fail("responses"); }
    receive(100, count_and_rest);
  }
}

/* Those under way at the end are waited for: "count" is without them, "served" with them. */
static void run(double seconds, int most) {
  double began = now();
  answered = 0;
  until = began + seconds;
  for (int i = 0; i < most; i++) ask(take_idle());
  while (now() < until) receive(10, ask_next);
  double took = now() - began;
  uint64_t count = answered;
  settle();
  printf("{\"count\":%lu,\"served\":%lu,\"seconds\":%.6f}\n", count, answered, took);
}

static float *latencies;
static size_t latency_count, latency_room;

static void note(struct connection *c) {
  if (latency_count < latency_room) latencies[latency_count++] = (now() - c->due) * 1e6;
  rest(c);
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static double at_share(double share) { return latencies[(size_t)((latency_count - 1) * share)]; }

/* Spins: a generator that sleeps wakes up late. */
static void rate(double seconds, double per_second) {
  uint64_t issued = 0, planned = seconds * per_second;
  latency_room = planned + 1;
  latency_count = 0;
  latencies = malloc(latency_room * sizeof *latencies);
  double began = now();
  for (double t; (t = now()) < began + seconds;) {
    double due;
    while (idle_count && issued < planned && (due = began + issued / per_second) <= t) {
      struct connection *c = take_idle();
      c->due = due;
      issued++;
      ask(c);
    }
    receive(0, note);
  }
  double patience = now() + 20;
  while (idle_count < o.connections && now() < patience) receive(1, note);
  if (!latency_count) { errno = ETIMEDOUT; fail("responses"); }
  qsort(latencies, latency_count, sizeof *latencies, ascending);
  printf("{\"count\":%zu,\"late\":%lu,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}\n",
         latency_count, planned - issued, at_share(.5), at_share(.9), at_share(.99), at_share(.999),
         latencies[latency_count - 1]);
  free(latencies);
}

static void answer_keep(const char *command, double first, double second) {
  if (!strcmp(command, "rate")) rate(first / 1000, second);
  else run(first / 1000, second > 0 && second < o.connections ? second : o.connections);
}

answer *open_keep(const struct options *options) {
  o = *options;
  connections = calloc(o.connections, sizeof *connections);
  idle = calloc(o.connections, sizeof *idle);
  poll_fd = epoll_create1(0);
  int *fds = calloc(o.connections, sizeof *fds);
  length = open_answered(&o, fds, o.connections);
  for (int i = 0; i < o.connections; i++) {
    struct connection *c = &connections[i];
    c->fd = fds[i];
    set_nonblocking(c->fd);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event);
    put_idle(i);
  }
  free(fds);
  return answer_keep;
}
