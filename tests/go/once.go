// Once: ten goroutines ask for it, it is done once, and nobody goes on before
// it is.  A panic counts as done.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	var once sync.Once
	var wg sync.WaitGroup
	var early [10]bool
	ready := 0
	for i := range early {
		wg.Go(func() {
			once.Do(func() {
				runtime.Gosched() // others come to ask
				ready++
			})
			early[i] = ready == 0
		})
	}
	wg.Wait()
	fmt.Println("done", ready, "time; early:", early)

	var broken sync.Once
	for range 2 {
		func() {
			defer func() { fmt.Println("recovered:", recover()) }()
			broken.Do(func() { panic("cannot be done") })
		}()
	}
}
