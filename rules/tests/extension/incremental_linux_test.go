package extension_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// products are what separate actions make of one project.
var products = []struct{ target, mnemonic, file string }{
	{"//demo:wheel", "PyprojectWheel", "wheel.dist/*.whl"},
	{"//demo:sdist", "PyprojectSdist", "sdist.dist/*.tar.gz"},
	{"//demo:metadata", "PyprojectMetadata", "metadata.METADATA"},
}

// makesAll builds the three of //demo, one after another, as they have one cache directory; it wants the pieces in each log. The events say which actions ran.
func (w *workspace) makesAll(pieces []string, flags ...string) (events string, made [3]string) {
	w.t.Helper()
	file := filepath.Join(w.dir, "events.json")
	args := append([]string{"--jobs=1", "--build_event_json_file=" + file}, flags...)
	for _, product := range products {
		args = append(args, product.target)
	}
	w.succeeds(nil, "build", args...)
	for i, product := range products {
		made[i] = string(w.read("bazel-bin/demo/" + product.file))
		w.contains(string(w.read("bazel-bin/demo/"+strings.TrimPrefix(product.target, "//demo:")+".log")), pieces)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text), made
}

// ran is in the events of a build that has run an action; that a worker is waiting is in all of them.
func ran(mnemonic string) string { return `{"mnemonic":"` + mnemonic + `","actionsExecuted":` }

// oneWorker lets each mnemonic have one process.
const oneWorker = "--worker_max_instances=1"

// TestIncremental proves CACHE-3, CACHE-5, CACHE-6, CACHE-9 and BYTES-3 for warm builds: one worker for all projects keeps the directories, where bazel clean
// empties them; warm results reach no cache; without the setting nothing changes, and with nothing edited nothing runs.
func TestIncremental(t *testing.T) {
	w := capitals(t, "")
	w.sharesDownloads = true
	_, first := w.makesAll([]string{"cache          empty at the start, gone at the end\n"})
	disk := "--disk_cache=" + filepath.Join(w.dir, "disk")
	flags := []string{incremental, "--worker_verbose", disk, oneWorker}
	_, warm := w.makes([]string{nothingKept + "nothing of the project was built before\n", "made ['asia.csv', 'europe.csv']"}, flags...)
	if string(warm) != first[0] {
		t.Error("a warm build that starts empty and a cold one differ")
	}
	w.nameCapital("Lima")
	output, _ := w.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"}, flags...)
	w.contains(output, []string{"1 worker"})

	// All that is made of the project, by actions of their own: after an edit that changes each of them, and after none.
	w.edit("demo/backend/tables.py", `Metadata-Version: 2.1\n`, `Metadata-Version: 2.1\nSummary: edited\n`)
	events, edited := w.makesAll([]string{somethingIs}, flags...)
	for i, product := range products {
		if edited[i] == first[i] {
			t.Errorf("%s: the edit is not in it", product.target)
		}
		w.contains(events, []string{ran(product.mnemonic)})
	}
	events, again := w.makesAll([]string{somethingIs}, flags...)
	for _, product := range products {
		if strings.Contains(events, ran(product.mnemonic)) || again != edited {
			t.Errorf("nothing was edited, and something was done for %s:\n%s", product.target, events)
		}
	}
	if output := w.succeeds([]string{"1 worker"}, "build", append(flags, "//other:wheel")...); strings.Contains(output, "Created new") {
		t.Errorf("another project has a worker of its own:\n%s", output)
	}
	w.succeeds([]string{"\n//demo ", "\n//other ", " kept ", "\n2 directories "}, "run", "@rules_pyproject//tools/pyproject", "--", "cache", "list")
	if _, cold := w.makesAll([]string{"cache          empty at the start, gone at the end\n"}); cold != edited {
		t.Error("cold builds after the warm ones make something else")
	}

	// bazel clean empties it, and the disk cache knows nothing of it.
	w.succeeds(nil, "clean")
	output, _ = w.makes([]string{nothingKept + "nothing of the project was built before\n"}, flags...)
	w.contains(output, []string{"1 worker"})
	events, cleaned := w.makesAll(nil, flags...)
	w.contains(events, []string{ran("PyprojectSdist"), ran("PyprojectMetadata")})
	if cleaned != edited {
		t.Error("after bazel clean something else is made")
	}

	// Each of them, warm and cold in one action (CACHE-6).
	w.edit("demo/backend/tables.py", `Summary: edited\n`, `Summary: edited again\n`)
	checked := append(flags, "--@rules_pyproject//rules/settings:cold_equals_warm")
	events, _ = w.makesAll([]string{somethingIs}, checked...)
	for _, product := range products {
		w.contains(events, []string{ran(product.mnemonic)})
	}
	t.Run("many projects", func(t *testing.T) { w.in(t).testManyProjects(flags...) })

	base := w.outputBase()
	w.succeeds(nil, "shutdown")
	if left := workersBelow(t, base); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// testManyProjects proves CACHE-9: projects that differ in all that they can say do not have workers of their own.
func (w *workspace) testManyProjects(flags ...string) {
	w.write("tool.sh", "#!/bin/sh\n")
	if err := os.Chmod(filepath.Join(w.dir, "workspace/tool.sh"), 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.write("BUILD.bazel", "exports_files([\"tool.sh\"])\n")
	const number = 20
	for i := range number {
		project := fmt.Sprintf("many/project%02d", i)
		w.addCapitals(project)
		source, special, more := "srcs = SRCS", "", ""
		switch i % 5 {
		case 0:
			special = fmt.Sprintf(`env = {"NUMBER": "%d"}`, i)
			more = `pyproject_metadata(name = "metadata", srcs = SRCS, build_environment = "@environments//demo", ` + special + ")\n"
		case 1:
			special = fmt.Sprintf(`tools = {"//:tool.sh": "tool%d"}`, i)
		case 2:
			special = fmt.Sprintf(`config_settings = {"number": ["%d"]}, hook_timeout = "%dm"`, i, 10+i)
		case 3:
			special = `file_name = "capitals-1.0-py3-none-any.whl"`
		case 4:
			source = `sdist = ":sdist"`
			more = `pyproject_sdist(name = "sdist", srcs = SRCS, build_environment = "@environments//demo")` + "\n"
		}
		w.write(project+"/BUILD.bazel", `load("@rules_pyproject//rules:metadata.bzl", "pyproject_metadata")
load("@rules_pyproject//rules:sdist.bzl", "pyproject_sdist")
load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")
SRCS = glob(["pyproject.toml", "backend/**", "src/**"])
pyproject_wheel(name = "wheel", `+source+`, build_environment = "@environments//demo", `+special+`)
`+more)
	}
	w.succeeds([]string{fmt.Sprintf("%d worker", number+2*number/5)}, "build", append(flags, "//many/...")...)
	if workers := workersBelow(w.t, w.outputBase()); len(workers) != len(products) {
		w.t.Errorf("with %s there are %d workers for %d mnemonics:\n%s", oneWorker, len(workers), len(products), strings.Join(workers, "\n"))
	}
}

// TestColdEqualsWarm proves CACHE-6: with the setting a warm build that differs from a cold one fails, names the files and who is to blame, and its
// cache directory goes.
func TestColdEqualsWarm(t *testing.T) {
	w := capitals(t, "")
	flags := []string{incremental, "--@rules_pyproject//rules/settings:cold_equals_warm"}
	w.makes([]string{"made ['asia.csv', 'europe.csv']"}, flags...)
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Lima\n")
	w.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"}, flags...)
	// A backend that names an entry by the file's name alone keeps what was made of another content.
	right := string(w.read("demo/backend/tables.py"))
	wrong := strings.Replace(right, "name.encode(), source]", "name.encode()]", 1)
	if right == wrong {
		t.Fatal("the example has changed")
	}
	w.write("demo/backend/tables.py", wrong)
	w.makes([]string{somethingIs, "made ['asia.csv', 'europe.csv']"}, flags...)
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Quito\n")
	w.fails([]string{
		"//demo: the warm build and a cold one of the same source differ (CACHE-6)", "capitals-1.0-py3-none-any.whl differs", "capitals/asia.py",
		"to blame: the backend, which takes cache_directory", "The cache directories of the project were removed",
	}, "build", append(flags, "//demo:wheel")...)
	w.makes([]string{nothingKept}, flags...)
}
