// queryAll asks three servers and takes the first answer.  The two others are
// never received: their goroutines leak.  See query_fixed.go for the cure.
package main

import (
	"fmt"
	"runtime"
)

const servers = 3

func queryAll() int {
	answers := make(chan int)
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
	for call := 1; call <= 4; call++ {
		queryAll()
		settle(1 + call*(servers-1))
		fmt.Println("goroutines:", runtime.NumGoroutine())
	}
}
