// Three goroutines add, and main waits for what they found by receiving it:
// nothing is lost.
package main

import "fmt"

type job struct {
	from, to int
	sum      chan int
}

func add(j job) {
	sum := 0
	for n := j.from; n <= j.to; n++ {
		sum += n
	}
	j.sum <- sum
}

func main() {
	jobs := []job{{from: 1, to: 10}, {from: 11, to: 100}, {from: 101, to: 1000}}
	for i := range jobs {
		jobs[i].sum = make(chan int)
		go add(jobs[i])
	}
	for _, j := range jobs {
		fmt.Printf("%d to %d: %d\n", j.from, j.to, <-j.sum)
	}
}
