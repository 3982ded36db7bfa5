// Closing a channel stops all who watch it: a sensor's monitors work until
// then, and report how much they saw.
package main

import "fmt"

const monitors = 3

func monitor(readings <-chan int, stop <-chan struct{}, report chan<- int) {
	sum := 0
	for {
		select {
		case r := <-readings:
			sum += r
		case <-stop:
			report <- sum
			return
		}
	}
}

func main() {
	readings := make(chan int)
	stop := make(chan struct{})
	report := make(chan int)
	for range monitors {
		go monitor(readings, stop, report)
	}
	for r := 1; r <= 10; r++ {
		readings <- r
	}
	close(stop)
	sum := 0
	for range monitors {
		sum += <-report
	}
	fmt.Println(monitors, "monitors stopped, readings add up to", sum)
}
