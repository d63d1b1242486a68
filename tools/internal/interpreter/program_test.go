package interpreter

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
)

// TestProgram: a program runs from its byte code where this interpreter has made it, and from its text everywhere else. Its bytes are the
// same each time.
func TestProgram(t *testing.T) {
	facts := python(t)
	compiled := func(text string) []byte {
		code, err := CompileProgram(context.Background(), facts.Executable, text)
		must(t, err)
		return code
	}
	const asCode = "import sys\nsys.stdout.write('byte code ' + {'é', 'b', 'c'}.__class__.__name__)\n"
	code := compiled(asCode)
	if !bytes.Equal(code, compiled(asCode)) {
		t.Error("the same text gave other byte code")
	}
	another := bytes.Clone(code)
	another[0]++ // another kind of interpreter has made it
	for name, c := range map[string]struct {
		code []byte
		want string
	}{"its own": {code, "byte code set"}, "another's": {another, "text é\u2028\"\\"}, "none": {nil, "text é\u2028\"\\"}} {
		args, err := Arguments("import sys\nsys.stdout.buffer.write('text é\u2028\"\\\\'.encode())\n", c.code)
		must(t, err)
		said, err := exec.Command(facts.Executable, args...).CombinedOutput()
		if err != nil || string(said) != c.want {
			t.Errorf("%s: %q, %v; want %q", name, said, err, c.want)
		}
	}
	if _, err := CompileProgram(context.Background(), facts.Executable, "this is no Python"); err == nil || !strings.Contains(err.Error(), "compile a program") {
		t.Errorf("a program that does not compile: %v", err)
	}
}
