package repository

import (
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// fileTable holds the repositories of single files over all hubs and locks: the same file is fetched once for all.
type fileTable struct {
	repositories []FileRepository
	byContent    map[content]string // → repository
	byName       map[string]bool    // repositories that there are
	hashed       []HashesRepository
	singles      []HashRepository
}

// content is a file under a name.
type content struct{ name, sha256 string }

func newFileTable() *fileTable {
	return &fileTable{byContent: map[content]string{}, byName: map[string]bool{}}
}

// label gives the label of a locked file, and declares its repository where no lock did before.
func (t *fileTable) label(l *lock.Lock, p lock.Package, f lock.File, lockLabel, repair string) string {
	key := content{f.Name, f.SHA256}
	name, known := t.byContent[key]
	if !known {
		name = t.newName(f)
		// Copies: as parts of the lock's text they would keep all of it.
		f.Name, f.SHA256 = strings.Clone(f.Name), strings.Clone(f.SHA256)
		key = content{f.Name, f.SHA256}
		repository := FileRepository{
			Name: name, File: f.Name, SHA256: f.SHA256, Project: strings.Clone(p.Name), Lock: lockLabel, Repair: repair,
			URLs: []string{}, IndexURLs: indexesOf(l, p),
		}
		if f.URL != "" {
			repository.URLs = []string{f.URL}
		}
		t.byContent[key], t.byName[name] = name, true
		t.repositories = append(t.repositories, repository)
	}
	return "@" + name + "//:" + f.Name
}

// indexesOf are the indexes that a lock names for an entry.
func indexesOf(l *lock.Lock, p lock.Package) []string {
	switch {
	case p.Index != "":
		return []string{strings.Clone(p.Index)}
	case len(l.IndexURLs) > 0:
		return l.IndexURLs
	}
	return []string{}
}

// newName makes the readable name of a repository: the file's name and the beginning of its hash, longer where two files
// would share it.
func (t *fileTable) newName(f lock.File) string {
	stem := repositoryName(strings.TrimSuffix(f.Name, ".whl"))
	digits := 8
	for digits < len(f.SHA256) && t.byName[stem+"_"+f.SHA256[:digits]] {
		digits += 8
	}
	return stem + "_" + f.SHA256[:digits]
}

// repositoryName makes the beginning of the name of a repository.
func repositoryName(text string) string {
	const longest = 150
	stem := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' {
			return r
		}
		return '_'
	}, text)
	if len(stem) > longest {
		stem = stem[:longest]
	}
	if c := stem[0]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
		stem = "file_" + stem
	}
	return stem
}
