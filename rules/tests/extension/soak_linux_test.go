package extension_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	kills = flag.Int("kills", 5, "how many processes TestSoak kills for each backend")
	seed  = flag.Uint64("seed", 0, "what decides whom TestSoak kills, and when; 0 takes one at random")
)

// backends are those of //rules/tests/promise, whose projects these are.
var backends = []string{"setuptools", "meson_python", "scikit_build_core"}

// TestSoak proves CACHE-5 and CACHE-6 for faults: hook, helper, worker and Bazel are killed while a warm build is at work, and what is kept is harmed. The next build
// succeeds, makes the bytes of the cold one, and leaves no process, no mount and no file. docs/incremental.md has the command for a long one.
func TestSoak(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("-seed=%d -kills=%d", *seed, *kills)
	w := newWorkspace(t, soaked(t))
	w.sharesDownloads = true
	helper, err := prebuilt()
	if err != nil {
		t.Fatal(err)
	}
	w.write("prebuilt", string(helper))
	if err := os.Chmod(filepath.Join(w.dir, "workspace/prebuilt"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			// w's own test is what its clean-up belongs to.
			own := *w
			own.t = t
			newSoak(&own, backend, rand.New(rand.NewPCG(*seed, uint64(i)))).run()
		})
	}
	census := newCensus(w)
	w.succeeds(nil, "shutdown")
	census.waitFor(t, "after the shutdown", func([]process) bool { return true })
}

// soaked are the files of a workspace with a project for each backend.
func soaked(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{"BUILD.bazel": `load("@rules_pyproject//rules:compiler_cache.bzl", "pyproject_compiler_cache")
pyproject_compiler_cache(name = "ccache", ccache_path = "/usr/bin/ccache")
toolchain(name = "ccache_toolchain", toolchain = ":ccache", toolchain_type = "@rules_pyproject//rules:compiler_cache_toolchain_type")
`}
	locks := ""
	for _, backend := range backends {
		locks += fmt.Sprintf("%q, ", "//"+backend+":lock.txt")
		for _, source := range []string{"tools/edits/projects/shared", "tools/edits/projects/" + backend} {
			top := filepath.Join(repository(t), source)
			err := filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
				if err != nil || entry.IsDir() {
					return err
				}
				text, err := os.ReadFile(path)
				files[backend+path[len(top):]] = string(text)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		lock, err := os.ReadFile(filepath.Join(repository(t), "rules/tests/adapters", backend, "build-requirements.txt"))
		if err != nil {
			t.Fatal(err)
		}
		files[backend+"/lock.txt"] = string(lock)
		files[backend+"/BUILD.bazel"] = `load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")
pyproject_wheel(name = "wheel", srcs = glob(["**"], exclude = ["BUILD.bazel", "lock.txt"]), build_environment = "@environments//` + backend + `", native_extensions = "required")
`
	}
	files["MODULE.bazel"] = moduleFile(repository(t), `pyproject.build_environments(name = "environments", locks = [`+locks+`])
pyproject.system_python(name = "machine_python")
use_repo(pyproject, "environments", "machine_python")
register_toolchains("@machine_python//:all", "//:ccache_toolchain")
helper = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject_helper")
helper.prebuilt(file = "//:prebuilt")
`)
	return files
}

// soak is what is done to one project.
type soak struct {
	*workspace
	*census
	backend  string
	random   *rand.Rand
	root     string // of the cache
	temp     string // what Bazel and all below it have as TMPDIR
	source   string // of the file that is edited
	revision int
	cold     [3][]byte // the wheel of each revision
	whole    time.Duration
	session  time.Duration // of a whole build, that of the session
}

func newSoak(w *workspace, backend string, random *rand.Rand) *soak {
	w.t.Helper()
	s := &soak{workspace: w, backend: backend, random: random}
	s.root, s.temp = filepath.Join(w.dir, "root"), filepath.Join(w.dir, "temp")
	for _, dir := range []string{s.root, s.temp} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
	w.env = []string{"TMPDIR=" + s.temp}
	s.census = newCensus(w)
	source, err := os.ReadFile(filepath.Join(w.dir, "workspace", backend, "src/module.c"))
	if err != nil {
		w.t.Fatal(err)
	}
	s.source = string(source)
	return s
}

func (s *soak) target() string { return "//" + s.backend + ":wheel" }

func (s *soak) arguments() []string {
	return []string{incremental, "--worker_extra_flag=PyprojectWheel=--cache-root=" + s.root, s.target()}
}

// edit makes the source another revision than it is.
func (s *soak) edit() {
	s.revision = (s.revision + 1 + s.random.IntN(len(s.cold)-1)) % len(s.cold)
	s.revise()
}

func (s *soak) revise() {
	s.write(s.backend+"/src/module.c", strings.Replace(s.source, `"EDITED", 0`, fmt.Sprintf(`"EDITED", %d`, s.revision), 1))
}

func (s *soak) wheel() []byte { return s.read("bazel-bin/" + s.backend + "/wheel.dist/*.whl") }

// builds wants a warm build to succeed, to make what the cold one has made, and to leave nothing.
func (s *soak) builds(after string) {
	s.t.Helper()
	s.succeeds(nil, "build", s.arguments()...)
	if !bytes.Equal(s.wheel(), s.cold[s.revision]) {
		s.t.Errorf("%s: the wheel is not that of a cold build; its log:\n%s", after, s.read("bazel-bin/"+s.backend+"/wheel.log"))
	}
	server := s.server()
	s.waitFor(s.t, after, func(left []process) bool {
		for _, p := range left {
			if p.pid != server && (p.role != worker || p.parent != server) {
				return true
			}
		}
		return false
	})
	for _, pattern := range []string{s.temp + "/*", s.root + "/*/running", s.root + "/*/old", s.root + "/*/room", s.root + "/*/*.new"} {
		if left, err := filepath.Glob(pattern); err != nil || len(left) > 0 {
			s.t.Errorf("%s: left behind: %q", after, left)
		}
	}
}

func (s *soak) run() {
	for s.revision = range s.cold {
		s.revise()
		s.succeeds(nil, "build", s.target())
		s.cold[s.revision] = s.wheel()
	}
	s.measure()
	var hits = map[string]int{}
	missed := 0
	var deck []string
	for done := 0; done < *kills; {
		if len(deck) == 0 {
			deck = []string{hook, hook, helper, worker, bazel}
			s.random.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
		}
		s.edit()
		what, hit := s.kill(deck[0])
		s.builds("after the kill of " + what)
		if !hit {
			missed++
			s.session = s.session * 3 / 4 // it is faster now than it was when it was measured
			continue
		}
		s.session = s.session * 9 / 8
		hits[what]++
		done++
		deck = deck[1:]
		if s.random.IntN(2) == 0 {
			harm := harms[s.random.IntN(len(harms))]
			harm.do(s)
			s.edit()
			s.builds(harm.name)
			hits["harm: "+harm.name]++
		}
	}
	s.t.Logf("%d killed while they were at work: %v; %d times there was nothing to kill any more; a build takes %s, and its session %s",
		*kills, hits, missed, s.whole.Round(time.Millisecond), s.session.Round(time.Millisecond))
}

// measure finds out how long a build and its session take when nothing is killed.
func (s *soak) measure() {
	s.builds("the first warm build")
	s.edit()
	begun := time.Now()
	build := s.command("build", s.arguments()...)
	ended := start(s.t, build)
	if s.await(helper, ended) {
		at := time.Now()
		for s.has(helper) {
			time.Sleep(time.Millisecond)
		}
		s.session = time.Since(at)
	}
	<-ended
	s.whole = time.Since(begun)
	if s.session == 0 || build.ProcessState.ExitCode() != 0 {
		s.t.Fatalf("the build took %s and its session %s, and ended with %v", s.whole, s.session, build.ProcessState)
	}
	s.builds("nothing")
}
