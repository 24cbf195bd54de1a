package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

const changedHelp = `
Changes

With -changed-from=REV, only those packages are checked that have Go files which
differ from the commit at which the current branch has left REV, or that git
does not know yet; all of them, if a go.mod or go.work file differs. REV is a
branch, tag or commit, such as origin/main. The findings of these packages need
not be new, and a change may cause one in a package that it does not touch: let
some run check all. To see only findings on lines that are new, use golangci-lint
with --new-from-merge-base.
`

// changedPackages returns patterns for the packages among those that patterns
// match which have changed since the current branch has left revision.
func changedPackages(patterns []string, revision string) ([]string, error) {
	files, err := changedFiles(revision)
	if err != nil {
		return nil, err
	}
	all := false
	folders := make(map[string]bool)
	for _, name := range files {
		switch base := filepath.Base(name); {
		case base == "go.mod" || base == "go.work":
			all = true
		case strings.HasSuffix(base, ".go"):
			folders[filepath.Dir(name)] = true
		}
	}
	if all {
		return patterns, nil
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles}, patterns...)
	if err != nil {
		return nil, goListError(err)
	}
	if len(pkgs) == 0 {
		return patterns, nil // to be told that there are none
	}
	var changed []string
	for _, pkg := range pkgs {
		switch {
		case pkg.Dir == "": // it does not exist
			return patterns, nil
		case folders[realPath(pkg.Dir)]:
			changed = append(changed, folderPattern(pkg.Dir))
		}
	}
	slices.Sort(changed)
	return changed, nil
}

// folderPattern returns a pattern for the package in a folder that cannot be
// taken for one of std, as the path of a package can.
func folderPattern(folder string) string {
	if rel := relative(folder); rel != folder {
		return "." + string(filepath.Separator) + rel
	}
	return folder
}

// changedFiles returns the names of the files of the repository that have
// changed since the current branch has left revision.
func changedFiles(revision string) ([]string, error) {
	top, err := git("rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	root := realPath(strings.TrimSuffix(top, "\n"))
	base, err := git("merge-base", "--", revision, "HEAD")
	if err != nil {
		return nil, fmt.Errorf("no commit is found at which HEAD has left %s: %w", revision, err)
	}
	tracked, err := git("-C", root, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", strings.TrimSpace(base), "--")
	if err != nil {
		return nil, err
	}
	untracked, err := git("-C", root, "ls-files", "--others", "--exclude-standard", "-z")
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range strings.SplitSeq(tracked+untracked, "\x00") {
		if name != "" {
			names = append(names, filepath.Join(root, filepath.FromSlash(name)))
		}
	}
	return names, nil
}

// git runs git and returns its output.
func git(args ...string) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.Command("git", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("the git command is not in PATH")
	case err != nil && strings.TrimSpace(stderr.String()) != "":
		first, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return "", errors.New("git: " + strings.TrimPrefix(first, "fatal: "))
	case err != nil:
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return string(out), nil
}

// realPath returns name without symbolic links, if it exists.
func realPath(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}
