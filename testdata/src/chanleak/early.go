package chanleak

import "fmt"

// Nobody is there yet.

func sendFirst() {
	ch := make(chan int)
	ch <- 1 // want `nobody can receive from ch \(made on line 8\) yet: the send blocks for ever`
	fmt.Println(<-ch)
}

func sendThenStart() {
	ch := make(chan int)
	ch <- 1 // want `nobody can receive from ch \(made on line 14\) yet`
	go func() { fmt.Println(<-ch) }()
}

func receiveThenStart() {
	ch := make(chan int)
	fmt.Println(<-ch) // want `nobody can have sent on ch \(made on line 20\) yet: the receive blocks for ever`
	go func() { ch <- 1 }()
}

func rangeFirst() {
	ch := make(chan int)
	for v := range ch { // want `nobody can have sent on ch \(made on line 26\) yet`
		fmt.Println(v)
	}
	close(ch)
}

func tooMuch() {
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	ch <- 3 // want `nobody can receive from ch \(made on line 34\) yet`
	go func() { fmt.Println(<-ch) }()
}

func enough(xs []int) {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	fmt.Println(<-ch)
	ch <- 3
	ch <- 4
	close(ch)
	for v := range ch {
		fmt.Println(v)
	}
	all := make(chan int, 10)
	for _, x := range xs {
		all <- x
	}
	go func() { fmt.Println(<-all) }()
}

func startThenSend() {
	ch := make(chan int)
	go func() { fmt.Println(<-ch) }()
	ch <- 1
}

func handler(f func(func(int))) {
	ch := make(chan int)
	f(func(v int) { ch <- v })
	fmt.Println(<-ch)
}

func stored(fs map[string]func(int)) {
	ch := make(chan int)
	fs["x"] = func(v int) { ch <- v }
	fmt.Println(<-ch)
}

func helper(ch chan int) { go func() { ch <- 1 }() }

func passed() {
	ch := make(chan int)
	helper(ch)
	fmt.Println(<-ch)
}

func local() {
	ch := make(chan int)
	start := func() { go func() { ch <- 1 }() }
	start()
	fmt.Println(<-ch)
}

func sometimes(b bool) {
	ch := make(chan int)
	if b {
		go func() { ch <- 1 }()
		fmt.Println(<-ch)
	}
}

// token is taken and given back in a loop.
func token(stop chan bool, ready chan int) {
	busy := make(chan struct{}, 1)
	for {
		select {
		case busy <- struct{}{}:
		default:
		}
		select {
		case <-ready:
			<-busy
		case <-stop:
			return
		}
	}
}

// A text that a loop makes longer is no counter.
func join(words chan string, n int) string {
	done := make(chan string)
	go func() {
		sep, text := "", ""
		for range n {
			text += sep + <-words
			sep = ","
		}
		done <- text
	}()
	return <-done
}
