// The benchmarks of this folder in Go, in the same sizes: bench NAME prints
// one number.  Built natively and for wasip1 by run.mjs.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func benchNs(f func(n int), n int) {
	f(n/10 + 1)
	runtime.GC()
	t := time.Now()
	f(n)
	fmt.Printf("%.2f\n", float64(time.Since(t).Nanoseconds())/float64(n))
}

func benchMs(f func(n int), n int) {
	t := time.Now()
	f(n)
	fmt.Printf("%.2f\n", float64(time.Since(t).Nanoseconds())/1e6)
}

func yield(n int) {
	var wg sync.WaitGroup
	wg.Add(2)
	f := func() {
		for i := 0; i < n/2; i++ {
			runtime.Gosched()
		}
		wg.Done()
	}
	go f()
	go f()
	wg.Wait()
}

func pingpong(n int) {
	a, b := make(chan int32), make(chan int32)
	go func() {
		for i := 0; i < n; i++ {
			b <- <-a
		}
	}()
	for i := 0; i < n; i++ {
		a <- int32(i)
		if <-b != int32(i) {
			panic("pingpong")
		}
	}
}

func buffered(n int) {
	c := make(chan int32, 128)
	go func() {
		for i := 0; i < n; i++ {
			c <- int32(i)
		}
		close(c)
	}()
	var sum int64
	for v := range c {
		sum += int64(v)
	}
	if sum != int64(n)*int64(n-1)/2 {
		panic("buffered")
	}
}

func spawn(n int) {
	const batch = 1000
	var wg sync.WaitGroup
	for ; n > 0; n -= batch {
		k := min(n, batch)
		wg.Add(k)
		for i := 0; i < k; i++ {
			go wg.Done()
		}
		wg.Wait()
	}
}

func select4(n int) {
	var c [4]chan int32
	quarter := n / 4
	for i := range c {
		c[i] = make(chan int32)
		go func(c chan int32) {
			for i := 0; i < quarter; i++ {
				c <- int32(i)
			}
		}(c[i])
	}
	var sum int64
	for i := 0; i < 4*quarter; i++ {
		var v int32
		select {
		case v = <-c[0]:
		case v = <-c[1]:
		case v = <-c[2]:
		case v = <-c[3]:
		}
		sum += int64(v)
	}
	if sum != 4*(int64(quarter)*int64(quarter-1)/2) {
		panic("select4")
	}
}

func sieve(n int) {
	ch := make(chan int32)
	go func(ch chan int32) {
		for i := int32(2); ; i++ {
			ch <- i
		}
	}(ch)
	var prime int32
	for i := 0; i < n; i++ {
		prime = <-ch
		out := make(chan int32)
		go func(in, out chan int32, prime int32) {
			for i := range in {
				if i%prime != 0 {
					out <- i
				}
			}
		}(ch, out, prime)
		ch = out
	}
	if prime != 12553 {
		panic("sieve")
	}
}

func skynet(c chan int64, num int64, size int) {
	if size == 1 {
		c <- num
		return
	}
	rc := make(chan int64)
	for i := 0; i < 10; i++ {
		go skynet(rc, num+int64(i)*int64(size/10), size/10)
	}
	var sum int64
	for i := 0; i < 10; i++ {
		sum += <-rc
	}
	c <- sum
}

func runSkynet(size int) {
	c := make(chan int64)
	go skynet(c, 0, size)
	if <-c != int64(size)*int64(size-1)/2 {
		panic("skynet")
	}
}

//go:noinline
func waitFor(c chan int32) int32 { return <-c }

// Bytes that Go has from the system, per goroutine blocked in a receive.
func parked() {
	const n = 1000000
	var count int64
	c := make(chan int32)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&count, 1)
			waitFor(c)
		}()
	}
	for atomic.LoadInt64(&count) < n {
		runtime.Gosched()
	}
	runtime.ReadMemStats(&after)
	fmt.Printf("%.1f\n", float64(after.Sys-before.Sys)/n)
}

func isPrime(n int) bool {
	if n < 4 {
		return n > 1
	}
	if n%2 == 0 {
		return false
	}
	for d := 3; d <= n/d; d += 2 {
		if n%d == 0 {
			return false
		}
	}
	return true
}

func primes(limit int) {
	const pieces = 64
	var wg sync.WaitGroup
	var found [pieces]int
	for i := range pieces {
		wg.Go(func() {
			for n := 2*i + 1; n < limit; n += 2 * pieces {
				if isPrime(n) {
					found[i]++
				}
			}
		})
	}
	wg.Wait()
	sum := 1 // 2
	for _, n := range found {
		sum += n
	}
	if limit == 5000000 && sum != 348513 {
		panic("primes")
	}
}

func lock(n int) {
	var mu sync.Mutex
	count := 0
	for i := 0; i < n; i++ {
		mu.Lock()
		count++
		mu.Unlock()
	}
	if count != n {
		panic("lock")
	}
}

func contended(n int) {
	const goroutines = 100
	var wg sync.WaitGroup
	var mu sync.Mutex
	turns, count := n/goroutines, 0
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func() {
			for i := 0; i < turns; i++ {
				mu.Lock()
				count++
				runtime.Gosched()
				mu.Unlock()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	if count != turns*goroutines {
		panic("contended")
	}
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	var wg sync.WaitGroup
	var a, b int
	wg.Add(2)
	go func() { a = fib(n - 1); wg.Done() }()
	go func() { b = fib(n - 2); wg.Done() }()
	wg.Wait()
	return a + b
}

func forkjoin(times int) {
	for i := 0; i < times; i++ {
		if fib(20) != 6765 {
			panic("forkjoin")
		}
	}
}

func timers(n int) {
	t := make([]*time.Timer, n)
	for i := range t {
		us := time.Duration(i * 7919 % n)
		t[i] = time.AfterFunc(time.Hour+us*time.Microsecond, func() {
			panic("timers: one went off")
		})
	}
	for _, t := range t {
		if !t.Stop() {
			panic("timers: one was not running")
		}
	}
}

func sleepers(n int) {
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			for i := 0; i < 10; i++ {
				time.Sleep(time.Millisecond)
			}
			wg.Done()
		}()
	}
	wg.Wait()
}

func main() {
	switch name := os.Args[1]; name {
	case "yield":
		benchNs(yield, 5000000)
	case "pingpong":
		benchNs(pingpong, 1000000)
	case "buffered":
		benchNs(buffered, 5000000)
	case "spawn":
		benchNs(spawn, 2000000)
	case "select4":
		benchNs(select4, 1000000)
	case "sieve":
		benchMs(sieve, 1500)
	case "skynet":
		benchMs(runSkynet, 1000000)
	case "primes":
		primes(500000)
		benchMs(primes, 5000000)
	case "lock":
		benchNs(lock, 20000000)
	case "contended":
		benchNs(contended, 500000)
	case "forkjoin":
		forkjoin(1)
		benchMs(forkjoin, 10)
	case "timers":
		benchNs(timers, 1000000)
	case "sleepers":
		sleepers(10000)
		benchMs(sleepers, 10000)
	case "cancel":
		cancel()
	case "singleflight":
		benchNs(runSingleflight, 2000000)
	case "parked":
		parked()
	default:
		fmt.Fprintln(os.Stderr, "unknown benchmark", name)
		os.Exit(2)
	}
}
