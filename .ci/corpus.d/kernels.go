package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const kernelsUsage = `usage: .ci/kernels [flags] [BINARY]

Runs a vet tool, by default a build of cmd/concurlint, on each of the GoKer
kernels that the Go distribution keeps to test its goroutine leak profile: one
real bug each, cut down to a page. Prints which fire, by class of bug.

`

// A kernel is a file with one bug.
type kernel struct {
	name     string // of the file, without .go
	class    string // type and sub-type, as its README gives them
	findings []finding
}

func kernelsMain(ctx context.Context, root string, args []string) error {
	fs := flag.NewFlagSet("kernels", flag.ContinueOnError)
	checks := fs.String("checks", "", "only findings of these checks, separated by commas")
	fs.Usage = func() { fmt.Fprint(fs.Output(), kernelsUsage); fs.PrintDefaults() }
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 1 {
		fs.Usage()
		return fmt.Errorf("one binary at most")
	}
	w, err := openWorkspace(root)
	if err != nil {
		return err
	}
	t, err := w.tool(fs.Arg(0))
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	src := filepath.Join(strings.TrimSpace(string(out)), "src", "runtime", "testdata", "testgoroutineleakprofile", "goker")
	readme, err := os.ReadFile(filepath.Join(src, "README.md"))
	if err != nil {
		return err
	}
	kernels := parseKernels(string(readme))
	dir := w.path("kernels")
	if err := layKernels(dir, src, kernels); err != nil {
		return err
	}
	v, err := w.vet(ctx, module{path: "goker", patterns: []string{"./..."}}, dir, t)
	if err != nil {
		return err
	}
	for _, f := range v.Findings {
		if *checks != "" && !slices.Contains(strings.Split(*checks, ","), f.Check) {
			continue
		}
		if k := kernels[filepath.Dir(f.File)]; k != nil {
			k.findings = append(k.findings, f)
		}
	}
	printKernels(kernels)
	printList(os.Stdout, "not analyzed: ", v.Broken)
	printList(os.Stdout, "CRASH: ", v.Crashes)
	if len(v.Broken)+len(v.Crashes) > 0 {
		return errFindings
	}
	return nil
}

// kernelRow matches the heading and the row of a kernel in the README.
var kernelRow = regexp.MustCompile(`(?m)^## (\w+)/(\d+)\n(?:[^#].*\n|\n)*?\|\[.*\|([^|]*)\|([^|]*)\|$`)

// parseKernels returns the kernels that the README describes, by name.
func parseKernels(readme string) map[string]*kernel {
	kernels := make(map[string]*kernel)
	for _, m := range kernelRow.FindAllStringSubmatch(readme, -1) {
		k := &kernel{
			name:  strings.ToLower(m[1]) + m[2],
			class: strings.TrimSpace(m[3]) + ", " + strings.ToLower(strings.TrimSpace(m[4])),
		}
		kernels[k.name] = k
	}
	return kernels
}

// layKernels makes a module in dir with a package for each kernel. All of them
// need the file that runs them.
func layKernels(dir, src string, kernels map[string]*kernel) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for name := range kernels {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
			return err
		}
		for _, file := range []string{"main.go", name + ".go"} {
			data, err := os.ReadFile(filepath.Join(src, file))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, name, file), data, 0o666); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module goker\n\ngo 1.26\n"), 0o666)
}

func printKernels(kernels map[string]*kernel) {
	classes := make(map[string][]*kernel)
	fire := 0
	for _, name := range slices.Sorted(maps.Keys(kernels)) {
		k := kernels[name]
		classes[k.class] = append(classes[k.class], k)
		if len(k.findings) > 0 {
			fire++
		}
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		n := 0
		for _, k := range classes[class] {
			if len(k.findings) > 0 {
				n++
			}
		}
		fmt.Printf("%s: %d of %d fire\n", class, n, len(classes[class]))
		for _, k := range classes[class] {
			if len(k.findings) == 0 {
				fmt.Printf("  %-16s -\n", k.name)
			}
			for _, f := range k.findings {
				fmt.Printf("  %-16s %s:%d [%s] %s\n", k.name, filepath.Base(f.File), f.Line, f.Check, f.Message)
			}
		}
	}
	fmt.Printf("all: %d of %d fire\n", fire, len(kernels))
}
