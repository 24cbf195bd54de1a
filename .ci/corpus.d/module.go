package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A module is a line of corpus.tsv.
type module struct {
	path     string
	version  string   // of std: the toolchain
	patterns []string // of packages
	tags     string   // build tags
	pins     []string // path=version for local replacements that are not in the module zip
}

// readModules returns the modules listed in file whose path matches re.
func readModules(file string, re *regexp.Regexp) ([]module, error) {
	var mods []module
	rows, err := readTable(file, 6)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if re.MatchString(row[0]) {
			mods = append(mods, module{row[0], row[1], strings.Fields(row[2]), row[3], strings.Fields(row[4])})
		}
	}
	if len(mods) == 0 {
		return nil, fmt.Errorf("no module of %s matches %q", filepath.Base(file), re)
	}
	return mods, nil
}

// readTable returns the rows of a tab-separated file, without comments, each
// with the given number of columns. A column that is "-" is empty.
func readTable(file string, columns int) ([][]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) != columns {
			return nil, fmt.Errorf("%s:%d: %d columns, want %d", file, i+1, len(row), columns)
		}
		for j := range row {
			if row[j] == "-" {
				row[j] = ""
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// tree returns the folder with the sources of m, made ready to be loaded as a
// main module.
func (w *workspace) tree(m module) (string, error) {
	if m.path == "std" {
		out, err := w.command(m, w.dir, "env", "GOROOT").Output()
		if err != nil {
			return "", fmt.Errorf("toolchain %s: %v", m.version, err)
		}
		return filepath.Join(strings.TrimSpace(string(out)), "src"), nil
	}
	dir := w.path("src", fileName(m))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	tmp := dir + ".tmp"
	if err := os.RemoveAll(tmp); err != nil {
		return "", err
	}
	if err := w.unpack(m, tmp); err != nil {
		return "", err
	}
	if err := w.replaceLocal(m, tmp); err != nil {
		return "", err
	}
	w.dropUnserved(m, tmp)
	return dir, os.Rename(tmp, dir)
}

// unpack copies the module's files to dir, without what would keep the go
// command from loading them as a main module.
func (w *workspace) unpack(m module, dir string) error {
	cmd := w.command(m, w.dir, "mod", "download", "-json", m.path+"@"+m.version)
	out, err := cmd.Output()
	var zip struct{ Dir, Error string }
	if json.Unmarshal(out, &zip) != nil || zip.Dir == "" {
		return fmt.Errorf("%s@%s: %v %s", m.path, m.version, err, zip.Error)
	}
	if err := os.CopyFS(dir, os.DirFS(zip.Dir)); err != nil {
		return err
	}
	for _, name := range []string{"vendor", "go.work", "go.work.sum"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return nil
	}
	// Modules from before go.mod can keep their requirements under another name.
	for old, name := range map[string]string{"vendor.mod": "go.mod", "vendor.sum": "go.sum"} {
		if err := os.Rename(filepath.Join(dir, old), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// replaceLocal replaces local folders that are not in the module zip by the
// version the module's pins give, or not at all.
func (w *workspace) replaceLocal(m module, dir string) error {
	out, err := w.command(m, dir, "mod", "edit", "-json").Output()
	if err != nil {
		return fmt.Errorf("%s: reading go.mod: %v", m.path, err)
	}
	var mod struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return err
	}
	edits := []string{"mod", "edit"}
	for _, r := range mod.Replace {
		if !strings.HasPrefix(r.New.Path, ".") {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, r.New.Path, "go.mod")); err == nil {
			continue
		}
		old := r.Old.Path
		if r.Old.Version != "" {
			old += "@" + r.Old.Version
		}
		if v := pinned(m.pins, r.Old.Path); v != "" {
			edits = append(edits, "-replace="+old+"="+r.Old.Path+"@"+v)
		} else {
			edits = append(edits, "-dropreplace="+old)
		}
	}
	if len(edits) == 2 {
		return nil
	}
	return w.command(m, dir, edits...).Run()
}

// pinned returns the version that pins give to a module, or "".
func pinned(pins []string, mod string) string {
	for _, pin := range pins {
		name, version, _ := strings.Cut(pin, "=")
		if prefix, ok := strings.CutSuffix(name, "..."); name == mod || ok && strings.HasPrefix(mod, prefix) {
			return version
		}
	}
	return ""
}

// unserved matches what the go command says of a module it cannot fetch.
var unserved = regexp.MustCompile(`(?m)^go: (?:\S+ requires\s+)?([^\s@]+)@(v[^\s:]+)(?: \(replaced[^)]*\))?: (?:reading|verifying|invalid|unrecognized)`)

// dropUnserved drops requirements that the module proxy does not serve, so
// that the packages that do not need them can be loaded.
func (w *workspace) dropUnserved(m module, dir string) {
	var last []byte
	for {
		cmd := w.command(m, dir, append([]string{"list", "-deps", "-test", "-f", ""}, m.patterns...)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		cmd.Run() // what still fails is a package that is reported as not compiling
		edits := []string{"mod", "edit"}
		for _, match := range unserved.FindAllStringSubmatch(stderr.String(), -1) {
			edits = append(edits, "-droprequire="+match[1], "-exclude="+match[1]+"@"+match[2])
		}
		if len(edits) == 2 || bytes.Equal(stderr.Bytes(), last) {
			return
		}
		last = stderr.Bytes()
		w.command(m, dir, edits...).Run()
	}
}

// A size is the number of packages and lines of code that a run looks at.
type size struct {
	Packages int
	Lines    int // of the Go files, tests included
}

// measure returns the size of m, whose sources are in dir.
func (w *workspace) measure(m module, dir string) (size, error) {
	const format = `{{.Dir}}{{range .GoFiles}}|{{.}}{{end}}{{range .TestGoFiles}}|{{.}}{{end}}{{range .XTestGoFiles}}|{{.}}{{end}}`
	out, err := w.command(m, dir, slices.Concat([]string{"list", "-e", "-f", format}, m.patterns)...).Output()
	if err != nil {
		return size{}, fmt.Errorf("%s: go list: %v%s", m.path, err, stderrOf(err))
	}
	var s size
	for line := range strings.Lines(string(out)) {
		files := strings.Split(strings.TrimSpace(line), "|")
		s.Packages++
		for _, name := range files[1:] {
			data, err := os.ReadFile(filepath.Join(files[0], name))
			if err != nil {
				return size{}, err
			}
			s.Lines += bytes.Count(data, []byte("\n"))
		}
	}
	return s, nil
}

func stderrOf(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return "\n" + string(exit.Stderr)
	}
	return ""
}
