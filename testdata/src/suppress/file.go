package suppress

//lint:file-ignore concurlint/probe the whole file

func inFile() {
	probe()
}
