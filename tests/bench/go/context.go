package main

import (
	"bench/singleflight"
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// One tree of 10,000 contexts, ten below each.
func cancelTree() time.Duration {
	const size, fan = 10000, 10
	var tree [size]context.Context
	top, cancel := context.WithCancel(context.Background())
	tree[0] = top
	for i := 1; i < size; i++ {
		tree[i], _ = context.WithCancel(tree[(i-1)/fan])
	}
	t := time.Now()
	cancel()
	d := time.Since(t)
	if tree[size-1].Err() != context.Canceled {
		panic("cancel")
	}
	return d
}

func cancel() {
	const trees = 100
	var sum time.Duration
	for i := 0; i < trees/10; i++ {
		cancelTree()
	}
	for i := 0; i < trees; i++ {
		sum += cancelTree()
	}
	fmt.Printf("%.2f\n", float64(sum.Nanoseconds())/trees/10000)
}

// singleflight/ is golang.org/x/sync's, unchanged.
func runSingleflight(n int) {
	const askers, nkeys = 100, 8
	keys := [nkeys]string{"zero", "one", "two", "three", "four", "five", "six", "seven"}
	var g singleflight.Group
	var wg sync.WaitGroup
	for a := range askers {
		wg.Go(func() {
			for i := 0; i < n/askers; i++ {
				k := (a + i) % nkeys
				v, _, _ := g.Do(keys[k], func() (any, error) {
					runtime.Gosched()
					return &keys[k], nil
				})
				if v != &keys[k] {
					panic("singleflight")
				}
			}
		})
	}
	wg.Wait()
}
