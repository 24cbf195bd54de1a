// Package other is checked by another check than the directives name.
package other

func other() {}

func f() {
	other() //concurlint:ignore probe it is not here to answer // want "other called"
	//concurlint:ignore probe nor here
	f()
	other() //concurlint:ignore probe,other the second
	f()     //concurlint:ignore probe,other neither // want "other has nothing to report here"
}
