// A panic runs the deferred calls of its own goroutine only: main's recover
// does not see it, and the program ends.
package main

import "fmt"

func main() {
	defer func() {
		fmt.Println("main recovers:", recover()) // never
	}()
	never := make(chan int)
	go func() {
		defer fmt.Println("goroutine: deferred call")
		panic("lost control")
	}()
	<-never
}
