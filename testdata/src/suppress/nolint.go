//nolint:concurlint
package suppress

func inNolintFile() {
	probe()
}
