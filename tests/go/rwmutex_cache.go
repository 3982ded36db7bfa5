// A cache under an RWMutex: many look up at the same time, and what is not
// there is computed once.
package main

import (
	"fmt"
	"sync"
)

const (
	keys      = 10
	lookupers = 8
)

type cache struct {
	mu       sync.RWMutex
	values   map[int]int
	computed int
}

func (c *cache) find(key int) (int, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.values[key]
	return v, ok
}

// compute looks again: another goroutine may have had the lock before.
func (c *cache) compute(key int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.values[key]; ok {
		return v
	}
	c.computed++
	c.values[key] = key * key * key
	return c.values[key]
}

func (c *cache) get(key int) int {
	if v, ok := c.find(key); ok {
		return v
	}
	return c.compute(key)
}

func main() {
	c := cache{values: make(map[int]int)}
	var sums [lookupers]int
	var wg sync.WaitGroup
	for i := range lookupers {
		wg.Go(func() {
			for k := range keys {
				sums[i] += c.get((i + k) % keys)
			}
		})
	}
	wg.Wait()
	fmt.Println("sums:", sums)
	fmt.Println("computed:", c.computed)
}
