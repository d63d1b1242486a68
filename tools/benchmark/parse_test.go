package main

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestReadTiming(t *testing.T) {
	const text = `     4.1 ms       3.9 ms  open room
    20.0 ms       8.0 ms  prepare source
//pkg:wheel: warning: 12 ms is no step
    60.5 ms      40.0 ms  get_requires_for_build_wheel
   100.0 ms      30.0 ms  build_wheel
   110.0 ms       5.0 ms  close room
`
	got, err := readTiming(125, text)
	if err != nil {
		t.Fatal(err)
	}
	if got.hooks != 70 || got.own() != 55 {
		t.Errorf("hooks %v, own %v, want 70 and 55", got.hooks, got.own())
	}
	for step, want := range map[string]float64{"open room": 3.9, "prepare source": 8, "close room": 5, "processes": 15} {
		if got.steps[step] != want {
			t.Errorf("%s: %v, want %v", step, got.steps[step], want)
		}
	}
	if _, err := readTiming(1, "nothing of the kind"); err == nil {
		t.Error("a helper that prints no times went unseen")
	}
}

func TestReadProfile(t *testing.T) {
	const profile = `{"otherData": {}, "traceEvents": [
		{"cat": "general information", "name": "subprocess.run", "ph": "X", "ts": 9000, "dur": 500, "tid": 7},
		{"cat": "action processing", "name": "Other", "ts": 100, "dur": 50, "tid": 7, "args": {"mnemonic": "GoLink"}},
		{"cat": "action processing", "name": "Building wheel", "ts": 10000, "dur": 100000, "tid": 7, "args": {"mnemonic": "PyprojectWheel"}},
		{"cat": "general information", "name": "subprocess.run", "ts": 11000, "dur": 1, "tid": 8},
		{"cat": "general information", "name": "subprocess.run", "ts": 15000, "dur": 90000, "tid": 7}
	]}`
	got, err := readProfile([]byte(profile))
	if err != nil {
		t.Fatal(err)
	}
	if want := (actionTimes{action: 100, helper: 90, staging: 10}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, err := readProfile([]byte(`{"traceEvents": []}`)); err == nil {
		t.Error("a build that ran no action went unseen")
	}
}

func TestActionInputs(t *testing.T) {
	const answer = `{
		"artifacts": [{"id": 1, "pathFragmentId": 2}, {"id": 2, "pathFragmentId": 3}, {"id": 3, "pathFragmentId": 4}],
		"pathFragments": [{"id": 1, "label": "external"}, {"id": 2, "label": "x.tar.gz", "parentId": 1}, {"id": 3, "label": "helper", "parentId": 1}, {"id": 4, "label": "e.tar"}],
		"depSetOfFiles": [{"id": 1, "transitiveDepSetIds": [2, 3], "directArtifactIds": [1]}, {"id": 2, "directArtifactIds": [2]},
			{"id": 3, "transitiveDepSetIds": [2], "directArtifactIds": [3]}]
	}`
	g := &graph{}
	if err := json.Unmarshal([]byte(answer), g); err != nil {
		t.Fatal(err)
	}
	if got, want := g.files([]int{1}), []string{"e.tar", "external/helper", "external/x.tar.gz"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	action := &wheelAction{arguments: []string{"helper", "wheel", "--sdist=external/x.tar.gz", "--source=a/b.py=bin/a/b.py", "--interpreter=/usr/bin/python3"}}
	if sources := action.sources(); len(sources) != 2 || !sources["external/x.tar.gz"] || !sources["bin/a/b.py"] {
		t.Errorf("sources: %v", sources)
	}
	if got := action.flag("interpreter"); got != "/usr/bin/python3" {
		t.Errorf("flag: %q", got)
	}
}
