package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestInstall installs us the way that users do, as a program and as a tool of
// a module, from a proxy that has this source as a release.
func TestInstall(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program twice")
	}
	us := module.Version{Path: "github.com/concurlint/concurlint", Version: "v0.1.0"}
	dir := t.TempDir()
	release(t, filepath.Join(dir, "proxy"), us)
	bin := filepath.Join(dir, "bin")
	setProxy(t, dir)
	t.Setenv("GOBIN", bin)

	inModule(t, terminalModule)
	goCommand(t, "install", us.Path+"/cmd/concurlint@latest")
	want := "concurlint v0.1.0 " + runtime.Version() + "\n"
	program := filepath.Join(bin, "concurlint")
	if out, err := exec.Command(program, "version").Output(); string(out) != want || err != nil {
		t.Errorf("concurlint version: got %s, %v; want %s", out, err, want)
	}
	if out, err := exec.Command(program).Output(); err == nil || !strings.Contains(string(out), "(missingunlock)\n") {
		t.Errorf("concurlint: got %s, %v", out, err)
	}

	goCommand(t, "get", "-tool", us.Path+"/cmd/concurlint@latest")
	if mod, err := os.ReadFile("go.mod"); err != nil || !strings.Contains(string(mod), "\ntool "+us.Path+"/cmd/concurlint\n") {
		t.Errorf("go get -tool makes go.mod\n%s", mod)
	}
	if out := goCommand(t, "tool", "concurlint", "version"); out != want {
		t.Errorf("go tool concurlint version: got %s, want %s", out, want)
	}
	if out, err := exec.Command("go", "tool", "concurlint", "./a").Output(); err == nil || !strings.Contains(string(out), "(missingunlock)\n") {
		t.Errorf("go tool concurlint: got %s, %v", out, err)
	}
}

// release makes the folder called proxy a module proxy with our source.
func release(t *testing.T, proxy string, us module.Version) {
	folder := filepath.Join(proxy, filepath.FromSlash(us.Path), "@v")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join("..", "..")
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(folder, us.Version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	if err := zip.CreateFromDir(f, us, root); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		us.Version + ".mod":  string(mod),
		us.Version + ".info": fmt.Sprintf(`{"Version": %q, "Time": "2026-01-01T00:00:00Z"}`, us.Version),
		"list":               us.Version + "\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// setProxy makes the go command take modules from the folder proxy in dir, and
// others from where they are already, into a cache of its own.
func setProxy(t *testing.T, dir string) {
	cache := goCommand(t, "env", "GOMODCACHE")
	proxies := []string{
		"file://" + filepath.ToSlash(filepath.Join(dir, "proxy")),
		"file://" + filepath.ToSlash(filepath.Join(strings.TrimSpace(cache), "cache", "download")),
		strings.TrimSpace(goCommand(t, "env", "GOPROXY")),
	}
	t.Setenv("GOPROXY", strings.Join(proxies, ","))
	t.Setenv("GOSUMDB", "off") // which does not know the release
	t.Setenv("GOMODCACHE", filepath.Join(dir, "modules"))
	t.Setenv("GOFLAGS", "-modcacherw") // or the folder cannot be removed
}

// goCommand runs the go command and returns its output.
func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	var stderr strings.Builder
	cmd := exec.Command("go", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}
