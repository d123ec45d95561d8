/*
 * lwIP's raw interface over a TUN device: fixed bytes for whatever ends like a head on port 8080, a source
 * without end on 9000, a sink on 9001.
 *
 *     lwip ADDRESS
 */
#include "tun.h"
#include <lwip/init.h>
#include <lwip/ip.h>
#include <lwip/tcp.h>
#include <lwip/tcpip.h>
#include <lwip/sys.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <unistd.h>

#define BODY_LENGTH 100
#define PIECE 16384

static char response[512], bytes[PIECE];
static size_t response_length;

static void failed(void *argument, err_t error) { (void)argument, (void)error; }

static err_t ended(struct tcp_pcb *pcb) {
  tcp_recv(pcb, NULL);
  tcp_sent(pcb, NULL);
  return tcp_close(pcb);
}

static void taken(struct tcp_pcb *pcb, struct pbuf *data) {
  tcp_recved(pcb, data->tot_len);
  pbuf_free(data);
}

static err_t answer(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error) {
  (void)argument, (void)error;
  if (!data) return ended(pcb);
  int is_head = data->tot_len >= 4 && pbuf_get_at(data, data->tot_len - 1) == '\n' &&
                pbuf_get_at(data, data->tot_len - 3) == '\n';
  taken(pcb, data);
  if (is_head) tcp_write(pcb, response, response_length, TCP_WRITE_FLAG_COPY);
  return ERR_OK;
}

static err_t sink(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error) {
  (void)argument, (void)error;
  if (!data) return ended(pcb);
  taken(pcb, data);
  return ERR_OK;
}

static err_t fill(void *argument, struct tcp_pcb *pcb, u16_t acknowledged) {
  (void)argument, (void)acknowledged;
  for (size_t room; (room = tcp_sndbuf(pcb)) > 0;) {
    if (tcp_write(pcb, bytes, room < PIECE ? room : PIECE, 0) != ERR_OK) break;
  }
  return ERR_OK;
}

static err_t accept_answer(void *argument, struct tcp_pcb *pcb, err_t error) {
  (void)argument;
  if (error != ERR_OK) return error;
  tcp_nagle_disable(pcb);
  tcp_err(pcb, failed);
  tcp_recv(pcb, answer);
  return ERR_OK;
}

static err_t accept_sink(void *argument, struct tcp_pcb *pcb, err_t error) {
  (void)argument;
  if (error != ERR_OK) return error;
  tcp_err(pcb, failed);
  tcp_recv(pcb, sink);
  return ERR_OK;
}

static err_t accept_source(void *argument, struct tcp_pcb *pcb, err_t error) {
  err_t taken = accept_sink(argument, pcb, error);
  if (taken != ERR_OK) return taken;
  tcp_sent(pcb, fill);
  fill(NULL, pcb, 0);
  tcp_output(pcb);
  return ERR_OK;
}

static void serve(int port, tcp_accept_fn accept) {
  struct tcp_pcb *pcb = tcp_new();
  if (!pcb || tcp_bind(pcb, IP_ADDR_ANY, port) != ERR_OK) exit(1);
  tcp_accept(tcp_listen_with_backlog(pcb, 255), accept);
}

static void started(void *semaphore) { sys_sem_signal(semaphore); }

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  memset(bytes, 7, sizeof bytes);
  response_length = sprintf(response,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
                            "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: keep-alive\r\n\r\n%0*d",
                            BODY_LENGTH, BODY_LENGTH, 0);
  sys_sem_t ready;
  if (sys_sem_new(&ready, 0) != ERR_OK) return 1;
  tcpip_init(started, &ready);
  sys_sem_wait(&ready);
  int fd = tun_open(argv[1]);
  ip4_addr_t address, mask, none;
  if (!ip4addr_aton(argv[1], &address)) return 2;
  IP4_ADDR(&mask, 255, 255, 255, 0);
  IP4_ADDR(&none, 0, 0, 0, 0);
  static struct netif netif;
  LOCK_TCPIP_CORE();
  /* The loop below holds the lock: packets need no queue to the thread of the stack. */
  netif_add(&netif, &address, &mask, &none, (void *)(intptr_t)fd, tun_link, ip_input);
  netif_set_default(&netif);
  netif_set_up(&netif);
  serve(8080, accept_answer);
  serve(9000, accept_source);
  serve(9001, accept_sink);
  UNLOCK_TCPIP_CORE();
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    struct pollfd polls[2] = {{fd, POLLIN, 0}, {0, POLLIN, 0}};
    poll(polls, 2, -1);
    char line[64];
    if (polls[1].revents && read(0, line, sizeof line) <= 0) return 0;
    if (!(polls[0].revents & POLLIN)) continue;
    LOCK_TCPIP_CORE();
    tun_receive(&netif);
    UNLOCK_TCPIP_CORE();
  }
}
