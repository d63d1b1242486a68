package archive

import (
	"fmt"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// mapFile shows the content of an archive, an input that nobody changes, in memory until unmap is called. Each file in it is then
// copied once, by the write itself, without being read first.
func mapFile(name string) (data []byte, unmap func(), err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	size := info.Size()
	if size == 0 {
		return nil, func() {}, nil // can't be mapped
	}
	if size > math.MaxInt {
		return nil, nil, fmt.Errorf("%s is too large", name)
	}
	data, err = unix.Mmap(int(file.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, fmt.Errorf("map %s: %w", name, err)
	}
	return data, func() { _ = unix.Munmap(data) }, nil
}
