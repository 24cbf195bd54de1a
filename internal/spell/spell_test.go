package spell

import "testing"

func TestNearest(t *testing.T) {
	words := []string{"condwait", "deferunlock", "doublelock", "ignore", "missingunlock"}
	for _, test := range []struct{ word, want string }{
		{"doublelock", "doublelock"},
		{"doubelock", "doublelock"},
		{"missinglock", "missingunlock"},
		{"ingore", "ignore"},
		{"Condwait", "condwait"},
		{"deferunlocks", "deferunlock"},
		{"lock", ""},
		{"waitgroup", ""},
		{"", ""},
	} {
		if got := Nearest(test.word, words); got != test.want {
			t.Errorf("Nearest(%q) = %q, want %q", test.word, got, test.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "abd", 1},
		{"abc", "ac", 1},
		{"ac", "abc", 1},
		{"kitten", "sitting", 3},
		{"flaw", "lawn", 2},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
