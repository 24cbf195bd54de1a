// Command corpus runs concurlint on real code and reports what it finds and
// what it costs.
//
//	corpus   findings on the pinned modules of .ci/corpus.tsv, with verdicts
//	bench    time and memory beside a tool that does nothing and a peer
//	kernels  findings on the goroutine leak kernels of the Go distribution
//	guards   inferred guards beside those that people declare
//
// It is started by the scripts of the same names in .ci, which pass it the
// root of the repository. It keeps everything it makes below
// $CONCURLINT_CORPUS, by default concurlint-corpus in the user's cache
// folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

var commands = map[string]func(ctx context.Context, root string, args []string) error{
	"corpus":  corpusMain,
	"bench":   benchMain,
	"kernels": kernelsMain,
	"guards":  guardsMain,
}

// errFindings is what a command returns that has printed why it failed.
var errFindings = errors.New("see above")

func main() {
	if tool := os.Getenv(meteredTool); tool != "" {
		os.Exit(meter(tool, os.Args[1:]))
	}
	if len(os.Args) < 3 || commands[os.Args[2]] == nil {
		fmt.Fprintln(os.Stderr, "usage: corpus ROOT corpus|bench|kernels|guards [flags] [BINARY]")
		os.Exit(2)
	}
	if err := limit(); err != nil {
		fmt.Fprintln(os.Stderr, "setting limits:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := commands[os.Args[2]](ctx, os.Args[1], os.Args[3:]); {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errFindings):
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, os.Args[2]+":", err)
		os.Exit(2)
	}
}

// What a process may use. A tool that needs more on any package does not end,
// and would take the machine with it.
const (
	maxSeconds = 5 * 60  // of processor time; then it is killed
	maxMemory  = 8 << 30 // bytes of address space; then it fails
)

// limit sets the limits for this process and those that it will start.
func limit() error {
	for _, l := range []struct {
		resource int
		max      uint64
	}{{syscall.RLIMIT_CPU, maxSeconds}, {syscall.RLIMIT_AS, maxMemory}} {
		var r syscall.Rlimit
		if err := syscall.Getrlimit(l.resource, &r); err != nil {
			return err
		}
		r.Max = min(l.max, r.Max)
		r.Cur = min(l.max, r.Cur)
		if err := syscall.Setrlimit(l.resource, &r); err != nil {
			return err
		}
	}
	return nil
}
