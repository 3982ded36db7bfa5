// queryAll asks three servers and takes the first answer.  There is room for
// the two others, so that nobody waits for ever.
package main

import (
	"fmt"
	"runtime"
)

const servers = 3

func queryAll() int {
	answers := make(chan int, servers)
	for server := range servers {
		go func() { answers <- server }()
	}
	return <-answers
}

// settle lets goroutines end until only n are left.
func settle(n int) {
	for runtime.NumGoroutine() > n {
		runtime.Gosched()
	}
}

func main() {
	for range 4 {
		queryAll()
		settle(1)
		fmt.Println("goroutines:", runtime.NumGoroutine())
	}
}
