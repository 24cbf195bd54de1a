package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"concurlint": main})
}

// TestScript runs concurlint by itself and under the real go command, as the
// scripts in testdata/script say.
func TestScript(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program more than a hundred times")
	}
	env := scriptEnv(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, env...)
			return nil
		},
	})
}

// scriptEnv returns the settings of the go command that scripts need in addition
// to the environment of testscript, which has neither caches nor a proxy, nor
// the way through the network to that.
func scriptEnv(t *testing.T) []string {
	var env []string
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOTOOLCHAIN"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(out)))
	}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if upper := strings.ToUpper(name); strings.HasSuffix(upper, "_PROXY") || strings.HasPrefix(upper, "SSL_CERT_") {
			env = append(env, v)
		}
	}
	return append(env, "GOFLAGS=")
}
