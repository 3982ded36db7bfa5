// Goexit ends a goroutine: its deferred calls run, recover finds nothing and
// does not stop it, and what called it never goes on.
package main

import (
	"fmt"
	"runtime"
)

func deep(n int) {
	defer fmt.Println("leaving", n)
	if n == 2 {
		runtime.Goexit()
	}
	deep(n + 1)
	fmt.Println("never here")
}

func main() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { fmt.Println("recover:", recover()) }()
		deep(0)
		fmt.Println("nor here")
	}()
	<-done
	fmt.Println("main goes on")
}
