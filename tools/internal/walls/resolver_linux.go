package walls

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
)

// resolver is a name server that knows no name. "No such name" is final, so that programs neither wait nor try again.
type resolver struct {
	packets  net.PacketConn
	listener net.Listener
	want     func(string)
}

// openResolver listens where resolv.conf points to. want is told of each name before it is answered.
func openResolver(want func(string)) (*resolver, error) {
	s := &resolver{want: want}
	var err error
	if s.packets, err = net.ListenPacket("udp4", net.JoinHostPort(resolverAddress, "53")); err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp4", net.JoinHostPort(resolverAddress, "53")); err != nil {
		s.packets.Close()
		return nil, err
	}
	go s.serveUDP()
	go s.serveTCP()
	return s, nil
}

func (s *resolver) close() {
	s.packets.Close()
	s.listener.Close()
}

func (s *resolver) serveUDP() {
	question := make([]byte, 4096)
	for {
		size, from, err := s.packets.ReadFrom(question)
		if err != nil {
			return
		}
		if answer := s.answer(question[:size]); answer != nil {
			_, _ = s.packets.WriteTo(answer, from)
		}
	}
}

func (s *resolver) serveTCP() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			var size [2]byte
			for {
				if _, err := io.ReadFull(conn, size[:]); err != nil {
					return
				}
				question := make([]byte, binary.BigEndian.Uint16(size[:]))
				if _, err := io.ReadFull(conn, question); err != nil {
					return
				}
				answer := s.answer(question)
				if answer == nil {
					return
				}
				binary.BigEndian.PutUint16(size[:], uint16(len(answer)))
				if _, err := conn.Write(append(size[:], answer...)); err != nil {
					return
				}
			}
		}()
	}
}

// answer says that there is no such name, to anything that is a question with one name (RFC 1035, 4.1).
func (s *resolver) answer(question []byte) []byte {
	const header, reply, recursion, noSuchName = 12, 0x8000, 0x0080, 3
	if len(question) < header || binary.BigEndian.Uint16(question[4:]) != 1 {
		return nil
	}
	flags := binary.BigEndian.Uint16(question[2:])
	if flags&reply != 0 {
		return nil
	}
	name, end, ok := readName(question, header)
	if !ok || len(question) < end+4 {
		return nil
	}
	if host := hostWanted(name); host != "" {
		s.want(host)
	}
	answer := append([]byte(nil), question[:end+4]...)
	binary.BigEndian.PutUint16(answer[2:], reply|flags&0x7900|recursion|noSuchName)
	for i := 6; i < header; i++ { // no records
		answer[i] = 0
	}
	return answer
}

// readName reads the labels of a question's name, which is never compressed.
func readName(message []byte, at int) (name string, end int, ok bool) {
	var labels []string
	for at < len(message) {
		size := int(message[at])
		at++
		if size == 0 {
			return strings.Join(labels, "."), at, true
		}
		if size > 63 || at+size > len(message) {
			return "", 0, false
		}
		labels = append(labels, string(message[at:at+size]))
		at += size
	}
	return "", 0, false
}
