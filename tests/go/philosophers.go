// Dining philosophers: five share five forks.  Each takes the fork with the
// lower number first, so they cannot all wait for each other.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

const seats, meals = 5, 100

var (
	forks   [seats]sync.Mutex
	inUse   [seats]bool // under forks[i]
	eaten   [seats]int  // by each philosopher
	clashes [seats]int
)

func take(me, fork int) {
	forks[fork].Lock()
	if inUse[fork] {
		clashes[me]++
	}
	inUse[fork] = true
}

func put(fork int) {
	inUse[fork] = false
	forks[fork].Unlock()
}

func dine(me int) {
	first, second := min(me, (me+1)%seats), max(me, (me+1)%seats)
	for range meals {
		take(me, first)
		runtime.Gosched() // let the neighbours reach for theirs
		take(me, second)
		eaten[me]++
		put(second)
		put(first)
	}
}

func main() {
	var wg sync.WaitGroup
	for i := range seats {
		wg.Go(func() { dine(i) })
	}
	wg.Wait()
	for i := range seats {
		fmt.Printf("philosopher %d: %d meals, %d clashes\n", i, eaten[i], clashes[i])
	}
}
