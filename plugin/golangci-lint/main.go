// The golangci-lint command is golangci-lint with concurlint as one more
// linter:
//
//	go install github.com/concurlint/concurlint/plugin/golangci-lint@latest
//
// It is a module of its own, so that the many dependencies of golangci-lint
// are not those of concurlint.
package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/golangci/golangci-lint/v2/pkg/commands"
	"github.com/golangci/golangci-lint/v2/pkg/exitcodes"

	_ "github.com/concurlint/concurlint/plugin"
)

func main() {
	if err := commands.Execute(ourselves()); err != nil {
		fmt.Fprintln(os.Stderr, "The command is terminated due to an error:", err)
		os.Exit(exitcodes.Failure)
	}
}

// ourselves describes this program to golangci-lint.
func ourselves() commands.BuildInfo {
	info := commands.BuildInfo{Version: unknown, GoVersion: "unknown", Commit: "?", Date: "unknown"}
	if build, ok := debug.ReadBuildInfo(); ok {
		info.Version = version(build)
		info.GoVersion = build.GoVersion
	}
	return info
}

// unknown is the version of a program that cannot tell. Golangci-lint then
// takes the hash of the executable for what we use the version.
const unknown = "(devel)"

// version returns the version of golangci-lint and a hash of all that is built
// in. Golangci-lint keeps findings in a cache for programs of the same
// version, so any change of concurlint has to change it.
func version(build *debug.BuildInfo) string {
	host := ""
	content := sha256.New()
	for _, dep := range build.Deps {
		if dep.Sum == "" || dep.Replace != nil {
			return unknown // a folder, whose contents may change
		}
		if dep.Path == "github.com/golangci/golangci-lint/v2" {
			host = strings.TrimPrefix(dep.Version, "v")
		}
		fmt.Fprintln(content, build.GoVersion, dep.Path, dep.Version, dep.Sum)
	}
	if host == "" {
		return unknown
	}
	return fmt.Sprintf("%s-concurlint-%x", host, content.Sum(nil)[:hashSize])
}

// hashSize is as much of a hash as people may want to see, and enough to tell
// the builds of one machine apart.
const hashSize = 6
