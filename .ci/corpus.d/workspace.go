package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// vetToolchain runs go vet on the modules. Releases of Go 1.26 before 1.26.9
// lose diagnostics of packages that were first vetted as a dependency of
// others, because the cache key did not tell the two apart.
const vetToolchain = "go1.26.10"

// A workspace is the folder below which everything is kept: module trees, the
// build cache, the tools and the results of each run.
type workspace struct {
	root string // of the repository
	dir  string
}

func openWorkspace(root string) (*workspace, error) {
	dir := os.Getenv("CONCURLINT_CORPUS")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(cache, "concurlint-corpus")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	root, err = filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	return &workspace{root, dir}, os.MkdirAll(dir, 0o777)
}

func (w *workspace) path(elem ...string) string {
	return filepath.Join(append([]string{w.dir}, elem...)...)
}

// env is the environment of the go command for a module. The build cache is
// the workspace's own, since the caller's may hold results of other patterns
// (see vetToolchain); cgo is off so that no C headers are needed.
func (w *workspace) env(m module) []string {
	flags := "-buildvcs=false"
	toolchain := vetToolchain
	if m.path == "std" {
		toolchain = m.version
	} else {
		flags += " -mod=mod"
	}
	if m.tags != "" {
		flags += " -tags=" + m.tags
	}
	return append(os.Environ(),
		"GOFLAGS="+flags,
		"GOTOOLCHAIN="+toolchain,
		"GOCACHE="+w.path("gocache"),
		"GOWORK=off",
		"CGO_ENABLED=0",
	)
}

// command returns the go command with args, to be run in dir for module m.
func (w *workspace) command(m module, dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = w.env(m)
	return cmd
}

// A tool is a vet tool, copied so that a build during the run changes nothing.
type tool struct {
	path   string
	digest string   // of its contents, abbreviated
	env    []string // it needs
}

// tool returns the vet tool at path, or a build of cmd/concurlint if path is
// empty.
func (w *workspace) tool(path string) (tool, error) {
	if path == "" {
		path = w.path("tools", "concurlint")
		if err := w.build(path, w.root, "./cmd/concurlint"); err != nil {
			return tool{}, err
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return tool{}, err
	}
	sum := sha256.Sum256(data)
	t := tool{digest: hex.EncodeToString(sum[:])[:12]}
	t.path = w.path("tools", t.digest)
	if _, err := os.Stat(t.path); err == nil {
		return t, nil
	}
	return t, writeProgram(t.path, data)
}

// build builds the package pkg of the module in dir, with the caller's go
// command.
func (w *workspace) build(out, dir, pkg string) error {
	cmd := exec.Command("go", "build", "-o", out, pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false")
	if dir != w.root {
		cmd.Env = append(cmd.Env, "GOFLAGS=-buildvcs=false -mod=mod")
	}
	if msg, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %v\n%s", pkg, err, msg)
	}
	return nil
}

// salted returns a copy of t in dir that works the same but has another
// identity for the go command, which therefore has no results of it in its
// cache.
func salted(t tool, dir string) (tool, error) {
	data, err := os.ReadFile(t.path)
	if err != nil {
		return tool{}, err
	}
	salt := make([]byte, 16)
	if _, err := io.ReadFull(rand.Reader, salt); err != nil {
		return tool{}, err
	}
	s := tool{path: filepath.Join(dir, "salted"), digest: t.digest}
	return s, writeProgram(s.path, append(data, salt...))
}

// writeProgram writes an executable in one step: a copy may be running.
func writeProgram(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(path+".tmp", data, 0o777); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// fileName turns a module path and version into the name of a file.
func fileName(m module) string {
	return strings.ReplaceAll(m.path, "/", "_") + "@" + m.version
}
