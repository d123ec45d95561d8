// gVisor's netstack over a TUN device in plain packets: Go's net/http on port 8080, a source without end
// on 9000, a sink on 9001.
//
//	gvisor ADDRESS
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

const (
	nic   = 1
	piece = 64 << 10
)

func newStack(fd int, address tcpip.Address) *stack.Stack {
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
	})
	sack := tcpip.TCPSACKEnabled(true)
	send := tcpip.TCPSendBufferSizeRangeOption{Min: 4 << 10, Default: 1 << 20, Max: 8 << 20}
	receive := tcpip.TCPReceiveBufferSizeRangeOption{Min: 4 << 10, Default: 1 << 20, Max: 8 << 20}
	cubic := tcpip.CongestionControlOption("cubic")
	s.SetTransportProtocolOption(tcp.ProtocolNumber, &sack)
	s.SetTransportProtocolOption(tcp.ProtocolNumber, &send)
	s.SetTransportProtocolOption(tcp.ProtocolNumber, &receive)
	s.SetTransportProtocolOption(tcp.ProtocolNumber, &cubic)
	link, err := fdbased.New(&fdbased.Options{FDs: []int{fd}, MTU: mtu})
	if err != nil {
		log.Fatal(err)
	}
	if err := s.CreateNIC(nic, link); err != nil {
		log.Fatal(err)
	}
	protocolAddress := tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: address.WithPrefix(),
	}
	if err := s.AddProtocolAddress(nic, protocolAddress, stack.AddressProperties{}); err != nil {
		log.Fatal(err)
	}
	s.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nic}})
	return s
}

func serve(s *stack.Stack, address tcpip.Address, port uint16, take func(net.Conn)) {
	listener := listen(s, address, port)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				log.Fatal(err)
			}
			go take(connection)
		}
	}()
}

func listen(s *stack.Stack, address tcpip.Address, port uint16) net.Listener {
	at := tcpip.FullAddress{NIC: nic, Addr: address, Port: port}
	listener, err := gonet.ListenTCP(s, at, ipv4.ProtocolNumber)
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func source(connection net.Conn) {
	defer connection.Close()
	bytes := make([]byte, piece)
	for {
		if _, err := connection.Write(bytes); err != nil {
			return
		}
	}
}

func sink(connection net.Conn) {
	defer connection.Close()
	bytes := make([]byte, 4*piece)
	for {
		if _, err := connection.Read(bytes); err != nil {
			return
		}
	}
}

func main() {
	ip := net.ParseIP(os.Args[1]).To4()
	fd, err := openTUN("gvisor"+strings.Split(os.Args[1], ".")[2], ip)
	if err != nil {
		log.Fatal(err)
	}
	address := tcpip.Address(ip)
	s := newStack(fd, address)
	serve(s, address, 9000, source)
	serve(s, address, 9001, sink)
	body := []byte(strings.Repeat("x", 100))
	hello := http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "text/plain")
		writer.Write(body)
	})
	go http.Serve(listen(s, address, 8080), hello)
	fmt.Println("ready")
	// It ends with its input.
	io.Copy(io.Discard, os.Stdin)
}
