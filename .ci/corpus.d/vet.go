package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A finding is one diagnostic of the tool.
type finding struct {
	File    string // slash-separated, relative to the root of the module
	Line    int
	Col     int
	Check   string
	Message string
	Package string
	Func    string // Type.Method, function, or "" outside functions
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d:%d: [%s] %s", f.File, f.Line, f.Col, f.Check, f.Message)
}

// inTest reports whether the finding is in a test file.
func (f finding) inTest() bool { return strings.HasSuffix(f.File, "_test.go") }

func compareFindings(a, b finding) int {
	return cmp.Or(
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Col, b.Col),
		cmp.Compare(a.Check, b.Check),
		cmp.Compare(a.Message, b.Message),
		cmp.Compare(a.Package, b.Package),
	)
}

// A cost is what a run took, all processes together.
type cost struct {
	Wall   time.Duration
	CPU    time.Duration // user and system
	MaxRSS int64         // bytes, of the largest process
}

// A vetting is the outcome of a run of go vet on a module.
type vetting struct {
	Findings []finding
	Broken   []string // packages that do not compile, each with its first error
	Crashes  []string // what a tool that works never prints
	cost
}

// errInterrupted is the outcome of a run that was ended before its time.
var errInterrupted = errors.New("interrupted")

// vet runs go vet with a tool on module m in dir. The output goes to files: a
// pipe that is closed early would leave packages without results in the cache.
func (w *workspace) vet(ctx context.Context, m module, dir string, t tool) (*vetting, error) {
	dir, err := filepath.EvalSymlinks(dir) // the tool prints real paths
	if err != nil {
		return nil, err
	}
	out, err := os.MkdirTemp(w.dir, "out")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(out)
	stdout, err := os.Create(filepath.Join(out, "stdout"))
	if err != nil {
		return nil, err
	}
	defer stdout.Close()
	stderr, err := os.Create(filepath.Join(out, "stderr"))
	if err != nil {
		return nil, err
	}
	defer stderr.Close()

	cmd := w.command(m, dir, slices.Concat([]string{"vet", "-vettool=" + t.path, "-json"}, m.patterns)...)
	cmd.Env = append(cmd.Env, t.env...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	cmd.Wait() // a package that does not compile fails it too
	stop()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%w after %v", errInterrupted, time.Since(start).Round(time.Second))
	}
	v := &vetting{cost: cost{
		Wall:   time.Since(start),
		CPU:    cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		MaxRSS: cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10,
	}}
	for _, name := range []string{stdout.Name(), stderr.Name()} {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		v.parse(string(text), dir)
	}
	v.settle(dir)
	return v, nil
}

// vetCold is vet without results of t that the go command may have in its
// cache.
func (w *workspace) vetCold(ctx context.Context, m module, dir string, t tool) (*vetting, error) {
	tmp, err := os.MkdirTemp(w.dir, "tool")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	if t, err = salted(t, tmp); err != nil {
		return nil, err
	}
	return w.vet(ctx, m, dir, t)
}

// settle puts everything in order, once.
func (v *vetting) settle(dir string) {
	slices.SortFunc(v.Findings, compareFindings)
	// A file of a package can be seen again in its test variant.
	v.Findings = slices.Compact(v.Findings)
	nameFuncs(v.Findings, dir)
	slices.Sort(v.Broken)
	v.Broken = slices.Compact(v.Broken)
	slices.Sort(v.Crashes)
	v.Crashes = slices.Compact(v.Crashes)
}

// crash matches the output of a tool that ended itself.
var crash = regexp.MustCompile(`^panic: |^fatal error: |^runtime: |^SIG[A-Z]+: |signal: |: exit status [2-9]|internal error`)

// parse reads the output of go vet -json: JSON objects and "# package" lines,
// among what compilers and tools print when they fail.
func (v *vetting) parse(text, dir string) {
	pkg, failed := "", false
	for text != "" {
		if text[0] == '{' {
			if end := strings.Index(text, "\n}\n"); end >= 0 {
				if v.parseObject(text[:end+3], dir) {
					text = text[end+3:]
					continue
				}
			}
		}
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		switch {
		case strings.HasPrefix(line, "# "):
			pkg, failed = strings.Trim(line[2:], "[]"), false
		case line == "{}" || strings.TrimSpace(line) == "" || strings.HasPrefix(line, "go: downloading "):
		case crash.MatchString(line):
			failed = true // a stack follows
			v.Crashes = append(v.Crashes, strings.TrimPrefix(pkg+": "+line, ": "))
		case !failed:
			failed = pkg != "" // the first line tells why, others follow from it
			line = strings.ReplaceAll(line, dir+string(filepath.Separator), "")
			v.Broken = append(v.Broken, strings.TrimPrefix(pkg+": "+line, ": "))
		}
	}
}

// parseObject adds the findings in a JSON object printed by a vet tool and
// reports whether it is one.
func (v *vetting) parseObject(text, dir string) bool {
	var packages map[string]map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &packages) != nil {
		return false
	}
	for pkg, checks := range packages {
		pkg, _, _ = strings.Cut(pkg, " ") // without the test it is built for
		for check, raw := range checks {
			var diagnostics []struct{ Posn, Message string }
			if json.Unmarshal(raw, &diagnostics) != nil {
				v.Crashes = append(v.Crashes, pkg+": "+check+": "+strings.Join(strings.Fields(string(raw)), " "))
				continue
			}
			for _, d := range diagnostics {
				f := finding{Check: check, Package: pkg, Message: strings.Join(strings.Fields(d.Message), " ")}
				f.File, f.Line, f.Col = splitPosn(d.Posn)
				if rel, err := filepath.Rel(dir, f.File); err == nil && filepath.IsLocal(rel) {
					f.File = filepath.ToSlash(rel)
				}
				v.Findings = append(v.Findings, f)
			}
		}
	}
	return true
}

// splitPosn splits file:line:col.
func splitPosn(posn string) (file string, line, col int) {
	file = posn
	for _, n := range []*int{&col, &line} {
		i := strings.LastIndexByte(file, ':')
		if i < 0 {
			break
		}
		*n, _ = strconv.Atoi(file[i+1:])
		file = file[:i]
	}
	return file, line, col
}

// nameFuncs sets the function that each finding is in. The findings are
// sorted by file.
func nameFuncs(findings []finding, dir string) {
	var (
		name  string
		fset  *token.FileSet
		decls []ast.Decl
	)
	for i := range findings {
		f := &findings[i]
		if f.File != name {
			name, fset, decls = f.File, token.NewFileSet(), nil
			file := filepath.FromSlash(name)
			if !filepath.IsAbs(file) {
				file = filepath.Join(dir, file)
			}
			if parsed, _ := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution); parsed != nil {
				decls = parsed.Decls
			}
		}
		for _, d := range decls {
			d, ok := d.(*ast.FuncDecl)
			if ok && fset.PositionFor(d.Pos(), false).Line <= f.Line && f.Line <= fset.PositionFor(d.End(), false).Line {
				f.Func = funcName(d)
			}
		}
	}
}

// funcName returns Type.Method for a method, whatever its receiver's form.
func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}
