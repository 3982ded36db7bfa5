// Readers share an RWMutex, a writer has it alone, and a writer that waits
// keeps new readers out.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

const readers = 3

var rw sync.RWMutex

func read(inside chan<- int, leave <-chan struct{}) {
	rw.RLock()
	inside <- 1
	<-leave
	rw.RUnlock()
}

func write(written chan<- string) {
	rw.Lock()
	rw.Unlock()
	written <- "the waiting writer has written"
}

func main() {
	inside := make(chan int)
	leave := make(chan struct{})
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() { read(inside, leave) })
	}
	n := 0
	for range readers {
		n += <-inside
	}
	fmt.Println("readers inside:", n)
	fmt.Println("a writer gets in:", rw.TryLock())
	close(leave)
	wg.Wait()

	rw.Lock()
	fmt.Println("a writer inside")
	fmt.Println("a reader gets in:", rw.TryRLock())
	rw.Unlock()

	rw.RLock()
	written := make(chan string)
	go write(written)
	for rw.TryRLock() { // until the writer waits
		rw.RUnlock()
		runtime.Gosched()
	}
	fmt.Println("a waiting writer keeps readers out")
	rw.RUnlock()
	fmt.Println(<-written)
	fmt.Println("a reader gets in:", rw.TryRLock())
}
