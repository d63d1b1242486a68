package walls

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// packetBytes is as much of a packet as holds its addresses and ports, behind the longest header too.
const packetBytes = 64

// beginnings is a socket filter that lets through what begins a connection: UDP, and TCP with SYN and without ACK, to
// addresses other than 127.0.0.0/8. A build may talk to itself as much as it likes.
// Jumps are counted from the following instruction.
var beginnings = []unix.SockFilter{
	/* 0 */ {Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 16}, // first byte of the destination
	/* 1 */ {Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 127, Jt: 6}, // to 8
	/* 2 */ {Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 9}, // protocol
	/* 3 */ {Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.IPPROTO_UDP, Jt: 5}, // to 9
	/* 4 */ {Code: unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH, K: 0}, // length of the header
	/* 5 */ {Code: unix.BPF_LD | unix.BPF_B | unix.BPF_IND, K: 13}, // TCP's flags
	/* 6 */ {Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0x12}, // SYN, ACK
	/* 7 */ {Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 0x02, Jt: 1}, // to 9
	/* 8 */ {Code: unix.BPF_RET | unix.BPF_K, K: 0},
	/* 9 */ {Code: unix.BPF_RET | unix.BPF_K, K: packetBytes},
}

// openPackets opens a socket that receives the beginnings of connections of one protocol. It is a raw socket and not a packet
// socket: closing one of those, or ending a process that has one, takes the kernel 5 to 10 ms.
func openPackets(protocol int) (*os.File, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, err
	}
	program := unix.SockFprog{Len: uint16(len(beginnings)), Filter: &beginnings[0]}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("attach a filter: %w", err)
	}
	return os.NewFile(uintptr(fd), "packets"), nil
}
