// A bounded buffer under a Mutex, with a Cond for those who find it full and
// one for those who find it empty.
package main

import (
	"fmt"
	"sync"
)

const room, workers, items = 4, 3, 100 // items of each producer

type buffer struct {
	mu       sync.Mutex
	notEmpty *sync.Cond
	notFull  *sync.Cond
	values   []int
	highest  int
}

func (b *buffer) put(v int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.values) == room {
		b.notFull.Wait()
	}
	b.values = append(b.values, v)
	b.highest = max(b.highest, len(b.values))
	b.notEmpty.Signal()
}

func (b *buffer) take() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.values) == 0 {
		b.notEmpty.Wait()
	}
	v := b.values[0]
	b.values = b.values[1:]
	b.notFull.Signal()
	return v
}

func main() {
	b := &buffer{}
	b.notEmpty, b.notFull = sync.NewCond(&b.mu), sync.NewCond(&b.mu)
	var wg sync.WaitGroup
	var sums [workers]int
	for w := range workers {
		wg.Go(func() {
			for v := 1; v <= items; v++ {
				b.put(v)
			}
		})
		wg.Go(func() {
			for range items {
				sums[w] += b.take()
			}
		})
	}
	wg.Wait()
	fmt.Println("sum:", sums[0]+sums[1]+sums[2])
	fmt.Println("left:", len(b.values), "never more than", room, "inside:", b.highest <= room)
}
