// Package ignore holds directives, right and wrong.
package ignore

//concurlint:ignore doublelock a good reason
func good() {}

//concurlint:ignore doublelock,missingunlock two checks, one reason
func goodTwo() {}

//concurlint:ignore doublelock see https://example.com//1
func goodURL() {}

// The forms of other tools are theirs to criticise.
func others() {
	_ = 0 //nolint:doublelok
	_ = 0 //nolint
	//lint:ignore concurlint/doublelok reason
	_ = 0
	//lint:ignore concurlint/doublelock
	_ = 0
}

// Prose may mention //concurlint:ignore doublelok.
func prose() {
	// concurlint: what follows is prose
	_ = 0 // concurlint:ignored is not our word
}

func wrong() {
	_ = 0 //concurlint:ignore // want `want //concurlint:ignore name\[,name\] reason, with the names of checks`
	_ = 0 //concurlint:ignore doublelock // want `a reason is missing: want //concurlint:ignore name\[,name\] reason`
	_ = 0 //concurlint:ignore doublelock  // want `a reason is missing`
	_ = 0 //concurlint:ignore doublelock, missingunlock both // want `want //concurlint:ignore name`
	_ = 0 //concurlint:ignore concurlint/doublelock reason // want `want //concurlint:ignore name`
	_ = 0 //concurlint:ingore doublelock reason // want `there is no directive //concurlint:ingore: want //concurlint:ignore`
	_ = 0 //concurlint: ignore doublelock reason // want `a directive has no space after the colon`
	_ = 0 // concurlint:ignore doublelock reason // want `a directive has no space after the slashes`
	_ = 0 //concurlint:ignore doublelok reason // want `there is no check doublelok: did you mean doublelock\?`
	_ = 0 //concurlint:ignore doublelok,missingunlok reason // want `no check doublelok: did you mean doublelock` `no check missingunlok: did you mean missingunlock`
	_ = 0 //concurlint:ignore race reason // want `there is no check race$`
	_ = 0 //concurlint:ignore ignore nothing silences this check // want `there is no check ignore$`
}
