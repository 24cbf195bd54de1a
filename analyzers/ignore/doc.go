// Package ignore defines an Analyzer that reports mistakes in the directives
// that silence checks.
//
// # Analyzer ignore
//
// ignore: report mistakes in //concurlint:ignore directives
//
// A directive names one or more checks and gives a reason. On the line of a
// report, or above it, it silences that line; above a function or another
// declaration, it silences all of it:
//
//	c.mu.Lock() //concurlint:ignore doublelock c is a copy of our own
//
//	// begin locks c until end.
//	//
//	//concurlint:ignore missingunlock,deferunlock end unlocks
//	func (c *conn) begin() { ... }
//
// Reported are a directive without a reason, a misspelt directive and the
// name of a check that does not exist, since each of them silences nothing:
//
//	//concurlint:ignore doublelock        // a reason is missing: want //concurlint:ignore name[,name] reason
//	//concurlint:ignore doublelok because // there is no check doublelok: did you mean doublelock?
//
// A directive whose check has nothing to report there is out of date. The
// check itself reports it, so that a check that is switched off does not:
//
//	//concurlint:ignore doublelock it was once // doublelock has nothing to report here: remove it from the directive
//
// The directives of other tools work too, and are left to those tools to
// criticise: //nolint, //nolint:concurlint and //nolint:doublelock of
// golangci-lint, //lint:ignore concurlint/doublelock reason and
// //lint:file-ignore concurlint/doublelock reason of staticcheck.
//
// Nothing is reported in generated files, so directives there are not read.
//
// This check cannot be silenced: correct or remove the directive.
package ignore
