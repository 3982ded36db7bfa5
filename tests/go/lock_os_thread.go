// Goroutines that are locked to their threads pass tokens round: wherever they
// wait, they go on where they were. Locks nest, and end with the goroutine.
package main

import (
	"fmt"
	"runtime"
	"syscall"
	"time"
)

const (
	members = 4
	laps    = 200
)

// stays reports whether it is still on thread t.
func stays(t int) bool { return syscall.Gettid() == t }

func member(in <-chan int, out chan<- int, result chan<- string, name int) {
	runtime.LockOSThread()
	t := syscall.Gettid()
	moved := 0
	tokens := 0
	for v := range in {
		tokens++
		if v%10 == 0 {
			runtime.Gosched()
		}
		if v%50 == 0 {
			time.Sleep(time.Microsecond)
		}
		if !stays(t) {
			moved++
		}
		out <- v + 1
	}
	close(out)
	result <- fmt.Sprintf("member %d: %d tokens, moved %d times", name, tokens, moved)
	// It ends locked.
}

func main() {
	runtime.LockOSThread()
	main := syscall.Gettid()
	ring := make([]chan int, members+1)
	results := make([]chan string, members)
	for i := range ring {
		ring[i] = make(chan int)
	}
	for i := range results {
		results[i] = make(chan string, 1)
		go member(ring[i], ring[i+1], results[i], i)
	}
	sum, moved := 0, 0
	for lap := 0; lap < laps; lap++ {
		ring[0] <- lap
		sum += <-ring[members]
		if !stays(main) {
			moved++
		}
	}
	close(ring[0])
	_, open := <-ring[members]
	fmt.Println("main: sum", sum, "moved", moved, "times, open", open)
	for _, r := range results {
		fmt.Println(<-r)
	}

	// Two locks need two unlocks; another one is no error.
	runtime.LockOSThread()
	runtime.UnlockOSThread()
	runtime.Gosched()
	fmt.Println("locked once:", stays(main))
	runtime.UnlockOSThread()
	runtime.UnlockOSThread()
	done := make(chan bool)
	go func() {
		runtime.UnlockOSThread()
		done <- true
	}()
	fmt.Println("unlocked:", <-done)
}
