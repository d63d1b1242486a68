package repository

import (
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// fileTable holds the repositories of single files over all hubs and locks: the same file is fetched once for all.
type fileTable struct {
	repositories []FileRepository
	byContent    map[string]string // file name and hash → repository
	byName       map[string]bool   // repositories that there are
}

func newFileTable() *fileTable {
	return &fileTable{byContent: map[string]string{}, byName: map[string]bool{}}
}

// label gives the label of a locked file, and declares its repository where no lock did before.
func (t *fileTable) label(l *lock.Lock, p lock.Package, f lock.File, lockLabel, repair string) string {
	content := f.Name + " " + f.SHA256
	name, known := t.byContent[content]
	if !known {
		name = t.newName(f)
		t.byContent[content], t.byName[name] = name, true
		repository := FileRepository{
			Name: name, File: f.Name, SHA256: f.SHA256, Project: p.Name, Lock: lockLabel, Repair: repair,
			URLs: []string{}, IndexURLs: []string{},
		}
		if f.URL != "" {
			repository.URLs = []string{f.URL}
		}
		switch {
		case p.Index != "":
			repository.IndexURLs = []string{p.Index}
		case len(l.IndexURLs) > 0:
			repository.IndexURLs = l.IndexURLs
		}
		t.repositories = append(t.repositories, repository)
	}
	return "@" + name + "//:" + f.Name
}

// newName makes the readable name of a repository: the file's name and the beginning of its hash, longer where two files
// would share it.
func (t *fileTable) newName(f lock.File) string {
	const longest = 150
	stem := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' {
			return r
		}
		return '_'
	}, strings.TrimSuffix(f.Name, ".whl"))
	if len(stem) > longest {
		stem = stem[:longest]
	}
	if c := stem[0]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
		stem = "file_" + stem
	}
	digits := 8
	for digits < len(f.SHA256) && t.byName[stem+"_"+f.SHA256[:digits]] {
		digits += 8
	}
	return stem + "_" + f.SHA256[:digits]
}
