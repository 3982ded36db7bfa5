// A spinner turns on standard error while a slow computation goes on.
package main

import (
	"fmt"
	"os"
	"time"
)

func spin(stop <-chan struct{}, stopped chan<- struct{}) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for i := 0; ; i++ {
		select {
		case <-ticker.C:
			fmt.Fprintf(os.Stderr, "\r%c", `-\|/`[i%4])
		case <-stop:
			fmt.Fprint(os.Stderr, "\r")
			close(stopped)
			return
		}
	}
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go spin(stop, stopped)
	fmt.Println("fib(30) =", fib(30))
	close(stop)
	<-stopped
	fmt.Println("spinner stopped")
}
