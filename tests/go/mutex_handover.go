// Three goroutines hand a Mutex round: each holds it to see whether it is its
// turn, and passes the turn on.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

const (
	players = 3
	rounds  = 4
)

var (
	mu   sync.Mutex
	turn int // under mu
)

// tryTurn plays if it is me's turn.
func tryTurn(me, round int) bool {
	mu.Lock()
	defer mu.Unlock()
	if turn != me {
		return false
	}
	fmt.Printf("round %d: goroutine %c has the mutex\n", round, 'A'+me)
	turn = (turn + 1) % players
	return true
}

func play(me int) {
	for round := 1; round <= rounds; round++ {
		for !tryTurn(me, round) {
			runtime.Gosched()
		}
	}
}

func main() {
	var wg sync.WaitGroup
	for i := range players {
		wg.Go(func() { play(i) })
	}
	wg.Wait()
}
