// A deferred call recovers from a panic, and its function returns normally.
package main

import "fmt"

func divide(a, b int) (q int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return a / b, nil
}

func level(n int) {
	defer fmt.Println("leaving level", n)
	if n == 3 {
		panic("too deep")
	}
	level(n + 1)
	fmt.Println("never here")
}

func dive() {
	defer func() { fmt.Println("recovered:", recover()) }()
	level(1)
}

func main() {
	for _, b := range []int{7, 0} {
		if q, err := divide(42, b); err != nil {
			fmt.Println("error:", err)
		} else {
			fmt.Println("42 /", b, "=", q)
		}
	}
	dive()
	fmt.Println("main goes on")
}
