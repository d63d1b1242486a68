package repository

import (
	"strings"
	"testing"
)

// TestHashes proves that entries with hashes and no file names become repositories that ask an index when they are needed,
// once for all locks of a hub, and that the names of files are nobody's guess (REQ-4).
func TestHashes(t *testing.T) {
	nameless := "-i http://index.invalid/simple\na==1 --hash=sha256:" + hash("a") + " --hash=sha256:" + hash("b") + "\n"
	d, _ := describe(t, Hub{PythonVersions: []string{"3.13"}}, map[string]string{"x/lock.txt": nameless, "y/lock.txt": nameless, "z/lock.txt": pure})
	if len(d.Hashes) != 1 || len(d.Singles) != 2 || len(d.Files) != 1 {
		t.Fatalf("%+v", d)
	}
	all := d.Hashes[0]
	if all.Project != "a" || all.Version != "1" || all.Hub != "hub" || all.Lock != "//x:lock.txt" || len(all.Files) != 2 || all.IndexURLs[0] != "http://index.invalid/simple" ||
		all.Files[hash("a")] != d.Singles[0].Name || d.Singles[0].Hashes != all.Name || d.Singles[0].SHA256 != hash("a") {
		t.Errorf("%+v", d)
	}
	for _, pkg := range []string{"x", "y"} {
		if build := d.Hubs["hub"][pkg+"/BUILD.bazel"]; !strings.Contains(build, `wheels = ["@`+all.Name+`//:wheels"]`) {
			t.Error(build)
		}
	}
	if json := d.Hubs["hub"]["x/x.lock.json"]; !strings.Contains(json, "\"name\":\"\",\"sha256\":\""+hash("a")) {
		t.Error(json)
	}
}

// TestOffer proves that an index may withhold files and never add any: what is no wheel of the distribution is left out.
func TestOffer(t *testing.T) {
	build, err := Offer{
		Hub: Hub{Name: "hub", PythonVersions: []string{"3.13", "3.14"}, Platforms: []string{"linux_x86_64_gnu"}}, Project: "a", Version: "1",
		Files: map[string]string{
			"a-1-py3-none-any.whl": "@p//:file", "a-1-cp313-cp313-manylinux_2_17_x86_64.whl": "@n//:file", "a-1.tar.gz": "@s//:file",
			"b-1-py3-none-any.whl": "@b//:file", "a-2-py3-none-any.whl": "@two//:file", "a-1-cp313-cp313-win_amd64.whl": "@w//:file", "x.exe": "@e//:file",
		},
	}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{`["@p//:file"] + select(`, `"@hub//__settings__:3.13_linux_x86_64_gnu": ["@n//:file"]`, `"//conditions:default": []`, `name = "wheels"`} {
		if !strings.Contains(build, piece) {
			t.Errorf("%s is not in\n%s", piece, build)
		}
	}
	for _, piece := range []string{"@s", "@b", "@two", "@w", "@e"} {
		if strings.Contains(build, piece) {
			t.Errorf("%s is in\n%s", piece, build)
		}
	}
	if _, err := (Offer{Hub: Hub{Platforms: []string{"x"}}}).Build(); err == nil {
		t.Error("a wrong platform is taken")
	}
}
