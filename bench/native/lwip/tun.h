/* A TUN device in plain packets, as a link of lwIP's. */
#ifndef TUN_H
#define TUN_H

#include <lwip/netif.h>

/* Opens a device for an address a.b.c.d, the kernel's end being a.b.c.d+1; ends on failure. */
int tun_open(const char *address);
/* For netif_add; its state is the descriptor. */
err_t tun_link(struct netif *);
/* Takes the packets that wait, a batch at most. The core must be locked. */
void tun_receive(struct netif *);

#endif
