// What is printed of a chain of panics: recovered, panicked again with the same
// value, with another one, in a deferred call of Goexit, and before an error
// that is fatal.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func inner() {
	defer func() {
		recover()
		panic("middle")
	}()
	panic("inner\nof two lines")
}

func middle() {
	defer func() { panic(recover()) }()
	inner()
}

func exit() {
	defer func() {
		defer func() { panic("last") }()
		defer func() {
			recover()
			panic("outer")
		}()
		middle()
	}()
	runtime.Goexit()
}

func main() {
	var mu sync.Mutex
	defer fmt.Println("never here")
	defer mu.Unlock()
	defer fmt.Println("deferred calls run before the report")
	exit()
}
