package walls

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
)

// BenchmarkRoom is a helper that enters, opens a room, runs true in it and closes it, from process start to process end;
// BenchmarkNothing is the same process without a room.
func BenchmarkRoom(b *testing.B) {
	for _, kind := range []Kind{Required, Paths} {
		b.Run(string(kind), func(b *testing.B) {
			benchmark(b, task{Spec: Spec{Kind: kind, TempDir: b.TempDir()}, Program: "true"})
		})
	}
}

func BenchmarkNothing(b *testing.B) { benchmark(b, task{Mode: "nothing"}) }

func benchmark(b *testing.B, do task) {
	value, err := json.Marshal(do)
	if err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), helperVariable+"="+string(value))
		cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
