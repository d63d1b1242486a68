package interpreter

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	const asText = "import sys\nsys.stdout.buffer.write('text é\u2028\"\\\\'.encode())\n"
	sum := sha256.Sum256([]byte(asText))
	own := append(sum[:], code[len(sum):]...)
	another := bytes.Clone(own)
	another[len(sum)]++ // another kind of interpreter has made it
	for name, c := range map[string]struct {
		code []byte
		want string
	}{
		"its own": {own, "byte code set"}, "another interpreter's": {another, "text é\u2028\"\\"},
		"another program's": {code, "text é\u2028\"\\"}, "none": {nil, "text é\u2028\"\\"},
	} {
		args, err := Arguments(asText, c.code)
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
