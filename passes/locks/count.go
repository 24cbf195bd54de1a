package locks

import (
	"go/types"

	"github.com/concurlint/concurlint/passes/internal/known"
)

// A Resource is what an operation acquires or releases. All but Lock are
// counted: many goroutines may hold a unit of one, and whoever has one may hand
// it to another goroutine, which releases it.
type Resource uint8

const (
	Lock      Resource = iota
	Semaphore          // a semaphore.Weighted
	Tokens             // a channel whose values are the units of a semaphore
	Group              // a sync.WaitGroup: Add acquires, Done releases
)

// Counted reports whether r is a counted resource.
func (r Resource) Counted() bool { return r != Lock }

var counts = map[known.Name]Op{
	{Pkg: "golang.org/x/sync/semaphore", Recv: "Weighted", Func: "Acquire"}:    {Action: Try, Mode: Read, Sync: true, Resource: Semaphore, Weight: 2, Errs: true},
	{Pkg: "golang.org/x/sync/semaphore", Recv: "Weighted", Func: "TryAcquire"}: {Action: Try, Mode: Read, Sync: true, Resource: Semaphore, Weight: 1},
	{Pkg: "golang.org/x/sync/semaphore", Recv: "Weighted", Func: "Release"}:    {Action: Release, Mode: Read, Sync: true, Resource: Semaphore, Weight: 1},

	{Pkg: "sync", Recv: "WaitGroup", Func: "Add"}:  {Action: Acquire, Mode: Read, Sync: true, Resource: Group, Weight: 1},
	{Pkg: "sync", Recv: "WaitGroup", Func: "Done"}: {Action: Release, Mode: Read, Sync: true, Resource: Group},
}

// CountOf returns what a call of fn does to its receiver, if fn is a method of
// a counted resource: a semaphore.Weighted or a sync.WaitGroup.
func CountOf(fn *types.Func) (Op, bool) {
	if fn == nil || fn.Signature().Recv() == nil {
		return Op{}, false
	}
	op, ok := counts[known.NameOf(fn)]
	return op, ok
}
