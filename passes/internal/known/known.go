// Package known tells what functions of the standard library and of a few
// well-known modules do, as far as the passes must know: which never return,
// which call their function arguments, and where.
//
// It is a table rather than facts because some drivers do not analyse the
// standard library. Functions are found by object: package path, receiver type
// and name.
package known

import (
	"go/types"
	"strings"
)

// A Name identifies a function or method: its package path, the name of its
// receiver's type ("" for functions) and its own name.
type Name struct{ Pkg, Recv, Func string }

// NameOf returns fn's Name. The zero Name stands for functions without a
// package, such as error.Error.
func NameOf(fn *types.Func) Name {
	if fn == nil || fn.Pkg() == nil {
		return Name{}
	}
	name := Name{Pkg: fn.Pkg().Path(), Func: fn.Name()}
	if recv := fn.Signature().Recv(); recv != nil {
		name.Recv = typeName(recv.Type())
	}
	return name
}

func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// An End says how a function that never returns ends.
type End uint8

const (
	Returns End = iota
	Exits       // the process ends
	Panics      // it panics
	Goexits     // the goroutine ends after running its deferred calls
)

// String returns the verb, for tests and dumps.
func (e End) String() string { return [...]string{"returns", "exits", "panics", "goexits"}[e] }

var ends = map[Name]End{
	{"os", "", "Exit"}:               Exits,
	{"syscall", "", "Exit"}:          Exits,
	{"log", "", "Fatal"}:             Exits,
	{"log", "", "Fatalf"}:            Exits,
	{"log", "", "Fatalln"}:           Exits,
	{"log", "", "Panic"}:             Panics,
	{"log", "", "Panicf"}:            Panics,
	{"log", "", "Panicln"}:           Panics,
	{"log", "Logger", "Fatal"}:       Exits,
	{"log", "Logger", "Fatalf"}:      Exits,
	{"log", "Logger", "Fatalln"}:     Exits,
	{"log", "Logger", "Panic"}:       Panics,
	{"log", "Logger", "Panicf"}:      Panics,
	{"log", "Logger", "Panicln"}:     Panics,
	{"runtime", "", "Goexit"}:        Goexits,
	{"runtime", "", "throw"}:         Exits,
	{"runtime", "", "fatal"}:         Exits,
	{"testing", "common", "FailNow"}: Goexits,
	{"testing", "common", "Fatal"}:   Goexits,
	{"testing", "common", "Fatalf"}:  Goexits,
	{"testing", "common", "Skip"}:    Goexits,
	{"testing", "common", "Skipf"}:   Goexits,
	{"testing", "common", "SkipNow"}: Goexits,
	{"testing", "TB", "FailNow"}:     Goexits,
	{"testing", "TB", "Fatal"}:       Goexits,
	{"testing", "TB", "Fatalf"}:      Goexits,
	{"testing", "TB", "Skip"}:        Goexits,
	{"testing", "TB", "Skipf"}:       Goexits,
	{"testing", "TB", "SkipNow"}:     Goexits,

	{"go.uber.org/zap", "Logger", "Fatal"}:             Exits,
	{"go.uber.org/zap", "Logger", "Panic"}:             Panics,
	{"go.uber.org/zap", "SugaredLogger", "Fatal"}:      Exits,
	{"go.uber.org/zap", "SugaredLogger", "Fatalf"}:     Exits,
	{"go.uber.org/zap", "SugaredLogger", "Fatalw"}:     Exits,
	{"go.uber.org/zap", "SugaredLogger", "Panicf"}:     Panics,
	{"github.com/sirupsen/logrus", "", "Fatal"}:        Exits,
	{"github.com/sirupsen/logrus", "", "Fatalf"}:       Exits,
	{"github.com/sirupsen/logrus", "", "Fatalln"}:      Exits,
	{"github.com/sirupsen/logrus", "Logger", "Fatal"}:  Exits,
	{"github.com/sirupsen/logrus", "Logger", "Fatalf"}: Exits,
	{"github.com/sirupsen/logrus", "Entry", "Fatal"}:   Exits,
	{"github.com/sirupsen/logrus", "Entry", "Fatalf"}:  Exits,
	{"k8s.io/klog/v2", "", "Fatal"}:                    Exits,
	{"k8s.io/klog/v2", "", "Fatalf"}:                   Exits,
	{"k8s.io/klog/v2", "", "Fatalln"}:                  Exits,
	{"k8s.io/klog/v2", "", "Exit"}:                     Exits,
	{"k8s.io/klog/v2", "", "Exitf"}:                    Exits,

	{"github.com/stretchr/testify/require", "", "FailNow"}:  Goexits,
	{"github.com/stretchr/testify/require", "", "FailNowf"}: Goexits,
}

// EndOf returns how the function ends, if it never returns.
func EndOf(fn *types.Func) End { return ends[NameOf(fn)] }

// A Use says what a function does with its function arguments.
type Use uint8

const (
	Unknown Use = iota
	Calls       // it calls them before it returns, on the same goroutine, any number of times
	Spawns      // it has another goroutine call them
	Keeps       // it stores them for a later call
)

var uses = map[Name]Use{
	{"sync", "Once", "Do"}:                 Calls,
	{"sync", "Map", "Range"}:               Calls,
	{"sync", "WaitGroup", "Go"}:            Spawns,
	{"sync", "", "OnceFunc"}:               Keeps,
	{"sync", "", "OnceValue"}:              Keeps,
	{"sync", "", "OnceValues"}:             Keeps,
	{"time", "", "AfterFunc"}:              Spawns,
	{"context", "", "AfterFunc"}:           Spawns,
	{"sort", "", "Slice"}:                  Calls,
	{"sort", "", "SliceStable"}:            Calls,
	{"sort", "", "SliceIsSorted"}:          Calls,
	{"sort", "", "Search"}:                 Calls,
	{"sort", "", "Find"}:                   Calls,
	{"slices", "", "SortFunc"}:             Calls,
	{"slices", "", "SortStableFunc"}:       Calls,
	{"slices", "", "IndexFunc"}:            Calls,
	{"slices", "", "ContainsFunc"}:         Calls,
	{"slices", "", "DeleteFunc"}:           Calls,
	{"slices", "", "CompactFunc"}:          Calls,
	{"slices", "", "EqualFunc"}:            Calls,
	{"slices", "", "MinFunc"}:              Calls,
	{"slices", "", "MaxFunc"}:              Calls,
	{"slices", "", "BinarySearchFunc"}:     Calls,
	{"slices", "", "IsSortedFunc"}:         Calls,
	{"maps", "", "DeleteFunc"}:             Calls,
	{"maps", "", "EqualFunc"}:              Calls,
	{"strings", "", "Map"}:                 Calls,
	{"strings", "", "FieldsFunc"}:          Calls,
	{"strings", "", "IndexFunc"}:           Calls,
	{"strings", "", "TrimFunc"}:            Calls,
	{"bytes", "", "Map"}:                   Calls,
	{"path/filepath", "", "Walk"}:          Calls,
	{"path/filepath", "", "WalkDir"}:       Calls,
	{"io/fs", "", "WalkDir"}:               Calls,
	{"container/ring", "Ring", "Do"}:       Calls,
	{"go/ast", "", "Inspect"}:              Calls,
	{"expvar", "", "Do"}:                   Calls,
	{"expvar", "Map", "Do"}:                Calls,
	{"flag", "FlagSet", "VisitAll"}:        Calls,
	{"testing", "B", "RunParallel"}:        Spawns,
	{"testing", "common", "Cleanup"}:       Keeps,
	{"testing", "TB", "Cleanup"}:           Keeps,
	{"runtime", "", "SetFinalizer"}:        Spawns,
	{"runtime", "", "AddCleanup"}:          Spawns,
	{"net/http", "", "HandleFunc"}:         Spawns,
	{"net/http", "ServeMux", "HandleFunc"}: Spawns,

	{"golang.org/x/sync/errgroup", "Group", "Go"}:         Spawns,
	{"golang.org/x/sync/errgroup", "Group", "TryGo"}:      Spawns,
	{"golang.org/x/sync/singleflight", "Group", "Do"}:     Calls,
	{"golang.org/x/sync/singleflight", "Group", "DoChan"}: Spawns,
	{"github.com/sourcegraph/conc", "WaitGroup", "Go"}:    Spawns,
	{"github.com/sourcegraph/conc/pool", "Pool", "Go"}:    Spawns,
}

// UseOf returns what the function does with its function arguments.
func UseOf(fn *types.Func) Use { return uses[NameOf(fn)] }

// NonNil reports whether the function's only result is an error that is never
// nil.
func NonNil(fn *types.Func) bool {
	switch NameOf(fn) {
	case Name{"errors", "", "New"}, Name{"fmt", "", "Errorf"}:
		return true
	}
	return false
}

// Wraps reports whether the function returns an error that is nil if and only if
// its first argument is.
func Wraps(fn *types.Func) bool {
	switch name := NameOf(fn); name.Pkg {
	case "github.com/pkg/errors", "github.com/cockroachdb/errors":
		switch name.Func {
		case "Wrap", "Wrapf", "WithMessage", "WithMessagef", "WithStack":
			return true
		}
	}
	return false
}

// Reads reports whether the method does not change its receiver.
func Reads(fn *types.Func) bool {
	switch name := NameOf(fn); name.Pkg {
	case "bytes", "strings":
		return readers[name.Func]
	case "container/list", "container/ring", "math/big", "time":
		return readers[name.Func]
	}
	return fn.Name() == "String" || fn.Name() == "Error"
}

// readers are the methods of std's mutable types that only read.
var readers = map[string]bool{
	"Len": true, "Cap": true, "Bytes": true, "String": true, "Available": true, "Size": true,
	"Front": true, "Back": true, "Next": true, "Prev": true,
	"Cmp": true, "Sign": true, "Int64": true, "Uint64": true, "BitLen": true, "Text": true,
	"Equal": true, "Before": true, "After": true, "Sub": true, "IsZero": true, "Unix": true, "Format": true,
}

// Joins reports whether the method waits for goroutines that its receiver knows.
func Joins(fn *types.Func) bool {
	switch NameOf(fn) {
	case Name{"sync", "WaitGroup", "Wait"},
		Name{"golang.org/x/sync/errgroup", "Group", "Wait"},
		Name{"github.com/sourcegraph/conc", "WaitGroup", "Wait"},
		Name{"github.com/sourcegraph/conc/pool", "Pool", "Wait"}:
		return true
	}
	return false
}

// Once reports whether the function calls its function argument only once, and
// before any of its callers goes on.
func Once(fn *types.Func) bool {
	name := NameOf(fn)
	if name.Pkg != "sync" {
		return false
	}
	return name.Recv == "Once" && name.Func == "Do" || name.Func == "OnceFunc" || name.Func == "OnceValue" || name.Func == "OnceValues"
}

// Rearranges reports whether the function changes what its first argument, an
// interface, refers to.
func Rearranges(fn *types.Func) bool {
	name := NameOf(fn)
	return name.Pkg == "container/heap" && name.Recv == "" || name.Pkg == "sort" && (name.Func == "Sort" || name.Func == "Stable")
}

// std holds the first elements of the import paths of the standard library.
var std = set("archive bufio bytes cmd compress container context crypto database debug embed encoding errors expvar flag fmt go hash html image index " +
	"internal io iter log maps math mime net os path plugin reflect regexp runtime simd slices sort strconv strings structs sync syscall testing text time " +
	"unicode unique unsafe vendor weak")

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// Std reports whether the import path is one of the standard library.
func Std(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return std[first]
}

// Counts reports whether the method runs its argument on a goroutine that its
// receiver can wait for.
func Counts(fn *types.Func) bool {
	switch NameOf(fn) {
	case Name{"sync", "WaitGroup", "Go"},
		Name{"golang.org/x/sync/errgroup", "Group", "Go"},
		Name{"golang.org/x/sync/errgroup", "Group", "TryGo"},
		Name{"github.com/sourcegraph/conc", "WaitGroup", "Go"},
		Name{"github.com/sourcegraph/conc/pool", "Pool", "Go"}:
		return true
	}
	return false
}

// Sorts reports whether method is one of an interface whose methods std's
// algorithms call on the goroutine of their caller: sort.Interface and
// heap.Interface.
func Sorts(method *types.Func) bool {
	recv := method.Signature().Recv()
	if recv == nil {
		return false
	}
	switch method.Name() {
	case "Len", "Less", "Swap", "Push", "Pop":
	default:
		return false
	}
	for _, name := range [...]string{"Len", "Less", "Swap"} {
		obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, method.Pkg(), name)
		if _, ok := obj.(*types.Func); !ok {
			return false
		}
	}
	return true
}
