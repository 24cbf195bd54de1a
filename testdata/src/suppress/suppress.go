// Package suppress has a call of probe for each way to silence it.
package suppress

func probe(...any) {}
func other()       {}

func plain() {
	probe() // want "probe called"
}

// The line: after the code, above the code, and no further.
func lines() {
	probe() //concurlint:ignore probe on the line
	probe() // want "probe called"
	//concurlint:ignore probe above the line
	probe()
	probe() // want "probe called"

	//concurlint:ignore probe a blank line parts it from the code // want "probe has nothing to report here"

	probe() // want "probe called"
}

// A directive of several lines' comment still speaks of the code below it.
func group() {
	//concurlint:ignore probe in a group
	// of comments
	probe()
	//concurlint:ignore probe one of two
	//concurlint:ignore other two of two
	probe()
}

// After a brace, an operator or an argument is after code.
func afterCode() {
	if true { //concurlint:ignore probe this line only // want "probe has nothing to report here"
		probe() // want "probe called"
	}
	probe( // want "probe called"
		1, //concurlint:ignore probe not the line above // want "probe has nothing to report here"
	)
	{
	} //concurlint:ignore probe after a closing brace // want "probe has nothing to report here"
	probe() // want "probe called"
}

// The comment above a closing brace speaks of it alone.
func closing() {
	{
		probe() // want "probe called"
		//concurlint:ignore probe the brace // want "probe has nothing to report here"
	}
	probe() // want "probe called"
}

// Statements are silenced by line, so that a directive cannot hide much.
func statement() {
	//concurlint:ignore probe the first line of two
	for probe(); ; probe() {
		probe() // want "probe called"
	}
}

// whole has its directive in the doc comment.
//
//concurlint:ignore probe the whole function
func whole() {
	probe()
	func() {
		probe()
	}()
}

//concurlint:ignore probe this function has none // want "probe has nothing to report here"
func nothing() {
	other()
}

//concurlint:ignore probe the whole declaration
var (
	a = func() int { probe(); return 0 }()
	b = func() int { probe(); return 0 }()
)

var (
	//concurlint:ignore probe the one of two
	c = func() int {
		probe()
		return 0
	}()
	d = func() int { probe(); return 0 }() // want "probe called"
)

// Two names: each is used or not for itself.
func names() {
	probe() //concurlint:ignore other,probe both
	other() //concurlint:ignore other,probe one // want "probe has nothing to report here"
	probe() //concurlint:ignore other the wrong one // want "probe called"
}

// Two directives that silence the same report are both of use.
//
//concurlint:ignore probe the function
func twice() {
	probe() //concurlint:ignore probe the line
}

// Malformed directives silence nothing, and are not for the check to report.
func malformed() {
	probe() //concurlint:ignore // want "probe called"
	probe() //concurlint:ignore probe // want "probe called"
	probe() //concurlint:ignore probe, other space // want "probe called"
	probe() //concurlint:ignore concurlint/probe reason // want "probe called"
	probe() //concurlint:ingore probe reason // want "probe called"
	probe() // concurlint:ignore probe reason // want "probe called"
	probe() // concurlint:ignored probe reason // want "probe called"
	probe() //concurlint: ignore probe reason // want "probe called"
}

func nolint() {
	probe() //nolint
	probe() // nolint
	probe() //nolint // why not
	probe() //nolint:all
	probe() //nolint:concurlint
	probe() //nolint:Concurlint // golangci-lint ignores case
	probe() //nolint:errcheck, probe // spaces are fine
	probe() //nolint:errcheck // want "probe called"
	probe() //nolints // want "probe called"
	probe() //nolints,probe // want "probe called"
	probe() //lint // want "probe called"

	//nolint:probe // a statement of several lines
	for probe(); ; probe() {
		probe()
	}
}

//nolint:probe
func nolintFunc() {
	probe()
}

func lint() {
	//lint:ignore concurlint/probe for staticcheck's readers
	probe()
	//lint:ignore SA1000,concurlint/probe one of several
	probe()
	//lint:ignore concurlint/probe
	probe() // want "probe called"
	//lint:ignore probe another tool's
	probe() // want "probe called"
	//lint:ignore concurlint/other another check
	probe() // want "probe called"
	//lint:ignore concurlint/probe nothing here, and nothing is said about it
	other()
}
