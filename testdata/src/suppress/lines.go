package suppress

func inGrammar() {
	//concurlint:ignore probe lines are those of this file
	probe()
//line lines.y:13
	probe() // want "probe called"
	probe() //concurlint:ignore probe lines are those of this file
}
