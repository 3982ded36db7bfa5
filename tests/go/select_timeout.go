// select with a timeout: an answer that is late, and one that is not.
package main

import (
	"fmt"
	"time"
)

func main() {
	release := make(chan struct{})
	answer := make(chan string)
	go func() {
		<-release
		answer <- "42"
	}()

	wait := func(patience time.Duration) {
		select {
		case a := <-answer:
			fmt.Println("answer:", a)
		case <-time.After(patience):
			fmt.Println("timeout")
		}
	}
	wait(10 * time.Millisecond)
	close(release)
	wait(time.Minute)
}
