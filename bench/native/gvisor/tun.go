package main

import (
	"encoding/binary"
	"net"
	"syscall"
	"unsafe"

	"gvisor.dev/gvisor/pkg/tcpip/link/tun"
)

const (
	siocSetFlags       = 0x8914
	siocSetAddress     = 0x8916
	siocSetDestination = 0x8918
	siocSetMTU         = 0x8922
	siocSetQueue       = 0x8943
	flagsUp            = 0x1 | 0x10 | 0x40 // up, point to point, running
	mtu                = 1500
	queue              = 10000
)

// openTUN opens a device for an address; the kernel's end is the next one.
func openTUN(name string, address net.IP) (int, error) {
	fd, err := tun.Open(name)
	if err != nil {
		return -1, err
	}
	control, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return -1, err
	}
	defer syscall.Close(control)
	set := func(what uintptr, value []byte) {
		var request [40]byte // struct ifreq
		copy(request[:16], name)
		copy(request[16:], value)
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(control), what, uintptr(unsafe.Pointer(&request)))
		if errno != 0 && err == nil {
			err = errno
		}
	}
	number := func(value uint32) []byte {
		out := make([]byte, 4)
		binary.LittleEndian.PutUint32(out, value)
		return out
	}
	socketAddress := func(add byte) []byte {
		return []byte{syscall.AF_INET, 0, 0, 0, address[0], address[1], address[2], address[3] + add}
	}
	set(siocSetAddress, socketAddress(1))
	set(siocSetDestination, socketAddress(0))
	set(siocSetMTU, number(mtu))
	set(siocSetQueue, number(queue))
	set(siocSetFlags, number(flagsUp))
	return fd, err
}
