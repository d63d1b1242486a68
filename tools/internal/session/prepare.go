package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// Staged is a room with all that a hook needs in it. The verb shell gives it to a person, Run to a backend.
type Staged struct {
	// Room is where hooks run.
	Room *walls.Room
	// Project is what the source tree says, and Warnings what is doubtful about it.
	Project  *project.Project
	Warnings []project.Warning
	// Info describes the environment, its interpreter where this room has it.
	Info *environment.Info
	// Source is the source tree and Python the environment's interpreter, as a hook sees them.
	Source string
	Python string
	// Env is the whole environment of a hook, and Settings is config_settings.
	Env      []string
	Settings hook.Settings

	config    *Config
	overrides *override.Set
	patched   []string // what patches changed, for the log
	time      time.Time
	// What a mapping of the cache directory added: the variables of Env that came after the interpreters had started, and lines
	// for the log.
	variables []string
	mapped    []string
	kept      *kept // the cache directory; nil if nothing outlasts the session
}

// isolated is where, below the room's root, a system interpreter is shown without what belongs to its host, if walls
// are paths.
const isolated = "python/base"

// Prepare makes the room: its walls are raised, and source, environment, interpreter and compilers put in their places, at the
// same time. The caller closes Staged.Room. For required walls the process must be one that walls.Reenter has entered.
func Prepare(ctx context.Context, config *Config) (*Staged, error) {
	s, err := prepare(ctx, config, func(*Staged) {})
	if err != nil && s != nil && s.Room != nil {
		return nil, errors.Join(err, s.Room.Close())
	}
	return s, err
}

// prepare is Prepare; ready is called once as soon as the environment's interpreter can be started. The caller closes the room,
// if there is one, even if there is an error.
func prepare(ctx context.Context, config *Config, ready func(*Staged)) (*Staged, error) {
	if err := errors.Join(config.check(), config.resolveSdist()); err != nil {
		return nil, err
	}
	s := &Staged{config: config, Settings: slices.Clip(config.Settings)}
	defer s.clock("prepare")()
	epoch, err := sourceDateEpoch(config.Env)
	if err != nil {
		return nil, err
	}
	s.time = time.Unix(epoch, 0)
	if s.overrides, err = override.NewSet(config.Overrides); err != nil {
		return nil, err
	}
	if s.Info, err = environment.ReadInfo(config.EnvironmentInfo); err != nil {
		return nil, err
	}
	if err := s.checkInterpreter(ctx); err != nil {
		return nil, err
	}
	if err := s.openCache(); err != nil {
		return s, err
	}
	if err := s.openRoom(ctx, epoch); err != nil {
		return s, err
	}
	if s.Env, err = s.environ(); err != nil {
		return s, err
	}
	if err := s.fill(ctx, func() { ready(s) }); err != nil {
		return s, err
	}
	if err := s.settleCache(); err != nil {
		return s, err
	}
	return s, s.mapCache()
}

// sourceDateEpoch is what the target's own variables say, or the first moment that a wheel can hold.
func sourceDateEpoch(env []string) (int64, error) {
	for _, variable := range env {
		text, ok := strings.CutPrefix(variable, "SOURCE_DATE_EPOCH=")
		if !ok {
			continue
		}
		epoch, err := strconv.ParseInt(text, 10, 64)
		if err != nil || epoch < walls.DefaultSourceDateEpoch {
			return 0, fmt.Errorf("the variable SOURCE_DATE_EPOCH is %q, expected seconds since 1970, and no fewer than %d: a wheel holds no time before 1980",
				text, walls.DefaultSourceDateEpoch)
		}
		return epoch, nil
	}
	return walls.DefaultSourceDateEpoch, nil
}

// checkInterpreter compares the interpreter of this session with the one that the environment was made for: an
// environment holds byte code and compiled modules for one interpreter.
func (s *Staged) checkInterpreter(ctx context.Context) error {
	if s.config.Interpreter == "" {
		return nil
	}
	wanted := s.Info.Interpreter.Executable
	if sameFile(s.config.Interpreter, wanted) {
		return nil
	}
	// It may be a script that starts the interpreter (pyenv has such), or belong to a virtual environment: ask it.
	facts, err := interpreter.Probe(ctx, s.config.Interpreter)
	if err != nil {
		return err
	}
	if !sameFile(facts.Executable, wanted) {
		return fmt.Errorf("the build environment was made for the interpreter %s, and this session has %s", wanted, facts.Executable)
	}
	return nil
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

func (s *Staged) openRoom(ctx context.Context, epoch int64) (err error) {
	defer s.clock("open room")()
	c := s.config
	spec := walls.Spec{Kind: c.Walls, Tools: c.Tools, ExecrootFiles: c.ExecrootFiles, SourceDateEpoch: epoch, HostSitePackages: c.HostSitePackages}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	if len(c.ExecrootFiles) > 0 || c.Compilers.relative() {
		spec.Execroot = root
	} else {
		// A tool that is one file needs nothing of the execution root, and hooks see nothing of it.
		spec.Tools = map[string]string{}
		for name, tool := range c.Tools {
			if !filepath.IsAbs(tool) {
				tool = filepath.Join(root, tool)
			}
			spec.Tools[name] = tool
		}
	}
	if c.Interpreter != "" {
		spec.InterpreterPrefix = s.Info.Interpreter.BasePrefix
	}
	s.kept.showCache(&spec)
	s.Room, err = walls.Open(ctx, spec)
	return err
}

// clock starts to measure a step; the function that it returns ends it.
func (s *Staged) clock(step string) func() {
	if s.config.Timing == nil {
		return func() {}
	}
	start := time.Now()
	return func() { s.config.Timing(step, time.Since(start)) }
}
