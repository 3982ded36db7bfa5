// GOMAXPROCS changes again and again while goroutines compute, hand values to
// each other, wait for a mutex and sleep: nothing is lost, nothing comes twice.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

const (
	workers = 6
	numbers = 6000
)

func isPrime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}

func generate(out chan<- int) {
	for i := 0; i < numbers; i++ {
		out <- i
	}
	close(out)
}

func main() {
	procs := runtime.GOMAXPROCS(0)
	in := make(chan int, 10)
	var mu sync.Mutex
	primes, sum := 0, 0
	var wg sync.WaitGroup
	go generate(in)
	for w := 0; w < workers; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := range in {
				if isPrime(n) {
					mu.Lock()
					primes++
					sum += n
					mu.Unlock()
				}
			}
		}()
	}
	slept := make(chan int)
	go func() {
		for i := 0; i < 20; i++ {
			time.Sleep(time.Duration(i) * 100 * time.Microsecond)
		}
		slept <- 20
	}()

	done := make(chan bool)
	go func() {
		wg.Wait()
		close(done)
	}()
	for changing := true; changing; {
		for n := 1; n <= 5; n++ {
			runtime.GOMAXPROCS(n)
			runtime.Gosched()
		}
		select {
		case <-done:
			changing = false
		default:
		}
	}
	fmt.Println("slept:", <-slept)
	fmt.Println("primes:", primes, "sum:", sum)

	// Each call says what was before it; numbers below 1 only ask.
	runtime.GOMAXPROCS(procs)
	fmt.Println("asked:", runtime.GOMAXPROCS(0) == procs, runtime.GOMAXPROCS(-1) == procs)
	fmt.Println("set:", runtime.GOMAXPROCS(1) == procs, runtime.GOMAXPROCS(procs) == 1)
	fmt.Println("back:", runtime.GOMAXPROCS(0) == procs)
}
