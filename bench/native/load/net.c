/* Sockets. */
#define _GNU_SOURCE
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

char block[BLOCK];

double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "failed");
  exit(1);
}

int open_socket(const struct options *o) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  if (fd < 0) fail("socket");
  if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, o->control, strlen(o->control))) fail(o->control);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

void start_connect(int fd, const struct options *o) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(o->port)};
  if (inet_pton(AF_INET, o->host, &to.sin_addr) != 1) fail(o->host);
  if (connect(fd, (void *)&to, sizeof to) && errno != EINPROGRESS) fail("connect");
}

/* A server that stands still is a failure, not a wait without end. */
static void set_patience(int fd) {
  struct timeval patience = {30, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

int connected(const struct options *o) {
  int fd = open_socket(o);
  set_patience(fd);
  start_connect(fd, o);
  return fd;
}

void set_nonblocking(int fd) { fcntl(fd, F_SETFL, O_NONBLOCK); }

void send_all(int fd, const char *data, size_t length) {
  for (size_t at = 0; at < length;) {
    ssize_t sent = send(fd, data + at, length - at, 0);
    if (sent <= 0) fail("send");
    at += sent;
  }
}

uint64_t acknowledged(int fd) {
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
  return info.tcpi_bytes_acked;
}

uint64_t response_length(int fd, uint64_t *got) {
  size_t have = 0;
  for (;;) {
    if (have == BLOCK - 1) { errno = EMSGSIZE; fail("the head of a response"); }
    ssize_t read = recv(fd, block + have, BLOCK - 1 - have, 0);
    if (read <= 0) fail("recv");
    have += read;
    block[have] = 0;
    char *end = strstr(block, "\r\n\r\n");
    if (!end) continue;
    *got = have;
    char *field = strcasestr(block, "\ncontent-length:");
    if (strncmp(block + 9, "200", 3)) { fprintf(stderr, "%.40s\n", block); exit(1); }
    if (!field || field > end) { fprintf(stderr, "a response without Content-Length\n"); exit(1); }
    return end + 4 - block + strtoull(field + 16, NULL, 10);
  }
}

/* As many at once as any backlog holds. */
#define WAVE 64

uint64_t open_answered(const struct options *o, int *fds, int count) {
  uint64_t length = 0, got;
  for (int begin = 0; begin < count; begin += WAVE) {
    int end = begin + WAVE < count ? begin + WAVE : count;
    for (int i = begin; i < end; i++) {
      fds[i] = open_socket(o);
      set_patience(fds[i]);
      set_nonblocking(fds[i]);
      start_connect(fds[i], o);
      /* What is sent on it waits until it is connected. */
      fcntl(fds[i], F_SETFL, 0);
    }
    for (int i = begin; i < end; i++) send_all(fds[i], o->request, o->request_length);
    for (int i = begin; i < end; i++) {
      length = response_length(fds[i], &got);
      while (got < length) {
        ssize_t read = recv(fds[i], block, BLOCK, 0);
        if (read <= 0) fail("recv");
        got += read;
      }
    }
  }
  return length;
}
