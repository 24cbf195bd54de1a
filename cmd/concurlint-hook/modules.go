package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A module is a folder with a go.mod file, and those folders of its packages
// that are to be checked, relative to it.
type module struct {
	dir      string
	packages []string
}

// modulesOf returns the modules and packages that files belong to. Like the
// pattern ./..., it leaves out what lies in vendor or testdata or is hidden.
func modulesOf(files []string) []module {
	packages := make(map[string][]string)
	for _, file := range files {
		dir := filepath.Dir(file)
		root, ok := moduleRoot(dir)
		if !ok || slices.ContainsFunc(strings.Split(filepath.ToSlash(dir), "/"), leftOut) {
			continue
		}
		if rel, err := filepath.Rel(root, dir); err == nil {
			packages[root] = append(packages[root], "./"+filepath.ToSlash(rel))
		}
	}
	var list []module
	for _, root := range slices.Sorted(maps.Keys(packages)) {
		slices.Sort(packages[root])
		list = append(list, module{root, slices.Compact(packages[root])})
	}
	return list
}

// moduleRoot returns the nearest folder above dir, or dir itself, that has a
// go.mod file.
func moduleRoot(dir string) (string, bool) {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// leftOut reports whether the go command leaves out folders of the given name.
func leftOut(name string) bool {
	return name == "vendor" || name == "testdata" || strings.HasPrefix(name, "_") ||
		strings.HasPrefix(name, ".") && name != "." && name != ".."
}
