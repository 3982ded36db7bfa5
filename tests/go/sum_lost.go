// A goroutine that is not done when main returns is lost: the sum is never
// printed.  See sum_channel.go for the cure.
package main

import "fmt"

func printSum(numbers <-chan int) {
	sum := 0
	for n := range numbers {
		sum += n
	}
	fmt.Println("sum:", sum)
}

func main() {
	numbers := make(chan int)
	go printSum(numbers)
	for n := 1; n <= 100; n++ {
		numbers <- n
	}
	// Even close(numbers) would be too late: main waits for nobody.
	fmt.Println("main: sent everything, and gone")
}
