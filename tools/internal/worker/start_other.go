//go:build !linux

package worker

import "os/exec"

// endWithParent does nothing: only Linux has it.
func endWithParent(*exec.Cmd) {}
