#include "tun.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <lwip/ip.h>
#include <lwip/pbuf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MTU 1500
#define QUEUE 10000
#define BATCH 64

static void need(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static void put_address(struct ifreq *request, const char *address, int add) {
  /* The library has structures of these names of its own: octets are clear in both. */
  uint8_t octets[16] = {0};
  unsigned a, b, c, d;
  if (sscanf(address, "%u.%u.%u.%u", &a, &b, &c, &d) != 4) need(-1, address);
  uint16_t family = 2;
  memcpy(octets, &family, sizeof family);
  octets[4] = a, octets[5] = b, octets[6] = c, octets[7] = d + add;
  memcpy(&request->ifr_ifru, octets, sizeof octets);
}

int tun_open(const char *address) {
  struct ifreq request = {0};
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK), control = socket(2, 2, 0);
  need(fd, "/dev/net/tun");
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  need(ioctl(fd, TUNSETIFF, &request), "TUNSETIFF");
  put_address(&request, address, 1);
  need(ioctl(control, 0x8916, &request), "SIOCSIFADDR");
  put_address(&request, address, 0);
  need(ioctl(control, 0x8918, &request), "SIOCSIFDSTADDR");
  request.ifr_mtu = MTU;
  need(ioctl(control, 0x8922, &request), "SIOCSIFMTU");
  request.ifr_qlen = QUEUE;
  need(ioctl(control, 0x8943, &request), "SIOCSIFTXQLEN");
  request.ifr_flags = IFF_UP | IFF_RUNNING | IFF_POINTOPOINT;
  need(ioctl(control, 0x8914, &request), "SIOCSIFFLAGS");
  close(control);
  return fd;
}

static err_t transmit(struct netif *netif, struct pbuf *packet, const ip4_addr_t *to) {
  static uint8_t flat[MTU];
  (void)to;
  const void *data = packet->payload;
  if (packet->len != packet->tot_len) {
    pbuf_copy_partial(packet, flat, packet->tot_len, 0);
    data = flat;
  }
  return write((int)(intptr_t)netif->state, data, packet->tot_len) < 0 ? ERR_IF : ERR_OK;
}

err_t tun_link(struct netif *netif) {
  netif->name[0] = 't', netif->name[1] = 'n';
  netif->mtu = MTU;
  netif->output = transmit;
  netif->flags |= NETIF_FLAG_LINK_UP;
  return ERR_OK;
}

void tun_receive(struct netif *netif) {
  static uint8_t packet[MTU];
  for (int i = 0; i < BATCH; i++) {
    ssize_t length = read((int)(intptr_t)netif->state, packet, sizeof packet);
    if (length <= 0) return;
    struct pbuf *copy = pbuf_alloc(PBUF_RAW, length, PBUF_RAM);
    if (!copy) return;
    pbuf_take(copy, packet, length);
    if (netif->input(copy, netif) != ERR_OK) pbuf_free(copy);
  }
}
