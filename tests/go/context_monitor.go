// One cancel stops all monitors, at whatever depth they were started: each
// has a context derived from that of the one that started it.
package main

import (
	"context"
	"fmt"
	"sync"
)

var (
	wg      sync.WaitGroup
	total   sync.Mutex
	seen    int
	stopped [4]error
)

// A monitor starts the next one, and takes readings until its context ends.
func monitor(ctx context.Context, level int, readings <-chan int) {
	defer wg.Done()
	child, cancel := context.WithCancel(ctx)
	defer cancel()
	if level+1 < len(stopped) {
		wg.Add(1)
		go monitor(child, level+1, readings)
	}
	for {
		select {
		case <-ctx.Done():
			stopped[level] = ctx.Err()
			return
		case r := <-readings:
			total.Lock()
			seen += r
			total.Unlock()
		}
	}
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	readings := make(chan int)
	wg.Add(1)
	go monitor(ctx, 0, readings)
	for r := 1; r <= 20; r++ {
		readings <- r
	}
	cancel()
	wg.Wait()
	fmt.Println("readings add up to", seen)
	for level, err := range stopped {
		fmt.Printf("monitor %d: %v\n", level, err)
	}
}
