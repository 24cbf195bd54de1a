package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// load returns the packages that patterns match, but for those that cannot be
// analysed; problems says why, a line each. Test variants stand for their
// packages, as in go vet. Files in overlay have the contents given there.
// The progress is that of reading them.
func load(patterns []string, tests bool, overlay map[string][]byte, p *progress) (pkgs []*packages.Package, problems []string, err error) {
	env := readGoEnv()
	config := &packages.Config{
		Mode:    packages.LoadAllSyntax | packages.NeedModule | packages.NeedForTest,
		Tests:   tests,
		Overlay: overlay,
	}
	withHeaders := env.root != "" && !mayNameStd(patterns, env.root)
	if withHeaders {
		config.ParseFile = p.counting(headers(env.root))
	} else {
		config.ParseFile = p.counting(parseFile)
	}
	pkgs, err = packages.Load(config, patterns...)
	if err == nil && withHeaders && stdFailed(pkgs, env.root) {
		config.ParseFile = p.counting(parseFile)
		pkgs, err = packages.Load(config, patterns...)
	}
	if err != nil {
		return nil, nil, goListError(err)
	}
	if len(pkgs) == 0 {
		return nil, nil, fmt.Errorf("no packages match %s", strings.Join(patterns, " "))
	}
	pkgs = slices.DeleteFunc(pkgs, func(p *packages.Package) bool {
		return p.Name == "main" && strings.HasSuffix(p.ID, ".test") // generated
	})
	problems = loadProblems(pkgs)
	if problems != nil {
		if err := env.problem(); err != nil {
			return nil, nil, err
		}
	}
	pkgs = slices.DeleteFunc(pkgs, func(p *packages.Package) bool { return p.IllTyped })
	return withoutVariants(pkgs), problems, nil
}

// A goEnv holds settings of the go command in the current directory.
type goEnv struct {
	root, version, mode, mod, work string
}

// readGoEnv returns the settings, or none if go does not tell them.
func readGoEnv() goEnv {
	out, err := exec.Command("go", "env", "GOROOT", "GOVERSION", "GO111MODULE", "GOMOD", "GOWORK").Output()
	lines := strings.Split(string(out), "\n")
	if err != nil || len(lines) < 5 {
		return goEnv{}
	}
	return goEnv{lines[0], lines[1], lines[2], lines[3], lines[4]}
}

// problem returns what is wrong with the place where we run, which may explain
// problems of the code.
func (env goEnv) problem() error {
	if env == (goEnv{}) {
		return nil
	}
	if env.mode != "off" && (env.mod == "" || env.mod == os.DevNull) && env.work == "" {
		return errors.New("there is no go.mod file in this folder or above it: go mod init makes one")
	}
	return tooOld(runtime.Version(), env.version)
}

// goListError returns err, the failure of the go command, as a sentence.
func goListError(err error) error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("the go command is not in PATH")
	}
	text := err.Error()
	if _, stderr, ok := strings.Cut(text, "stderr: go: "); ok {
		text = stderr
	}
	return errors.New(strings.TrimSpace(text))
}

// loadProblems returns a line for each reason why one of pkgs, or a package
// that it imports, cannot be analysed.
func loadProblems(pkgs []*packages.Package) []string {
	var problems []string
	seen := make(map[string]bool)
	packages.Visit(pkgs, nil, func(pkg *packages.Package) {
		for _, err := range pkg.Errors {
			line, key := problemLine(err), err.Pos
			if err.Pos == "" || err.Pos == "-" {
				key = line
			}
			// A position may come again in a test variant, or with more
			// errors of a parser that has lost the thread.
			if !seen[key] {
				seen[key] = true
				problems = append(problems, line)
			}
		}
	})
	for _, pkg := range pkgs {
		if pkg.IllTyped && len(pkg.Errors) == 0 {
			problems = append(problems, fmt.Sprintf("%s is not analysed, because a package that it imports does not compile", pkg.ID))
		}
	}
	return problems
}

// problemLine returns err as a line.
func problemLine(err packages.Error) string {
	place := "concurlint"
	if err.Pos != "" && err.Pos != "-" {
		place = relative(err.Pos)
	}
	text := strings.TrimSpace(err.Msg)
	if strings.Contains(text, "does not contain modules listed in go.work") {
		text += ": the pattern work names all of these modules"
	}
	return fmt.Sprintf("%s: %s", place, text)
}

// withoutVariants returns pkgs without those whose test variant is there: it
// has all their files.
func withoutVariants(pkgs []*packages.Package) []*packages.Package {
	variants := make(map[string]bool)
	for _, p := range pkgs {
		if p.ForTest != "" && p.ForTest == p.PkgPath {
			variants[p.PkgPath] = true
		}
	}
	return slices.DeleteFunc(pkgs, func(p *packages.Package) bool {
		return p.ForTest == "" && variants[p.PkgPath]
	})
}

// relative returns name, which may have a position behind it, relative to the
// current directory if it is below that.
func relative(name string) string {
	dir, err := os.Getwd()
	if err != nil {
		return name
	}
	if rel, ok := strings.CutPrefix(name, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator)); ok {
		return rel
	}
	return name
}
