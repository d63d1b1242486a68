package interpreter

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

//go:embed probe.py
var probeScript string

// probeTimeout is far beyond what any interpreter needs to start; something that waits for input never ends.
const probeTimeout = 2 * time.Minute

// probed is what probe.py prints.
type probed struct {
	Facts
	Implementation string `json:"implementation"`
	VersionInfo    [2]int `json:"version_info"`
}

// Probe starts the interpreter once and asks it what it is. It runs in isolated mode, without site and in a closed
// environment, so nothing of the host has a say in the answer. PyPy and Python before 3.8 are errors.
func Probe(ctx context.Context, executable string) (Facts, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	// -S: not even a sitecustomize in the standard library's directory may run.
	cmd := exec.CommandContext(ctx, executable, "-I", "-S", "-B", "-X", "utf8", "-c", probeScript)
	// Without the second, a Python that was built on an old macOS says 10.16 for every newer one.
	cmd.Env = []string{"LANG=C.UTF-8", "SYSTEM_VERSION_COMPAT=0"}
	cmd.Dir = "/"
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return Facts{}, probeError(executable, err, stdout.String()+stderr.String())
	}
	var p probed
	if err := json.Unmarshal(stdout.Bytes(), &p); err != nil {
		return Facts{}, probeError(executable, errors.New("its answer is not what the probe prints"), stdout.String()+stderr.String())
	}
	if p.Implementation != "cpython" {
		return Facts{}, fmt.Errorf("interpreter %s is %s: only CPython is supported", executable, p.Implementation)
	}
	if v := p.VersionInfo; v[0] != 3 || v[1] < 8 {
		return Facts{}, fmt.Errorf("interpreter %s is Python %s: 3.8 or newer is needed", executable, p.Version)
	}
	facts := p.Facts
	facts.complete()
	return facts, nil
}

// complete fills in what is found out without Python.
func (f *Facts) complete() {
	f.SitePackages = "lib/" + f.LibName() + "/site-packages"
	if full := f.Markers["python_full_version"]; strings.HasSuffix(full, "+") {
		// A build of CPython's own repository between two releases. packaging.markers does the same.
		f.Markers["python_full_version"] = full + "local"
	}
	if f.Markers["sys_platform"] != "linux" {
		return
	}
	f.Markers["platform_release"], f.Markers["platform_version"] = "", ""
	if f.Libc.Name == "" {
		f.Libc = muslOf(f.Executable)
	}
	for _, name := range []string{"sitecustomize", "usercustomize"} {
		for _, candidate := range []string{name + ".py", name} {
			candidate = filepath.Join(f.Stdlib, candidate)
			if _, err := os.Lstat(candidate); err == nil {
				f.Customized = append(f.Customized, candidate)
			}
		}
	}
}

func probeError(executable string, err error, output string) error {
	if output = strings.TrimSpace(output); output == "" {
		return fmt.Errorf("ask interpreter %s what it is: %w; it printed nothing", executable, err)
	}
	return fmt.Errorf("ask interpreter %s what it is: %w; it printed:\n%s", executable, err, output)
}
