package interpreter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// programPlace is the directory that tracebacks name for a program. There is no such directory.
const programPlace = "<rules_pyproject>"

// CompileProgram returns the byte code of a program that is handed to an interpreter as text: the text's SHA-256, and a .pyc file. The same
// text gives the same bytes.
func CompileProgram(ctx context.Context, executable, text string) ([]byte, error) {
	stage, err := os.MkdirTemp("", "program-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(stage)
	if err := os.WriteFile(filepath.Join(stage, "program.py"), []byte(text), 0o644); err != nil {
		return nil, err
	}
	if err := Compile(ctx, executable, stage, programPlace, []string{"program.py"}); err != nil {
		return nil, err
	}
	made, err := filepath.Glob(filepath.Join(stage, "__pycache__", "*.pyc"))
	if err != nil || len(made) != 1 {
		return nil, fmt.Errorf("compile a program with %s: it made %d files in the place of one", executable, len(made))
	}
	code, err := os.ReadFile(made[0])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(text))
	return append(sum[:], code...), nil
}

// Arguments are what an interpreter is given to run a program: its byte code from CompileProgram where that very kind of interpreter has
// made it, else its text, which takes some milliseconds longer. Without byte code, or with that of another text, it is the text alone.
func Arguments(text string, byteCode []byte) ([]string, error) {
	sum := sha256.Sum256([]byte(text))
	code, ok := bytes.CutPrefix(byteCode, sum[:])
	if !ok {
		return []string{"-c", text}, nil
	}
	// A JSON string is a Python string too. The module is there in each interpreter; importlib.util would have to be imported.
	quoted, err := json.Marshal(text)
	if err != nil {
		return nil, fmt.Errorf("quote a program: %w", err)
	}
	return []string{"-c", fmt.Sprintf(`import marshal, sys
code = bytes.fromhex("%s")
exec(marshal.loads(code[16:]) if code[:4] == sys.modules["_frozen_importlib_external"].MAGIC_NUMBER else %s)
`, hex.EncodeToString(code), quoted)}, nil
}
