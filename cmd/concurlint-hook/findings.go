package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A finding is one in the output of go vet -json.
type finding struct {
	Posn    string // file:line:column
	Message string
	Related []finding
}

// findings returns what go vet has printed in folder dir, in order and in the
// words of concurlint.
func findings(out *bytes.Buffer, dir string) ([]string, error) {
	type place struct {
		file         string
		line, column int
		text         string
	}
	var list []place
	err := decode(out, func(check string, f finding) {
		file, line, column := position(f.Posn, dir)
		text := fmt.Sprintf("%s:%d:%d: %s (%s)\n", file, line, column, f.Message, check)
		for _, r := range f.Related {
			file, line, column := position(r.Posn, dir)
			text += fmt.Sprintf("\t%s:%d:%d: %s\n", file, line, column, r.Message)
		}
		list = append(list, place{file, line, column, text})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(p, q place) int {
		return cmp.Or(cmp.Compare(p.file, q.file), cmp.Compare(p.line, q.line), cmp.Compare(p.column, q.column), cmp.Compare(p.text, q.text))
	})
	var texts []string
	for _, p := range slices.Compact(list) {
		texts = append(texts, p.text)
	}
	return texts, nil
}

// decode calls yield for each finding in the output of go vet -json: an object
// for each package, with lines in between that begin with #.
func decode(out *bytes.Buffer, yield func(check string, f finding)) error {
	var objects bytes.Buffer
	for line := range bytes.Lines(out.Bytes()) {
		if !bytes.HasPrefix(line, []byte("#")) {
			objects.Write(line)
		}
	}
	d := json.NewDecoder(&objects)
	for {
		var packages map[string]map[string]json.RawMessage
		if err := d.Decode(&packages); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		for _, path := range slices.Sorted(maps.Keys(packages)) {
			for _, check := range slices.Sorted(maps.Keys(packages[path])) {
				var found []finding
				if err := json.Unmarshal(packages[path][check], &found); err != nil {
					return fmt.Errorf("%s of %s: %s", check, path, packages[path][check])
				}
				for _, f := range found {
					yield(check, f)
				}
			}
		}
	}
}

// position returns the parts of posn, with a file name that is relative to
// the current folder. Go vet ran in folder dir.
func position(posn, dir string) (file string, line, column int) {
	rest, col, _ := cutLast(posn)
	file, ln, _ := cutLast(rest)
	line, _ = strconv.Atoi(ln)
	column, _ = strconv.Atoi(col)
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	if cwd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(cwd, file); err == nil && filepath.IsLocal(rel) {
			file = rel
		}
	}
	return file, line, column
}

// cutLast cuts s at its last colon.
func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
