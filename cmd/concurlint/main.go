// The concurlint command reports concurrency mistakes in Go code.
//
//	concurlint ./...
//	go vet -vettool=$(which concurlint) ./...
//
// Run "concurlint help" for its flags, output and exit status, and
// "concurlint help NAME" for what a check reports and why.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/concurlint/concurlint/analyzers"
	"github.com/concurlint/concurlint/internal/spell"
)

// These are the exit codes of the command line. Go vet has its own.
const (
	exitClean    = 0
	exitFindings = 1
	exitFailed   = 2
)

func main() {
	args := os.Args[1:]
	relaxGC()
	if fromGoCommand(args) {
		vettool(args)
	}
	os.Exit(run(args, os.Stdout, os.Stderr))
}

// A command is a word that may stand first on the command line.
type command struct {
	name  string
	usage string // its arguments and purpose, for help
	help  string // the rest of its help, if there is more to say
	run   func(args []string, stdout, stderr io.Writer) int
}

// commands returns the commands in the order that help shows them. Without a
// command, packages are checked.
func commands() []command {
	return []command{
		{"help", "[name...]\texplain concurlint, a check or a command", "", help},
		{"guards", "[-json] [-write] [-declared] [-infer] [-all] [packages]\tprint which lock guards which field or variable, and why; -write adds comments", guardsHelp, printGuards},
		{"graph", graphUsage, graphHelp, graph},
		{"report", reportUsage, reportHelp, writeReport},
		{"dump", "lockstate [-func RE] [packages]\tprint the lock states beside the SSA form, to debug concurlint", "", dump},
		{"version", "\tprint the version of concurlint, of the Go it was built with, and its commit", "", printVersion},
	}
}

// run executes the command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] {
				return c.run(args[1:], stdout, stderr)
			}
		}
	}
	return check(args, stdout, stderr)
}

// fail prints an error as the user is to see it.
func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "concurlint: %v\n", err)
	return exitFailed
}

// didYouMean returns a question that names the nearest of words to word, or
// "" if there is none near.
func didYouMean(word string, words []string) string {
	if near := spell.Nearest(word, words); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}

// checkNames returns the names of all checks.
func checkNames() []string {
	var names []string
	for _, a := range analyzers.All {
		names = append(names, a.Name)
	}
	return names
}
