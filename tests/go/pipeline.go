// Counter, squarer and printer: a pipeline of three goroutines over channels
// that each of them may use in one direction only.
package main

import "fmt"

func counter(out chan<- int, n int) {
	for i := 1; i <= n; i++ {
		out <- i
	}
	close(out)
}

func squarer(in <-chan int, out chan<- int) {
	for v := range in {
		out <- v * v
	}
	close(out)
}

func printer(in <-chan int) {
	for v := range in {
		fmt.Println(v)
	}
}

func main() {
	numbers := make(chan int)
	squares := make(chan int)
	go counter(numbers, 12)
	go squarer(numbers, squares)
	printer(squares)
}
