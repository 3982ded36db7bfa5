// Go's first Mutex: a counter changed by compare-and-swap, and a semaphore on
// which all but one wait.  The semaphore here is a channel.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

type mutex struct {
	key  int32 // who holds the lock, and who waits
	sema chan struct{}
}

func newMutex() *mutex { return &mutex{sema: make(chan struct{}, 1)} }

// xadd adds delta to *p and returns the new value.
func xadd(p *int32, delta int32) int32 {
	for {
		v := atomic.LoadInt32(p)
		if atomic.CompareAndSwapInt32(p, v, v+delta) {
			return v + delta
		}
	}
}

func (m *mutex) lock() {
	if xadd(&m.key, 1) > 1 {
		<-m.sema
	}
}

func (m *mutex) unlock() {
	if xadd(&m.key, -1) > 0 {
		m.sema <- struct{}{}
	}
}

const goroutines, rounds = 10, 100

func main() {
	m := newMutex()
	var wg sync.WaitGroup
	count := 0
	for range goroutines {
		wg.Go(func() {
			for range rounds {
				m.lock()
				c := count
				runtime.Gosched() // invite the others to break it
				count = c + 1
				m.unlock()
			}
		})
	}
	wg.Wait()
	fmt.Println("count:", count, "key:", m.key, "semaphore:", len(m.sema))
}
