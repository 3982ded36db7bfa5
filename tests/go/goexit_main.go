// main calls Goexit: the other goroutines go on, and when the last of them has
// ended the program is dead.
package main

import (
	"fmt"
	"runtime"
)

func work(start <-chan struct{}) {
	<-start
	for i := 1; i <= 3; i++ {
		fmt.Println("worker: step", i)
		runtime.Gosched()
	}
}

func main() {
	start := make(chan struct{})
	go work(start)
	defer close(start)
	defer fmt.Println("main: deferred call")
	runtime.Goexit()
	fmt.Println("never here")
}
