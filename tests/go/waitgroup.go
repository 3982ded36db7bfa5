// Fork and join: a WaitGroup waits for the parts of a sum.
package main

import (
	"fmt"
	"sync"
)

const parts, size = 10, 1000

func main() {
	var wg sync.WaitGroup
	var sums [parts]int
	for p := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := p * size; i < (p+1)*size; i++ {
				sums[p] += i
			}
		}()
	}
	wg.Wait()
	total := 0
	for p, sum := range sums {
		fmt.Println("part", p, sum)
		total += sum
	}
	fmt.Println("total", total)
}
