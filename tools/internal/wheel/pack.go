package wheel

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"sync"

	"github.com/klauspost/compress/flate"
)

// spoolFrom is the size from which a compressed file waits for its turn on disk instead of in memory.
const spoolFrom = 64 << 20

// packed is a compressed file that waits to be written: its sizes have to be known before its header is.
type packed struct {
	sum        [sha256.Size]byte
	crc        uint32
	size       uint64
	compressed uint64
	memory     []byte
	disk       *os.File
}

// level is part of the bytes of every wheel.
const level = 6

// deflaters are kept because each holds half a megabyte of tables. They are not the standard library's: its bytes change
// from one Go to the next (1.27 wrote it anew), while go.mod pins these.
var deflaters = sync.Pool{New: func() any {
	deflater, err := flate.NewWriter(io.Discard, level)
	if err != nil {
		panic(err) // the level is a constant
	}
	return deflater
}}

// pack reads, hashes and compresses one file of a wheel.
func pack(f *File, tempDir string) (packed, error) {
	r, err := f.Open()
	if err != nil {
		return packed{}, err
	}
	defer r.Close()
	var p packed
	if f.Size < spoolFrom {
		buffer := bytes.NewBuffer(make([]byte, 0, f.Size/3+64))
		err = p.fill(r, buffer)
		p.memory = buffer.Bytes()
	} else {
		if p.disk, err = os.CreateTemp(tempDir, ".wheel-"); err != nil {
			return packed{}, err
		}
		err = p.fill(r, p.disk)
	}
	if err != nil {
		p.release()
		return packed{}, fmt.Errorf("%s: %w", f.Name, err)
	}
	return p, nil
}

// packBytes is pack for bytes in memory.
func packBytes(data []byte) packed {
	var p packed
	var buffer bytes.Buffer
	if err := p.fill(bytes.NewReader(data), &buffer); err != nil {
		panic(err) // memory neither fails to be read nor to be written
	}
	p.memory = buffer.Bytes()
	return p
}

// fill compresses r into out and notes hash, checksum and sizes.
func (p *packed) fill(r io.Reader, out io.Writer) error {
	count := &counter{out: out}
	deflater := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(deflater)
	deflater.Reset(count)
	sum, crc := sha256.New(), crc32.NewIEEE()
	size, err := io.Copy(io.MultiWriter(deflater, sum, crc), r)
	if err != nil {
		return err
	}
	if err := deflater.Close(); err != nil {
		return err
	}
	sum.Sum(p.sum[:0])
	p.crc, p.size, p.compressed = crc.Sum32(), uint64(size), count.n
	return nil
}

// writeTo writes the entry. Sizes stand in its header; only from 4 GiB on zip wants them behind the data.
func (p *packed) writeTo(archive *zip.Writer, header *zip.FileHeader) error {
	header.CRC32, header.UncompressedSize64, header.CompressedSize64 = p.crc, p.size, p.compressed
	if p.size >= math.MaxUint32 || p.compressed >= math.MaxUint32 {
		header.Flags |= 0x8
		header.ReaderVersion = 45
	}
	w, err := archive.CreateRaw(header)
	if err != nil {
		return err
	}
	if p.disk == nil {
		_, err = w.Write(p.memory)
		return err
	}
	if _, err := p.disk.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(w, p.disk)
	return err
}

// release frees what the file took.
func (p *packed) release() {
	p.memory = nil
	if p.disk != nil {
		p.disk.Close()
		os.Remove(p.disk.Name())
		p.disk = nil
	}
}

// counter counts what passes.
type counter struct {
	out io.Writer
	n   uint64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.out.Write(b)
	c.n += uint64(n)
	return n, err
}
