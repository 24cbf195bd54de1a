package main

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// A key names a finding so that it survives changes elsewhere in its file:
// there is no line in it, and no version.
type key struct {
	module  string
	check   string
	pkg     string
	file    string // without its folder, which the package gives
	fn      string
	message string // without numbers
	nth     int    // from 1, among those that are otherwise the same
}

// A verdict says whether a finding is true, and why.
type verdict struct {
	word   string // true, false or unsure
	reason string
}

var number = regexp.MustCompile(`\b\d+\b`)

// keys returns the key of each finding of r, which are in order of position.
func (r *record) keys() []key {
	seen := make(map[key]int)
	keys := make([]key, len(r.Findings))
	for i, f := range r.Findings {
		k := key{
			module:  r.Module,
			check:   f.Check,
			pkg:     f.Package,
			file:    path.Base(f.File),
			fn:      f.Func,
			message: number.ReplaceAllString(f.Message, "N"),
		}
		seen[k]++
		k.nth = seen[k]
		keys[i] = k
	}
	return keys
}

// row returns the line of a verdicts file for k.
func (k key) row(v verdict) string {
	return strings.Join([]string{
		k.module, k.check, k.pkg, k.file, dash(k.fn), k.message, fmt.Sprint(k.nth), dash(v.word), dash(v.reason),
	}, "\t")
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// readVerdicts reads a verdicts file.
func readVerdicts(file string) (map[key]verdict, error) {
	rows, err := readTable(file, 9)
	if err != nil {
		return nil, err
	}
	verdicts := make(map[key]verdict)
	for _, row := range rows {
		k := key{module: row[0], check: row[1], pkg: row[2], file: row[3], fn: row[4], message: row[5]}
		if _, err := fmt.Sscan(row[6], &k.nth); err != nil {
			return nil, fmt.Errorf("%s: %q is not a number", file, row[6])
		}
		v := verdict{row[7], row[8]}
		switch {
		case v.word != "true" && v.word != "false" && v.word != "unsure":
			return nil, fmt.Errorf("%s: verdict %q is not true, false or unsure: %v", file, v.word, k)
		case v.reason == "":
			return nil, fmt.Errorf("%s: verdict without a reason: %v", file, k)
		}
		if _, dup := verdicts[k]; dup {
			return nil, fmt.Errorf("%s: second verdict for %v", file, k)
		}
		verdicts[k] = v
	}
	return verdicts, nil
}
