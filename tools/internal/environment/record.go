package environment

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

// writeRecord writes RECORD for what was installed: paths relative to site-packages, sorted. Byte code has no hashes
// there, as with other installers, and neither have scripts that Materialize may move.
func (d *installed) writeRecord(stage string, facts interpreter.Facts) error {
	record := path.Join(d.wheel.DistInfo, "RECORD")
	rows := [][]string{{record, "", ""}}
	for _, i := range d.items {
		row := []string{d.relative(i.path), "", ""}
		if sum := d.sums[i.path]; !sum.moves {
			row[1] = "sha256=" + base64.RawURLEncoding.EncodeToString(sum.sha256[:])
			row[2] = strconv.FormatInt(sum.size, 10)
		}
		rows = append(rows, row)
		compiled := byteCodeOf(i.path, facts)
		if _, err := os.Lstat(filepath.Join(stage, compiled)); err == nil {
			rows = append(rows, []string{d.relative(compiled), "", ""})
		}
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(stage, d.site, record), text.Bytes(), 0o644)
}

// relative turns a path below the prefix into one relative to site-packages.
func (d *installed) relative(name string) string {
	if rest, inside := strings.CutPrefix(name, d.site+"/"); inside {
		return rest
	}
	return strings.Repeat("../", 1+strings.Count(d.site, "/")) + name
}

// byteCodeOf is where Python looks for the byte code of a source.
func byteCodeOf(source string, facts interpreter.Facts) string {
	dir, base := path.Split(source)
	return dir + "__pycache__/" + strings.TrimSuffix(base, ".py") + "." + facts.CacheTag + ".pyc"
}
