// select with default never blocks.
package main

import "fmt"

func trySend(c chan int, v int) {
	select {
	case c <- v:
		fmt.Println("sent", v)
	default:
		fmt.Println("cannot send", v)
	}
}

func tryReceive(c chan int) {
	select {
	case v, ok := <-c:
		fmt.Println("received", v, ok)
	default:
		fmt.Println("nothing to receive")
	}
}

func main() {
	c := make(chan int, 2)
	tryReceive(c)
	for v := 1; v <= 3; v++ {
		trySend(c, v)
	}
	fmt.Println(len(c), "of", cap(c))
	close(c)
	for range 3 {
		tryReceive(c)
	}
	tryReceive(nil)
	trySend(nil, 4)
}
