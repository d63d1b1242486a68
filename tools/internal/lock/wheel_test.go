package lock

import (
	"bytes"
	"reflect"
	"testing"
)

// BE-8: what a target builds survives writing and reading, in both formats.
func TestWheelsWritten(t *testing.T) {
	for file, format := range map[string]Format{"lock.txt": FormatPip, "pylock.toml": FormatPylock} {
		l := sample(t)
		l.Wheels = []Wheel{{Name: "z", Label: "//z:wheel"}, {Name: "my-backend", Label: "//backend"}}
		var first, again bytes.Buffer
		if err := Write(&first, l, format); err != nil {
			t.Fatal(err)
		}
		read, err := Read(root(t, map[string]string{file: first.String()}), file)
		if err != nil {
			t.Fatalf("%s: %v\n%s", file, err, &first)
		}
		for i := range read.Wheels {
			read.Wheels[i].Source, read.Wheels[i].Line = "", 0
		}
		if want := []Wheel{{Name: "my-backend", Label: "//backend"}, {Name: "z", Label: "//z:wheel"}}; !reflect.DeepEqual(read.Wheels, want) {
			t.Errorf("%s: %+v, want %+v", file, read.Wheels, want)
		}
		if err := Write(&again, read, format); err != nil || again.String() != first.String() {
			t.Errorf("%s is written otherwise the second time: %v\n%s", file, err, &again)
		}
	}
}

// BE-8: a target in the place of an entry is one, of this repository, and not beside the entry.
func TestWrongWheels(t *testing.T) {
	checkWrong(t, "a/lock.txt", []wrong{
		{"# wheel: b @other//b:wheel\n", "a/lock.txt:1: ", `"@other//b:wheel" is not the label of a target in this repository`},
		{"# wheel: b :wheel\n", "a/lock.txt:1: ", "is not the label"},
		{"# wheel: b //b:whe'el\n", "a/lock.txt:1: ", "is not the label"},
		{"# wheel: b! //b:wheel\n", "a/lock.txt:1: ", `"b!" is not the name of a project`},
		{"# wheel: b //b:wheel\n# wheel: B //c:wheel\n", "a/lock.txt:2: ", "b is built by //c:wheel here and by //b:wheel at a/lock.txt:1"},
		{"# wheel: b //b:wheel\nb==1 --hash=sha256:H1\n", "a/lock.txt:2: ", "b is locked here, and built by //b:wheel at a/lock.txt:1; keep one of them"},
	}, nil)
	checkWrong(t, "pylock.toml", []wrong{
		{"lock-version = \"1.0\"\ncreated-by = \"x\"\n[tool.rules_pyproject.wheels]\nb = \"b\"\n", "pylock.toml: ", "is not the label"},
	}, nil)
	if l := readOne(t, "# wheel: b //b:wheel\n# wheel: B //b:wheel\n# wheel: are round and there are many\n"); len(l.Wheels) != 1 {
		t.Errorf("%+v, want one", l.Wheels)
	}
}
