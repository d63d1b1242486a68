package walls

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// resolverAddress is what the room's resolv.conf names.
const resolverAddress = "127.0.0.1"

// enough is how many wishes are remembered: a message has to say what is missing, not keep a record.
const enough = 200

// network is the network of a room: a loopback interface, and two observers for the message that has to say what a
// build wanted (BE-7). A resolver answers that no name exists, and raw sockets see connections to IPv4 addresses. They are
// refused at once, because every address is routed to the loopback interface; IPv6 addresses have no route at all. No
// proxy variable is needed for that.
type network struct {
	resolver *resolver
	packets  []*os.File
	mu       sync.Mutex
	seen     map[string]bool
	order    []string
}

// openNetwork sets up the network namespace of this process, which has one room at a time.
func openNetwork() (*network, error) {
	n := &network{seen: map[string]bool{}}
	lo, err := raiseLoopback()
	if err != nil {
		return nil, fmt.Errorf("raise the loopback interface: %w", err)
	}
	if err := routeToLoopback(lo); err != nil {
		return nil, fmt.Errorf("route to the loopback interface: %w", err)
	}
	for _, protocol := range []int{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
		packets, err := openPackets(protocol)
		if err != nil {
			n.close()
			return nil, fmt.Errorf("watch the loopback interface: %w", err)
		}
		n.packets = append(n.packets, packets)
		go n.watch(packets)
	}
	if n.resolver, err = openResolver(n.want); err != nil {
		n.close()
		return nil, fmt.Errorf("answer host names: %w", err)
	}
	return n, nil
}

func (n *network) close() {
	if n.resolver != nil {
		n.resolver.close()
	}
	for _, packets := range n.packets {
		packets.Close()
	}
}

// want remembers that something was asked for.
func (n *network) want(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.remember(what)
}

func (n *network) remember(what string) {
	if !n.seen[what] && len(n.order) < enough {
		n.seen[what] = true
		n.order = append(n.order, what)
	}
}

// wanted lists what was asked for. Packets are in the socket before a connection fails, so that nothing is missed by asking now.
func (n *network) wanted() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, packets := range n.packets {
		if raw, err := packets.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { n.drain(int(fd)) })
		}
	}
	return append([]string(nil), n.order...)
}

// watch empties a socket all the time: it holds only a few hundred packets.
func (n *network) watch(packets *os.File) {
	raw, err := packets.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Read(func(fd uintptr) bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.drain(int(fd))
		return false // until the socket is closed
	})
}

// drain reads what is there. It is called with the lock held.
func (n *network) drain(fd int) {
	packet := make([]byte, packetBytes)
	for {
		size, _, err := unix.Recvfrom(fd, packet, unix.MSG_DONTWAIT)
		if err != nil {
			if errors.Is(err, unix.EINTR) {
				continue
			}
			return
		}
		if to := destination(packet[:size]); to != "" {
			n.remember(to)
		}
	}
}

// destination is ADDRESS:PORT of an IPv4 packet that the filter let through.
func destination(p []byte) string {
	if len(p) < 20 {
		return ""
	}
	address, header := net.IP(p[16:20]), int(p[0]&15)*4
	if len(p) < header+4 || address.IsMulticast() {
		return ""
	}
	return net.JoinHostPort(address.String(), fmt.Sprint(binary.BigEndian.Uint16(p[header+2:])))
}

// raiseLoopback brings the interface up, which gives it its addresses, and returns its index.
func raiseLoopback() (int, error) {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return 0, err
	}
	request.SetUint16(unix.IFF_UP)
	return lo.Index, unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}

// routeToLoopback makes every IPv4 address one of this machine: `ip route add local default dev lo table local`.
func routeToLoopback(lo int) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	const header, route, attribute = unix.SizeofNlMsghdr, unix.SizeofRtMsg, 8
	m := make([]byte, header+route+attribute)
	order := binary.NativeEndian
	order.PutUint32(m[0:], uint32(len(m)))
	order.PutUint16(m[4:], unix.RTM_NEWROUTE)
	order.PutUint16(m[6:], unix.NLM_F_REQUEST|unix.NLM_F_CREATE|unix.NLM_F_REPLACE|unix.NLM_F_ACK)
	m[header] = unix.AF_INET
	m[header+4] = unix.RT_TABLE_LOCAL
	m[header+5] = unix.RTPROT_STATIC
	m[header+6] = unix.RT_SCOPE_HOST
	m[header+7] = unix.RTN_LOCAL
	order.PutUint16(m[header+route:], attribute)
	order.PutUint16(m[header+route+2:], unix.RTA_OIF)
	order.PutUint32(m[header+route+4:], uint32(lo))
	if err := unix.Sendto(fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	answer := make([]byte, 256)
	size, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return err
	}
	if size < header+4 {
		return errors.New("short answer from the kernel")
	}
	if code := int32(order.Uint32(answer[header:])); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}

// hostWanted is a name as a message may show it, or "" for one that no build means: its own, and reverse look-ups.
func hostWanted(name string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "" || name == "localhost" || name == hostName || strings.HasSuffix(name, ".arpa") {
		return ""
	}
	return strings.Map(func(c rune) rune {
		if c < '!' || c > '~' {
			return '?'
		}
		return c
	}, name)
}
