package walls

import (
	"encoding/binary"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// packetBytes is as much of a packet as holds its addresses and ports, behind the longest IPv4 header too.
const packetBytes = 64

// The fields of a packet that the filter asks the kernel for, in place of an offset.
const (
	filterProtocol = 0xfffff000 // SKF_AD_OFF + SKF_AD_PROTOCOL
	filterType     = 0xfffff004 // SKF_AD_OFF + SKF_AD_PKTTYPE
)

// beginnings is a socket filter that lets through what begins a connection, once: outgoing UDP, and TCP with SYN and without ACK,
// to addresses other than 127.0.0.0/8 and ::1. A build may talk to itself as much as it likes.
// Jumps are counted from the following instruction.
var beginnings = []unix.SockFilter{
	/*  0 */ load(unix.BPF_W|unix.BPF_ABS, filterType),
	/*  1 */ unless(unix.PACKET_OUTGOING, 26),
	/*  2 */ load(unix.BPF_W|unix.BPF_ABS, filterProtocol),
	/*  3 */ unless(unix.ETH_P_IP, 9), // to 13
	/*  4 */ load(unix.BPF_B|unix.BPF_ABS, 16), // IPv4: first byte of the destination
	/*  5 */ when(127, 22),
	/*  6 */ load(unix.BPF_B|unix.BPF_ABS, 9), // protocol
	/*  7 */ when(unix.IPPROTO_UDP, 21),
	/*  8 */ unless(unix.IPPROTO_TCP, 19),
	/*  9 */ {Code: unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH, K: 0}, // length of the header
	/* 10 */ load(unix.BPF_B|unix.BPF_IND, 13), // TCP's flags
	/* 11 */ {Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0x12},
	/* 12 */ {Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 0x02, Jt: 16, Jf: 15},
	/* 13 */ unless(unix.ETH_P_IPV6, 14),
	/* 14 */ load(unix.BPF_W|unix.BPF_ABS, 24), // IPv6: the destination
	/* 15 */ unless(0, 6), // to 22
	/* 16 */ load(unix.BPF_W|unix.BPF_ABS, 28),
	/* 17 */ unless(0, 4),
	/* 18 */ load(unix.BPF_W|unix.BPF_ABS, 32),
	/* 19 */ unless(0, 2),
	/* 20 */ load(unix.BPF_W|unix.BPF_ABS, 36),
	/* 21 */ when(1, 6),
	/* 22 */ load(unix.BPF_B|unix.BPF_ABS, 6), // next header
	/* 23 */ when(unix.IPPROTO_UDP, 5),
	/* 24 */ unless(unix.IPPROTO_TCP, 3),
	/* 25 */ load(unix.BPF_B|unix.BPF_ABS, 40+13), // TCP's flags
	/* 26 */ {Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0x12},
	/* 27 */ when(0x02, 1),
	/* 28 */ {Code: unix.BPF_RET | unix.BPF_K, K: 0},
	/* 29 */ {Code: unix.BPF_RET | unix.BPF_K, K: packetBytes},
}

func load(how uint16, at uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | how, K: at}
}

// when jumps if the value loaded last is this one, unless if it is another.
func when(value uint32, by uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jt: by}
}

func unless(value uint32, by uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jf: by}
}

// openPackets opens a socket that receives the beginnings of connections.
func openPackets(lo int) (*os.File, error) {
	// No protocol before the filter is there.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	program := unix.SockFprog{Len: uint16(len(beginnings)), Filter: &beginnings[0]}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("attach a filter: %w", err)
	}
	every := binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL}) // in network order
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: every, Ifindex: lo}); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), "packets"), nil
}
