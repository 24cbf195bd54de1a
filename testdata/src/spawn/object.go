package spawn

// The probe reports what each argument of held may be: the lines where it is made
// or the holder it came by, and who else has it.

func held(any) {}

type box struct {
	in  chan int
	out chan int
	Pub chan int
}

var (
	global = make(chan int)
	Global = make(chan int)
)

func fields(b *box) {
	b.in = make(chan int)
	b.Pub = make(chan int)
	look(b.in)   // want `^20$`
	look(b.Pub)  // want `^21 escapes, unknown Pub escapes$`
	look(b.out)  // want `^none$`
	look(global) // want `^15$`
	look(Global) // want `^unknown Global escapes, 16 escapes$`
}

func look(ch chan int) {}

func flows(first bool) {
	a := make(chan int)
	b := a
	if first {
		b = make(chan int)
	}
	look(b) // want `^32, 35$`
	c := id(a)
	look(c) // want `^32$`
	func() {
		look(a) // want `^32$`
		b = nil
	}()
	var d chan<- int = a
	_ = d
}

func id(ch chan int) chan int { return ch }

func escaping(f func(chan int)) chan int {
	a := make(chan int)
	f(a)
	look(a) // want `^51 escapes$`
	b := make(chan int)
	m := map[string]chan int{"": b}
	look(b)      // want `^54 escapes$`
	look(m["x"]) // want `^unknown value escapes$`
	c := make(chan int)
	return c
}

func Exported(p chan int) <-chan int {
	look(p) // want `^unknown p escapes$`
	c := make(chan int)
	look(c) // want `^64 receive end escapes$`
	return c
}
