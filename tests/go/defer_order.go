// Deferred calls run when their function ends, the last one first.
package main

import "fmt"

func count() {
	for i := 1; i <= 3; i++ {
		defer fmt.Println("deferred", i)
	}
	fmt.Println("count ends")
}

func inner() {
	defer fmt.Println("deferred by inner")
	fmt.Println("inner ends")
}

func outer() {
	defer fmt.Println("deferred by outer")
	inner()
	fmt.Println("outer ends")
}

func last() {
	defer func() {
		defer fmt.Println("deferred by a deferred call")
		fmt.Println("a deferred call ends")
	}()
	fmt.Println("last ends")
}

func main() {
	defer fmt.Println("deferred by main")
	count()
	outer()
	last()
	fmt.Println("main ends")
}
