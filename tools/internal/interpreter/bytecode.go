package interpreter

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

//go:embed bytecode.py
var bytecodeScript []byte

// compileChunk is how many files one Python compiles. It does not depend on the machine, because what a process
// has compiled before can show in the bytes: marshal writes a reference to what has been used more than once.
const compileChunk = 100

// Compile makes byte code for files below the directory stage, as if it were the directory inside, with a Python
// executable. files are slash-separated names below stage. The byte code has unchecked hashes: it is valid whatever
// the times of the sources are, which no archive keeps. A file that does not compile is left alone: distributions
// bring templates and files for other Pythons. The same files in the same order give the same bytes.
func Compile(ctx context.Context, executable, stage, inside string, files []string) error {
	dir, err := os.MkdirTemp("", "bytecode-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "bytecode.py")
	if err := os.WriteFile(script, bytecodeScript, 0o644); err != nil {
		return err
	}
	run := func(files []string) error {
		// Not -I: it would ignore the hash seed, on which the order of sets in byte code depends before 3.11.
		cmd := exec.CommandContext(ctx, executable, "-s", "-S", "-B", "-W", "ignore", "-X", "utf8", script, stage, inside)
		cmd.Env = []string{"PYTHONHASHSEED=0", "LANG=C.UTF-8"}
		cmd.Dir = dir
		cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
		var output bytes.Buffer
		cmd.Stdout, cmd.Stderr = &output, &output
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("compile byte code with %s: %w\n%s", executable, err, output.Bytes())
		}
		return nil
	}
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	errs := make([]error, (len(files)+compileChunk-1)/compileChunk)
	var running sync.WaitGroup
	for i := range errs {
		slots <- struct{}{}
		running.Add(1)
		go func() {
			defer func() { <-slots; running.Done() }()
			errs[i] = run(files[i*compileChunk : min((i+1)*compileChunk, len(files))])
		}()
	}
	running.Wait()
	return errors.Join(errs...)
}
