// Skynet: a tree of goroutines, ten children each, with 10,000 leaves.  Every
// leaf sends its number, every node the sum of its children.
package main

import "fmt"

const children, leaves = 10, 10000

func node(up chan<- int, first, size int) {
	if size == 1 {
		up <- first
		return
	}
	down := make(chan int)
	for i := range children {
		go node(down, first+i*size/children, size/children)
	}
	sum := 0
	for range children {
		sum += <-down
	}
	up <- sum
}

func main() {
	up := make(chan int)
	go node(up, 0, leaves)
	fmt.Println(<-up)
}
