/*
 * A generator of load that is not the limit: one thread, epoll, nothing allocated per request.
 *
 *     load MODE HOST PORT CONGESTION-CONTROL CONNECTIONS REQUEST [BODY-BYTES]
 *
 * prints "ready", and then a line of JSON for each line that it is given. Between two lines it does
 * nothing; it ends with its input. HOST is an IPv4 address, REQUEST the octets of a request.
 *
 *   keep     kept connections, one request under way on each,     run MS [MOST] rate MS PER-SECOND
 *            on MOST of them at once, in turn [all]
 *   connect  connects, asks, reads to the end, closes             run MS
 *   read     reads what comes on one connection                   run WARM-MS MS
 *   write    writes on one connection                             run WARM-MS MS
 *   body     asks again and again on one connection, and          run MS
 *            sends BODY-BYTES with each request
 *   hold     opens connections with a request each and keeps them open N
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>
#include <stddef.h>

struct options {
  const char *host, *control, *request;
  int port, connections;
  size_t request_length;
  uint64_t body_length;
};

/* net.c */
#define BLOCK (256 * 1024)
extern char block[BLOCK];
double now(void);                                       /* seconds */
void fail(const char *what);                            /* says why, and ends */
int open_socket(const struct options *);                /* with the congestion control */
void start_connect(int fd, const struct options *);     /* may go on in the background */
int connected(const struct options *);                  /* a connection, blocking */
void set_nonblocking(int fd);
void send_all(int fd, const char *data, size_t length); /* on a blocking socket */
uint64_t acknowledged(int fd);                          /* octets that the peer's TCP has acknowledged */
/* The length of a response: its head is read into `block`, and how much of it all came to `got`. */
uint64_t response_length(int fd, uint64_t *got);

/* Connections, with a request answered on each; returns the length of the response. */
uint64_t open_answered(const struct options *, int *fds, int count);

/* A mode answers one line: a command and two numbers. */
typedef void answer(const char *command, double first, double second);

/* requests.c, connections.c, streams.c, bodies.c: each opens what it needs and returns its answer. */
answer *open_keep(const struct options *);
answer *open_connect(const struct options *);
answer *open_read(const struct options *);
answer *open_write(const struct options *);
answer *open_body(const struct options *);
answer *open_hold(const struct options *);

#endif
