package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const wheelMnemonic = "PyprojectWheel"

// wheelAction is an action as Bazel would run it.
type wheelAction struct {
	// arguments begin with the helper; params files are expanded. Paths are relative to the execution root.
	arguments []string
	// inputs are all files that it may read, and own those of them that are not sources of the project.
	inputs []string
	own    []string
}

// graph is the part of aquery's answer that is read.
type graph struct {
	Actions []struct {
		Mnemonic  string
		Arguments []string
		Inputs    []int `json:"inputDepSetIds"`
	}
	Artifacts []struct {
		ID   int
		Path int `json:"pathFragmentId"`
	}
	DepSets []struct {
		ID         int
		Direct     []int `json:"directArtifactIds"`
		Transitive []int `json:"transitiveDepSetIds"`
	} `json:"depSetOfFiles"`
	Fragments []struct {
		ID     int
		Label  string
		Parent int `json:"parentId"`
	} `json:"pathFragments"`
}

// action asks Bazel for the wheel action of a target.
func (s *bazelSession) action(ctx context.Context, flags []string, label string) (*wheelAction, error) {
	query := fmt.Sprintf("mnemonic(%q, %s)", wheelMnemonic, label)
	out, err := s.output(s.command(ctx, "aquery", slices.Concat(s.setUp, flags, []string{"--output=jsonproto", "--include_param_files", query})...))
	if err != nil {
		return nil, err
	}
	g := &graph{}
	if err := json.Unmarshal(out, g); err != nil {
		return nil, fmt.Errorf("read what aquery says of %s: %w", label, err)
	}
	for _, action := range g.Actions {
		// Tests of the rules bring the same target in other configurations; the log tells them apart.
		at := slices.Index(action.Arguments, "--log")
		if at < 0 || !strings.HasPrefix(action.Arguments[at+1], s.bin+"/") {
			continue
		}
		arguments, err := s.expanded(action.Arguments)
		if err != nil {
			return nil, err
		}
		found := &wheelAction{arguments: arguments, inputs: g.files(action.Inputs)}
		sources := found.sources()
		for _, file := range found.inputs {
			if !sources[file] {
				found.own = append(found.own, file)
			}
		}
		return found, nil
	}
	return nil, fmt.Errorf("%s has no action %s in the configuration of the command line", label, wheelMnemonic)
}

// expanded puts the lines of the file that --params names, which Bazel knows only as an input, in the place of that flag.
func (s *bazelSession) expanded(arguments []string) (out []string, err error) {
	for _, argument := range arguments {
		file, ok := strings.CutPrefix(argument, "--params=")
		if !ok {
			out = append(out, argument)
			continue
		}
		text, err := os.ReadFile(filepath.Join(s.execroot, file))
		if err != nil {
			return nil, fmt.Errorf("read the flags of the action: %w", err)
		}
		out = append(out, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")...)
	}
	return out, nil
}

// flag is the value of a flag of the action.
func (a *wheelAction) flag(name string) string {
	for _, argument := range a.arguments {
		if value, ok := strings.CutPrefix(argument, "--"+name+"="); ok {
			return value
		}
	}
	return ""
}

// sources are the paths of the source tree's files, or of the sdist.
func (a *wheelAction) sources() map[string]bool {
	sources := map[string]bool{}
	for _, argument := range a.arguments {
		if sdist, ok := strings.CutPrefix(argument, "--sdist="); ok {
			sources[sdist] = true
		}
		if pair, ok := strings.CutPrefix(argument, "--source="); ok {
			sources[pair[strings.LastIndex(pair, "=")+1:]] = true
		}
	}
	return sources
}

// files are the paths of all artifacts of some depsets, each once.
func (g *graph) files(roots []int) []string {
	paths := map[int]string{}
	for _, artifact := range g.Artifacts {
		paths[artifact.ID] = g.path(artifact.Path)
	}
	seen := map[int]bool{}
	var files []string
	var add func(ids []int)
	add = func(ids []int) {
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			for _, set := range g.DepSets {
				if set.ID != id {
					continue
				}
				for _, artifact := range set.Direct {
					files = append(files, paths[artifact])
				}
				add(set.Transitive)
			}
		}
	}
	add(roots)
	slices.Sort(files)
	return slices.Compact(files)
}

func (g *graph) path(id int) string {
	for _, fragment := range g.Fragments {
		if fragment.ID == id {
			return path.Join(g.path(fragment.Parent), fragment.Label)
		}
	}
	return ""
}
