// The errors of the runtime: their texts when they are recovered, and which of
// them are a runtime.Error.
package main

import (
	"fmt"
	"math"
	"runtime"
	"sync"
)

func try(what string, f func()) {
	defer func() {
		r := recover()
		_, ok := r.(runtime.Error)
		fmt.Printf("%s: %v, runtime.Error: %v\n", what, r, ok)
	}()
	f()
}

func index(i int) func() {
	return func() { _ = make([]int, 3)[i] }
}

func slice(lo, hi int) func() {
	return func() { _ = make([]int, 3)[lo:hi] }
}

func main() {
	zero, least, nobody := 0, int64(math.MinInt64), (*int)(nil)
	closed := make(chan int)
	close(closed)

	try("index 5", index(5))
	try("index -1", index(-1))
	try("slice 0 5", slice(0, 5))
	try("slice 2 1", slice(2, 1))
	try("slice -2 3", slice(-2, 3))
	try("slice 0 -2", slice(0, -2))
	try("divide", func() { fmt.Println(1 / zero) })
	try("modulo", func() { fmt.Println(1 % zero) })
	try("nil pointer", func() { *nobody = 1 })
	try("nil map", func() { map[int]int(nil)[1] = 1 })
	try("nil function", func() {
		defer (func())(nil)()
		fmt.Println("the defer is no error")
	})
	try("close nil", func() { close((chan int)(nil)) })
	try("close closed", func() { close(closed) })
	try("send", func() { closed <- 1 })
	try("text", func() { panic("a text") })
	try("WaitGroup", func() { new(sync.WaitGroup).Done() })

	minus := int64(zero - 1)
	fmt.Println(least/minus, least%minus, -7/(zero+2), -7%(zero+2))
}
