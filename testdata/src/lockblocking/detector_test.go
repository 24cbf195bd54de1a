package lockblocking

// TryDetector waits for the failure with the lock free.
func TryDetector(d *detector) {
	found := make(chan string)
	d.failure = func(s string) { found <- s }
	go d.Compare()
	d.mu.Lock()
	d.mu.Unlock()
	<-found
}
